import FIXSessions

/// Something an operator should read. Prints as one line.
public enum RouterNotice: Sendable {
    case loggedOn(session: String)
    case loggedOut(session: String)
    case session(FIXSessionEvent)
    case unreadable(UnreadableMessage)
    /// A Reject(3) or BusinessMessageReject(j) that is about no request of ours that waits for an answer.
    case unmatchedRefusal(MessageRefusal)
    /// What the venue says to an OrderMassCancelRequest.
    case massCancel(isAccepted: Bool, affected: Int?, text: String)
    /// One ExecID over two contents; the desk was given both.
    case conflictingExecID(String)
}

extension RouterNotice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .loggedOn(let session): "FIX session \(session): logged on"
        case .loggedOut(let session): "FIX session \(session): logged out"
        case .session(let event): event.description
        case .unreadable(let message): message.description
        case .unmatchedRefusal(let refusal):
            "venue refused message \(refusal.refSeqNum) (reason \(refusal.reason), tag \(refusal.refTagID)): \(refusal.text)"
        case .massCancel(true, let affected, _): "venue cancels all orders\(affected.map { ": \($0)" } ?? "")"
        case .massCancel(false, _, let text): "venue refuses to cancel all orders at once, they are canceled one by one: \(text)"
        case .conflictingExecID(let text): "venue used ExecID \(text) for two different reports; both were passed on"
        }
    }
}

/// Why there is no session to send orders on.
public enum RouterFailure: Error, Hashable, Sendable {
    /// Nobody listens at the address.
    case venueNotThere(session: String, host: String, port: Int, waitedSeconds: Int)
    case logonRefused(session: String, text: String)
    /// The venue took the connection and did not answer the logon.
    case noAnswer(session: String, waitedSeconds: Int)
}

extension RouterFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .venueNotThere(let session, let host, let port, let waited):
            "FIX session \(session): no venue at \(host):\(port) after \(waited) s; start it or set the session's host and port"
        case .logonRefused(let session, let text) where text.isEmpty:
            "FIX session \(session): the venue refused the logon without a reason; check sender and target"
        case .logonRefused(let session, let text):
            "FIX session \(session): the venue refused the logon: \(text)"
        case .noAnswer(let session, let waited):
            "FIX session \(session): the venue did not answer the logon within \(waited) s; check sender and target"
        }
    }
}

/// Counters of a router. All grow but `inDoubt`, `pending`, `queued` and `isLoggedOn`.
public struct RouterStatistics: Hashable, Sendable {
    public var isLoggedOn = false
    /// Messages handed to the session, by what they were.
    public var sent = 0, statusRequests = 0, massCancels = 0
    /// Requests that never left, and why is in their report.
    public var refused = 0
    /// Reports passed on to the desk.
    public var reports = 0
    public var duplicates = 0, conflicts = 0, unreadable = 0, unmatchedRefusals = 0, gapFilled = 0
    /// Intents that came a second time after a restart and were not sent a second time.
    public var repeatedIntents = 0
    /// Requests the venue has not named yet, from the return of `submit` on; and those of them whose fate is unknown,
    /// counted every 50 ms.
    public var pending = 0, inDoubt = 0
    /// Requests and questions that wait for the session's throttle or for answers, counted every 50 ms.
    public var queued = 0

    public init() {}
}
