/// Something that happened to a session, other than its messages. Prints as one line.
public struct FIXSessionEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// An initiator found nobody at the address; it tries again after `reconnectSeconds`.
        case connectionFailed(host: String, port: Int)
        /// The peer answered our Logon with a Logout, whose Text(58) says why; empty when it gave no reason.
        case logonRefused(text: String)
        /// The connection ended before the logon was complete, without a word from the peer.
        case closedBeforeLogon
        /// The engine's own words: sequence gaps, disconnects, timeouts.
        case note(String)
    }

    /// Nil for an event of the engine that belongs to no session, such as a Logon for a session it does not know.
    public let session: FIXSessionID?
    /// `FIX.4.4:FLOOR->BROKER`, or empty.
    public let sessionName: String
    public let kind: Kind

    public init(session: FIXSessionID?, sessionName: String, kind: Kind) {
        self.session = session
        self.sessionName = sessionName
        self.kind = kind
    }
}

extension FIXSessionEvent: CustomStringConvertible {
    public var description: String {
        let subject = sessionName.isEmpty ? "FIX engine" : "FIX session \(sessionName)"
        return switch kind {
        case .connectionFailed(let host, let port): "\(subject): nobody answers at \(host):\(port)"
        case .logonRefused(let text) where text.isEmpty: "\(subject): logon refused, without a reason"
        case .logonRefused(let text): "\(subject): logon refused: \(text)"
        case .closedBeforeLogon: "\(subject): the peer closed the connection before the logon was complete"
        case .note(let text): "\(subject): \(text)"
        }
    }
}
