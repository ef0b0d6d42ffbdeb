import PlainData

/// What the venue says about an order: FIX's ExecutionReport (35=8) or OrderCancelReject (35=9).
public struct ExecutionReport: Element {
    public enum MsgType: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case executionReport = 0x38  // '8'
        case orderCancelReject = 0x39  // '9'
        /// Not a message: the router's own record that the order was handed to the session (`lastQty` is unused).
        case sent = 0x53  // 'S'
        /// Not a message: after a crash, nobody knows yet whether the order left.
        case inDoubt = 0x55  // 'U'
    }
    public static var elementName: String { "ExecutionReport" }
    /// TransactTime (60), else SendingTime (52).
    public var eventTime: Int64
    public var clOrdID: ClOrdID
    public var origClOrdID: ClOrdID
    public var orderQty: Quantity, cumQty: Quantity, leavesQty: Quantity, lastQty: Quantity
    /// `.none` where the report has none.
    public var lastPx: Price, avgPx: Price
    /// What the venue charges for the execution, in its currency (12, CommType 3); negative is a rebate, `.none` where it does
    /// not say.
    public var commission: Price = .none
    /// MsgSeqNum (34) on the session that carried it; 0 where none did.
    public var msgSeqNum: UInt64
    public var symbol: SymbolID
    public var orderID: TextID, execID: TextID, execRefID: TextID, text: TextID, account: TextID
    /// CxlRejReason (102) or OrdRejReason (103); −1 where absent.
    public var cxlRejReason: Int16, ordRejReason: Int16
    public var msgType: MsgType, execType: ExecType, ordStatus: OrdStatus, side: Side
    /// PossDupFlag (43) and PossResend (97): '1' or '0'.
    public var possDup: UInt8, possResend: UInt8
    public var lastLiquidityInd = LastLiquidityInd.none
    private var reserved: UInt8 = 0

    public init(
        eventTime: Int64, msgType: MsgType = .executionReport, clOrdID: ClOrdID, origClOrdID: ClOrdID = .none,
        orderID: TextID = .none, execID: TextID = .none, execRefID: TextID = .none, execType: ExecType, ordStatus: OrdStatus,
        symbol: SymbolID, side: Side, orderQty: Quantity = .zero, cumQty: Quantity = .zero, leavesQty: Quantity = .zero,
        lastQty: Quantity = .zero, lastPx: Price = .none, avgPx: Price = .none, cxlRejReason: Int16 = -1,
        ordRejReason: Int16 = -1, msgSeqNum: UInt64 = 0, possDup: Bool = false, possResend: Bool = false,
        account: TextID = .none, text: TextID = .none
    ) {
        (self.eventTime, self.msgType, self.clOrdID, self.origClOrdID) = (eventTime, msgType, clOrdID, origClOrdID)
        (self.orderID, self.execID, self.execRefID) = (orderID, execID, execRefID)
        (self.execType, self.ordStatus, self.symbol, self.side) = (execType, ordStatus, symbol, side)
        (self.orderQty, self.cumQty, self.leavesQty) = (orderQty, cumQty, leavesQty)
        (self.lastQty, self.lastPx, self.avgPx) = (lastQty, lastPx, avgPx)
        (self.cxlRejReason, self.ordRejReason, self.msgSeqNum) = (cxlRejReason, ordRejReason, msgSeqNum)
        (self.possDup, self.possResend, self.account, self.text) = (possDup ? 1 : 0, possResend ? 1 : 0, account, text)
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
        visitor.field("order_qty", orderQty)
        visitor.field("cum_qty", cumQty)
        visitor.field("leaves_qty", leavesQty)
        visitor.field("last_qty", lastQty)
        visitor.field("last_px", lastPx)
        visitor.field("avg_px", avgPx)
        visitor.field("cxl_rej_reason", Int64(cxlRejReason))
        visitor.field("ord_rej_reason", Int64(ordRejReason))
        visitor.field("msg_seq_num", msgSeqNum)
        visitor.field("poss_dup", UInt64(possDup))
        visitor.field("poss_resend", UInt64(possResend))
        visitor.field("account", account)
        visitor.field("text", text)
        visitor.field("last_liquidity_ind", lastLiquidityInd)
        visitor.field("commission", commission)
    }
}
