import Glibc
import PlainData
import TradingModel

/// The fields of one row, by the place of their column in the form's list. Valid while the row is decoded.
struct Fields {
    /// Where each field of the row begins and ends.
    let starts: UnsafeMutablePointer<UnsafePointer<UInt8>>
    let ends: UnsafeMutablePointer<UnsafePointer<UInt8>>
    /// For each column of the form: its place in the row, or −1.
    let places: UnsafeMutablePointer<Int>
    let powers: UnsafeMutablePointer<UInt64>
    /// The power of ten between a price as it is written and one in 1e-9.
    let priceScale: Int

    @inline(__always)
    subscript(column: Int) -> UnsafeRawBufferPointer {
        let place = places[column]
        if place < 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: starts[place], count: ends[place] - starts[place])
    }

    func has(_ column: Int) -> Bool { places[column] >= 0 }

    @inline(__always)
    func price(_ column: Int) throws(FieldFlaw) -> Price {
        Price(rawValue: try decimal(column, scale: priceScale))
    }

    @inline(__always)
    private func decimal(_ column: Int, scale: Int) throws(FieldFlaw) -> Int64 {
        if let value = shortDecimal(self[column], scale: scale, powers: powers) { return value }
        return try carefulDecimal(column, scale: scale)
    }

    @inline(never)
    private func carefulDecimal(_ column: Int, scale: Int) throws(FieldFlaw) -> Int64 {
        let bytes = self[column]
        if bytes.isEmpty { throw FieldFlaw(column, .missing) }
        do throws(Decimal.Flaw) {
            return try Decimal.parse(bytes, scale: scale)
        } catch { throw FieldFlaw(column, error, decimals: scale) }
    }

    /// `.none` where the field is empty.
    @inline(__always)
    func priceIfAny(_ column: Int) throws(FieldFlaw) -> Price { self[column].isEmpty ? .none : try price(column) }

    @inline(__always)
    func quantity(_ column: Int) throws(FieldFlaw) -> Quantity {
        Quantity(rawValue: try decimal(column, scale: Quantity.scale))
    }

    /// Greater than zero.
    @inline(__always)
    func size(_ column: Int) throws(FieldFlaw) -> Quantity {
        let size = try quantity(column)
        if size.rawValue <= 0 { throw FieldFlaw(column, size.rawValue < 0 ? .negative : .notPositive) }
        return size
    }

    /// Not negative; zero where the field is empty.
    @inline(__always)
    func amountIfAny(_ column: Int) throws(FieldFlaw) -> Quantity {
        if self[column].isEmpty { return .zero }
        let amount = try quantity(column)
        if amount.rawValue < 0 { throw FieldFlaw(column, .negative) }
        return amount
    }

    /// A finite binary number, the nearest to the text.
    func double(_ column: Int) throws(FieldFlaw) -> Double {
        let bytes = self[column]
        if bytes.isEmpty { throw FieldFlaw(column, .missing) }
        guard bytes.count < 64, bytes.allSatisfy({ isNumeric($0) }) else { throw FieldFlaw(column, .notANumber) }
        var text = InlineArray<64, CChar>(repeating: 0)
        for place in bytes.indices { text[place] = CChar(bitPattern: bytes[place]) }
        var span = text.mutableSpan
        let (value, used) = span.withUnsafeMutableBufferPointer { buffer -> (Double, Int) in
            guard let start = buffer.baseAddress else { return (0, 0) }
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            return (value, (end ?? start) - start)
        }
        guard used == bytes.count else { throw FieldFlaw(column, .notANumber) }
        guard value.isFinite else { throw FieldFlaw(column, .outOfRange) }
        return value
    }

    /// Digits, sign, point and exponent: what keeps "nan", "inf" and hexadecimal out.
    private func isNumeric(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || byte == 45 || byte == 43 || byte == 46 || byte | 32 == 101
    }

    func unsigned(_ column: Int) throws(FieldFlaw) -> UInt64 {
        let bytes = self[column]
        var value: UInt64 = 0
        for byte in bytes {
            guard byte &- 48 < 10 else { throw FieldFlaw(column, .notANumber) }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, past) = product.addingReportingOverflow(UInt64(byte &- 48))
            if over || past { throw FieldFlaw(column, .outOfRange) }
            value = sum
        }
        return value
    }

    /// True where the field is this text, capital letters being the same as small ones.
    func isText(_ column: Int, _ text: StaticString) -> Bool { self[column].equalsIgnoringCase(text) }
}

extension UnsafeRawBufferPointer {
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for place in indices where lowercase(self[place]) != lowercase(text.utf8Start[place]) { return false }
        return true
    }

    private func lowercase(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }
}
