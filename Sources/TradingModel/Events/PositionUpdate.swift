import PlainData

/// What the desk holds of one instrument after an event, and what still works for it at the venue.
public struct PositionUpdate: Element {
    public static var elementName: String { "PositionUpdate" }
    public var eventTime: Int64
    /// Signed: negative is short.
    public var quantity: Quantity
    /// LeavesQty of the working buys and of the working sells.
    public var workingBuy: Quantity, workingSell: Quantity
    /// The average cost of what is held; `.none` when flat.
    public var avgPx: Price
    public var lastPx: Price
    /// Realised profit since the start, at average cost, before fees.
    public var realised: Notional
    /// Σ −side·price·quantity of all fills: cash spent is negative.
    public var cash: Notional
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID
    private var reserved: UInt32 = 0

    public init(
        eventTime: Int64, symbol: SymbolID, account: TextID, strategy: TextID, quantity: Quantity, workingBuy: Quantity,
        workingSell: Quantity, avgPx: Price, lastPx: Price, realised: Notional, cash: Notional
    ) {
        (self.eventTime, self.symbol, self.account, self.strategy) = (eventTime, symbol, account, strategy)
        (self.quantity, self.workingBuy, self.workingSell) = (quantity, workingBuy, workingSell)
        (self.avgPx, self.lastPx, self.realised, self.cash) = (avgPx, lastPx, realised, cash)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("quantity", quantity)
        visitor.field("working_buy", workingBuy)
        visitor.field("working_sell", workingSell)
        visitor.field("avg_px", avgPx)
        visitor.field("last_px", lastPx)
        visitor.field("realised", realised)
        visitor.field("cash", cash)
    }
}
