/// The rules of one exchange: when it is closed, and its hours on the other weekdays, in minutes of its own clock after
/// midnight; what lies before midnight is negative.
struct ExchangeRules: Sendable {
    struct Hours: Sendable {
        var open: Int64, close: Int64
        /// A pause in the middle of the day.
        var pause: (start: Int64, end: Int64)?
    }
    let zone: CalendarZone
    /// The days of a year on which it is closed; weekends need not be among them.
    let closed: @Sendable (Int64) -> [Int64]
    let hours: @Sendable (_ day: Int64, _ year: Int64) -> Hours
    /// The last year whose rules are known.
    var until: Int64 = 2050
}

/// Holidays of the United States that its exchanges keep.
enum AmericanHolidays {
    /// A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
    static func observed(_ day: Int64) -> Int64 {
        switch CalendarDay.weekday(day) {
        case 5: day - 1
        case 6: day + 1
        default: day
        }
    }
    /// A New Year's Day on a Saturday is not made up for: the Friday belongs to the old year.
    static func newYear(_ year: Int64) -> Int64 {
        let day = CalendarDay.date(year, 1, 1)
        return CalendarDay.weekday(day) == 6 ? day + 1 : day
    }
    static func christmas(_ year: Int64) -> Int64 { observed(CalendarDay.date(year, 12, 25)) }
    static func goodFriday(_ year: Int64) -> Int64 { CalendarDay.easter(year) - 2 }
    static func thanksgiving(_ year: Int64) -> Int64 { CalendarDay.nth(4, 3, year, 11) }
    /// King's birthday, Presidents' Day, Memorial Day, Juneteenth (from 2022), Independence Day, Labor Day, Thanksgiving.
    static func civic(_ year: Int64) -> [Int64] {
        [
            CalendarDay.nth(3, 0, year, 1), CalendarDay.nth(3, 0, year, 2), CalendarDay.last(0, year, 5),
            observed(CalendarDay.date(year, 7, 4)), CalendarDay.nth(1, 0, year, 9), thanksgiving(year),
        ] + (year >= 2022 ? [observed(CalendarDay.date(year, 6, 19))] : [])
    }
    /// Days of national mourning on which both New York and Chicago were closed: Reagan, Ford, G. H. W. Bush, Carter.
    static let mourning = [(2004, 6, 11), (2007, 1, 2), (2018, 12, 5), (2025, 1, 9)].map {
        CalendarDay.date(Int64($0.0), Int64($0.1), Int64($0.2))
    }
}

extension ExchangeRules {
    /// The New York Stock Exchange: 9:30 to 16:00, to 13:00 before and after holidays.
    ///
    /// - Source: NYSE Rule 7.2 and its yearly "Holidays and Trading Hours"; 2001-09-11 and Hurricane Sandy from its press releases.
    static let xnys = ExchangeRules(
        zone: .newYork,
        closed: { year in
            [AmericanHolidays.newYear(year), AmericanHolidays.goodFriday(year), AmericanHolidays.christmas(year)]
                + AmericanHolidays.civic(year) + AmericanHolidays.mourning + attacks + sandy
        },
        hours: { day, year in
            let fourth = CalendarDay.date(year, 7, 4), eve = CalendarDay.date(year, 12, 24), weekday = CalendarDay.weekday(day)
            // The eve of the Fourth is short; before 2013 a Wednesday was not, but the Friday after.
            let isShort =
                day == AmericanHolidays.thanksgiving(year) + 1 || day == eve && weekday < 4
                || day == fourth - 1 && (weekday != 2 || year >= 2013) || day == fourth + 1 && weekday == 4 && year < 2013
                || day == CalendarDay.date(2003, 12, 26)
            return Hours(open: 570, close: isShort ? 780 : 960)
        })
    private static let attacks = (11...14).map { CalendarDay.date(2001, 9, $0) }
    private static let sandy = [CalendarDay.date(2012, 10, 29), CalendarDay.date(2012, 10, 30)]

