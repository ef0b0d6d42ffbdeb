import PlainData

/// Times of the same day after each other, read quickly: the date is looked up once, and then only compared.
struct TimeReader {
    /// The first ten bytes of the last text with a date, `2024-03-11`.
    private var date0: UInt64 = 0
    private var date1: UInt16 = 0
    private var dayStart: Int64 = 0

    /// ISO 8601 in UTC, or nanoseconds since 1970-01-01; nil for anything else.
    @inline(__always)
    mutating func time(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        // 2024-03-11T13:30:00Z is 20 bytes; a fraction has a point and up to nine digits more.
        if bytes.count >= 20, bytes.count <= 30, bytes[4] == 45, bytes[bytes.count - 1] == 90,
            bytes.loadUnaligned(as: UInt64.self) == date0, bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self) == date1,
            let ofDay = Self.ofDay(bytes)
        {
            return dayStart + ofDay
        }
        if let nanoseconds = nineteenDigits(bytes) { return nanoseconds }
        return slow(bytes)
    }

    @inline(__always)
    private static func two(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int64 {
        let (tens, ones) = (bytes[at] &- 48, bytes[at + 1] &- 48)
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : 1_000
    }

    /// The nanoseconds since midnight of `…Thh:mm:ss[.fraction]Z`.
    @inline(__always)
    private static func ofDay(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let (hours, minutes, seconds) = (two(bytes, 11), two(bytes, 14), two(bytes, 17))
        guard bytes[10] == 84, bytes[13] == 58, bytes[16] == 58, hours < 24, minutes < 60, seconds < 60 else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            guard bytes[19] == 46, bytes.count > 21 else { return nil }
            var digits = 0
            for at in 20..<bytes.count - 1 {
                let digit = bytes[at] &- 48
                guard digit < 10 else { return nil }
                fraction = fraction * 10 + Int64(digit)
                digits += 1
            }
            while digits < 9 {
                fraction *= 10
                digits += 1
            }
        }
        return (hours * 3_600 + minutes * 60 + seconds) * 1_000_000_000 + fraction
    }

    @inline(never)
    private mutating func slow(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard let time = UTC.parse(bytes) else { return nil }
        if bytes.count >= 10, bytes[4] == 45 {
            let date = UnsafeRawBufferPointer(rebasing: bytes[..<10])
            if let start = UTC.parse(date), start <= time, time - start < UTC.day, start < .max - UTC.day {
                date0 = date.loadUnaligned(as: UInt64.self)
                date1 = date.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
                dayStart = start
            }
        }
        return time
    }
}
