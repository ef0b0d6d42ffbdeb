import PlainData

/// A record of the sequencer itself: the clock, a new text, a source gone idle, the end of all input. 80 bytes.
public struct ControlRecord: Element {
    public enum Kind: UInt8, Sendable, FieldValue {
        case clock = 1, idle, active, end, text
        /// The machine's clock was set: `eventTime` is what it says now.
        case step

        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "Control" }
    static let bytesPerPart = 48

    public var eventTime: Int64
    /// For `idle` and `active`: the source; for `text`: the number.
    var id: UInt32
    /// For `text`: which part of how many, and how many bytes of this part count.
    var part: UInt16 = 0, parts: UInt16 = 1, length: UInt16 = 0
    var kindByte: UInt8, space: UInt8 = 0
    var reserved: UInt32 = 0
    var bytes = InlineArray<48, UInt8>(repeating: 0)

    public var kind: Kind? { Kind(rawValue: kindByte) }

    init(_ kind: Kind, eventTime: Int64, id: UInt32 = 0) {
        (self.eventTime, kindByte, self.id) = (eventTime, kind.rawValue, id)
    }

    /// The machine's clock was set by so many nanoseconds.
    static func step(by nanoseconds: Int64, now: Int64) -> ControlRecord {
        var record = ControlRecord(.step, eventTime: now)
        withUnsafeBytes(of: nanoseconds.littleEndian) { for (i, byte) in $0.enumerated() { record.bytes[i] = byte } }
        return record
    }
    /// For `step`: by how much.
    public var stepNanoseconds: Int64 {
        (0..<8).reduce(0) { $0 | Int64(bytes[$1]) << Int64(8 * $1) }
    }

    /// The records that carry one definition; most texts fit into one.
    static func records(of definition: Names.Definition, eventTime: Int64) -> [ControlRecord] {
        let utf8 = Array(definition.text.utf8.prefix(bytesPerPart * Int(UInt16.max)))
        let parts = max(1, (utf8.count + bytesPerPart - 1) / bytesPerPart)
        return (0..<parts).map { part in
            var record = ControlRecord(.text, eventTime: eventTime, id: definition.id)
            let slice = utf8[min(utf8.count, part * bytesPerPart)..<min(utf8.count, (part + 1) * bytesPerPart)]
            (record.part, record.parts, record.length) = (UInt16(part), UInt16(parts), UInt16(slice.count))
            record.space = definition.space.rawValue
            for (i, byte) in slice.enumerated() { record.bytes[i] = byte }
            return record
        }
    }

    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("kind", kind ?? .clock)
        visitor.field("id", id)
        visitor.field("part", UInt32(part))
        visitor.field("step", kind == .step ? stepNanoseconds : 0)
    }
}

/// Puts definitions together again from their records.
struct TextAssembler {
    private var pending: [UInt8] = []

    mutating func take(_ record: ControlRecord) -> Names.Definition? {
        if record.part == 0 { pending.removeAll(keepingCapacity: true) }
        for i in 0..<min(Int(record.length), ControlRecord.bytesPerPart) { pending.append(record.bytes[i]) }
        guard record.part + 1 == record.parts, let space = Names.Space(rawValue: record.space) else { return nil }
        return Names.Definition(space: space, id: record.id, text: String(decoding: pending, as: UTF8.self))
    }
}

/// Follows the texts that a journal defines, for those who read one without running it.
public struct TextReader {
    private var assembler = TextAssembler()
    private let names: Names

    public init(_ names: Names) { self.names = names }
    public mutating func take(_ group: JournalGroup) throws(JournalError) { try defineTexts(group, &assembler, names) }
}
