/// A session of an engine: its place in the list of settings the engine was made from.
public struct FIXSessionID: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// What the application says about a message it received.
public enum FIXVerdict: Hashable, Sendable {
    case accept
    /// The engine answers with BusinessMessageReject(j), "unsupported message type".
    case unsupportedMsgType
    /// The engine answers with BusinessMessageReject(j), "conditionally required field missing", and names the tag.
    case missingField(FIXTag)
    /// The engine answers with Reject(3), "value is incorrect", and names the tag.
    case badValue(FIXTag)
}

/// What the application says about a Logon(A) it received.
public enum FIXLogonVerdict: Hashable, Sendable {
    case accept
    /// The engine answers with Logout(5) whose Text(58) is the reason, and closes the connection.
    case refuse(reason: String)
}

/// The application side of a FIX engine.
///
/// Calls come on the engine's threads, one thread a connection; `toApp` of a message that is sent comes on the sender's own
/// thread, under the session's lock. A handler copies what it needs and returns: it may send on the session it was
/// called for, never on another one from `toApp`, and never stops the engine.
public protocol FIXHandler: AnyObject, Sendable {
    func onLogon(_ session: borrowing FIXSession)
    /// The session was logged on and no longer is.
    func onLogout(_ session: borrowing FIXSession)
    /// An application message, in sequence, each MsgSeqNum once; a PossResend(97)=Y copy has a new number and comes too.
    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict
    /// A session message, Reject(3) among them. The verdict is read for Logon(A) only.
    func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict
    /// A message about to be numbered and sent for the first time, or a resend of a type that is not in `gapFilled`.
    /// False withholds it: a new message is dropped, a resend becomes a gap fill.
    func toApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> Bool
    /// The peer asked for this message again and got a gap fill: so far as it knows, the message was never sent.
    func onGapFill(_ message: borrowing FIXMessageView, in session: borrowing FIXSession)
    func onEvent(_ event: FIXSessionEvent)
}

extension FIXHandler {
    public func onLogon(_ session: borrowing FIXSession) {}
    public func onLogout(_ session: borrowing FIXSession) {}
    public func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict { .accept }
    public func toApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> Bool { true }
    public func onGapFill(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) {}
    public func onEvent(_ event: FIXSessionEvent) {}
}
