import PlainData

/// What a control measures over.
public enum Scope: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    case order = 0, symbol, account, strategy, firm, venue
    public func text(_ names: Names) -> String { String(describing: self) }
}

extension Check {
    /// What the check looks at: the one order, or all that one instrument, account, strategy or the whole firm has.
    public var scope: Scope {
        switch self {
        case .duplicate, .selfMatch, .restricted, .firstTrade, .concentration, .staleOverride: .symbol
        case .credit: .account
        case .repeatedExecution: .strategy
        case .openOrders, .messageRate, .tradeRatio, .dailyLoss, .halted: .firm
        default: .order
        }
    }
}
