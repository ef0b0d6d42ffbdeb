import FloorTesting
import FIXSessions
import Glibc
import Synchronization

/// Session names are unique in a process, and tests run side by side.
private let counter = Atomic<Int>(0)

struct Pair {
    let port = freePort()
    let buyer: String
    let seller: String

    init() {
        let number = counter.add(1, ordering: .relaxed).newValue
        buyer = "BUY\(number)"
        seller = "SELL\(number)"
    }

    func initiator(_ change: (inout FIXSessionSettings) -> Void = { _ in }) -> FIXSessionSettings {
        var settings = FIXSessionSettings(role: .initiator, sender: buyer, target: seller, port: port)
        change(&settings)
        return settings
    }

    func acceptor(_ change: (inout FIXSessionSettings) -> Void = { _ in }) -> FIXSessionSettings {
        var settings = FIXSessionSettings(role: .acceptor, sender: seller, target: buyer, port: port)
        change(&settings)
        return settings
    }
}

/// Keeps what a session says, and lets a test answer.
final class Recorder: FIXHandler {
    struct Message: Sendable {
        let type: String
        let fields: [Int32: String]
        let isResend: Bool

        subscript(tag: Int32) -> String? { fields[tag] }
    }

    struct Log: Sendable {
        var logons = 0
        var logouts = 0
        var app: [Message] = []
        var admin: [Message] = []
        var gapFilled: [Message] = []
        var events: [FIXSessionEvent] = []
    }

    typealias Answer = @Sendable (borrowing FIXMessageView, borrowing FIXSession) -> FIXVerdict
    private let log = Mutex(Log())
    private let answer: Answer
    private let logonVerdict: FIXLogonVerdict

    init(logon: FIXLogonVerdict = .accept, answer: @escaping Answer = { _, _ in .accept }) {
        self.answer = answer
        logonVerdict = logon
    }

    var seen: Log { log.withLock { $0 } }
    func app(_ type: String) -> [Message] { seen.app.filter { $0.type == type } }
    func admin(_ type: String) -> [Message] { seen.admin.filter { $0.type == type } }
    func events(_ match: (FIXSessionEvent.Kind) -> Bool) -> [FIXSessionEvent] { seen.events.filter { match($0.kind) } }

    func onLogon(_ session: borrowing FIXSession) { log.withLock { $0.logons += 1 } }
    func onLogout(_ session: borrowing FIXSession) { log.withLock { $0.logouts += 1 } }
    func onEvent(_ event: FIXSessionEvent) { log.withLock { $0.events.append(event) } }

    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        let copy = copy(message)
        log.withLock { $0.app.append(copy) }
        return answer(message, session)
    }

    func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict {
        let copy = copy(message)
        log.withLock { $0.admin.append(copy) }
        return logonVerdict
    }

    func onGapFill(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) {
        let copy = copy(message)
        log.withLock { $0.gapFilled.append(copy) }
    }

    private func copy(_ message: borrowing FIXMessageView) -> Message {
        let tags: [Int32] = [11, 17, 34, 37, 38, 39, 41, 44, 45, 49, 56, 58, 97, 102, 150, 371, 372, 373, 380, 434]
        var fields: [Int32: String] = [:]
        for tag in tags { fields[tag] = message.string(FIXTag(rawValue: tag)) }
        return Message(type: message.msgType?.description ?? "?", fields: fields, isResend: message.flag(.possDupFlag))
    }
}

func order(_ clOrdID: String, _ msgType: FIXMsgType = .newOrderSingle, orig: String? = nil) -> FIXMessageBuilder {
    var message = FIXMessageBuilder(msgType)
    message.append(.clOrdID, clOrdID)
    if let orig { message.append(.origClOrdID, orig) }
    message.append(.symbol, "BTC-USD")
    message.append(.side, character: UInt8(ascii: "1"))
    message.append(.orderQty, "100")
    message.append(.ordType, character: UInt8(ascii: "2"))
    message.append(.price, "100.25")
    message.append(.transactTime, utcNanoseconds: 1_700_000_000_123_456_789)
    return message
}
