import PlainData

/// How far a slicer has come with a parent order. Σ filled + Σ open ≤ order quantity at every instant.
public struct ParentUpdate: Element {
    public enum State: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case working = 0, done, rejected
        /// It works, and sends nothing until somebody lets it go on.
        case suspended

        /// Whether more of it may trade.
        public var isOpen: Bool { self == .working || self == .suspended }
        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "ParentUpdate" }
    public var eventTime: Int64
    public var clOrdID: ClOrdID
    /// What was asked for, what lies at the venue now, and what has traded.
    public var orderQty: Quantity, openQty: Quantity, cumQty: Quantity
    public var price: Price
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID
    public var side: Side, state: State
    private var reserved: UInt16 = 0

    public init(
        eventTime: Int64, clOrdID: ClOrdID, symbol: SymbolID, account: TextID, strategy: TextID, side: Side, state: State,
        orderQty: Quantity, openQty: Quantity, cumQty: Quantity, price: Price
    ) {
        (self.eventTime, self.clOrdID, self.symbol, self.account) = (eventTime, clOrdID, symbol, account)
        (self.strategy, self.side, self.state, self.price) = (strategy, side, state, price)
        (self.orderQty, self.openQty, self.cumQty) = (orderQty, openQty, cumQty)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("symbol", symbol)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("side", side)
        visitor.field("state", state)
        visitor.field("order_qty", orderQty)
        visitor.field("open_qty", openQty)
        visitor.field("cum_qty", cumQty)
        visitor.field("price", price)
    }
}
