import PlainData

/// What compliance says of an order, or of one check of it: the worst finding decides.
public enum Outcome: UInt8, BitwiseCopyable, Sendable, FieldValue, Comparable {
    case ok = 0, review, block

    @inlinable public static func < (a: Outcome, b: Outcome) -> Bool { a.rawValue < b.rawValue }
    public func text(_ names: Names) -> String {
        switch self {
        case .ok: "OK"
        case .review: "REVIEW"
        case .block: "BLOCK"
        }
    }
}

/// The pre-trade checks, by the codes of the controls' list (hard ones block, soft ones ask for a second person).
public enum Check: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    /// The row that joins all findings of an order.
    case decision = 0
    case instrumentKnown = 1, limitPresent, priceTick, quantityLot, maxQuantity, maxNotional, collar, marketOrder
    case duplicate, restricted, unauthorised, position, openOrders, credit, messageRate, repeatedExecution, halted
    case selfMatch, childOfParent, tradeRatio
    case softNotional = 33, softVolume, softCollar, firstTrade, concentration, dailyLoss, staleOverride

    /// `C06` for a hard check, `S1` for a soft one.
    public var code: String {
        switch rawValue {
        case 0: "decision"
        case 33...: "S\(rawValue - 32)"
        default: rawValue < 10 ? "C0\(rawValue)" : "C\(rawValue)"
        }
    }
    public func text(_ names: Names) -> String { code }
}

/// One check's result for one order. Every check that has something to say says it: there is no short circuit.
public struct Finding: Element {
    public static var elementName: String { "Finding" }
    public var eventTime: Int64
    public var clOrdID: ClOrdID
    /// What was measured and what was allowed, in the check's own unit; NaN where there is none.
    public var measured: Double, limit: Double
    /// How old the reference was, in nanoseconds; −1 where there is none.
    public var referenceAge: Int64
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID
    public var check: Check, outcome: Outcome
    private var reserved: UInt16 = 0

    public init(
        eventTime: Int64, clOrdID: ClOrdID, symbol: SymbolID, account: TextID, strategy: TextID, check: Check, outcome: Outcome,
        measured: Double = .nan, limit: Double = .nan, referenceAge: Int64 = -1
    ) {
        (self.eventTime, self.clOrdID, self.symbol, self.account) = (eventTime, clOrdID, symbol, account)
        (self.strategy, self.check, self.outcome) = (strategy, check, outcome)
        (self.measured, self.limit, self.referenceAge) = (measured, limit, referenceAge)
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
    }
}
