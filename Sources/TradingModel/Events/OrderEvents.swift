import PlainData

/// What somebody wants done with an order: the row of an `orders-csv`, a drift proposal, a person's command.
/// Not yet checked by compliance, so no router takes it.
public struct OrderRequest: Element {
    public enum Action: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case new = 0x44  // 'D', as FIX's MsgType
        case cancel = 0x46  // 'F'
        case replace = 0x47  // 'G'
        case status = 0x48  // 'H'

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
    /// MsgSeqNum (34) on the session that carried it; 0 where none did.
    public var msgSeqNum: UInt64
    public var symbol: SymbolID
    public var orderID: TextID, execID: TextID, execRefID: TextID, text: TextID, account: TextID
    /// CxlRejReason (102) or OrdRejReason (103); −1 where absent.
    public var cxlRejReason: Int16, ordRejReason: Int16
    public var msgType: MsgType, execType: ExecType, ordStatus: OrdStatus, side: Side
    /// PossDupFlag (43) and PossResend (97): '1' or '0'.
    public var possDup: UInt8, possResend: UInt8
    private var reserved: UInt16 = 0

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
    }
}

/// How sure we are of an order's fate.
public enum Certainty: UInt8, BitwiseCopyable, Sendable, FieldValue {
    case known = 0
    /// It may or may not have left, or be alive: its risk stays reserved.
    case inDoubt
    case reconciling

    public func text(_ names: Names) -> String {
        switch self {
        case .known: "KNOWN"
        case .inDoubt: "IN_DOUBT"
        case .reconciling: "RECONCILING"
        }
    }
}

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

/// An event that the order's rules did not expect. It is recorded, never thrown away.
public struct Anomaly: Element {
    public enum Rule: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case unknownOrder = 0, afterTerminal, overfill, duplicateExecID, unknownExecRef, illegalTransition, quantityMismatch
        case duplicateClOrdID, cumQtyMismatch

        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "Anomaly" }
    public var eventTime: Int64
    public var clOrdID: ClOrdID
    public var expected: Quantity, reported: Quantity
    public var symbol: SymbolID
    public var execID: TextID
    public var rule: Rule, execType: ExecType, ordStatus: OrdStatus
    private var reserved: (UInt8, UInt32) = (0, 0)

    public init(
        eventTime: Int64, clOrdID: ClOrdID, symbol: SymbolID, rule: Rule, execType: ExecType, ordStatus: OrdStatus,
        execID: TextID = .none, expected: Quantity = .zero, reported: Quantity = .zero
    ) {
        (self.eventTime, self.clOrdID, self.symbol, self.rule) = (eventTime, clOrdID, symbol, rule)
        (self.execType, self.ordStatus, self.execID) = (execType, ordStatus, execID)
        (self.expected, self.reported) = (expected, reported)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("symbol", symbol)
        visitor.field("rule", rule)
        visitor.field("exec_type", execType)
        visitor.field("ord_status", ordStatus)
        visitor.field("exec_id", execID)
        visitor.field("expected", expected)
        visitor.field("reported", reported)
    }
}

/// How far a slicer has come with a parent order. Σ filled + Σ open ≤ order quantity at every instant.
public struct ParentUpdate: Element {
    public enum State: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case working = 0, done, rejected
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
