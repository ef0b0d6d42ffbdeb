/// Where sessions begin and end.
public enum SessionRule: Sendable {
    /// There is one, without an end.
    case none
    /// Each day of UTC is one.
    case days

    /// A day, in nanoseconds.
    public static var day: Int64 { 86_400_000_000_000 }

    /// Moves on to the session of `time`.
    /// - Returns: false when that lies in none.
    func enter(_ time: Int64, _ cursor: inout SessionCursor) -> Bool {
        switch self {
        case .none: (cursor.start, cursor.end) = (.min, .max)
        case .days:
            let rest = time % Self.day
            let start = time &- (rest < 0 ? rest &+ Self.day : rest)
            (cursor.start, cursor.end) = (start, start &+ Self.day)
        }
        return true
    }
}

/// The session at hand, `[start, end)`: empty before the first.
public struct SessionCursor: Words {
    var start: Int64 = 0, end: Int64 = 0
    public init() {}
    func holds(_ time: Int64) -> Bool { time >= start && time < end }
}
