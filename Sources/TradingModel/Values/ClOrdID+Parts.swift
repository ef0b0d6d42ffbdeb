/// What an id says of itself, for those who follow an order back.
extension ClOrdID {
    /// An id of ours from its thirteen characters, in either case and with Crockford's readings of O, I and L; nil for any
    /// other text.
    public init?(ownText text: String) {
        let read = text.uppercased().map { character in
            switch character {
            case "O": Character("0")
            case "I", "L": Character("1")
            default: character
            }
        }
        var bytes = String(read)
        guard let id = bytes.withUTF8({ ClOrdID.own(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    private var isOwn: Bool { rawValue >> 52 != Self.foreignDay }
    /// Days since 2020-01-01; nil, like the other parts, for an id from outside.
    public var day: UInt64? { isOwn ? rawValue >> 52 : nil }
    /// Which of the graph's vertices made the order.
    public var vertex: UInt64? { isOwn ? rawValue >> 46 & 63 : nil }
    /// Its place among the orders that the record caused at that vertex, from 0.
    public var place: UInt64? { isOwn ? rawValue & (1 << 12 - 1) : nil }
}
