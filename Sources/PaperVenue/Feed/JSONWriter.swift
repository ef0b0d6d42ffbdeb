import PlainData

/// Writes flat JSON objects of known keys into bytes that are used again.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var second = Int64.min
    private var secondText: [UInt8] = []

    init() { bytes.reserveCapacity(512) }

    mutating func begin(_ type: StaticString) {
        bytes.removeAll(keepingCapacity: true)
        raw(#"{"type":""#)
        raw(type)
        bytes.append(34)
    }
    mutating func end() { bytes.append(125) }

    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    private mutating func key(_ key: StaticString) {
        raw(",\"")
        raw(key)
        raw("\":")
    }
    mutating func text(_ key: StaticString, _ value: StaticString) {
        self.key(key)
        bytes.append(34)
        raw(value)
        bytes.append(34)
    }
    /// A value that is already escaped.
    mutating func text(_ key: StaticString, escaped value: [UInt8]) {
        self.key(key)
        bytes.append(34)
        bytes.append(contentsOf: value)
        bytes.append(34)
    }
    mutating func number(_ key: StaticString, _ value: UInt64) {
        self.key(key)
        integer(value)
    }
    /// A decimal as a text, as Coinbase writes prices and sizes: `"12.5"`.
    mutating func decimal(_ key: StaticString, _ value: Int64, scale: Int) {
        self.key(key)
        bytes.append(34)
        if value < 0 { bytes.append(45) }
        var unit: UInt64 = 1
        for _ in 0..<scale { unit *= 10 }
        integer(value.magnitude / unit)
        var rest = value.magnitude % unit
        if rest > 0 { bytes.append(46) }
        while rest > 0 {
            unit /= 10
            bytes.append(UInt8(rest / unit) + 48)
            rest %= unit
        }
        bytes.append(34)
    }
    /// ISO 8601 with six digits behind the second, nine where the moment needs them.
    mutating func time(_ key: StaticString, _ nanoseconds: Int64) {
        self.key(key)
        bytes.append(34)
        var rest = nanoseconds % UTC.second
        if rest < 0 { rest += UTC.second }
        if nanoseconds - rest != second {
            second = nanoseconds - rest
            secondText = Array(UTC.text(second).utf8.dropLast())
        }
        bytes.append(contentsOf: secondText)
        bytes.append(46)
        var unit = UTC.second
        for place in 1...9 {
            if place > 6, rest == 0 { break }
            unit /= 10
            bytes.append(UInt8(rest / unit) + 48)
            rest %= unit
        }
        bytes.append(90)
        bytes.append(34)
    }
    /// A UUID whose last twelve digits count.
    mutating func identifier(_ key: StaticString, _ kind: StaticString, _ number: UInt64) {
        self.key(key)
        bytes.append(34)
        raw(kind)
        var unit: UInt64 = 100_000_000_000
        while unit > 0 {
            bytes.append(UInt8(number / unit % 10) + 48)
            unit /= 10
        }
        bytes.append(34)
    }
    private mutating func integer(_ value: UInt64) {
        var unit: UInt64 = 1
        while value / unit >= 10 { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(value / unit % 10) + 48)
            unit /= 10
        }
    }

    /// A text as it stands between the quotes of a JSON string.
    static func escaped(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 34, 92: out += [92, byte]
            case 0..<32:
                let hex = Array("0123456789abcdef".utf8)
                out += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        return out
    }
}
