import FIXSessions

/// What is wrong with a message from the venue.
public enum MessageFlaw: Hashable, Sendable {
    /// A field that the message cannot do without.
    case missing(FIXTag)
    /// A field whose value is not what its tag holds: not a number, out of range, an unknown code.
    case malformed(FIXTag)
    /// A message type that the router does not read.
    case unsupported(FIXMsgType)

    /// What the session answers with.
    var verdict: FIXVerdict {
        switch self {
        case .missing(let tag): .missingField(tag)
        case .malformed(let tag): .badValue(tag)
        case .unsupported: .unsupportedMsgType
        }
    }
}

/// A message that could not be read, with its bytes as evidence. Nothing of it was applied.
public struct UnreadableMessage: Error, Hashable, Sendable {
    public let flaw: MessageFlaw
    /// The message, SOH (0x01) after each field.
    public let raw: [UInt8]

    public init(flaw: MessageFlaw, raw: [UInt8]) { (self.flaw, self.raw) = (flaw, raw) }
}

extension UnreadableMessage: CustomStringConvertible {
    public var description: String {
        let shown = raw.map { $0 == 1 ? UInt8(ascii: "|") : $0 }
        let message = String(decoding: shown, as: UTF8.self)
        return switch flaw {
        case .missing(let tag): "venue message without tag \(tag), not applied: \(message)"
        case .malformed(let tag): "venue message whose tag \(tag) cannot be read, not applied: \(message)"
        case .unsupported(let type): "venue message of type \(type), which is not read: \(message)"
        }
    }
}
