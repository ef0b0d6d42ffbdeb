/// The messages that wait to be sent on one connection: a ring of bytes of fixed size.
///
/// Each message lies in one piece, behind a header of eight bytes (its length, and whether it is binary), so that the
/// sender can write it from where it lies. Where the end of the ring has no room for the piece, the rest of it is skipped.
struct SendQueue: ~Copyable {
    private let bytes: UnsafeMutableRawPointer
    let capacity: Int
    /// Both count bytes since the beginning; their difference is what is in use, skipped rests included.
    private var head = 0
    private var tail = 0

    private static var headerBytes: Int { 8 }
    private static var skip: UInt32 { .max }

    /// - Parameter capacity: bytes; a message may have at most half of them, less its header.
    init(capacity: Int) {
        precondition(capacity >= 64 && capacity < 1 << 30, "a send queue has from 64 bytes to 1 GiB, not \(capacity)")
        self.capacity = capacity & ~7
        bytes = .allocate(byteCount: self.capacity, alignment: 8)
    }

    deinit { bytes.deallocate() }

    var isEmpty: Bool { head == tail }
    var usedBytes: Int { tail - head }

    /// The longest message that always fits an empty queue, wherever its ring stands.
    static func longestMessage(capacity: Int) -> Int { (capacity & ~7) / 2 - headerBytes }

    /// False where there is no room; the queue is then unchanged.
    mutating func append(_ message: UnsafeRawBufferPointer, isBinary: Bool) -> Bool {
        let needed = Self.headerBytes + (message.count + 7) & ~7
        var position = tail % capacity
        let rest = capacity - position
        let skipped = rest < needed ? rest : 0
        guard tail - head + skipped + needed <= capacity else { return false }
        if skipped > 0 {
            bytes.storeBytes(of: Self.skip, toByteOffset: position, as: UInt32.self)
            position = 0
        }
        bytes.storeBytes(of: UInt32(message.count), toByteOffset: position, as: UInt32.self)
        bytes.storeBytes(of: isBinary ? 1 : 0, toByteOffset: position + 4, as: UInt32.self)
        if let source = message.baseAddress {
            (bytes + position + Self.headerBytes).copyMemory(from: source, byteCount: message.count)
        }
        tail += skipped + needed
        return true
    }

    /// The oldest message, where it lies: it stays valid until `removeFirst()`, whatever is appended meanwhile.
    mutating func first() -> (message: UnsafeRawBufferPointer, isBinary: Bool)? {
        guard head < tail else { return nil }
        var position = head % capacity
        if bytes.load(fromByteOffset: position, as: UInt32.self) == Self.skip {
            head += capacity - position
            position = 0
        }
        let count = Int(bytes.load(fromByteOffset: position, as: UInt32.self))
        let isBinary = bytes.load(fromByteOffset: position + 4, as: UInt32.self) == 1
        return (UnsafeRawBufferPointer(start: bytes + position + Self.headerBytes, count: count), isBinary)
    }

    /// Ends the message that `first()` has shown.
    mutating func removeFirst() {
        let count = Int(bytes.load(fromByteOffset: head % capacity, as: UInt32.self))
        head += Self.headerBytes + (count + 7) & ~7
    }

    mutating func removeAll() { head = tail }
}
