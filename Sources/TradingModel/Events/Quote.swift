import PlainData

/// The best bid and ask. 48 bytes. A side where nobody stands has the price `.none`.
public struct Quote: Element {
    public static var elementName: String { "Quote" }
    public var eventTime: Int64
    public var bid: Price, ask: Price
    public var bidSize: Quantity, askSize: Quantity
    public var symbol: SymbolID
    private var reserved: UInt32 = 0

    public init(eventTime: Int64, symbol: SymbolID, bid: Price, bidSize: Quantity, ask: Price, askSize: Quantity) {
        (self.eventTime, self.symbol) = (eventTime, symbol)
        (self.bid, self.bidSize, self.ask, self.askSize) = (bid, bidSize, ask, askSize)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("bid", bid)
        visitor.field("bid_size", bidSize)
        visitor.field("ask", ask)
        visitor.field("ask_size", askSize)
    }
    /// The middle, when both sides stand and do not cross.
    @inlinable public var mid: Price? {
        guard !bid.isNone, !ask.isNone, bid <= ask else { return nil }
        return Price(rawValue: bid.rawValue + (ask.rawValue - bid.rawValue) / 2)
    }
}
