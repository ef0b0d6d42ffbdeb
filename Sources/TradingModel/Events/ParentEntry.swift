import PlainData

/// A message of an order management system outside (an EMS) about a parent order, as it came in over its session: also one that
/// asks for what cannot be, with the reason. What the desk answers is a `ParentReport`.
public struct ParentEntry: Element {
    /// FIX's MsgType, but for the two that a code of another field makes.
    public enum MsgType: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case newOrderSingle = 0x44  // 'D'
        case orderCancelRequest = 0x46  // 'F'
        case orderCancelReplaceRequest = 0x47  // 'G'
        case orderStatusRequest = 0x48  // 'H'
        /// DontKnowTrade: the other side does not recognise an execution that it was told of.
        case dontKnowTrade = 0x51  // 'Q'
        /// An OrderCancelReplaceRequest whose ExecInst (18) suspends the order, or releases it.
        case suspend = 0x53  // 'S'
        case release = 0x71  // 'q'

        /// Whether it is an OrderCancelReplaceRequest.
        public var isReplace: Bool { self == .orderCancelReplaceRequest || self == .suspend || self == .release }
    }
    public static var elementName: String { "ParentEntry" }

    /// When it came in. The sender's clock does not count here: parents are worked by the desk's.
    public var eventTime: Int64
    public var clOrdID: ClOrdID, origClOrdID: ClOrdID
    public var orderQty: Quantity, price: Price
    /// MsgSeqNum (34): up to which message of the session the journal has all.
    public var msgSeqNum: UInt64
    public var terms: ParentTerms
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID
    /// Text (58) of the sender; of an entry that is refused, why.
    public var text: TextID
    /// DontKnowTrade: the ExecID (17) it is about.
    public var execID: TextID
    /// OrdRejReason (103) of an entry that is refused; −1 where nothing is wrong with it.
    public var rejReason: Int16
    public var msgType: MsgType, side: Side, ordType: OrdType, timeInForce: TimeInForce
    /// PossDupFlag (43) and PossResend (97): 1 or 0.
    public var possDup: UInt8, possResend: UInt8

    public init(
        eventTime: Int64, msgType: MsgType, clOrdID: ClOrdID, origClOrdID: ClOrdID = .none, account: TextID = .none,
        strategy: TextID = .none, symbol: SymbolID = SymbolID(rawValue: 0), side: Side = .none, orderQty: Quantity = .zero,
        ordType: OrdType = .market, price: Price = .none, timeInForce: TimeInForce = .day, terms: ParentTerms? = nil,
        rejReason: Int16 = -1, msgSeqNum: UInt64 = 0, possDup: Bool = false, possResend: Bool = false, execID: TextID = .none,
        text: TextID = .none
    ) {
        (self.eventTime, self.msgType, self.clOrdID, self.origClOrdID) = (eventTime, msgType, clOrdID, origClOrdID)
        (self.account, self.strategy, self.symbol, self.side) = (account, strategy, symbol, side)
        (self.orderQty, self.ordType, self.price, self.timeInForce) = (orderQty, ordType, price, timeInForce)
        self.terms = terms ?? ParentTerms()
        (self.terms.eventTime, self.terms.clOrdID) = (eventTime, clOrdID)
        (self.rejReason, self.msgSeqNum, self.execID, self.text) = (rejReason, msgSeqNum, execID, text)
        (self.possDup, self.possResend) = (possDup ? 1 : 0, possResend ? 1 : 0)
    }

    public var isRefused: Bool { rejReason >= 0 }
    /// Whether it may be a copy of one that came before.
    public var mayBeCopy: Bool { possDup != 0 || possResend != 0 }

    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("msg_type", msgType)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("orig_cl_ord_id", origClOrdID)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("symbol", symbol)
        visitor.field("side", side)
        visitor.field("order_qty", orderQty)
        visitor.field("ord_type", ordType)
        visitor.field("price", price)
        visitor.field("time_in_force", timeInForce)
        terms.details(&visitor)
        visitor.field("rej_reason", Int64(rejReason))
        visitor.field("exec_id", execID)
        visitor.field("msg_seq_num", msgSeqNum)
        visitor.field("poss_dup", UInt64(possDup))
        visitor.field("poss_resend", UInt64(possResend))
        visitor.field("text", text)
    }
}
