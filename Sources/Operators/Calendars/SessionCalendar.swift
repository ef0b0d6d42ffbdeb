import PlainData

/// The sessions of an exchange: dates with their opening and closing in UTC.
///
/// Made by rules, not read from a file: holidays, half days, time zones and daylight saving, from 2000 on. Held against the sessions that
/// others publish, to the minute, in the tests.
public struct SessionCalendar: Sendable {
    /// The exchanges, by ISO 10383's codes; CMES is CME's Globex.
    public static let names = ["CMES", "XETR", "XHKG", "XLON", "XNYS"]

    /// One session; `[open, close)` in UTC nanoseconds.
    public struct Session: Sendable, Equatable {
        /// Days since 1970-01-01, by the exchange's own date.
        public let day: Int64
        public let open: Int64, close: Int64
        /// The pause at noon; both are the close where there is none.
        public let pauseStart: Int64, pauseEnd: Int64

        /// Midnight of UTC on the session's date.
        public var date: Int64 { day * UTC.day }
        public func holds(_ time: Int64) -> Bool {
            time >= open && time < close && !(time >= pauseStart && time < pauseEnd)
        }
    }
    public let sessions: [Session]

    /// - Returns: nil for a name that is not among `names`.
    public init?(_ name: String) {
        switch name {
        case "CMES": self.init(.cmes)
        case "XETR": self.init(.xetr)
        case "XHKG": self.init(.xhkg)
        case "XLON": self.init(.xlon)
        case "XNYS": self.init(.xnys)
        default: return nil
        }
    }
    init(_ rules: ExchangeRules) {
        var made: [Session] = []
        for year in 2_000...rules.until {
            let closed = rules.closed(year)
            for day in CalendarDay.date(year, 1, 1)..<CalendarDay.date(year + 1, 1, 1)
            where !CalendarDay.isWeekend(day) && !closed.contains(day) {
                made.append(Self.session(day, rules.hours(day, year), rules.zone))
            }
        }
        sessions = made
    }
    private static func session(_ day: Int64, _ hours: ExchangeRules.Hours, _ zone: CalendarZone) -> Session {
        func moment(_ minutes: Int64) -> Int64 {
            // Before midnight the clock is the day before's.
            (day * 1_440 + minutes - zone.offset(minutes < 0 ? day - 1 : day)) * 60 * UTC.second
        }
        let close = moment(hours.close)
        return Session(
            day: day, open: moment(hours.open), close: close, pauseStart: hours.pause.map { moment($0.start) } ?? close,
            pauseEnd: hours.pause.map { moment($0.end) } ?? close)
    }

    /// The first session that closes after `time`: the one it lies in, or the next.
    func next(_ time: Int64) -> Int {
        var (low, high) = (0, sessions.count)
        while low < high {
            let middle = (low + high) / 2
            if sessions[middle].close > time { high = middle } else { low = middle + 1 }
        }
        return low
    }
    /// The session that `time` lies in.
    public func session(at time: Int64) -> Session? {
        let at = next(time)
        return at < sessions.count && sessions[at].holds(time) ? sessions[at] : nil
    }
}
