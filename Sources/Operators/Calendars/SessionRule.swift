import PlainData

/// Where sessions begin and end.
public enum SessionRule: Sendable {
    /// There is one, without an end.
    case none
    /// Each day of UTC is one.
    case days
    /// Those of an exchange; what lies between them lies in none.
    case exchange(SessionCalendar)

    /// A day, in nanoseconds.
    public static var day: Int64 { UTC.day }

    /// Moves on to the stretch of a session in which `time` lies.
    /// - Returns: false when it lies in none.
    func enter(_ time: Int64, _ cursor: inout SessionCursor) -> Bool {
        switch self {
        case .none: (cursor.start, cursor.end, cursor.session) = (.min, .max, 0)
        case .days:
            let start = Self.floor(time, Self.day)
            (cursor.start, cursor.end, cursor.session) = (start, start &+ Self.day, start)
        case .exchange(let calendar):
            guard let session = calendar.session(at: time) else { return false }
            (cursor.start, cursor.end) =
                time < session.pauseStart ? (session.open, session.pauseStart) : (session.pauseEnd, session.close)
            cursor.session = session.open
        }
        return true
    }

    /// The window of `length` in which `time` lies. Of an exchange, windows begin where it opens (after a pause anew) and end at the
    /// latest where it closes; one of a day or longer is a session.
    func window(of time: Int64, length: Int64) -> SessionWindow? {
        guard case .exchange(let calendar) = self else {
            guard time > .min + 2 * length, time < .max - 2 * length else { return nil }
            let start = Self.floor(time, length)
            return SessionWindow(label: start, start: start, end: start + length)
        }
        guard let session = calendar.session(at: time) else { return nil }
        return Self.window(of: time, length, session)
    }
    /// The window after one that ended at `end`; nil after the calendar's last session.
    func window(after end: Int64, length: Int64) -> SessionWindow? {
        guard case .exchange(let calendar) = self else { return window(of: end, length: length) }
        let at = calendar.next(end)
        guard at < calendar.sessions.count else { return nil }
        let session = calendar.sessions[at]
        let time = end < session.open ? session.open : session.holds(end) ? end : session.pauseEnd
        return Self.window(of: time, length, session)
    }
    private static func window(of time: Int64, _ length: Int64, _ session: SessionCalendar.Session) -> SessionWindow {
        if length >= day { return SessionWindow(label: session.date, start: session.open, end: session.close) }
        let isEarly = time < session.pauseStart
        let from = isEarly ? session.open : session.pauseEnd, until = isEarly ? session.pauseStart : session.close
        let start = from + (time - from) / length * length
        return SessionWindow(label: start, start: start, end: min(start + length, until))
    }
    private static func floor(_ time: Int64, _ length: Int64) -> Int64 {
        let rest = time % length
        return time - (rest < 0 ? rest + length : rest)
    }
}

/// A bar's window `[start, end)`, and the `time` that its bar has.
struct SessionWindow: Equatable {
    let label: Int64, start: Int64, end: Int64
}

/// The stretch of a session at hand, `[start, end)`: empty before the first.
public struct SessionCursor: Words {
    var start: Int64 = 0, end: Int64 = 0
    /// Which session: its beginning.
    var session: Int64 = .min
    public init() {}
    func holds(_ time: Int64) -> Bool { time >= start && time < end }
}
