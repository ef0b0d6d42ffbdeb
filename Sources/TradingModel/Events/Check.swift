import PlainData

/// The pre-trade checks, by the codes of the controls' list (hard ones block, soft ones ask for a second person).
public enum Check: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    /// The row that joins all findings of an order.
    case decision = 0
    case instrumentKnown = 1, limitPresent, priceTick, quantityLot, maxQuantity, maxNotional, collar, marketOrder
    case duplicate, restricted, unauthorised, position, openOrders, credit, messageRate, repeatedExecution, halted
    case selfMatch, childOfParent, tradeRatio
    case softNotional = 33, softVolume, softCollar, firstTrade, concentration, dailyLoss, staleOverride
    /// What a person did, or what became of an order that waited for one: acts, not measurements.
    case kill = 64, reduce, rearm, approval, rejection, expiry, withdrawal
    /// A limit was changed; a change that was made for later began, or ended.
    case limit, limitBegan, limitEnded
    /// What an approval is held against: that the order waits, that the approver is somebody else than who asked, that it is the
    /// order and the limits that were seen, that nothing more is found by now.
    case pending = 96, otherPerson, sameTerms, sameLimits, sameFindings

    /// Whether it is what somebody did, or what became of an order that waited.
    public var isAct: Bool { rawValue >= 64 && rawValue < 96 }

    /// `C06` for a hard check, `S1` for a soft one, `A2` for one of approvals, and an act's name.
    public var code: String {
        switch rawValue {
        case 0: "decision"
        case 96...: "A\(rawValue - 95)"
        case 64...: String(describing: self)
        case 33...: "S\(rawValue - 32)"
        default: rawValue < 10 ? "C0\(rawValue)" : "C\(rawValue)"
        }
    }
    public func text(_ names: Names) -> String { code }
}