    /// CME's Globex, as of its equity and most other futures: from 17:00 of the day before to 17:00, to 12:00 on American holidays.
    ///
    /// - Source: CME Group's "Holiday Calendar"; the hours are the day's without the pause of an hour.
    static let cmes = ExchangeRules(
        zone: .chicago,
        closed: { year in
            [AmericanHolidays.newYear(year), AmericanHolidays.goodFriday(year), AmericanHolidays.christmas(year)]
                + AmericanHolidays.mourning
        },
        hours: { day, year in
            let isShort =
                AmericanHolidays.civic(year).contains(day) || day == AmericanHolidays.thanksgiving(year) + 1
                || day == CalendarDay.date(year, 12, 24)
            return Hours(open: -420, close: isShort ? 720 : 1_020)
        })

    /// The London Stock Exchange: 8:00 to 16:30, to 12:30 on the last weekdays before Christmas and the New Year.
    ///
    /// - Source: Banking and Financial Dealings Act 1971; royal proclamations for the days that were moved or added.
    static let xlon = ExchangeRules(
        zone: .london,
        closed: { year in
            var days = [
                substitute(CalendarDay.date(year, 1, 1)), CalendarDay.easter(year) - 2, CalendarDay.easter(year) + 1,
                CalendarDay.last(0, year, 8),
            ]
            let christmas = CalendarDay.date(year, 12, 25)
            switch CalendarDay.weekday(christmas) {
            case 4: days += [christmas, christmas + 3]
            case 5: days += [christmas + 2, christmas + 3]
            case 6: days += [christmas + 1, christmas + 2]
            default: days += [christmas, christmas + 1]
            }
            // VE Day 2020 took the place of the first Monday; jubilees that of the last one, with a day more.
            days.append(year == 2020 ? CalendarDay.date(2020, 5, 8) : CalendarDay.nth(1, 0, year, 5))
            switch year {
            case 2002: days += [CalendarDay.date(2002, 6, 3), CalendarDay.date(2002, 6, 4)]
            case 2012: days += [CalendarDay.date(2012, 6, 4), CalendarDay.date(2012, 6, 5)]
            case 2022: days += [CalendarDay.date(2022, 6, 2), CalendarDay.date(2022, 6, 3), CalendarDay.date(2022, 9, 19)]
            default: days.append(CalendarDay.last(0, year, 5))
            }
            // A royal wedding, a coronation.
            return days + [CalendarDay.date(2011, 4, 29), CalendarDay.date(2023, 5, 8)]
        },
        hours: { day, year in
            let isShort = [24, 31].contains { day == CalendarDay.weekday(onOrBefore: CalendarDay.date(year, 12, $0)) }
            return Hours(open: 480, close: isShort ? 750 : 990)
        })

    /// Frankfurt's Xetra: 9:00 to 17:30, to 14:00 on the last day of a year from 2010 on.
    ///
    /// - Source: Deutsche Börse's "Trading calendar"; Whit Monday and the Day of German Unity by year.
    static let xetr = ExchangeRules(
        zone: .berlin,
        closed: { year in
            var days = [
                CalendarDay.date(year, 1, 1), CalendarDay.easter(year) - 2, CalendarDay.easter(year) + 1,
                CalendarDay.date(year, 5, 1), CalendarDay.date(year, 12, 24), CalendarDay.date(year, 12, 25),
                CalendarDay.date(year, 12, 26), CalendarDay.date(year, 12, 31),
            ]
            if year == 2007 || (2015...2021).contains(year) { days.append(CalendarDay.easter(year) + 50) }
            if (2014...2021).contains(year) { days.append(CalendarDay.date(year, 10, 3)) }
            if year == 2017 { days.append(CalendarDay.date(2017, 10, 31)) }
            return days
        },
        hours: { day, year in
            let isShort = year >= 2010 && day == CalendarDay.weekday(onOrBefore: CalendarDay.date(year, 12, 30))
            return Hours(open: 540, close: isShort ? 840 : 1_050)
        })

    /// A day on a weekend is made up for on the next Monday.
    private static func substitute(_ day: Int64) -> Int64 {
        let weekday = CalendarDay.weekday(day)
        return weekday > 4 ? day + 7 - weekday : day
    }
}
