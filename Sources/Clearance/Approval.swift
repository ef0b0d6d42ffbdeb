import TradingModel

/// A second person's consent to one order that the rules want looked at: to its terms as that person saw them, under the limits
/// of that moment, and to the soft findings that were known then. It stands for nothing else.
///
/// - Source: RTS 6 article 15(6): an order that was stopped may go only for a specific trade, by exception, verified by risk
///   management and authorised by a designated individual. ESMA's briefing of February 2026: what blocks hard cannot be waived.
public struct Approval: Sendable {
    /// `OrderRequest.terms` and `Limits.version` as the approver saw them.
    public var terms: UInt64, limits: UInt32
    /// Who asked for the order; none where no person did. Who approves; none approves nothing.
    public var requester: TextID, approver: TextID
    /// The soft checks that were found when the order was parked, one bit each as in `Verdict.softChecks`.
    public var softChecks: UInt64

    public init(terms: UInt64, limits: UInt32, requester: TextID, approver: TextID, softChecks: UInt64) {
        (self.terms, self.limits, self.requester) = (terms, limits, requester)
        (self.approver, self.softChecks) = (approver, softChecks)
    }
    /// Whether the approver is a person, and not the one who asked.
    public var isBySomebodyElse: Bool { approver != .none && approver != requester }
}

extension Verdict {
    /// The order with a second person's consent, as of `now`: nil where a hard check is against it, where a soft one is that
    /// the person did not know of, or where the consent is to another order, under other limits, or the requester's own.
    public func cleared(by approval: Approval, limits: UInt32, at now: Int64) -> ClearedOrder? {
        guard !isHard, approval.isBySomebodyElse, approval.terms == order.terms, approval.limits == limits,
            softChecks & ~approval.softChecks == 0
        else { return nil }
        var request = order
        request.eventTime = max(request.eventTime, now)  // what is timed from the order begins now
        return ClearedOrder(request)
    }
}
