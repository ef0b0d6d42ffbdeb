import PlainData

/// The day of an ITCH file, whose messages say only the time since midnight.
enum ITCHDay {
    /// The day in a file's name as Nasdaq names files, `01302019.NASDAQ_ITCH50.gz` or `S013019-v50.txt.gz`; nil where there is none.
    static func named(in path: String) -> Int64? {
        let name = path.split(separator: "/").last ?? ""
        let digits = name.drop { $0 == "S" || $0 == "s" }.prefix { $0.isNumber }
        guard digits.count == 8 || digits.count == 6, let number = Int64(digits) else { return nil }
        // Month, day and year, the year of two digits or four.
        let isLong = digits.count == 8
        let (month, day) = isLong ? (number / 1_000_000, number / 10_000 % 100) : (number / 10_000, number / 100 % 100)
        return UTC.days(year: isLong ? number % 10_000 : 2_000 + number % 100, month: month, day: day)
    }

    /// - Parameter date: `2019-01-30`, where the file's name does not say it.
    /// - Returns: midnight in New York, ns since 1970 UTC.
    static func midnight(_ path: String, date: String?) throws(MarketDataError) -> Int64 {
        var day = named(in: path)
        if let date {
            guard let time = UTC.parse(date), time % UTC.day == 0 else {
                throw .badName(file: path, rule: "date \"\(date)\" is not a day; write it as 2019-01-30")
            }
            day = time / UTC.day
        }
        guard let day else {
            throw .badName(
                file: path,
                rule:
                    "its name does not say the day, as in 01302019.NASDAQ_ITCH50.gz, and its messages only tell the time: say date: 2019-01-30"
            )
        }
        guard let midnight = NewYork.midnight(day: day) else {
            throw .badName(file: path, rule: "ITCH 5.0 began in 2013; the day before 2007 that it says cannot be")
        }
        return midnight
    }
}
