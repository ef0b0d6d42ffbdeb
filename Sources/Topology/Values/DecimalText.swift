/// An exact decimal as text: an optional sign, digits, an optional fraction; no exponent. At most 38 digits, so that it can be
/// held in an `Int128`. Underscores may stand between digits.
struct DecimalText: Hashable, Comparable, Sendable {
    let isNegative: Bool
    /// No leading zeros.
    let whole: String
    /// No trailing zeros.
    let fraction: String

    init?(_ text: String) {
        var rest = Substring(text)
        let sign = rest.first
        if sign == "-" || sign == "+" { rest = rest.dropFirst() }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Self.digits(first) else { return nil }
        var fraction = ""
        if parts.count == 2 {
            guard let digits = Self.digits(parts[1]) else { return nil }
            fraction = digits
        }
        self.whole = String(whole.drop { $0 == "0" })
        while fraction.last == "0" { fraction.removeLast() }
        self.fraction = fraction
        isNegative = sign == "-" && !(self.whole.isEmpty && fraction.isEmpty)
        guard self.whole.count + fraction.count <= 38 else { return nil }
    }

    private static func digits(_ text: Substring) -> String? {
        guard let first = text.first, let last = text.last, first != "_", last != "_", !text.contains("__") else { return nil }
        guard text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 95 }) else { return nil }
        return text.filter { $0 != "_" }
    }

    /// The one way to write this number: `1`, `-0.25`.
    var canonical: String {
        (isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    }

    static func < (a: DecimalText, b: DecimalText) -> Bool {
        guard a.isNegative == b.isNegative else { return a.isNegative }
        return a.isNegative ? magnitudeIsLess(b, a) : magnitudeIsLess(a, b)
    }

    private static func magnitudeIsLess(_ a: DecimalText, _ b: DecimalText) -> Bool {
        // Without leading zeros the longer whole part is the larger; fractions compare as text.
        (a.whole.utf8.count, a.whole, a.fraction) < (b.whole.utf8.count, b.whole, b.fraction)
    }
}

/// Whole numbers of a topology: an optional sign and digits; underscores may stand between digits.
enum IntegerText {
    static func value(_ text: String) -> Int64? {
        guard let decimal = DecimalText(text), !text.contains("."), decimal.fraction.isEmpty else { return nil }
        return Int64(decimal.canonical)
    }
}

/// Floating-point numbers of a topology: digits, an optional fraction and exponent; finite.
enum DoubleText {
    static func value(_ text: String) -> Double? {
        guard let first = text.first, let last = text.last, first.isNumber || "+-.".contains(first), last.isNumber,
            text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || "+-.eE".utf8.contains($0) }), let value = Double(text),
            value.isFinite
        else { return nil }
        return value
    }
}
