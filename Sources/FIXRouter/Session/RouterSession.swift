import FIXSessions

/// The session as a router needs it: QuickFIX's, or the one of a simulation, which loses and repeats messages at will.
package protocol RouterSession: AnyObject, Sendable {
    /// `FIX.4.4:FLOOR->BROKER`.
    var name: String { get }
    /// Whether both sides begin at 1 again at every logon.
    var resetOnLogon: Bool { get }
    var isLoggedOn: Bool { get }
    /// The MsgSeqNum of our next message, and the one we expect next from the peer.
    func nextSeqNums() -> (sender: Int, target: Int)
    /// Only while not logged on.
    func setNextSeqNums(sender: Int, target: Int) throws(FIXEngineError)
    /// Our own messages that the session's store still has, of these MsgSeqNums: those with a ClOrdID, in order.
    func stored(from first: Int, through last: Int) throws(FIXEngineError) -> [FIXStoredMessage]
    /// - Returns: the MsgSeqNum under which the message was handed over.
    func send(_ message: FIXMessageBuilder) throws(FIXEngineError) -> UInt64
    /// What is sent inside of `body` may leave together, where that is cheaper; all of it has left at the end.
    func together(_ body: () -> Void)
    /// Begins to connect, again and again by itself.
    func start() throws(FIXEngineError)
    /// Logs out and ends; nothing comes from the session after it.
    func stop(graceMilliseconds: Int)
}

extension RouterSession {
    package func together(_ body: () -> Void) { body() }
}

/// Makes the session whose callbacks go to the handler.
package typealias RouterSessionMaker = (FIXSessionSettings, SessionHandler) throws(FIXEngineError) -> any RouterSession

package enum RouterSessions {
    /// The session that a live desk has.
    package static func quickFIX(
        _ settings: FIXSessionSettings, _ handler: SessionHandler
    ) throws(FIXEngineError) -> any RouterSession {
        try QuickFIXSession(settings, handler)
    }
}

/// A router's session over QuickFIX.
final class QuickFIXSession: RouterSession {
    private let engine: FIXEngine

    init(_ settings: FIXSessionSettings, _ handler: SessionHandler) throws(FIXEngineError) {
        engine = try FIXEngine([settings], handler: handler)
    }

    var name: String { engine.settings[0].name }
    var resetOnLogon: Bool { engine.settings[0].resetOnLogon }
    var isLoggedOn: Bool { engine.isLoggedOn() }
    func nextSeqNums() -> (sender: Int, target: Int) { engine.nextSeqNums() }
    func setNextSeqNums(sender: Int, target: Int) throws(FIXEngineError) {
        try engine.setNextSeqNums(sender: sender, target: target)
    }
    func stored(from first: Int, through last: Int) throws(FIXEngineError) -> [FIXStoredMessage] {
        try engine.stored(from: first, through: last)
    }
    func send(_ message: FIXMessageBuilder) throws(FIXEngineError) -> UInt64 { UInt64(try engine.send(message).msgSeqNum) }
    func together(_ body: () -> Void) { engine.together(body) }
    func start() throws(FIXEngineError) { try engine.start() }
    func stop(graceMilliseconds: Int) { engine.stop(graceMilliseconds: graceMilliseconds) }
}
