import FIXSessions
import PlainData
import TradingModel

/// A FIX session that brings copies of what a venue tells about orders, and on which nothing is asked for.
///
/// What comes in is journalled with its MsgSeqNum. A message that the session had counted and the journal does not have, after a
/// crash, is asked for again: sequence numbers are set back to what is on record.
public final class DropCopySession: Sendable {
    private let engine: FIXEngine

    /// - Parameters:
    ///   - symbols: the desk's names of instruments, by the venue's, where they differ.
    ///   - deliver: takes one copy for the journal; may block until there is room.
    ///   - notify: takes lines that a person should read.
    public init(
        _ settings: FIXSessionSettings, names: Names, symbols: [String: String] = [:],
        deliver: @escaping @Sendable (ExecutionReport) -> Void, isUp: @escaping @Sendable (Bool) -> Void,
        notify: @escaping @Sendable (String) -> Void
    ) throws(FIXEngineError) {
        let handler = CopyHandler(
            decoder: VenueMessageDecoder(names: names, symbols: symbols), deliver: deliver, isUp: isUp, notify: notify)
        engine = try FIXEngine([settings], handler: handler)
    }

    deinit { stop(graceMilliseconds: 0) }

    /// Connects, or listens, again and again by itself.
    /// - Parameters:
    ///   - journalled: MsgSeqNum of the last message that is on record; 0 where none is.
    ///   - hasOwnStore: whether the session's store is the day's own, so that whatever it counted must be on record.
    public func start(journalled: UInt64, hasOwnStore: Bool) throws(FIXEngineError) {
        let next = engine.nextSeqNums(), wanted = Int(clamping: journalled) + 1
        if journalled > 0 || hasOwnStore, !engine.settings[0].resetOnLogon, wanted < next.target {
            try engine.setNextSeqNums(sender: next.sender, target: wanted)
        }
        try engine.start()
    }

    public var isLoggedOn: Bool { engine.isLoggedOn() }

    /// Logs out and ends. Nothing is delivered after it returns.
    public func stop(graceMilliseconds: Int = 3000) { engine.stop(graceMilliseconds: graceMilliseconds) }
}

/// The session's callbacks: read, put in front of the journal, return.
private final class CopyHandler: FIXHandler {
    let decoder: VenueMessageDecoder
    let deliver: @Sendable (ExecutionReport) -> Void
    let isUp: @Sendable (Bool) -> Void, notify: @Sendable (String) -> Void

    init(
        decoder: VenueMessageDecoder, deliver: @escaping @Sendable (ExecutionReport) -> Void,
        isUp: @escaping @Sendable (Bool) -> Void, notify: @escaping @Sendable (String) -> Void
    ) {
        (self.decoder, self.deliver, self.isUp, self.notify) = (decoder, deliver, isUp, notify)
    }

    func onLogon(_ session: borrowing FIXSession) {
        isUp(true)
        notify("FIX session \(session.name): logged on")
    }
    func onLogout(_ session: borrowing FIXSession) {
        isUp(false)
        notify("FIX session \(session.name): logged out")
    }

    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        do throws(UnreadableMessage) {
            switch try decoder.decode(message) {
            case .report(let report, _, _): deliver(report)
            case .massCanceled, .refusal: break
            }
            return .accept
        } catch {
            notify("FIX session \(session.name): \(error)")
            return error.flaw.verdict
        }
    }
}
