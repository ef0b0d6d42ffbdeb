import FIXRouter
import FIXSessions

/// An application message on the simulated wire: tags and bytes, as the encoder wrote them or the decoder reads them.
struct WireMessage: FIXFieldReader {
    var type: FIXMsgType
    var seqNum = 0
    var possDup = false
    private var fields: [(tag: FIXTag, bytes: [UInt8])] = []

    init(_ message: FIXMessageBuilder) {
        type = message.msgType
        for tag in message.tags { fields.append((tag, Array(message.bytes(tag) ?? []))) }
    }

    subscript(tag: FIXTag) -> String? {
        fields.first { $0.tag == tag }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    package func withField<Result, Failure: Error>(
        _ tag: FIXTag, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let bytes: [UInt8]
        switch tag {
        case .msgType: bytes = Array("\(type)".utf8)
        case .msgSeqNum: bytes = Array("\(seqNum)".utf8)
        case .possDupFlag:
            guard possDup else { return nil }
            bytes = [UInt8(ascii: "Y")]
        case .sendingTime: bytes = FIXTimestamp.text(utcNanoseconds: 0)
        default:
            guard let field = fields.first(where: { $0.tag == tag }) else { return nil }
            bytes = field.bytes
        }
        let outcome: Swift.Result<Result, Failure> = bytes.withUnsafeBytes { bytes in
            do throws(Failure) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    package func text() -> [UInt8] {
        fields.flatMap { Array("\($0.tag.rawValue)=".utf8) + $0.bytes + [1] }
    }
}

/// What two sessions say to each other, each with its MsgSeqNum.
enum Letter {
    case logon(Int, resets: Bool)
    case resendRequest(Int, from: Int)
    case gapFill(Int, next: Int)
    case message(WireMessage)

    var seqNum: Int {
        switch self {
        case .logon(let number, _), .resendRequest(let number, _), .gapFill(let number, _): number
        case .message(let message): message.seqNum
        }
    }
}

/// One end's numbers, and what it can send again.
struct SessionStore {
    private(set) var nextOut = 1
    var nextIn = 1
    /// By number − 1; nil for what the session itself said.
    private var sent: [WireMessage?] = []
    /// A ResendRequest is on its way for all below this number.
    var awaited = 0

    mutating func number(_ message: WireMessage?) -> Int {
        var message = message
        message?.seqNum = nextOut
        sent.append(message)
        nextOut += 1
        return nextOut - 1
    }

    /// What it has kept of its own messages, of these numbers.
    func stored(from first: Int, through last: Int) -> [FIXStoredMessage] {
        (max(1, first)..<max(first, min(nextOut, last + 1))).compactMap { number in
            guard let message = sent[number - 1], let id = message[.clOrdID] else { return nil }
            return FIXStoredMessage(msgSeqNum: number, msgType: message.type, clOrdID: Array(id.utf8))
        }
    }

    /// The answer to a ResendRequest.
    /// - Parameter withheld: types that are not sent again; called for each of them that would have been.
    func resent(from first: Int, withheld: Set<FIXMsgType>, _ note: (WireMessage) -> Void) -> [Letter] {
        var letters: [Letter] = [], gap: Int?
        for number in max(1, first)..<max(max(1, first), nextOut) {
            if var message = sent[number - 1] {
                if !withheld.contains(message.type) {
                    if let start = gap { letters.append(.gapFill(start, next: number)) }
                    gap = nil
                    message.possDup = true
                    letters.append(.message(message))
                    continue
                }
                note(message)
            }
            gap = gap ?? number
        }
        if let start = gap { letters.append(.gapFill(start, next: nextOut)) }
        return letters
    }
}
