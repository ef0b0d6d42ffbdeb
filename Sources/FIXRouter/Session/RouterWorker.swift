import FIXSessions
import PlainData
import Synchronization
import TradingModel

/// Counters that another thread may read at any time.
final class RouterCounters: Sendable {
    private let values = Mutex(RouterStatistics())
    /// Requests that lie in the mailbox.
    private let unread = Atomic<Int>(0)

    var current: RouterStatistics {
        // Read first: a request is counted twice for an instant rather than not at all.
        let unread = unread.load(ordering: .acquiring)
        var now = values.withLock { $0 }
        now.pending += unread
        return now
    }
    func requestPosted() { unread.add(1, ordering: .acquiringAndReleasing) }
    func requestRead() { unread.subtract(1, ordering: .acquiringAndReleasing) }
    func change(_ body: (inout sending RouterStatistics) -> Void) { values.withLock { body(&$0) } }
}

/// The router's thread: the only one that touches the send protocol, sends, and delivers.
///
/// `@unchecked Sendable`: it is made on one thread and handed to its own, which alone uses it from then on.
final class RouterWorker: @unchecked Sendable {
    private let mailbox: Mailbox
    private let session: any RouterSession
    private let names: Names
    private let encoder: OrderEncoder
    private let counters: RouterCounters
    private let clock: @Sendable () -> Int64, eventTime: @Sendable () -> Int64
    private let deliver: @Sendable (ExecutionReport) -> Void
    private let notify: @Sendable (RouterNotice) -> Void
    private var sendProtocol: SendProtocol
    private var execIDs: ExecIDFilter
    private var message = FIXMessageBuilder(.newOrderSingle)
    private var actions: [SendProtocol.Action] = []
    private let unknown: TextID
    private let numbersRestart: Bool
    /// The number of the last OrderStatusRequest.
    private var question: UInt64 = 0

    /// When waiting is looked at next; nil before the first turn.
    private var nextTick: Int64?
    /// How often waiting is looked at, in nanoseconds.
    private static let tick: Int64 = 50_000_000

    init(
        mailbox: Mailbox, session: any RouterSession, names: Names, version: FIXVersion, quirks: SessionQuirks,
        recovery: consuming RouterRecovery,
        counters: RouterCounters,
        clock: @escaping @Sendable () -> Int64, eventTime: @escaping @Sendable () -> Int64,
        deliver: @escaping @Sendable (ExecutionReport) -> Void,
        notify: @escaping @Sendable (RouterNotice) -> Void
    ) {
        (self.mailbox, self.session, self.names, self.counters) = (mailbox, session, names, counters)
        (self.clock, self.eventTime, self.deliver, self.notify) = (clock, eventTime, deliver, notify)
        encoder = OrderEncoder(names: names, version: version, quirks: quirks)
        unknown = names.text("NONE")
        numbersRestart = session.resetOnLogon
        recovery.finish()
        sendProtocol = recovery.sendProtocol
        execIDs = recovery.execIDs
    }

    func run() {
        begin()
        while !take(mailbox.take(within: Double(pause()) / 1e9)) {}
        mailbox.close()
    }

    /// The same as `run`, for a caller that has the thread: does what there is and returns.
    /// - Returns: true when the router was stopped.
    func turn() -> Bool {
        if nextTick == nil { begin() }
        return take(mailbox.takeNow())
    }

    private func begin() {
        sendProtocol.finishRestoring(into: &actions)
        perform()
        count()
        nextTick = clock() + Self.tick
    }

    /// How long to wait for mail: until waiting is looked at, or the throttle lets something through.
    private func pause() -> Int64 {
        guard let opens = sendProtocol.nextDeparture else { return Self.tick }
        return min(Self.tick, max(0, opens - clock()))
    }

    private func take(_ letters: [Mail]) -> Bool {
        var isStopped = false, now: Int64 = 0
        session.together {
            for mail in letters { if case .stop = mail { isStopped = true } else { handle(mail) } }
            now = clock()
            if sendProtocol.queuedCount > 0 {
                sendProtocol.depart(now: now, into: &actions)
                perform()
            }
        }
        if now >= nextTick ?? .min {
            sendProtocol.tick(now: now, into: &actions)
            perform()
            nextTick = now + Self.tick
            count()
        }
        if isStopped { count() }
        return isStopped
    }

    private func count() {
        let (pending, inDoubt, queued) = (sendProtocol.pendingCount, sendProtocol.inDoubtCount, sendProtocol.queuedCount)
        counters.change { ($0.pending, $0.inDoubt, $0.queued) = (pending, inDoubt, queued) }
    }

