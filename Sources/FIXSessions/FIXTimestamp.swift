import PlainData

/// FIX's UTCTimestamp.
public enum FIXTimestamp {
    /// `YYYYMMDD-HH:MM:SS.sss`, 21 bytes; nanoseconds since the epoch, cut to milliseconds.
    public static func text(utcNanoseconds: Int64) -> [UInt8] {
        let milliseconds = utcNanoseconds.flooredDivision(by: 1_000_000)
        let days = milliseconds.flooredDivision(by: 86_400_000)
        let ofDay = milliseconds - days * 86_400_000
        let (year, month, day) = UTC.civil(fromDays: days)
        var text: [UInt8] = []
        text.reserveCapacity(21)
        append(year, digits: 4, to: &text)
        append(month, digits: 2, to: &text)
        append(day, digits: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(ofDay / 3_600_000, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(ofDay / 60_000 % 60, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(ofDay / 1000 % 60, digits: 2, to: &text)
        text.append(UInt8(ascii: "."))
        append(ofDay % 1000, digits: 3, to: &text)
        return text
    }

    /// Nanoseconds since the epoch of `YYYYMMDD-HH:MM:SS` with no, 3, 6 or 9 digits of a second; nil for anything else.
    public static func utcNanoseconds(of text: some RandomAccessCollection<UInt8>) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == 17 || [21, 24, 27].contains(bytes.count), bytes[8] == UInt8(ascii: "-") else { return nil }
        guard bytes[11] == UInt8(ascii: ":"), bytes[14] == UInt8(ascii: ":") else { return nil }
        guard let year = number(bytes[0..<4]), let month = number(bytes[4..<6]), let day = number(bytes[6..<8]) else {
            return nil
        }
        guard let hour = number(bytes[9..<11]), let minute = number(bytes[12..<14]) else { return nil }
        guard let second = number(bytes[15..<17]) else { return nil }
        // 60 is a leap second; it falls on the next minute's first.
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        // Nanoseconds in 64 bits reach from 1678 to 2262.
        guard (1900...2200).contains(year), let days = UTC.days(year: year, month: month, day: day) else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 17 {
            guard bytes[17] == UInt8(ascii: "."), let digits = number(bytes[18...]) else { return nil }
            fraction = digits
            for _ in bytes.count..<27 { fraction *= 10 }
        }
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        return seconds * UTC.second + fraction
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func append(_ value: Int64, digits: Int, to text: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

extension Int64 {
    /// Rounds towards minus infinity, so that instants before the epoch keep their calendar.
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
