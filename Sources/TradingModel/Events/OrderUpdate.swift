import PlainData

/// An order's state after one event was applied.
public struct OrderUpdate: Element {
    public static var elementName: String { "OrderUpdate" }
    public var eventTime: Int64
    public var clOrdID: ClOrdID, parentID: ClOrdID
    public var orderQty: Quantity, cumQty: Quantity, leavesQty: Quantity
    /// What this event filled (negative for a bust), and at which price.
    public var lastQty: Quantity
    public var lastPx: Price, avgPx: Price
    /// The ClOrdID that the order was entered with: the same through all replaces, where `clOrdID` is the current one.
    public var rootID: ClOrdID
    /// Σ lastPx·lastQty of the live fills after this event: exact where `avgPx` is rounded.
    public var cumNotional: Notional
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID, execID: TextID
    /// How many cancel and replace requests await their answer.
    public var pending: UInt8
    public var ordStatus: OrdStatus, execType: ExecType, side: Side, certainty: Certainty
    private var reserved: (UInt8, UInt8, UInt8) = (0, 0, 0)
    /// The execution that a bust or a correction is about (19).
    public var execRefID: TextID

    /// - Parameter rootID: none for an order that was never replaced: its `clOrdID`.
    public init(
        eventTime: Int64, clOrdID: ClOrdID, parentID: ClOrdID, symbol: SymbolID, account: TextID, strategy: TextID, side: Side,
        ordStatus: OrdStatus, execType: ExecType, orderQty: Quantity, cumQty: Quantity, leavesQty: Quantity, lastQty: Quantity,
        lastPx: Price, avgPx: Price, cumNotional: Notional, execID: TextID, pending: UInt8, certainty: Certainty,
        rootID: ClOrdID = .none, execRefID: TextID = .none
    ) {
        (self.rootID, self.execRefID) = (rootID.isNone ? clOrdID : rootID, execRefID)
        (self.eventTime, self.clOrdID, self.parentID, self.symbol) = (eventTime, clOrdID, parentID, symbol)
        (self.account, self.strategy, self.side) = (account, strategy, side)
        (self.ordStatus, self.execType, self.orderQty, self.cumQty) = (ordStatus, execType, orderQty, cumQty)
        (self.leavesQty, self.lastQty, self.lastPx, self.avgPx) = (leavesQty, lastQty, lastPx, avgPx)
        (self.cumNotional, self.execID, self.pending, self.certainty) = (cumNotional, execID, pending, certainty)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("ord_status", ordStatus)
        visitor.field("order_qty", orderQty)
        visitor.field("cum_qty", cumQty)
        visitor.field("leaves_qty", leavesQty)
        visitor.field("avg_px", avgPx)
        visitor.field("pending", pending)
        visitor.field("certainty", certainty)
        visitor.field("parent_id", parentID)
        visitor.field("symbol", symbol)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("side", side)
        visitor.field("exec_type", execType)
        visitor.field("last_qty", lastQty)
        visitor.field("last_px", lastPx)
        visitor.field("cum_notional", cumNotional)
        visitor.field("exec_id", execID)
        visitor.field("exec_ref_id", execRefID)
        visitor.field("root_id", rootID)
    }
}
