/// The names of FIX's fields, of their values, and of its messages: for people who read messages.
public struct FIXDictionary: Sendable {
    public struct Field: Hashable, Sendable {
        /// `Side`.
        public let name: String
        /// `1`: `Buy`. Empty where values speak for themselves.
        public let values: [String: String]
    }

    public let fields: [Int: Field]
    /// `D`: `NewOrderSingle`.
    public let messages: [String: String]

    /// FIX 4.2 to 5.0 SP2, as far as sessions and orders go.
    public static let standard = FIXDictionary()

    private init() {
        var fields: [Int: Field] = [:], messages: [String: String] = [:]
        for line in Self.fieldLines.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == ":" }).map(String.init)
            guard words.count >= 2, let tag = Int(words[0]) else { continue }
            let values = stride(from: 2, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
            fields[tag] = Field(name: words[1], values: Dictionary(values) { first, _ in first })
        }
        for line in Self.messageLines.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2 { messages[words[0]] = words[1] }
        }
        (self.fields, self.messages) = (fields, messages)
    }

    /// `Side`; the number itself for a field that has no name here.
    public func name(of tag: Int) -> String { fields[tag]?.name ?? String(tag) }
    /// `Buy`; nil where the value has no name.
    public func meaning(of value: String, in tag: Int) -> String? {
        tag == 35 || tag == 372 ? messages[value] : fields[tag]?.values[value]
    }
    /// The MsgType of a name, or of itself; nil when there is none.
    public func msgType(named text: String) -> String? {
        if messages[text] != nil { return text }
        return messages.first { $0.value.lowercased() == text.lowercased() }?.key
    }
}
