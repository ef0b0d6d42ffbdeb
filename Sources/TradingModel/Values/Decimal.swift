import PlainData

/// Exact decimals as scaled 64-bit integers: reading and writing them, and nothing in between.
public enum Decimal {
    /// Why a text is no decimal of the wanted scale.
    public enum Flaw: Error, Hashable, Sendable {
        case notANumber
        /// More digits behind the point than the scale holds, and not all of them zero.
        case tooPrecise
        case outOfRange
    }

    /// Reads `[-+]digits[.digits][e[-+]digits]` into units of 10^-`scale`, exactly or not at all.
    @inlinable
    public static func parse(_ bytes: UnsafeRawBufferPointer, scale: Int) throws(Flaw) -> Int64 {
        var at = 0
        let end = bytes.count
        var isNegative = false
        if at < end, bytes[at] == 45 || bytes[at] == 43 {
            isNegative = bytes[at] == 45
            at += 1
        }
        var value: UInt64 = 0
        var left = scale, seen = false, afterPoint = false
        while at < end {
            let byte = bytes[at]
            let digit = byte &- 48
            if digit < 10 {
                seen = true
                if afterPoint && left == 0 {
                    if digit != 0 { return try slow(bytes, scale: scale) }
                } else {
                    let (product, over) = value.multipliedReportingOverflow(by: 10)
                    let (sum, past) = product.addingReportingOverflow(UInt64(digit))
                    if over || past { throw .outOfRange }
                    value = sum
                    if afterPoint { left -= 1 }
                }
            } else if byte == 46, !afterPoint {
                afterPoint = true
            } else {
                return try slow(bytes, scale: scale)
            }
            at += 1
        }
        guard seen else { throw .notANumber }
        while left > 0 {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            if over { throw .outOfRange }
            value = product
            left -= 1
        }
        return try signed(value, isNegative)
    }

    /// Exponents and digits past the scale: rare, so kept apart from the common path.
    @usableFromInline @inline(never)
    static func slow(_ bytes: UnsafeRawBufferPointer, scale: Int) throws(Flaw) -> Int64 {
        var digits: [UInt8] = [], point = 0, exponent = 0, at = 0
        var isNegative = false, afterPoint = false, seen = false
        if at < bytes.count, bytes[at] == 45 || bytes[at] == 43 {
            isNegative = bytes[at] == 45
            at += 1
        }
        while at < bytes.count {
            let digit = bytes[at] &- 48
            if digit < 10 {
                seen = true
                digits.append(digit)
                if afterPoint { point += 1 }
                guard digits.count < 64 else { throw .outOfRange }
            } else if bytes[at] == 46, !afterPoint {
                afterPoint = true
            } else {
                break
            }
            at += 1
        }
        guard seen else { throw .notANumber }
        if at < bytes.count {
            guard bytes[at] | 32 == 101 else { throw .notANumber }
            at += 1
            var isDown = false
            if at < bytes.count, bytes[at] == 45 || bytes[at] == 43 {
                isDown = bytes[at] == 45
                at += 1
            }
            let from = at
            while at < bytes.count, bytes[at] &- 48 < 10, exponent < 1_000 {
                exponent = exponent * 10 + Int(bytes[at] &- 48)
                at += 1
            }
            guard at == bytes.count, at > from else { throw .notANumber }
            if isDown { exponent = -exponent }
        }
        var shift = scale - point + exponent
        while shift < 0, let last = digits.last {
            guard last == 0 else { throw .tooPrecise }
            digits.removeLast()
            shift += 1
        }
        var value: UInt64 = 0
        for digit in digits {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, past) = product.addingReportingOverflow(UInt64(digit))
            if over || past { throw .outOfRange }
            value = sum
        }
        if value == 0 { return 0 }
        while shift > 0 {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            if over { throw .outOfRange }
            value = product
            shift -= 1
        }
        return try signed(value, isNegative)
    }

    @usableFromInline static func signed(_ value: UInt64, _ isNegative: Bool) throws(Flaw) -> Int64 {
        guard value <= UInt64(Int64.max) else { throw .outOfRange }
        return isNegative ? -Int64(value) : Int64(value)
    }

    public static func parse(_ text: String, scale: Int) throws(Flaw) -> Int64 {
        var copy = text
        let result: Result<Int64, Flaw> = copy.withUTF8 { utf8 in
            do throws(Flaw) { return .success(try parse(UnsafeRawBufferPointer(utf8), scale: scale)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// `12.5` for 12 500 000 000 at scale 9: no trailing zeros, no exponent.
    public static func text(_ value: some BinaryInteger, scale: Int) -> String {
        // From the last digit to the first: every order that leaves has some of these.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 + max(scale, 0) + (value.bitWidth + 2) / 3) { room in
            var rest = value.magnitude, at = room.count, place = 0, isCut = true
            while rest > 0 || place <= max(scale, 0) {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                if place == scale, place > 0, !isCut {
                    at -= 1
                    room[at] = UInt8(ascii: ".")
                }
                if place >= scale || digit != 0 { isCut = false }
                if !isCut {
                    at -= 1
                    room[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                }
                (rest, place) = (quotient, place + 1)
            }
            if value < 0 {
                at -= 1
                room[at] = UInt8(ascii: "-")
            }
            return String(decoding: room[at...], as: UTF8.self)
        }
    }
}
