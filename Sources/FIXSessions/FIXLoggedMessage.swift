/// One message of a session's log: when it went by, which way, and its fields as they were.
public struct FIXLoggedMessage: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public let tag: Int
        public let value: String
    }
    /// UTC, `2026-03-02T14:30:00.123456789Z`.
    public let time: String
    /// Whether we sent it.
    public let isOurs: Bool
    public let fields: [Field]

    /// Reads a line of the log; nil for one that is none, as the end of a log is that is being written.
    init?(line: some Collection<UInt8>) {
        let bytes = Array(line)
        // Time, a space, the way, a space, the message with SOH behind each field.
        guard bytes.count > 33, bytes[10] == UInt8(ascii: "T"), bytes[29] == UInt8(ascii: "Z"), bytes[30] == 0x20,
            bytes[32] == 0x20
        else { return nil }
        switch bytes[31] {
        case UInt8(ascii: ">"): isOurs = true
        case UInt8(ascii: "<"): isOurs = false
        default: return nil
        }
        time = String(decoding: bytes[..<30], as: UTF8.self)
        var fields: [Field] = []
        for part in bytes[33...].split(separator: 1) {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")),
                let tag = Int(String(decoding: part[..<equals], as: UTF8.self))
            else { continue }
            fields.append(Field(tag: tag, value: String(decoding: part[(equals + 1)...], as: UTF8.self)))
        }
        self.fields = fields
    }

    public subscript(tag: Int) -> String? { fields.first { $0.tag == tag }?.value }
    public var msgType: String { self[35] ?? "" }
    /// Whether it is the session's own: a logon, a heartbeat, a resend …
    public var isAdministrative: Bool { ["0", "1", "2", "3", "4", "5", "A"].contains(msgType) }
    /// ClOrdID(11) and OrigClOrdID(41).
    public var orderIDs: [String] { [self[11], self[41]].compactMap(\.self) }

    /// Tags that every message has, and that say nothing of what it is about.
    private static let envelope: Set<Int> = [8, 9, 10, 34, 35, 49, 52, 56]

    /// `14:30:00.123456 → NewOrderSingle 17  ClOrdID=A1  Side=1 Buy  …`, the fields in the message's order.
    public func text(_ dictionary: FIXDictionary = .standard) -> String {
        let type = dictionary.messages[msgType] ?? "MsgType \(msgType)"
        var line = "\(time.dropFirst(11).prefix(15)) \(isOurs ? "→" : "←") \(type) \(self[34] ?? "?")"
        for field in fields where !Self.envelope.contains(field.tag) {
            line += "  \(dictionary.name(of: field.tag))=\(Self.printable(field.value))"
            if let meaning = dictionary.meaning(of: field.value, in: field.tag) { line += " \(meaning)" }
        }
        return line
    }

    /// `8=FIX.4.4|9=…|`, as people pass messages on.
    public var raw: String { fields.map { "\($0.tag)=\(Self.printable($0.value))|" }.joined() }

    private static func printable(_ text: String) -> String {
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
            ? String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "·" : $0 })) : text
    }
}
