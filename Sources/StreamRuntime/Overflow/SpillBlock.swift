import CPlatform
import PlainData

/// Elements with a word each, side by side as they lie in a spill file: written there, and read again, in one piece.
///
///     header  32 B   magic, elements, stride, CRC32C of all that follows, number, 0
///     record  word, element, padded to 8 B
final class SpillBlock<T: BitwiseCopyable>: SpillUnit {
    static var headerBytes: Int { spillHeaderBytes }
    private static var magic: UInt32 { 0x4C4C_5053 }  // "SPLL"
    static var stride: Int { (8 + MemoryLayout<T>.size + 7) & ~7 }

    let capacity: Int
    let base: UnsafeMutableRawPointer
    private(set) var count = 0
    /// How many of them have been handed over.
    private(set) var taken = 0

    init(capacity: Int) {
        self.capacity = capacity
        let bytes = Self.headerBytes + capacity * Self.stride
        base = .allocate(byteCount: bytes, alignment: 16)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)  // padding goes to the disk too
    }
    deinit { base.deallocate() }

    var isFull: Bool { count == capacity }
    var left: Int { count - taken }
    var bytes: Int { Self.headerBytes + count * Self.stride }
    private func record(_ index: Int) -> UnsafeMutableRawPointer { base + Self.headerBytes + index * Self.stride }

    func append(_ element: T, _ word: Int64) {
        let place = record(count)
        place.storeBytes(of: word, as: Int64.self)
        (place + 8).storeBytes(of: element, as: T.self)
        count += 1
    }
    /// The word of the next element to hand over, and that element.
    var nextWord: Int64 { record(taken).load(as: Int64.self) }
    func next() -> T {
        defer { taken += 1 }
        return (record(taken) + 8).loadUnaligned(as: T.self)
    }
    func removeAll() { (count, taken) = (0, 0) }

    /// Makes the header: the block is the file's `number`th.
    func seal(_ number: UInt64) {
        base.storeBytes(of: Self.magic, as: UInt32.self)
        base.storeBytes(of: UInt32(count), toByteOffset: 4, as: UInt32.self)
        base.storeBytes(of: UInt32(Self.stride), toByteOffset: 8, as: UInt32.self)
        base.storeBytes(of: number, toByteOffset: 16, as: UInt64.self)
        base.storeBytes(of: checksum(count), toByteOffset: 12, as: UInt32.self)
    }
    private func checksum(_ count: Int) -> UInt32 {
        let head = cp_crc32c(0, base, 12)
        return cp_crc32c(head, base + 16, 16 + count * Self.stride)
    }
    /// Takes over what was read: the header first says how many bytes follow.
    /// - Returns: nil when it is no header of a block of these elements.
    func bodyBytes() -> Int? {
        let count = Int(base.load(fromByteOffset: 4, as: UInt32.self))
        guard base.load(as: UInt32.self) == Self.magic, count > 0, count <= capacity,
            base.load(fromByteOffset: 8, as: UInt32.self) == UInt32(Self.stride)
        else { return nil }
        return count * Self.stride
    }
    /// Whether what was read is the `number`th block as it was written.
    func accept(_ number: UInt64) -> Bool {
        let count = Int(base.load(fromByteOffset: 4, as: UInt32.self))
        guard base.load(fromByteOffset: 16, as: UInt64.self) == number,
            base.load(fromByteOffset: 12, as: UInt32.self) == checksum(count)
        else { return false }
        (self.count, taken) = (count, 0)
        return true
    }
}
