internal import CQuickFIX

/// An application message to send, as plain tags and values. The engine adds the header and the trailer and orders the
/// fields; a header tag given here, such as PossResend(97), goes to the header.
///
/// One builder serves many messages: `reset(to:)` keeps its memory.
public struct FIXMessageBuilder: Sendable {
    public private(set) var msgType: FIXMsgType
    private var storage: [UInt8] = []
    private var fields: [Field] = []

    private struct Field {
        var tag: Int32
        var offset: UInt32
        var length: UInt32
    }

    public init(_ msgType: FIXMsgType) {
        self.msgType = msgType
        storage.reserveCapacity(256)
        fields.reserveCapacity(24)
    }

    public mutating func reset(to msgType: FIXMsgType) {
        self.msgType = msgType
        storage.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    /// The bytes of the first field of the tag; nil when there is none.
    public func bytes(_ tag: FIXTag) -> ArraySlice<UInt8>? {
        guard let field = fields.first(where: { $0.tag == tag.rawValue }) else { return nil }
        return storage[Int(field.offset)..<Int(field.offset + field.length)]
    }

    /// The tags, in the order in which they were given.
    public var tags: [FIXTag] { fields.map { FIXTag(rawValue: $0.tag) } }

    /// Takes every field of the tag out again.
    public mutating func remove(_ tag: FIXTag) { fields.removeAll { $0.tag == tag.rawValue } }

    /// A value may not be empty and may not contain SOH (0x01), which ends a field: both are mistakes of the caller.
    public mutating func append(_ tag: FIXTag, bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ append(tag, buffer: $0) }) == nil {
            Array(bytes).withUnsafeBufferPointer { append(tag, buffer: $0) }
        }
    }

    public mutating func append(_ tag: FIXTag, _ text: String) {
        // One buffer, not a collection of a type that this module cannot see through: every order has ten of these.
        var text = text
        text.withUTF8 { append(tag, buffer: $0) }
    }
    private mutating func append(_ tag: FIXTag, buffer bytes: UnsafeBufferPointer<UInt8>) {
        precondition(!bytes.isEmpty, "FIX tag \(tag) has an empty value")
        precondition(bytes.allSatisfy { $0 != 1 }, "FIX tag \(tag): the value contains SOH (0x01)")
        fields.append(Field(tag: tag.rawValue, offset: UInt32(storage.count), length: UInt32(bytes.count)))
        storage.append(contentsOf: bytes)
    }

    public mutating func append(_ tag: FIXTag, _ number: Int) { append(tag, String(number)) }

    /// One character, as most of FIX's enumerations are.
    public mutating func append(_ tag: FIXTag, character: UInt8) { append(tag, bytes: CollectionOfOne(character)) }

    public mutating func append(_ tag: FIXTag, flag: Bool) { append(tag, character: UInt8(ascii: flag ? "Y" : "N")) }

    /// UTCTimestamp with milliseconds, `YYYYMMDD-HH:MM:SS.sss`; the instant in nanoseconds since the epoch.
    public mutating func append(_ tag: FIXTag, utcNanoseconds: Int64) {
        append(tag, bytes: FIXTimestamp.text(utcNanoseconds: utcNanoseconds))
    }

    /// Calls `body` with the message as the engine takes it.
    func withFields<Result>(
        _ body: (UnsafePointer<CChar>, UnsafePointer<UInt8>?, UnsafePointer<qf_field>?, Int) -> Result
    ) -> Result {
        let type = code(of: msgType)
        let spans = fields.map { qf_field(tag: $0.tag, offset: $0.offset, length: $0.length) }
        return type.withUnsafeBufferPointer { type in
            guard let characters = type.baseAddress else { preconditionFailure("a MsgType is never empty") }
            return storage.withUnsafeBufferPointer { bytes in
                spans.withUnsafeBufferPointer { body(characters, bytes.baseAddress, $0.baseAddress, $0.count) }
            }
        }
    }

    private func code(of type: FIXMsgType) -> [CChar] {
        let low = CChar(truncatingIfNeeded: type.code & 0xFF)
        return type.code > 0xFF ? [CChar(truncatingIfNeeded: type.code >> 8), low, 0] : [low, 0]
    }
}
