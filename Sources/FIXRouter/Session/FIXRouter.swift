import Clearance
import FIXSessions
import Foundation
import PlainData
import TradingModel

/// One FIX session as the way to a venue: requests whose intent is durable go out, reports come back.
///
///     let router = try FIXRouter(session, names: names, clock: clock, deliver: { source.offer($0) }, notify: { log($0) })
///     try router.start()
///     try router.waitForLogon(seconds: 5)
///     router.submit(order)            // from the effect sink, in order
///     router.stop()
///
/// - What comes back, in order, on the router's thread, through `deliver`: the venue's reports; `sent` with the MsgSeqNum
///   once a request was handed to the session; `inDoubt` while a request's fate is unknown; and a Rejected report for a
///   request that never left or that the venue refused as a message. All of it belongs into the journal.
/// - A request leaves only while the session is logged on. After a crash the venue is asked (OrderStatusRequest) before a
///   request that may have left is sent again. `SendProtocol` has the rules.
/// - Duplicate executions (ExecID) are dropped and counted.
public final class FIXRouter: Sendable {
    private let mailbox: Mailbox
    private let handler: SessionHandler
    private let session: any RouterSession
    private let settings: FIXSessionSettings
    private let thread: RouterThread
    private let counters: RouterCounters
    private let hasThread: Bool
    /// What left before this run and is not on record: more than nothing means that the day must not go on.
    public let lost: [LostRequest]

    /// Throws what is wrong with the session's settings or its store.
    /// - Parameters:
    ///   - recovery: what the journal holds of the day so far.
    ///   - clock: nanoseconds since the epoch, for TransactTime(60), for waiting and for the records' event time.
    ///   - eventTime: the event time of refusals and doubts where the floor goes by another than the clock's: over history.
    ///   - deliver: takes one report for the journal; may block until there is room.
    ///   - notify: takes what an operator should read; on any thread.
    public convenience init(
        _ settings: FIXSessionSettings, names: Names, recovery: consuming RouterRecovery,
        clock: @escaping @Sendable () -> Int64, deliver: @escaping @Sendable (ExecutionReport) -> Void,
        notify: @escaping @Sendable (RouterNotice) -> Void = { _ in }
    ) throws(FIXEngineError) {
        try self.init(
            settings, names: names, recovery: recovery, clock: clock, deliver: deliver, notify: notify, hasThread: true,
            connect: RouterSessions.quickFIX)
    }

    /// - Parameters:
    ///   - storeProvesSince: since when the session's store has every message that left, nanoseconds since the epoch: a request
    ///     taken later that it does not have never left. `.max` where the store proves nothing.
    ///   - hasThread: false for a run whose every part is stepped by hand: then `turn` does the router's work.
    ///   - connect: makes the session.
    package init(
        _ settings: FIXSessionSettings, names: Names, recovery: consuming RouterRecovery,
        clock: @escaping @Sendable () -> Int64, deliver: @escaping @Sendable (ExecutionReport) -> Void,
        notify: @escaping @Sendable (RouterNotice) -> Void, eventTime: (@Sendable () -> Int64)? = nil,
        storeProvesSince: Int64 = .max, quirks: SessionQuirks = SessionQuirks(), hasThread: Bool,
        connect: RouterSessionMaker
    ) throws(FIXEngineError) {
        precondition(settings.role == .initiator, "a router's session is an initiator")
        (self.settings, self.hasThread) = (settings, hasThread)
        mailbox = Mailbox()
        counters = RouterCounters()
        handler = SessionHandler(mailbox: mailbox, names: names, symbols: quirks.bySymbol, notify: notify)
        session = try connect(settings, handler)
        lost = try LostRequest.find(session, names) { recovery.sendProtocol.knows($0) }
        if settings.storePath != nil, !settings.resetOnLogon, storeProvesSince < .max {
            let stored = try StoredRequests.find(session, names) { recovery.sendProtocol.isUnsent($0) }
            recovery.sendProtocol.acquit(allBut: stored, takenAfter: storeProvesSince)
        }
        // A report that the session had counted but that never reached the journal must come again.
        let next = session.nextSeqNums()
        let (hasHistory, journalled) = (recovery.hasHistory, Int(recovery.lastMsgSeqNum))
        if hasHistory, !settings.resetOnLogon, journalled + 1 < next.target {
            try session.setNextSeqNums(sender: next.sender, target: journalled + 1)
        }
        thread = RouterThread(
            RouterWorker(
                mailbox: mailbox, session: session, names: names, version: settings.version, quirks: quirks, recovery: recovery,
                counters: counters, clock: clock,
                eventTime: eventTime ?? clock, deliver: deliver, notify: notify))
    }

    deinit { stop(graceMilliseconds: 0) }

    /// Starts the router's thread and the session, which connects by itself, again and again.
    public func start() throws(FIXEngineError) {
        if hasThread { thread.start() }
        try session.start()
    }

    /// Does what there is to do, on the caller's thread: only of a router that has none.
    package func turn() {
        precondition(!hasThread, "a router's thread does its work")
        thread.turn()
    }

    /// Waits until the session is logged on. Throws as soon as the venue refuses, else at the end of the time.
    public func waitForLogon(seconds: Int) throws(RouterFailure) {
        for _ in 0..<max(1, seconds * 200) {
            if session.isLoggedOn { return }
            if case .logonRefused(let text) = handler.trouble { throw .logonRefused(session: settings.name, text: text) }
            Thread.sleep(forTimeInterval: 0.005)
        }
        if case .connectionFailed(let host, let port) = handler.trouble {
            throw .venueNotThere(session: settings.name, host: host, port: port, waitedSeconds: seconds)
        }
        throw .noAnswer(session: settings.name, waitedSeconds: seconds)
    }

    /// Takes a request whose intent is durable. Never blocks; one that was taken before is not taken again.
    ///
    /// Only compliance makes a `ClearedOrder`, so there is no way to send what it has not seen.
    /// - Parameter madeAt: when it was made, nanoseconds since the epoch, where that was before a restart and its record is
    ///   younger. Left out, it was made now.
    public func submit(_ order: ClearedOrder, madeAt: Int64? = nil) { submit(request: order.request, madeAt: madeAt) }

    func submit(request: OrderRequest, madeAt: Int64? = nil) {
        counters.requestPosted()
        mailbox.post(.submit(request, madeAt: madeAt))
    }

    /// Logs out, delivers what has come, and ends. Nothing is delivered after it returns. Never from `deliver` or `notify`.
    public func stop(graceMilliseconds: Int = 3000) {
        session.stop(graceMilliseconds: graceMilliseconds)
        mailbox.post(.stop)
        if hasThread { thread.join() } else { thread.turn() }
    }

    public var isLoggedOn: Bool { session.isLoggedOn }

    public var statistics: RouterStatistics {
        var now = counters.current
        now.isLoggedOn = session.isLoggedOn
        return now
    }
}
