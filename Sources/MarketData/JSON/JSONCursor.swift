/// Why bytes are no JSON, and where.
struct JSONFlaw: Error, Hashable {
    enum Kind { case syntax, tooDeep }
    let kind: Kind
    let offset: Int
}

/// A string or a bare value of JSON as it lies in the message.
struct JSONValue {
    enum Kind { case string, number, null, bool, compound }
    let kind: Kind
    /// Of a string: what stands between the quotes.
    let bytes: UnsafeRawBufferPointer
    /// The string holds escapes, so its text is not these bytes.
    let hasEscapes: Bool
}

/// Walks through JSON text once, from front to back, with nothing allocated: the caller asks for the keys of an object
/// and for the values behind them. What it walks over is checked in full (RFC 8259), also where nobody looks at it.
struct JSONCursor {
    private let base: UnsafePointer<UInt8>
    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private(set) var at: UnsafePointer<UInt8>

    static var deepest: Int { 64 }

    /// - Parameter bytes: valid for as long as the cursor and what it hands out.
    init(_ bytes: UnsafeRawBufferPointer) {
        // An empty message still needs an address to point at.
        let address = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        base = address.assumingMemoryBound(to: UInt8.self)
        (start, at, end) = (base, base, base + bytes.count)
    }

    func flaw(_ kind: JSONFlaw.Kind = .syntax) -> JSONFlaw { JSONFlaw(kind: kind, offset: at - start) }

    /// The byte that is next, 0 at the end (0 is no JSON, so nobody takes it for one).
    @inline(__always)
    private var next: UInt8 { at < end ? at.pointee : 0 }

    @inline(__always)
    private mutating func skipBlanks() {
        while at < end, at.pointee <= 32, at.pointee == 32 || at.pointee == 10 || at.pointee == 13 || at.pointee == 9 { at += 1 }
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) throws(JSONFlaw) {
        guard next == byte else { throw flaw() }
        at += 1
    }

    // MARK: Objects

    /// Enters an object; its keys come by `nextKey`.
    mutating func beginObject() throws(JSONFlaw) {
        skipBlanks()
        try take(123)
    }

    /// The next key of the object entered, its colon taken; nil when the object is at its end.
    /// - Parameter isFirst: true for the first key asked for, false for those after a value.
    @inline(__always)
    mutating func nextKey(isFirst: Bool) throws(JSONFlaw) -> JSONValue? {
        skipBlanks()
        if next == 125 {
            at += 1
            return nil
        }
        if !isFirst {
            try take(44)
            skipBlanks()
        }
        guard next == 34 else { throw flaw() }
        let key = try string()
        skipBlanks()
        try take(58)
        return key
    }

    /// Whether the object that was entered ends right here, and is behind then.
    @inline(__always)
    mutating func takeEnd() -> Bool {
        guard next == 125 else { return false }
        at += 1
        return true
    }
    /// The next key, if it is the expected one.
    @inline(__always)
    mutating func takeKey(_ forecast: inout KeyForecast, isFirst: Bool) -> Int? { forecast.take(&at, end, isFirst: isFirst) }

    // MARK: Arrays

    /// Enters an array; whether it has elements is told by `nextElement`.
    @inline(__always)
    mutating func beginArray() throws(JSONFlaw) {
        skipBlanks()
        try take(91)
    }

    /// Whether an element follows, its comma taken; false when the array is at its end, which is then behind.
    /// - Parameter isFirst: true for the first element asked for, false for those after a value.
    @inline(__always)
    mutating func nextElement(isFirst: Bool) throws(JSONFlaw) -> Bool {
        skipBlanks()
        if next == 93 {
            at += 1
            return false
        }
        if !isFirst { try take(44) }
        return true
    }

