/// A MsgType(35): one or two characters, kept as a number so that comparing it costs nothing.
public struct FIXMsgType: Hashable, Sendable {
    /// The characters, the last one in the low byte.
    public let code: UInt16

    /// One or two printable ASCII characters; nil for anything else.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 1 || bytes.count == 2, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        code = bytes.count == 1 ? UInt16(bytes[0]) : UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    }

    /// One or two printable ASCII characters, written in the program; anything else is a mistake in it.
    public init(_ characters: StaticString) {
        let type = FIXMsgType(bytes: UnsafeRawBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount))
        guard let type else { preconditionFailure("MsgType \(characters) is not one or two printable characters") }
        self = type
    }
}

extension FIXMsgType {
    public static let reject = FIXMsgType("3")
    public static let logout = FIXMsgType("5")
    public static let executionReport = FIXMsgType("8")
    public static let orderCancelReject = FIXMsgType("9")
    public static let logon = FIXMsgType("A")
    public static let newOrderSingle = FIXMsgType("D")
    public static let orderCancelRequest = FIXMsgType("F")
    public static let orderCancelReplaceRequest = FIXMsgType("G")
    public static let orderStatusRequest = FIXMsgType("H")
    public static let dontKnowTrade = FIXMsgType("Q")
    public static let orderMassCancelRequest = FIXMsgType("q")
    public static let orderMassCancelReport = FIXMsgType("r")
    public static let orderMassStatusRequest = FIXMsgType("AF")
    public static let businessMessageReject = FIXMsgType("j")
}

extension FIXMsgType: CustomStringConvertible {
    public var description: String {
        let low = Character(Unicode.Scalar(UInt8(code & 0xFF)))
        guard code > 0xFF else { return String(low) }
        return String([Character(Unicode.Scalar(UInt8(code >> 8))), low])
    }
}
