/// Why a FIX engine could not be made, started or used.
public enum FIXEngineError: Error, Hashable, Sendable {
    case badSetting(session: String, key: String, value: String, expected: String)
    /// An initiator engine carries one session, an acceptor engine the sessions of one port.
    case badSessions(reason: String)
    /// QuickFIX refused, for example because the port is taken or the store cannot be written.
    case engineRefused(session: String, reason: String)
    /// Sent nothing and used no sequence number: the session is not logged on.
    case notLoggedOn(session: String)
    /// Sent nothing and used no sequence number: the handler's `toApp` withheld it.
    case withheld(session: String)
    /// QuickFIX failed while it sent; whether the message left is unknown.
    case sendFailed(session: String, reason: String)
}

extension FIXEngineError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badSetting(let session, let key, let value, let expected):
            "FIX session \(session): \(key) is \"\(value)\"; give \(expected)"
        case .badSessions(let reason):
            "FIX engine: \(reason)"
        case .engineRefused(let session, let reason):
            "FIX session \(session): cannot start: \(reason)"
        case .notLoggedOn(let session):
            "FIX session \(session) is not logged on; nothing was sent"
        case .withheld(let session):
            "FIX session \(session): the message was withheld; nothing was sent"
        case .sendFailed(let session, let reason):
            "FIX session \(session): sending failed, the message may have left: \(reason)"
        }
    }
}
