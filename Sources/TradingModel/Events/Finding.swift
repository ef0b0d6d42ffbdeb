import PlainData

/// One check's result for one order. Every check that has something to say says it: there is no short circuit.
public struct Finding: Element {
    public static var elementName: String { "Finding" }
    public var eventTime: Int64
    public var clOrdID: ClOrdID
    /// What was measured and what was allowed, in the check's own unit; NaN where there is none.
    public var measured: Double, limit: Double
    /// How old the reference was, in nanoseconds; −1 where there is none.
    public var referenceAge: Int64
    /// Over how long it was counted, in nanoseconds; −1 where nothing was counted over time.
    public var window: Int64
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID
    public var check: Check, outcome: Outcome
    public var scope: Scope
    private var reserved: UInt8 = 0

    public init(
        eventTime: Int64, clOrdID: ClOrdID, symbol: SymbolID, account: TextID, strategy: TextID, check: Check, outcome: Outcome,
        measured: Double = .nan, limit: Double = .nan, referenceAge: Int64 = -1, scope: Scope = .order, window: Int64 = -1
    ) {
        (self.eventTime, self.clOrdID, self.symbol, self.account) = (eventTime, clOrdID, symbol, account)
        (self.strategy, self.check, self.outcome) = (strategy, check, outcome)
        (self.measured, self.limit, self.referenceAge) = (measured, limit, referenceAge)
        (self.scope, self.window) = (scope, window)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("cl_ord_id", clOrdID)
        visitor.field("symbol", symbol)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("check", check)
        visitor.field("outcome", outcome)
        visitor.field("measured", measured)
        visitor.field("limit", limit)
        visitor.field("reference_age", referenceAge)
        visitor.field("scope", scope)
        visitor.field("window", window)
    }
}
