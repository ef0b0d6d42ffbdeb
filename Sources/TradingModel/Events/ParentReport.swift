import PlainData

/// What the desk says to an EMS about a parent order: FIX's ExecutionReport (8) or OrderCancelReject (9). A function of the
/// journal, ids and all: what is said again after a crash is said in the same words.
public struct ParentReport: Element {
    /// Why, where there is more to say than the codes do.
    public enum Why: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case none = 0
        /// A control of the desk; `check` says which.
        case control
        case review
        /// The reason stands in the entry: `text`.
        case entry
        case noSchedule, duplicate, unknownOrder, ended, notWorking, tooMany, scheduleOver, terms

        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "ParentReport" }

    public var eventTime: Int64
    public var clOrdID: ClOrdID, origClOrdID: ClOrdID
    /// Made by the desk like the ids of its orders; none where there is no such order.
    public var orderID: ClOrdID
    /// ExecID (17), also of an OrderCancelReject, which does not show it; and ExecRefID (19).
    public var execID: ClOrdID, execRefID: ClOrdID
    public var orderQty: Quantity, cumQty: Quantity, leavesQty: Quantity, lastQty: Quantity
    public var lastPx: Price, avgPx: Price, price: Price
    public var symbol: SymbolID
    public var account: TextID, text: TextID
    /// OrdRejReason (103) or CxlRejReason (102); −1 where absent.
    public var reason: Int16
    public var msgType: ExecutionReport.MsgType, execType: ExecType, ordStatus: OrdStatus, side: Side
    public var why: Why, check: Check
    /// Of an OrderCancelReject, whether it answers a replace: CxlRejResponseTo (434).
    public var isOfReplace: UInt8
    private var reserved: UInt8 = 0

    public init(eventTime: Int64, clOrdID: ClOrdID, execType: ExecType, ordStatus: OrdStatus) {
        (self.eventTime, self.clOrdID, self.execType, self.ordStatus) = (eventTime, clOrdID, execType, ordStatus)
        (origClOrdID, orderID, execID, execRefID) = (.none, .none, .none, .none)
        (orderQty, cumQty, leavesQty, lastQty) = (.zero, .zero, .zero, .zero)
        (lastPx, avgPx, price) = (.none, .none, .none)
        (symbol, account, text) = (SymbolID(rawValue: 0), .none, .none)
        (reason, msgType, side, why, check, isOfReplace) = (-1, .executionReport, .none, .none, .decision, 0)
    }

    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("msg_type", msgType)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("orig_cl_ord_id", origClOrdID)
        visitor.field("order_id", orderID)
        visitor.field("exec_id", execID)
        visitor.field("exec_ref_id", execRefID)
        visitor.field("exec_type", execType)
        visitor.field("ord_status", ordStatus)
        visitor.field("symbol", symbol)
        visitor.field("side", side)
        visitor.field("account", account)
        visitor.field("order_qty", orderQty)
        visitor.field("price", price)
        visitor.field("cum_qty", cumQty)
        visitor.field("leaves_qty", leavesQty)
        visitor.field("last_qty", lastQty)
        visitor.field("last_px", lastPx)
        visitor.field("avg_px", avgPx)
        visitor.field("reason", Int64(reason))
        visitor.field("of_replace", UInt64(isOfReplace))
        visitor.field("why", why)
        visitor.field("check", check)
        visitor.field("text", text)
    }
}
