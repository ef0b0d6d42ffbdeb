/// Hong Kong's holidays: some go by the sun, some by the moon.
enum HongKongHolidays {
    /// Month and day of the first day of the lunar year, of the 8th of its 4th month (the Buddha's birthday), of the 5th of the 5th
    /// (Tuen Ng), of the 15th of the 8th (Mid-Autumn) and of the 9th of the 9th (Chung Yeung), from 2000 on.
    ///
    /// - Source: Hong Kong Observatory, "Gregorian-Lunar Calendar Conversion Table".
    private static let moon: [(Int64, Int64, Int64, Int64, Int64)] = [
        (205, 511, 606, 912, 1006), (124, 430, 625, 1001, 1025), (212, 519, 615, 921, 1014), (201, 508, 604, 911, 1004),
        (122, 526, 622, 928, 1022), (209, 515, 611, 918, 1011), (129, 505, 531, 1006, 1030), (218, 524, 619, 925, 1019),
        (207, 512, 608, 914, 1007), (126, 502, 528, 1003, 1026), (214, 521, 616, 922, 1016), (203, 510, 606, 912, 1005),
        (123, 428, 623, 930, 1023), (210, 517, 612, 919, 1013), (131, 506, 602, 908, 1002), (219, 525, 620, 927, 1021),
        (208, 514, 609, 915, 1009), (128, 503, 530, 1004, 1028), (216, 522, 618, 924, 1017), (205, 512, 607, 913, 1007),
        (125, 430, 625, 1001, 1025), (212, 519, 614, 921, 1014), (201, 508, 603, 910, 1004), (122, 526, 622, 929, 1023),
        (210, 515, 610, 917, 1011), (129, 505, 531, 1006, 1029), (217, 524, 619, 925, 1018), (206, 513, 609, 915, 1008),
        (126, 502, 528, 1003, 1026), (213, 520, 616, 922, 1016), (203, 509, 605, 912, 1005), (123, 528, 624, 1001, 1024),
        (211, 516, 612, 919, 1012), (131, 506, 601, 908, 1001), (219, 525, 620, 927, 1020), (208, 515, 610, 916, 1009),
        (128, 503, 530, 1004, 1027), (215, 522, 618, 924, 1017), (204, 511, 607, 913, 1007), (124, 430, 527, 1002, 1026),
        (212, 518, 614, 920, 1014),
    ]
    static let until = 1_999 + Int64(moon.count)

    private static func day(_ year: Int64, _ text: Int64) -> Int64 { CalendarDay.date(year, text / 100, text % 100) }

    static func newYear(_ year: Int64) -> Int64 { day(year, moon[Int(year - 2_000)].0) }

    /// The general holidays. One on a Sunday, or on another's day, is kept on the next free weekday; until 2011 a day of
    /// the lunar New Year on a Sunday was made up for on its eve, and the night of Mid-Autumn on the festival itself.
    ///
    /// - Source: General Holidays Ordinance (Cap. 149), and its amendment of 2011.
    static func of(_ year: Int64) -> [Int64] {
        let lunar = moon[Int(year - 2_000)], easter = CalendarDay.easter(year), isNew = year >= 2012
        let christmas = CalendarDay.date(year, 12, 25)
        var days = [easter - 2, easter - 1, easter + 1]
        func add(_ day: Int64, before: Bool = false) {
            var at = day
            if before, !isNew, CalendarDay.weekday(at) == 6 { at -= 1 }
            while CalendarDay.weekday(at) == 6 || days.contains(at) { at += 1 }
            days.append(at)
        }
        add(CalendarDay.date(year, 1, 1))
        let first = newYear(year)
        for day in first..<first + 3 { add(!isNew && CalendarDay.weekday(day) == 6 ? first - 1 : day) }
        add(qingming(year))
        add(CalendarDay.date(year, 5, 1))
        add(day(year, lunar.1))
        add(day(year, lunar.2))
        add(CalendarDay.date(year, 7, 1))
        add(CalendarDay.date(year, 10, 1))
        // The day after the festival, for its night.
        add(day(year, lunar.3) + 1, before: true)
        add(day(year, lunar.4))
        add(christmas)
        add(christmas + 1)
        return days
    }
    /// The sun at 15° of longitude.
    ///
    /// - Source: the term's mean length of a year, 365.2422 days, from its place in 2000; good for this century.
    private static func qingming(_ year: Int64) -> Int64 {
        let y = Double(year - 2_000)
        return CalendarDay.date(year, 4, Int64(y * 0.2422 + 4.81) - (year - 2_000) / 4)
    }
}

extension ExchangeRules {
    /// The Hong Kong exchange: 9:30 to 16:00 with a pause at noon, to 12:00 on the eves of Christmas, the New Year and, from
    /// 2014, the lunar one. Until 4 March 2011 from 10:00, to 12:30 on such days.
    ///
    /// - Source: HKEX, "Trading Hours" and circulars of 2011 and 2012; the days of typhoons and black rain from its daily quotations. The pause
    ///   is written as it has been since 5 March 2012; before, it was longer.
    static let xhkg = ExchangeRules(
        zone: .hongKong, closed: { HongKongHolidays.of($0) + storms },
        hours: { day, year in
            let isEarlier = day < CalendarDay.date(2011, 3, 7)
            let isShort =
                year > 2000 && (day == CalendarDay.date(year, 12, 24) || day == CalendarDay.date(year, 12, 31))
                || year >= 2014 && day == HongKongHolidays.newYear(year) - 1
            let open: Int64 = isEarlier ? 600 : 570
            return isShort
                ? Hours(open: open, close: isEarlier ? 750 : 720) : Hours(open: open, close: 960, pause: (720, 780))
        }, until: HongKongHolidays.until)

    private static let storms = [
        (2001, 7, 6), (2001, 7, 25), (2008, 8, 6), (2008, 8, 22), (2011, 9, 29), (2013, 8, 14), (2015, 9, 3), (2016, 8, 2),
        (2016, 10, 21), (2017, 8, 23), (2020, 10, 13), (2021, 10, 13), (2023, 7, 17), (2024, 9, 6),
    ].map { CalendarDay.date(Int64($0.0), Int64($0.1), Int64($0.2)) }
}
