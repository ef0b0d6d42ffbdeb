import Glibc
import PlainData
import TradingModel

/// How files and the report write numbers.
enum Texts {
    /// `2024-03-11`.
    static func day(_ nanoseconds: Int64) -> String { String(UTC.text(nanoseconds).prefix(10)) }

    /// The shortest text that reads back as the same number; empty where there is none.
    static func exact(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// With so many digits behind the point, and groups of three before it: `-1,234.50`.
    static func rounded(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = Int64(scaled), unit = Int64(scale)
        var fraction = String(whole % unit)
        fraction = String(repeating: "0", count: max(0, digits - fraction.utf8.count)) + fraction
        let sign = value < 0 && whole != 0 ? "−" : ""
        return sign + grouped(whole / unit) + (digits > 0 ? "." + fraction : "")
    }
    static func grouped(_ value: Int64) -> String {
        var text = ""
        for (i, digit) in String(value.magnitude).reversed().enumerated() {
            if i > 0, i % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "−" : "") + String(text.reversed())
    }

    static func percent(_ value: Double?, digits: Int = 2) -> String { value.map { rounded($0 * 100, digits) + " %" } ?? "–" }
    static func money(_ value: Notional) -> String { rounded(value.double, 2) }

    static func shown(_ value: Measure.Value) -> String {
        switch value {
        case .count(let count): grouped(Int64(count))
        case .ratio(let ratio): ratio.map { rounded($0, 2) } ?? "–"
        case .fraction(let fraction): percent(fraction)
        case .money(let money): self.money(money)
        case .date(let date): date.map(day) ?? "–"
        }
    }

    /// Text between tags, or in quotes within one.
    static func html(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }

    /// One field of a CSV, in quotes where it needs them (RFC 4180).
    static func csv(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
