import PlainData

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
