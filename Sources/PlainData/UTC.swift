/// Moments as ISO 8601 in UTC, without a calendar library: nanoseconds since 1970-01-01 in, text out, and back.
public enum UTC {
    public static let second: Int64 = 1_000_000_000
    public static let day: Int64 = 86_400 * second

    /// Year, month and day of a day number since 1970-01-01.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    public static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let ofEra = z - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * ofYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shifted + 2) / 5 + 1)
    }

    /// The day number since 1970-01-01 of a date, or nil where there is no such date.
    public static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...12).contains(month), (1...31).contains(day), (0...9999).contains(year) else { return nil }
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
        return civil(fromDays: days) == (year, month, day) ? days : nil
    }

    /// `2024-03-11T13:30:00Z`, with as many groups of three digits behind the seconds as it takes.
    public static func text(_ nanoseconds: Int64) -> String {
        let days = nanoseconds >= 0 ? nanoseconds / day : (nanoseconds + 1) / day - 1
        var rest = nanoseconds &- days &* day
        let date = civil(fromDays: days)
        var digits = padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2) + "T"
        let seconds = rest / second
        rest %= second
        digits += padded(seconds / 3_600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        if rest > 0 {
            if rest % 1_000_000 == 0 {
                digits += "." + padded(rest / 1_000_000, 3)
            } else if rest % 1_000 == 0 {
                digits += "." + padded(rest / 1_000, 6)
            } else {
                digits += "." + padded(rest, 9)
            }
        }
        return digits + "Z"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// Reads `2024-03-11`, `2024-03-11T13:30:00Z`, `2024-03-11 13:30:00.123456789Z`, `…+00:00`, or nanoseconds since 1970
    /// as an integer of more than eight digits. Nil for anything else, other time zones included.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var at = 0
        func digits(_ n: Int) -> Int64? {
            guard at + n <= bytes.count else { return nil }
            var value: Int64 = 0
            for i in at..<at + n {
                let digit = bytes[i] &- 48
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
            }
            at += n
            return value
        }
        func take(_ byte: UInt8) -> Bool {
            guard at < bytes.count, bytes[at] == byte else { return false }
            at += 1
            return true
        }
        if bytes.count > 8, bytes.count <= 19, bytes.allSatisfy({ $0 &- 48 < 10 }) {
            var value: Int64 = 0
            for byte in bytes {
                let (product, over) = value.multipliedReportingOverflow(by: 10)
                let (sum, past) = product.addingReportingOverflow(Int64(byte &- 48))
                if over || past { return nil }
                value = sum
            }
            return value
        }
        guard let year = digits(4), take(45), let month = digits(2), take(45), let dayOfMonth = digits(2),
            let days = days(year: year, month: month, day: dayOfMonth)
        else { return nil }
        if at == bytes.count { return days.multipliedReportingOverflow(by: day).overflow ? nil : days * day }
        guard take(84) || take(32), let hours = digits(2), take(58), let minutes = digits(2), hours < 24, minutes < 60
        else { return nil }
        var seconds: Int64 = 0, fraction: Int64 = 0
        if take(58) {
            guard let value = digits(2), value < 60 else { return nil }
            seconds = value
            if take(46) {
                var scale = second / 10, any = false
                while at < bytes.count, bytes[at] &- 48 < 10 {
                    guard scale > 0 || bytes[at] == 48 else { return nil }
                    fraction += Int64(bytes[at] &- 48) * scale
                    scale /= 10
                    at += 1
                    any = true
                }
                guard any else { return nil }
            }
        }
        let hasZone = take(90) || (take(43) && digits(2) == 0 && take(58) && digits(2) == 0)
        guard at == bytes.count || (hasZone && at == bytes.count) else { return nil }
        let (whole, over) = days.multipliedReportingOverflow(by: day)
        let (sum, past) = whole.addingReportingOverflow((hours * 3_600 + minutes * 60 + seconds) * second + fraction)
        return over || past ? nil : sum
    }

    public static func parse(_ text: String) -> Int64? {
        var copy = text
        return copy.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }
}
