/// A text as JSON writes it, in its quotes.
func jsonText(_ text: some StringProtocol) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\" + String(scalar)
        case _ where scalar.value < 32:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

func jsonList(_ texts: some Sequence<String>) -> String { "[" + texts.map { jsonText($0) }.joined(separator: ",") + "]" }
