import PlainData

/// The offset of New York's clock from UTC, for data that is stamped in local time.
///
/// Source: the Energy Policy Act of 2005 (in force since 2007): daylight time from the second Sunday of March to the first
/// Sunday of November, at 02:00 local time. Markets are closed at that hour, so the day alone decides.
enum NewYork {
    /// Midnight in New York of a day since 2007, in nanoseconds since 1970 UTC; nil for an earlier one.
    static func midnight(day: Int64) -> Int64? {
        let date = UTC.civil(fromDays: day)
        guard date.year >= 2007, let march = UTC.days(year: date.year, month: 3, day: 1),
            let november = UTC.days(year: date.year, month: 11, day: 1)
        else { return nil }
        let begins = firstSunday(from: march) + 7
        let ends = firstSunday(from: november)
        // Midnight of the changing days themselves is still on the old time.
        let isDaylight = day > begins && day <= ends
        return day * UTC.day + (isDaylight ? 4 : 5) * 3_600 * UTC.second
    }

    /// 1970-01-01 was a Thursday, so Sundays are the days 3, 10, 17 …
    private static func firstSunday(from day: Int64) -> Int64 { day + (10 - day % 7) % 7 }
}
