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

    /// The nanoseconds since midnight of `…Thh:mm:ss[.fraction]Z`, all digits of a part in one word.
    @inline(__always)
    private static func ofDay(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let clock = bytes.loadUnaligned(fromByteOffset: 11, as: UInt64.self) ^ 0x3030_3A30_303A_3030  // "00:00:00"
        // Above 9 where a digit is, above 0 where a colon is, sets a byte's high bit.
        let others = (clock &+ 0x7676_7F76_767F_7676 | clock) & 0x8080_8080_8080_8080
        guard bytes[10] == 84, others == 0 else { return nil }
        let pairs = clock &* 10 &+ (clock &>> 8)
        let (hours, minutes, seconds) = (pairs & 0xFF, pairs &>> 24 & 0xFF, pairs &>> 48 & 0xFF)
        guard hours < 24, minutes < 60, seconds < 60 else { return nil }
        let whole = Int64(bitPattern: (hours &* 3_600 &+ minutes &* 60 &+ seconds) &* 1_000_000_000)
        if bytes.count == 20 { return whole }
        guard bytes[19] == 46, bytes.count > 21, let fraction = Self.fraction(bytes) else { return nil }
        return whole &+ fraction
    }

    /// The digits between the point, which is byte 19, and the Z, as nanoseconds.
    @inline(__always)
    private static func fraction(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        // The first eight of them, with zeros behind fewer.
        let digits = bytes.count &- 21
        let word: UInt64
        if digits >= 8 {
            word = bytes.loadUnaligned(fromByteOffset: 20, as: UInt64.self)
        } else {
            let last = bytes.loadUnaligned(fromByteOffset: bytes.count &- 9, as: UInt64.self) ^ 0x3030_3030_3030_3030
            word = last &>> UInt64(truncatingIfNeeded: 64 &- 8 &* digits) ^ 0x3030_3030_3030_3030
        }
        guard let eight = eightDigits(word) else { return nil }
        guard digits == 9 else { return Int64(bitPattern: eight &* 10) }
        let ninth = bytes[28] &- 48
        return ninth < 10 ? Int64(bitPattern: eight &* 10 &+ UInt64(ninth)) : nil
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
