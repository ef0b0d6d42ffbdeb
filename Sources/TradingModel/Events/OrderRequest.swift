import PlainData

/// What somebody wants done with an order: the row of an `orders-csv`, a drift proposal, a person's command.
/// Not yet checked by compliance, so no router takes it.
public struct OrderRequest: Element {
    public enum Action: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case new = 0x44  // 'D', as FIX's MsgType
        case cancel = 0x46  // 'F'
        case replace = 0x47  // 'G'
        case status = 0x48  // 'H'
        /// Of a parent, for its slicer: nothing more is sent until it is released. No venue hears of it. The codes are ExecInst's (18).
        case suspend = 0x53  // 'S'
        case release = 0x71  // 'q'

        /// Whether it is for a slicer alone.
        @inlinable public var isHold: Bool { self == .suspend || self == .release }
        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "OrderRequest" }
    public var eventTime: Int64
    public var clOrdID: ClOrdID
    /// The order that a cancel or a replace is about.
    public var origClOrdID: ClOrdID
    /// The parent that a child order works for; none for a parent.
    public var parentID: ClOrdID
    public var orderQty: Quantity
    /// The limit; `.none` for a market order.
    public var price: Price
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID
    public var action: Action, side: Side, ordType: OrdType, timeInForce: TimeInForce

    public init(
        eventTime: Int64, action: Action = .new, clOrdID: ClOrdID, origClOrdID: ClOrdID = .none, parentID: ClOrdID = .none,
        account: TextID = .none, strategy: TextID = .none, symbol: SymbolID, side: Side, orderQty: Quantity, ordType: OrdType,
        price: Price = .none, timeInForce: TimeInForce = .day
    ) {
        (self.eventTime, self.action, self.clOrdID, self.origClOrdID) = (eventTime, action, clOrdID, origClOrdID)
        (self.parentID, self.account, self.strategy, self.symbol) = (parentID, account, strategy, symbol)
        (self.side, self.orderQty, self.ordType, self.price) = (side, orderQty, ordType, price)
        self.timeInForce = timeInForce
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("action", action)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("orig_cl_ord_id", origClOrdID)
        visitor.field("parent_id", parentID)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("symbol", symbol)
        visitor.field("side", side)
        visitor.field("order_qty", orderQty)
        visitor.field("ord_type", ordType)
        visitor.field("price", price)
        visitor.field("time_in_force", timeInForce)
    }
}
