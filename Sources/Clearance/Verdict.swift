import TradingModel

/// What the rules say of one order: every finding that is not OK, and the worst of them as the outcome.
public struct Verdict: Sendable {
    private struct Entry: BitwiseCopyable {
        var check = Check.decision, outcome = Outcome.ok
        var measured = Double.nan, limit = Double.nan, window: Int64 = -1
        var scope: Scope?
    }
    /// More than the rules can find, so that none is ever left out.
    private static let capacity = 40
    /// The most findings of one order, its decision included.
    public static let mostFindings = capacity + 1
    private var entries = InlineArray<40, Entry>(repeating: Entry())
    /// How many findings are not OK.
    public private(set) var count = 0
    public private(set) var outcome = Outcome.ok
    let order: OrderRequest
    private let referenceAge: Int64
    /// The soft checks that were found, one bit each, and whether a hard one was.
    public private(set) var softChecks: UInt64 = 0, isHard = false

    init(_ order: OrderRequest, referenceAge: Int64) { (self.order, self.referenceAge) = (order, referenceAge) }

    /// The order with compliance's consent; nil unless the outcome is OK.
    public var cleared: ClearedOrder? { outcome == .ok ? ClearedOrder(order) : nil }

    public subscript(index: Int) -> Finding {
        precondition(index < count, "finding \(index) of \(count)")
        let entry = entries[index]
        var finding = finding(entry.check, entry.outcome, entry.measured, entry.limit, entry.window)
        if let scope = entry.scope { finding.scope = scope }
        return finding
    }
    /// The row that joins them.
    public var decision: Finding { finding(.decision, outcome, Double(count), .nan) }

    private func finding(_ check: Check, _ outcome: Outcome, _ measured: Double, _ limit: Double, _ window: Int64 = -1) -> Finding
    {
        Finding(
            eventTime: order.eventTime, clOrdID: order.clOrdID, symbol: order.symbol, account: order.account,
            strategy: order.strategy, check: check, outcome: outcome, measured: measured, limit: limit,
            referenceAge: referenceAge, scope: check.scope, window: window)
    }

    /// - Parameter scope: over what it was measured, where that is not the check's own.
    mutating func block(
        _ check: Check, _ measured: Double = .nan, _ limit: Double = .nan, window: Int64 = -1, scope: Scope? = nil
    ) {
        isHard = true
        add(Entry(check: check, outcome: .block, measured: measured, limit: limit, window: window, scope: scope))
    }
    mutating func review(_ check: Check, _ measured: Double, _ limit: Double) {
        softChecks |= 1 << (UInt64(check.rawValue) & 63)
        add(Entry(check: check, outcome: .review, measured: measured, limit: limit))
    }

    private mutating func add(_ entry: Entry) {
        precondition(count < Self.capacity, "more findings than checks")
        entries[count] = entry
        count += 1
        outcome = max(outcome, entry.outcome)
    }
}
