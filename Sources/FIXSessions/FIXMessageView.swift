internal import CQuickFIX

/// A message inside a callback: read in place, gone when the callback returns. Not copyable, so it cannot be kept.
public struct FIXMessageView: ~Copyable {
    let raw: OpaquePointer

    init(raw: OpaquePointer) { self.raw = raw }

    /// Calls `body` with the value of a header, body or trailer field, in place; nil when the message has no such field.
    public func withField<Result, Failure: Error>(
        _ tag: FIXTag, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard qf_find(raw, tag.rawValue, &start, &count) else { return nil }
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// A field as text; nil when the message has no such field. Bytes that are not UTF-8 become U+FFFD.
    public func string(_ tag: FIXTag) -> String? { withField(tag) { String(decoding: $0, as: UTF8.self) } }

    /// A field's bytes, copied; nil when the message has no such field.
    public func bytes(_ tag: FIXTag) -> [UInt8]? { withField(tag) { Array($0) } }

    /// A field as a whole number; nil when it is absent, or is not one.
    public func int(_ tag: FIXTag) -> Int? { string(tag).flatMap { Int($0) } }

    /// True when a Y/N field is there and is Y.
    public func flag(_ tag: FIXTag) -> Bool { withField(tag) { $0.count == 1 && $0[0] == UInt8(ascii: "Y") } ?? false }

    public func has(_ tag: FIXTag) -> Bool { withField(tag) { _ in true } ?? false }

    /// Nil for a type of more than two characters, which FIX 4.4 has none of.
    public var msgType: FIXMsgType? { withField(.msgType) { FIXMsgType(bytes: $0) } ?? nil }

    public var msgSeqNum: Int { int(.msgSeqNum) ?? 0 }

    /// The whole message as it is on the wire, SOH (0x01) after each field: evidence for a report, not for the hot path.
    public func text() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 512)
        var length = buffer.withUnsafeMutableBufferPointer { copy(into: $0) }
        if length > buffer.count {
            buffer = [UInt8](repeating: 0, count: length)
            length = buffer.withUnsafeMutableBufferPointer { copy(into: $0) }
        }
        return Array(buffer.prefix(length))
    }

    private func copy(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        return qf_text(raw, start, buffer.count)
    }
}
