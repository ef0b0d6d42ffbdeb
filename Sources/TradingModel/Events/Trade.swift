import PlainData

/// One trade as a venue prints it. 40 bytes, no padding.
public struct Trade: Element {
    public static var elementName: String { "Trade" }
    public var eventTime: Int64
    public var price: Price
    public var size: Quantity
    /// The venue's own number for it; 0 where it gives none.
    public var tradeID: UInt64
    public var symbol: SymbolID
    @usableFromInline var aggressorWord: UInt32

    /// Who crossed the spread; `.none` where the venue does not say.
    @inlinable public var aggressor: Side { Side(rawValue: UInt8(truncatingIfNeeded: aggressorWord)) ?? .none }

    @inlinable public init(
        eventTime: Int64, symbol: SymbolID, price: Price, size: Quantity, aggressor: Side = .none, tradeID: UInt64 = 0
    ) {
        self.init(eventTime, symbol, price, size, UInt32(aggressor.rawValue), tradeID)
    }
    @usableFromInline init(
        _ eventTime: Int64, _ symbol: SymbolID, _ price: Price, _ size: Quantity, _ aggressor: UInt32, _ tradeID: UInt64
    ) {
        (self.eventTime, self.price, self.size, self.tradeID) = (eventTime, price, size, tradeID)
        (self.symbol, aggressorWord) = (symbol, aggressor)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("price", price)
        visitor.field("size", size)
        visitor.field("aggressor", aggressor)
        visitor.field("trade_id", tradeID)
    }
}
