/// What a single value means as a given type.
enum ScalarReading {
    case value(ParameterValue)
    /// It cannot be read as the type: what it is not, and how it is written where that is not plain from the type.
    case malformed(String, String?)
    case outOfRange
    case unknownWord([String])

    static func read(_ text: String, as type: ParameterType) -> ScalarReading {
        switch type {
        case .duration(let least):
            guard let value = DurationText.nanoseconds(text) else { return .malformed("no duration", DurationText.howToWrite) }
            return value >= least ? .value(.duration(value)) : .outOfRange
        case .size(let least):
            guard let value = SizeText.bytes(text) else { return .malformed("no size", SizeText.howToWrite) }
            return value >= least ? .value(.integer(value)) : .outOfRange
        case .integer(let range):
            guard let value = IntegerText.value(text) else {
                // 20 digits are a whole number too, only one that no parameter can hold.
                let isWhole = DecimalText(text).map { $0.fraction.isEmpty && !text.contains(".") } ?? false
                return isWhole ? .outOfRange : .malformed("no integer", nil)
            }
            return range.contains(value) ? .value(.integer(value)) : .outOfRange
        case .decimal(let min, let max): return decimal(text, min, max)
        case .double(let range):
            guard let value = DoubleText.value(text) else { return .malformed("no number", nil) }
            return range?.contains(value) ?? true ? .value(.double(value)) : .outOfRange
        case .boolean: return boolean(text)
        case .choice(let words): return words.contains(text) ? .value(.text(text)) : .unknownWord(words)
        case .path: return text.isEmpty ? .malformed("no path", nil) : .value(.text(text))
        case .text, .session, .list, .map, .table, .record: return .value(.text(text))
        }
    }

    private static func decimal(_ text: String, _ min: String?, _ max: String?) -> ScalarReading {
        guard let value = DecimalText(text) else {
            let isExponential = text.lowercased().contains("e") && Double(text) != nil
            return .malformed("no decimal", isExponential ? "write it without an exponent" : nil)
        }
        if let min = min.flatMap(DecimalText.init), value < min { return .outOfRange }
        if let max = max.flatMap(DecimalText.init), max < value { return .outOfRange }
        return .value(.decimal(value.canonical))
    }

    private static func boolean(_ text: String) -> ScalarReading {
        switch text {
        case "true": .value(.boolean(true))
        case "false": .value(.boolean(false))
        default:
            switch text.lowercased() {
            case "yes", "on", "true", "1": .malformed("no boolean", "write true")
            case "no", "off", "false", "0": .malformed("no boolean", "write false")
            default: .malformed("no boolean", nil)
            }
        }
    }
}
