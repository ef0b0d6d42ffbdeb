import PlainData

/// A venue takes a trade back that it has told, or tells it differently. 64 bytes, no padding.
///
/// What was made of the trade stays as it is: the trade is on record, and so is this.
public struct TradeCorrection: Element {
    public static var elementName: String { "TradeCorrection" }
    /// When the venue said so.
    public var eventTime: Int64
    /// The trade as it was told.
    public var tradeID: UInt64, price: Price, size: Quantity
    /// The trade as it is; no price and no size where there was none.
    public var newTradeID: UInt64, newPrice: Price, newSize: Quantity
    public var symbol: SymbolID
    private var reserved: UInt32 = 0

    public var isCancel: Bool { newSize == .zero }

    public init(
        eventTime: Int64, symbol: SymbolID, tradeID: UInt64, price: Price, size: Quantity, newTradeID: UInt64, newPrice: Price,
        newSize: Quantity
    ) {
        (self.eventTime, self.symbol) = (eventTime, symbol)
        (self.tradeID, self.price, self.size) = (tradeID, price, size)
        (self.newTradeID, self.newPrice, self.newSize) = (newTradeID, newPrice, newSize)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("trade_id", tradeID)
        visitor.field("price", price)
        visitor.field("size", size)
        visitor.field("new_trade_id", newTradeID)
        visitor.field("new_price", newPrice)
        visitor.field("new_size", newSize)
    }
}
