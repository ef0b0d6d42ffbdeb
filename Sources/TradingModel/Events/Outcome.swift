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
