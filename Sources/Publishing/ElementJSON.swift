import PlainData

/// Elements as JSON objects: every value is a string, written exactly as in the CSV forms, so that no reader rounds it.
struct ElementJSON: FieldVisitor {
    private(set) var bytes: [UInt8]
    private let names: Names

    /// - Parameter sequence: of the journal's record that the element came of.
    init(sequence: UInt64, names: Names) {
        self.names = names
        bytes = Array("{\"sequence\":\"\(sequence)\"".utf8)
    }
    static func object<T: Element>(_ element: T, sequence: UInt64, names: Names) -> [UInt8] {
        var json = ElementJSON(sequence: sequence, names: names)
        element.fields(&json)
        json.bytes.append(UInt8(ascii: "}"))
        return json.bytes
    }

    mutating func time(_ name: StaticString, _ nanoseconds: Int64) { append(name, UTC.text(nanoseconds)) }
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) { append(name, value.text(names)) }
    private mutating func append(_ name: StaticString, _ value: String) {
        bytes.append(UInt8(ascii: ","))
        Self.append(name.description, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(value, to: &bytes)
    }

    /// A JSON string, RFC 8259 section 7.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
    static func string(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