    private func handle(_ mail: Mail) {
        switch mail {
        case .submit(let request, let madeAt):
            if !sendProtocol.take(request, madeAt: madeAt, now: clock(), into: &actions) {
                counters.change { $0.repeatedIntents += 1 }
            }
        case .loggedOn: sendProtocol.sessionUp(now: clock(), numbersRestart: numbersRestart, into: &actions)
        case .loggedOut: sendProtocol.sessionDown(into: &actions)
        case .gapFilled(let id):
            counters.change { $0.gapFilled += 1 }
            sendProtocol.gapFilled(id, into: &actions)
        case .message(.report(let report, let answers, let mass)): received(report, answers: answers, mass: mass)
        case .message(.massCanceled(let isAccepted, let affected, let text)):
            notify(.massCancel(isAccepted: isAccepted, affected: affected, text: text))
        case .message(.refusal(let refusal)):
            if !sendProtocol.refused(refusal, now: clock(), into: &actions) {
                counters.change { $0.unmatchedRefusals += 1 }
                notify(.unmatchedRefusal(refusal))
            }
        case .unreadable(let message, let id):
            counters.change { $0.unreadable += 1 }
            notify(.unreadable(message))
            sendProtocol.unreadable(id, now: clock(), into: &actions)
        case .stop: break
        }
        perform()
        let pending = sendProtocol.pendingCount
        counters.change { $0.pending = pending }
        if case .submit = mail { counters.requestRead() }
    }

    private func received(_ report: ExecutionReport, answers: UInt64?, mass: MassAnswer?) {
        defer {
            if let mass, report.ordStatus != .rejected { _ = sendProtocol.answered(mass, report, now: clock(), into: &actions) }
        }
        // A refusal of the question is about no order.
        if let mass, report.ordStatus == .rejected, !sendProtocol.answered(mass, report, now: clock(), into: &actions) { return }
        guard
            sendProtocol.reported(report, isUnknownOrder: isUnknownOrder(report), answers: answers, now: clock(), into: &actions)
        else {
            if report.msgType == .orderCancelReject { counters.change { $0.duplicates += 1 } }
            return
        }
        switch execIDs.admit(report) {
        case .fresh: break
        case .duplicate:
            counters.change { $0.duplicates += 1 }
            return
        case .conflict:
            counters.change { $0.conflicts += 1 }
            notify(.conflictingExecID(names.text(of: report.execID)))
        }
        counters.change { $0.reports += 1 }
        deliver(report)
    }

    /// FIX 4.4: the answer to a status request for an order that the venue does not have is ExecType I, OrdStatus Rejected,
    /// OrdRejReason 5 ("unknown order"), OrderID NONE.
    private func isUnknownOrder(_ report: ExecutionReport) -> Bool {
        guard report.execType == .orderStatus, report.ordStatus == .rejected else { return false }
        return report.ordRejReason == 5 || (report.ordRejReason < 0 && report.orderID == unknown)
    }

    /// Does what the protocol asked for. Doing it can ask for more.
    private func perform() {
        var at = 0
        while at < actions.count {
            switch actions[at] {
            case .send(let request, let possResend):
                let outcome = send { message throws(EncodingFlaw) in
                    try encoder.encode(
                        request, transactTime: clock(), possResend: possResend, orderID: sendProtocol.table.orderID(of: request),
                        into: &message)
                }
                if case .sent = outcome { counters.change { $0.sent += 1 } }
                sendProtocol.handedOver(request.clOrdID, outcome, now: clock(), into: &actions)
            case .ask(let request):
                // Unique over restarts, as the clock is.
                question = max(question + 1, UInt64(max(0, clock())))
                let outcome = send { message throws(EncodingFlaw) in
                    try encoder.encodeStatusRequest(
                        request, number: question, orderID: sendProtocol.table.orderID(of: request), into: &message)
                }
                if case .sent = outcome { counters.change { $0.statusRequests += 1 } }
                sendProtocol.asked(request.clOrdID, outcome, number: question, now: clock())
            case .askAll:
                question = max(question + 1, UInt64(max(0, clock())))
                let outcome = send { message throws(EncodingFlaw) in
                    try encoder.encodeMassStatusRequest(number: question, into: &message)
                }
                if case .sent = outcome { counters.change { $0.statusRequests += 1 } }
                sendProtocol.askedAll(outcome, number: question, now: clock(), into: &actions)
            case .cancelAll:
                question = max(question + 1, UInt64(max(0, clock())))
                let outcome = send { message throws(EncodingFlaw) in
                    try encoder.encodeMassCancelRequest(number: question, transactTime: clock(), into: &message)
                }
                if case .sent = outcome { counters.change { $0.massCancels += 1 } }
            case .record(let record):
                if case .refused = record { counters.change { $0.refused += 1 } }
                // That it was sent tells when, by the clock: from there the way from a tick to its order is measured.
                let time = if case .sent = record { clock() } else { eventTime() }
                deliver(record.report(eventTime: time, names: names))
            }
            at += 1
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func send(_ encode: (inout FIXMessageBuilder) throws(EncodingFlaw) -> Void) -> HandOver {
        do throws(EncodingFlaw) { try encode(&message) } catch { return .unencodable }
        do throws(FIXEngineError) {
            return .sent(msgSeqNum: try session.send(message))
        } catch {
            if case .notLoggedOn = error { return .notLoggedOn }
            return .failed
        }
    }
}
