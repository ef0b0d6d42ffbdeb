import PlainData

/// How sure we are of an order's fate.
public enum Certainty: UInt8, BitwiseCopyable, Sendable, FieldValue {
    case known = 0
    /// It may or may not have left, or be alive: its risk stays reserved.
    case inDoubt
    case reconciling

    public func text(_ names: Names) -> String {
        switch self {
        case .known: "KNOWN"
        case .inDoubt: "IN_DOUBT"
        case .reconciling: "RECONCILING"
        }
    }
}
