import PlainData

/// Dates as day numbers since 1970-01-01, and the rules by which holidays come back.
enum CalendarDay {
    static func date(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        guard let found = UTC.days(year: year, month: month, day: day) else {
            preconditionFailure("there is no \(year)-\(month)-\(day)")
        }
        return found
    }
    static func year(_ day: Int64) -> Int64 { UTC.civil(fromDays: day).year }

    /// 0 is Monday.
    static func weekday(_ day: Int64) -> Int64 { ((day + 3) % 7 + 7) % 7 }
    static func isWeekend(_ day: Int64) -> Bool { weekday(day) > 4 }

    /// The n-th such weekday of a month.
    static func nth(_ n: Int64, _ weekday: Int64, _ year: Int64, _ month: Int64) -> Int64 {
        let first = date(year, month, 1)
        return first + (weekday - self.weekday(first) + 7) % 7 + 7 * (n - 1)
    }
    /// The last such weekday of a month.
    static func last(_ weekday: Int64, _ year: Int64, _ month: Int64) -> Int64 {
        let end = (month == 12 ? date(year + 1, 1, 1) : date(year, month + 1, 1)) - 1
        return end - (self.weekday(end) - weekday + 7) % 7
    }
    /// The last day from Monday to Friday that is not after `day`.
    static func weekday(onOrBefore day: Int64) -> Int64 { day - max(0, weekday(day) - 4) }

    /// Easter Sunday of the Gregorian calendar.
    ///
    /// Source: the anonymous algorithm of "Nature", 20 April 1876, as in Meeus, "Astronomical Algorithms", 2nd ed., 1998, chapter 8.
    static func easter(_ year: Int64) -> Int64 {
        let a = year % 19, b = year / 100, c = year % 100
        let d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3
        let h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4
        let l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451
        let n = h + l - 7 * m + 114
        return date(year, n / 31, n % 31 + 1)
    }
}

/// A zone's clock: how far it is ahead of UTC on a day, at the hours when exchanges open.
enum CalendarZone: Sendable {
    case newYork, chicago, london, berlin, hongKong

    /// In minutes. Clocks change in the night before a day's session.
    func offset(_ day: Int64) -> Int64 {
        let year = CalendarDay.year(day)
        switch self {
        case .newYork: return isAmericanSummer(day, year) ? -240 : -300
        case .chicago: return isAmericanSummer(day, year) ? -300 : -360
        case .london: return isEuropeanSummer(day, year) ? 60 : 0
        case .berlin: return isEuropeanSummer(day, year) ? 120 : 60
        case .hongKong: return 480
        }
    }
    /// Source: the Energy Policy Act of 2005, in force from 2007; before it the first Sunday of April to the last of October.
    private func isAmericanSummer(_ day: Int64, _ year: Int64) -> Bool {
        year >= 2007
            ? day >= CalendarDay.nth(2, 6, year, 3) && day < CalendarDay.nth(1, 6, year, 11)
            : day >= CalendarDay.nth(1, 6, year, 4) && day < CalendarDay.last(6, year, 10)
    }
    /// Source: Directive 2000/84/EC, and the like before it: the last Sundays of March and October.
    private func isEuropeanSummer(_ day: Int64, _ year: Int64) -> Bool {
        day >= CalendarDay.last(6, year, 3) && day < CalendarDay.last(6, year, 10)
    }
}
