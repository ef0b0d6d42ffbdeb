internal import CQuickFIX

/// What became of a message that was handed to a session.
public enum FIXSent: Hashable, Sendable {
    /// Numbered, stored and written to the socket. No proof that it arrived: a dead connection is noticed only after
    /// one to three heartbeats.
    case sent(msgSeqNum: Int)
    /// Numbered and stored; the engine sends it when the peer, after the next logon, asks for what it missed.
    case stored(msgSeqNum: Int)

    public var msgSeqNum: Int {
        switch self {
        case .sent(let msgSeqNum), .stored(let msgSeqNum): msgSeqNum
        }
    }
}

/// Whether a message may wait in the store for the next logon.
public enum FIXSendPolicy: Hashable, Sendable {
    /// Not logged on: `FIXEngineError.notLoggedOn`, and no sequence number is used. For orders.
    case onlyWhenLoggedOn
    /// Not logged on: kept and resent. For reports, which stay true.
    case storeAndResend
}

/// A session inside a callback, to answer on. Not copyable: it lives no longer than the callback.
public struct FIXSession: ~Copyable {
    public let id: FIXSessionID
    /// `FIX.4.4:FLOOR->BROKER`.
    public let name: String
    let engine: OpaquePointer

    /// Sends an application message; throws `notLoggedOn`, `withheld` or `sendFailed`.
    @discardableResult
    public func send(
        _ message: borrowing FIXMessageBuilder, policy: FIXSendPolicy = .onlyWhenLoggedOn
    ) throws(FIXEngineError) -> FIXSent {
        let result = message.withFields { type, bytes, fields, count in
            qf_send(engine, id.rawValue, type, bytes, fields, count, policy == .storeAndResend)
        }
        switch result.outcome {
        case QF_SENT: return .sent(msgSeqNum: Int(result.msg_seq_num))
        case QF_STORED: return .stored(msgSeqNum: Int(result.msg_seq_num))
        case QF_NOT_LOGGED_ON: throw .notLoggedOn(session: name)
        case QF_WITHHELD: throw .withheld(session: name)
        default: throw .sendFailed(session: name, reason: lastEngineError())
        }
    }

    public var isLoggedOn: Bool { qf_is_logged_on(engine, id.rawValue) }

    /// The MsgSeqNum of our next message, and the one we expect next from the peer.
    public var nextSeqNums: (sender: Int, target: Int) {
        var sender: Int32 = 0
        var target: Int32 = 0
        guard qf_next_seq_nums(engine, id.rawValue, &sender, &target) == 0 else { return (0, 0) }
        return (Int(sender), Int(target))
    }
}

/// Why the last call into the engine on this thread failed.
func lastEngineError() -> String { String(cString: qf_last_error()) }
