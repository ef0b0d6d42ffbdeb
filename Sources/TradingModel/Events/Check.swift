import PlainData

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
