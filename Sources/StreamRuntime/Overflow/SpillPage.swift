import CPlatform

/// Bytes of any number, as they lie in a spill file: written there, and read again, in one piece.
///
///     header  32 B   magic, elements, bytes of the body, CRC32C of all that follows, number, 0
///     body
final class SpillPage: SpillUnit {
    private static let magic: UInt32 = 0x504C_5053  // "SPLP"

    private(set) var base: UnsafeMutableRawPointer
    private(set) var count = 0, bytes = spillHeaderBytes
    private var room: Int
    /// A body is never longer: so no damaged header asks for all memory.
    var longest = Int.max

    init() {
        room = 4_096
        base = .allocate(byteCount: room, alignment: 64)
    }
    deinit { base.deallocate() }

    var body: UnsafeMutableRawPointer { base + spillHeaderBytes }
    var bodyCount: Int { bytes - spillHeaderBytes }

    /// Makes room for a body, which the caller fills.
    func begin(count: Int, body bodyBytes: Int) -> UnsafeMutableRawPointer {
        reserve(spillHeaderBytes + bodyBytes)
        (self.count, bytes) = (count, spillHeaderBytes + bodyBytes)
        return body
    }
    /// Keeps the header.
    private func reserve(_ wanted: Int) {
        guard wanted > room else { return }
        let larger = max(wanted, 2 * room), moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
        moved.copyMemory(from: base, byteCount: spillHeaderBytes)
        base.deallocate()
        (base, room) = (moved, larger)
    }
    func removeAll() { (count, bytes) = (0, spillHeaderBytes) }

    func seal(_ number: UInt64) {
        base.storeBytes(of: Self.magic, as: UInt32.self)
        base.storeBytes(of: UInt32(count), toByteOffset: 4, as: UInt32.self)
        base.storeBytes(of: UInt32(bodyCount), toByteOffset: 8, as: UInt32.self)
        base.storeBytes(of: number, toByteOffset: 16, as: UInt64.self)
        base.storeBytes(of: 0, toByteOffset: 24, as: UInt64.self)
        base.storeBytes(of: checksum, toByteOffset: 12, as: UInt32.self)
    }
    private var checksum: UInt32 { cp_crc32c(cp_crc32c(0, base, 12), base + 16, 16 + bodyCount) }

    func bodyBytes() -> Int? {
        let wanted = Int(base.load(fromByteOffset: 8, as: UInt32.self))
        guard base.load(as: UInt32.self) == Self.magic, wanted <= longest else { return nil }
        reserve(spillHeaderBytes + wanted)
        (count, bytes) = (Int(base.load(fromByteOffset: 4, as: UInt32.self)), spillHeaderBytes + wanted)
        return wanted
    }
    func accept(_ number: UInt64) -> Bool {
        base.load(fromByteOffset: 16, as: UInt64.self) == number
            && base.load(fromByteOffset: 12, as: UInt32.self) == checksum
    }
}
