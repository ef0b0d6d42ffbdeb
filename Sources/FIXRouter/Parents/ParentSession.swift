import FIXSessions
import Foundation
import PlainData
import Synchronization
import TradingModel

/// A FIX session that an EMS opens: its parents come in, reports on them go out.
///
/// - What comes in is journalled with its MsgSeqNum. A message that the session had counted and the journal does not have, after
///   a crash, is asked for again: sequence numbers are set back to what is on record.
/// - What goes out is kept in the session's store before it leaves, also while the EMS is away: it asks for what it missed.
/// - One thread sends, so an EMS that does not read holds up nothing but its own reports.
public final class ParentSession: Sendable {
    private let engine: FIXEngine
    private let outbox: ParentOutbox
    private let names: Names
    private let encoder: ParentReportEncoder
    private let finished = DispatchSemaphore(value: 0)
    private let isRunning = Atomic<Bool>(false), isStopping = Atomic<Bool>(false)
    private let notify: @Sendable (String) -> Void

    /// - Parameters:
    ///   - strategy: what parents are booked under.
    ///   - place: what a checkpoint kept of the reports; nil without one.
    ///   - clock: nanoseconds since 1970.
    ///   - deliver: takes one entry for the journal; may block until there is room.
    ///   - notify: takes lines that a person should read.
    public init(
        _ settings: FIXSessionSettings, names: Names, strategy: TextID, place bytes: [UInt8]?,
        clock: @escaping @Sendable () -> Int64, deliver: @escaping @Sendable (ParentEntry) -> Void,
        isUp: @escaping @Sendable (Bool) -> Void = { _ in }, notify: @escaping @Sendable (String) -> Void
    ) throws(FIXEngineError) {
        precondition(settings.role == .acceptor, "an EMS opens the session")
        (self.names, self.notify) = (names, notify)
        encoder = ParentReportEncoder(names: names, version: settings.version)
        let handler = ParentHandler(
            decoder: ParentEntryDecoder(names: names, strategy: strategy), clock: clock, deliver: deliver, isUp: isUp,
            notify: notify)
        engine = try FIXEngine([settings], handler: handler)
        var place = ParentOutbox.Place()
        if let bytes {
            var coder = StateCoder(restoring: bytes)
            place.state(&coder)
        }
        outbox = ParentOutbox(place)
        let next = engine.nextSeqNums()
        // A session that began anew since has smaller numbers, and nothing of before.
        let first = Int(place.nextNumber) <= next.sender ? Int(place.nextNumber) : 1
        outbox.pass(over: try engine.stored(from: first, through: next.sender - 1))
    }

    deinit { stop(graceMilliseconds: 0) }

    /// Listens, and begins to send.
    /// - Parameters:
    ///   - journalled: MsgSeqNum of the last message that is on record; 0 where none is.
    ///   - hasOwnStore: whether the session's store is the day's own, so that whatever it counted must be on record.
    public func start(journalled: UInt64, hasOwnStore: Bool) throws(FIXEngineError) {
        let next = engine.nextSeqNums(), wanted = Int(clamping: journalled) + 1
        if journalled > 0 || hasOwnStore, !engine.settings[0].resetOnLogon, wanted < next.target {
            try engine.setNextSeqNums(sender: next.sender, target: wanted)
        }
        try engine.start()
        precondition(!isRunning.exchange(true, ordering: .acquiringAndReleasing), "a session starts once")
        Thread.detachNewThread {
            self.send()
            self.finished.signal()
        }
    }

    /// Takes a report whose cause is durable. Waits only while very many wait for an EMS that does not read.
    public func post(_ report: ParentReport) { outbox.post(report, waits: isRunning.load(ordering: .acquiring)) }

    private func send() {
        var message = FIXMessageBuilder(.executionReport)
        while let report = outbox.next(names) {
            encoder.encode(report, into: &message)
            do throws(FIXEngineError) {
                try engine.send(message, policy: .storeAndResend)
                outbox.done()
            } catch {
                // It is still the first; after a restart it is looked for in the store.
                notify(
                    "session \(engine.settings[0].name): a report on \(report.clOrdID.text(names)) could not be sent: \(error)")
                Thread.sleep(forTimeInterval: 0.1)
                if isStopping.load(ordering: .acquiring) { return }
            }
        }
    }

    /// What a checkpoint keeps of the reports that were posted so far; `init` takes it.
    public func state(_ coder: inout StateCoder) {
        var place = outbox.place { engine.nextSeqNums().sender }
        place.state(&coder)
    }

    public var isLoggedOn: Bool { engine.isLoggedOn() }

    /// Sends what was posted, logs out and ends. Nothing is delivered after it returns.
    public func stop(graceMilliseconds: Int = 3000) {
        outbox.close()
        isStopping.store(true, ordering: .releasing)
        if isRunning.exchange(false, ordering: .acquiringAndReleasing) { finished.wait() }
        engine.stop(graceMilliseconds: graceMilliseconds)
    }
}

/// The session's callbacks: read, put in front of the journal, return.
private final class ParentHandler: FIXHandler {
    let decoder: ParentEntryDecoder
    let clock: @Sendable () -> Int64, deliver: @Sendable (ParentEntry) -> Void
    let isUp: @Sendable (Bool) -> Void, notify: @Sendable (String) -> Void

    init(
        decoder: ParentEntryDecoder, clock: @escaping @Sendable () -> Int64, deliver: @escaping @Sendable (ParentEntry) -> Void,
        isUp: @escaping @Sendable (Bool) -> Void, notify: @escaping @Sendable (String) -> Void
    ) {
        (self.decoder, self.clock, self.deliver, self.isUp, self.notify) = (decoder, clock, deliver, isUp, notify)
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
            let entry = try decoder.decode(message, at: clock())
            if entry.msgType == .dontKnowTrade {
                notify(
                    "FIX session \(session.name): the other side does not recognise execution "
                        + "\(entry.execID.text(decoder.names)) (DontKnowTrade): compare the day's reports with it")
            }
            deliver(entry)
            return .accept
        } catch {
            notify("FIX session \(session.name): \(error)")
            return error.flaw.verdict
        }
    }
}
