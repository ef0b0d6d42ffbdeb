import PlainData

/// Elements as rows of CSV: numbers exactly, fields as RFC 4180 has them. No text is made of a number, nor twice of a symbol.
public struct RowText: FieldVisitor {
    public var bytes: [UInt8] = []
    public let names: Names
    @usableFromInline var isFirst = true
    /// Texts of symbols by their numbers, ready to be written; empty where they were not needed yet.
    private var symbols: [[UInt8]] = []
    /// The day of the last time, and its text up to the T.
    private var midnight = Int64.max
    private var date: [UInt8] = []

    public init(_ names: Names) {
        self.names = names
        bytes.reserveCapacity((1 << 16) + (1 << 12))
    }

    /// The row of the fields' names.
    public mutating func header<T: Element>(of type: T.Type) {
        bytes += Array(T.fieldNames.joined(separator: ",").utf8) + [10]
    }
    @inlinable public mutating func row<T: Element>(_ element: T) {
        element.fields(&self)
        endRow()
    }

    @inlinable public mutating func endRow() {
        bytes.append(10)
        isFirst = true
    }

    @inlinable mutating func begin() {
        if !isFirst { bytes.append(44) }
        isFirst = false
    }

    @inlinable public mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        begin()
        if F.self == Price.self {
            let raw = Int64(bitPattern: value.word)
            if raw != Price.none.rawValue { decimal(raw, scale: Price.scale) }
        } else if F.self == Quantity.self {
            decimal(Int64(bitPattern: value.word), scale: Quantity.scale)
        } else if F.self == SymbolID.self {
            symbol(SymbolID(rawValue: UInt32(truncatingIfNeeded: value.word)))
        } else if F.self == UInt64.self || F.self == UInt32.self {
            unsigned(value.word)
        } else if F.self == Side.self {
            if value.word != Side.none.word { bytes.append(UInt8(truncatingIfNeeded: value.word)) }  // FIX's character.
        } else {
            text(value.text(names))
        }
    }

    /// As `UTC.text` writes it.
    public mutating func time(_ name: StaticString, _ nanoseconds: Int64) {
        begin()
        if date.isEmpty || UInt64(bitPattern: nanoseconds &- midnight) >= UInt64(UTC.day) {
            guard nanoseconds > .min + UTC.day else { return text(UTC.text(nanoseconds)) }
            midnight = nanoseconds - (nanoseconds % UTC.day + UTC.day) % UTC.day
            date = Array(UTC.text(midnight).utf8.prefix { $0 != 84 }) + [84]
        }
        bytes += date
        let ofDay = UInt64(bitPattern: nanoseconds &- midnight)
        let seconds = ofDay / 1_000_000_000
        var fraction = ofDay % 1_000_000_000
        two(seconds / 3_600)
        bytes.append(58)
        two(seconds / 60 % 60)
        bytes.append(58)
        two(seconds % 60)
        if fraction > 0 {
            bytes.append(46)
            var digits = 9
            while digits > 3, fraction % 1_000 == 0 {
                fraction /= 1_000
                digits -= 3
            }
            padded(fraction, digits)
        }
        bytes.append(90)
    }

    @inline(__always)
    private mutating func two(_ value: UInt64) {
        bytes.append(UInt8(truncatingIfNeeded: value / 10) &+ 48)
        bytes.append(UInt8(truncatingIfNeeded: value % 10) &+ 48)
    }

    private mutating func padded(_ value: UInt64, _ digits: Int) {
        var divisor: UInt64 = 1
        for _ in 1..<digits { divisor *= 10 }
        var rest = value
        while divisor > 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest / divisor) &+ 48)
            rest %= divisor
            divisor /= 10
        }
    }

    @usableFromInline mutating func unsigned(_ value: UInt64) {
        var digits = 1
        var rest = value / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        padded(value, digits)
    }

    /// As `Decimal.text` writes it: no zeros at the end.
    @usableFromInline mutating func decimal(_ value: Int64, scale: Int) {
        if value < 0 { bytes.append(45) }
        let one: UInt64 = scale == 9 ? 1_000_000_000 : 100_000_000
        unsigned(value.magnitude / one)
        var fraction = value.magnitude % one
        guard fraction > 0 else { return }
        bytes.append(46)
        var digits = scale
        while fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        padded(fraction, digits)
    }

    @usableFromInline mutating func symbol(_ symbol: SymbolID) {
        if symbol.index >= symbols.count || symbols[symbol.index].isEmpty { learn(symbol) }
        bytes += symbols[symbol.index]
    }

    @inline(never)
    private mutating func learn(_ symbol: SymbolID) {
        while symbols.count <= symbol.index { symbols.append([]) }
        symbols[symbol.index] = Self.quoted(names.text(of: symbol))
    }

    @usableFromInline mutating func text(_ text: String) { bytes += Self.quoted(text) }

    /// RFC 4180: a field with a comma, a quote or a line break is quoted, its quotes doubled.
    private static func quoted(_ text: String) -> [UInt8] {
        guard text.utf8.contains(where: { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }) else { return Array(text.utf8) }
        return [34] + text.utf8.flatMap { $0 == 34 ? [34, 34] : [$0] } + [34]
    }
}
