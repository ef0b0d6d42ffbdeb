import TradingModel

/// A JSON value whose members keep the order they were written in, so that the same run gives the same bytes.
indirect enum JSONText {
    case text(String)
    /// A number as it stands.
    case number(String)
    case null
    case flag(Bool)
    case list([JSONText])
    case members([(String, JSONText)])

    static func count(_ value: Int) -> JSONText { .number(String(value)) }
    static func number(_ value: Double?) -> JSONText {
        guard let value, value.isFinite else { return .null }
        return .number(Texts.exact(value))
    }
    static func money(_ value: Notional) -> JSONText { .number(value.description) }
    static func value(_ value: Measure.Value) -> JSONText {
        switch value {
        case .count(let count): .count(count)
        case .ratio(let number), .fraction(let number): .number(number)
        case .money(let money): .money(money)
        case .date(let date): date.map { .text(Texts.day($0)) } ?? .null
        }
    }

    /// Indented by two spaces a level.
    func written(_ indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let text): return text
        case .null: return "null"
        case .flag(let flag): return flag ? "true" : "false"
        case .list(let values):
            if values.isEmpty { return "[]" }
            return "[\n" + values.map { inner + $0.written(inner) }.joined(separator: ",\n") + "\n" + indent + "]"
        case .members(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { inner + Self.quoted($0.0) + ": " + $0.1.written(inner) }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        }
    }

    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
