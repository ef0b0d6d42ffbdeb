import PlainData

/// A difference between what a venue told the desk and the copy of it that somebody else sent: a drop copy.
public struct CopyBreak: Element {
    /// The kinds of differences, by the numbers of the reconciliation's list (`BreakClass`).
    public enum Kind: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
        /// A copy names an order that the desk has not asked for.
        case orderUnknownLocally = 2
        /// The copy is there, and the report is not; the other way round.
        case fillMissingLocally = 4
        case fillMissingAtVenue = 5
        /// One ExecID over two copies that differ.
        case fillDuplicate = 6
        /// Both are there and differ.
        case fillFieldMismatch = 7

        public var code: String { "B\(rawValue)" }
        public func text(_ names: Names) -> String { code }
    }
    public enum State: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case open = 0
        /// The other side came after all.
        case matchedLate
        public func text(_ names: Names) -> String { self == .open ? "OPEN" : "MATCHED_LATE" }
    }
    /// What differs, where both are there.
    public enum Difference: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case none = 0
        case clOrdID, symbol, side, execType, lastQty, lastPx, execRefID
        public func text(_ names: Names) -> String { self == .none ? "" : String(describing: self) }
    }
    public static var elementName: String { "CopyBreak" }

    public var eventTime: Int64
    /// Tells it from the others of its check: what is opened and closed has the same.
    public var number: UInt64
    public var clOrdID: ClOrdID
    /// Zero and none where that side has nothing.
    public var ourQty: Quantity, theirQty: Quantity, ourPx: Price, theirPx: Price
    public var symbol: SymbolID
    /// None where it is about an order as a whole.
    public var execID: TextID
    public var orderID: TextID, account: TextID
    public var kind: Kind, state: State, differs: Difference
    public var execType: ExecType, side: Side
    private var reserved: (UInt8, UInt16) = (0, 0)

    public init(eventTime: Int64, number: UInt64, kind: Kind, state: State, of report: ExecutionReport) {
        (self.eventTime, self.number, self.kind, self.state) = (eventTime, number, kind, state)
        (clOrdID, execID, orderID, account) = (report.clOrdID, report.execID, report.orderID, report.account)
        (symbol, side, execType, differs) = (report.symbol, report.side, report.execType, .none)
        (ourQty, theirQty, ourPx, theirPx) = (.zero, .zero, .none, .none)
    }

    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("class", kind)
        visitor.field("state", state)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("exec_id", execID)
        visitor.field("exec_type", execType)
        visitor.field("differs", differs)
        visitor.field("symbol", symbol)
        visitor.field("side", side)
        visitor.field("our_qty", ourQty)
        visitor.field("our_px", ourPx)
        visitor.field("their_qty", theirQty)
        visitor.field("their_px", theirPx)
        visitor.field("order_id", orderID)
        visitor.field("account", account)
        visitor.field("number", number)
    }
}