    /// The byte that the next value begins with, 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        skipBlanks()
        return next
    }

    /// Nothing but blanks may be left.
    mutating func finish() throws(JSONFlaw) {
        skipBlanks()
        if at < end { throw flaw() }
    }

    // MARK: Values

    /// The next value, of whatever kind; a compound one is walked over, and checked.
    @inline(__always)
    mutating func value() throws(JSONFlaw) -> JSONValue {
        skipBlanks()
        let from = at
        switch next {
        case 34: return try string()
        case 45, 48...57:
            try number()
            return JSONValue(kind: .number, bytes: bytes(from), hasEscapes: false)
        case 123, 91:
            try skipCompound()
            return JSONValue(kind: .compound, bytes: bytes(from), hasEscapes: false)
        case 110:
            try word("null")
            return JSONValue(kind: .null, bytes: bytes(from), hasEscapes: false)
        case 116: try word("true")
        case 102: try word("false")
        default: throw flaw()
        }
        return JSONValue(kind: .bool, bytes: bytes(from), hasEscapes: false)
    }

    /// The same, where nobody looks at it.
    @inline(__always)
    mutating func passValue() throws(JSONFlaw) { _ = try value() }

    @inline(__always)
    private func bytes(_ from: UnsafePointer<UInt8>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: from, count: at - from)
    }

    private mutating func word(_ text: StaticString) throws(JSONFlaw) {
        for place in 0..<text.utf8CodeUnitCount { try take(text.utf8Start[place]) }
    }

    @inline(__always)
    private mutating func string() throws(JSONFlaw) -> JSONValue {
        at += 1
        let from = at
        var hasEscapes = false
        while at < end {
            // Eight bytes at a time, up to the first that is a quote, a backslash or a control character.
            if end - at >= 8 {
                let word = UnsafeRawPointer(at).loadUnaligned(as: UInt64.self)
                let (quote, slash) = (word ^ 0x2222_2222_2222_2222, word ^ 0x5C5C_5C5C_5C5C_5C5C)
                let ones: UInt64 = 0x0101_0101_0101_0101
                let special =
                    ((quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- 0x2020_2020_2020_2020) & ~word)
                    & 0x8080_8080_8080_8080
                if special == 0 {
                    at += 8
                    continue
                }
                at += special.trailingZeroBitCount >> 3
            }
            let byte = at.pointee
            if byte == 34 {
                let text = bytes(from)
                at += 1
                return JSONValue(kind: .string, bytes: text, hasEscapes: hasEscapes)
            }
            if byte < 32 { throw flaw() }
            if byte == 92 {
                hasEscapes = true
                try skipEscape()
            } else {
                at += 1
            }
        }
        throw flaw()
    }

    private mutating func skipEscape() throws(JSONFlaw) {
        at += 1
        switch next {
        case 34, 47, 92, 98, 102, 110, 114, 116: at += 1
        case 117:
            at += 1
            let unit = try hexadecimal()
            if unit & 0xFC00 == 0xDC00 { throw flaw() }  // The second half of a pair without its first.
            if unit & 0xFC00 == 0xD800 {
                try take(92)
                try take(117)
                guard try hexadecimal() & 0xFC00 == 0xDC00 else { throw flaw() }
            }
        default: throw flaw()
        }
    }

    private mutating func hexadecimal() throws(JSONFlaw) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(next) else { throw flaw() }
            unit = unit << 4 | digit
            at += 1
        }
        return unit
    }

    @inline(__always)
    private mutating func number() throws(JSONFlaw) {
        if next == 45 { at += 1 }
        if next == 48 { at += 1 } else { try digits() }
        if next == 46 {
            at += 1
            try digits()
        }
        if next | 32 == 101 {
            at += 1
            if next == 43 || next == 45 { at += 1 }
            try digits()
        }
    }

    @inline(__always)
    private mutating func digits() throws(JSONFlaw) {
        guard next &- 48 < 10 else { throw flaw() }
        while next &- 48 < 10 { at += 1 }
    }

    /// Walks over an object or an array, without recursion.
    private mutating func skipCompound() throws(JSONFlaw) {
        var objects: UInt64 = 0  // One bit a level: 1 for an object, 0 for an array.
        var depth = 0
        while true {
            // At the beginning of a value.
            skipBlanks()
            var isComplete = true
            if next == 123 || next == 91 {
                if depth == Self.deepest { throw flaw(.tooDeep) }
                let isObject = next == 123
                objects = objects << 1 | (isObject ? 1 : 0)
                depth += 1
                at += 1
                skipBlanks()
                if next == (isObject ? 125 : 93) {
                    at += 1
                    objects >>= 1
                    depth -= 1
                } else {
                    isComplete = false
                    if isObject { try skipKey() }
                }
            } else {
                _ = try value()
            }
            // Behind a value: close what ends here, then go to the next one.
            while isComplete {
                if depth == 0 { return }
                skipBlanks()
                let isObject = objects & 1 == 1
                if next == 44 {
                    at += 1
                    isComplete = false
                    if isObject { try skipKey() }
                } else {
                    try take(isObject ? 125 : 93)
                    objects >>= 1
                    depth -= 1
                }
            }
        }
    }

    private mutating func skipKey() throws(JSONFlaw) {
        skipBlanks()
        guard next == 34 else { throw flaw() }
        _ = try string()
        skipBlanks()
        try take(58)
    }
}

func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 48...57: UInt32(byte - 48)
    case 65...70: UInt32(byte - 55)
    case 97...102: UInt32(byte - 87)
    default: nil
    }
}
