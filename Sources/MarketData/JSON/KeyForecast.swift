/// Which key comes next in the messages of a venue: the one that came next last time.
///
/// A venue's program writes the same keys in the same order again and again. What lies between two values, `,"price":`, is
/// compared with the bytes that were walked over there before, in one or two words; only where they differ is the key read and
/// looked up. The bytes were checked when they were learned, so what is taken by the forecast is JSON as much as what is read.
///
/// Each key that was seen is a node; from each one leads a guess to the key behind its value, and one to the first key of the
/// object that follows (which is its value, or the next of an array).
struct KeyForecast: ~Copyable {
    struct Node: BitwiseCopyable {
        /// The first eight bytes and the last eight; of fewer than eight, those that `mask` leaves. Between them lies `middle`.
        var head: UInt64 = 0, mask: UInt64 = 0, middle: UInt64 = 0, tail: UInt64 = 0
        var count = 0
        /// How many bytes must lie ahead for a look at them; none ever do for the node that stands for no key.
        var reach = Int.max
        /// As in the table of keys; −1 where it is not looked at.
        var key: Int32 = -1
        var next: Int16 = 0, first: Int16 = 0
    }
    private let nodes: UnsafeMutablePointer<Node>
    private var count = 1
    /// The key that came last; 0 at the beginning, and behind one that is not learned.
    private var last = 0

    /// More than any venue's messages have; where they are used up, everything is forgotten.
    static var most: Int { 192 }
    /// Longer ones are not learned.
    static var longest: Int { 24 }

    init() {
        nodes = .allocate(capacity: Self.most)
        nodes.initialize(repeating: Node(), count: Self.most)
    }
    deinit { nodes.deallocate() }

    /// Another message.
    @inline(__always)
    mutating func begin() { last = 0 }

    /// The number of the key that lies ahead, if it is the expected one, which then is behind; nil if not.
    @inline(__always)
    mutating func take(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isFirst: Bool) -> Int? {
        let guess = Int(isFirst ? nodes[last].first : nodes[last].next)
        let node = nodes + guess
        guard end - at >= node.pointee.reach else { return nil }
        let ahead = UnsafeRawPointer(at), count = node.pointee.count
        guard ahead.loadUnaligned(as: UInt64.self) & node.pointee.mask == node.pointee.head else { return nil }
        if count > 8 {
            guard ahead.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) == node.pointee.tail else { return nil }
            if count > 16, ahead.loadUnaligned(fromByteOffset: 8, as: UInt64.self) != node.pointee.middle { return nil }
        }
        at += count
        last = guess
        return Int(node.pointee.key)
    }

    /// A key was read that was not the expected one: it is from now on.
    /// - Parameter bytes: from the end of the value before to behind the colon.
    mutating func learn(_ bytes: UnsafeRawBufferPointer, key: Int, isFirst: Bool) {
        guard bytes.count <= Self.longest else { return begin() }
        let learned = Self.node(bytes, key: key)
        var place = 1
        while place < count, !Self.areSame(nodes[place], learned) { place += 1 }
        if place == Self.most {
            nodes.update(repeating: Node(), count: Self.most)
            (count, last, place) = (1, 0, 1)
        }
        if place == count {
            nodes[place] = learned
            count += 1
        }
        if isFirst { nodes[last].first = Int16(place) } else { nodes[last].next = Int16(place) }
        last = place
    }

    private static func areSame(_ a: Node, _ b: Node) -> Bool {
        a.count == b.count && a.head == b.head && a.middle == b.middle && a.tail == b.tail
    }

    private static func node(_ bytes: UnsafeRawBufferPointer, key: Int) -> Node {
        var node = Node()
        node.count = bytes.count
        node.reach = max(8, bytes.count)
        node.key = Int32(key)
        func word(_ from: Int) -> UInt64 {
            (0..<min(8, bytes.count)).reduce(0) { $0 | UInt64(bytes[from + $1]) << UInt64(8 * $1) }
        }
        node.head = word(0)
        node.mask = bytes.count >= 8 ? .max : 1 << UInt64(8 * bytes.count) - 1
        if bytes.count > 8 { node.tail = word(bytes.count - 8) }
        if bytes.count > 16 { node.middle = word(8) }
        return node
    }
}
