import PlainData
import TradingModel

/// When each request leaves, and what is believed of it until the venue has spoken.
///
///     intent durable ─► waiting ─► sent(MsgSeqNum) ─► known: the venue named it
///                          │            │ session lost, gap-filled, no answer in time
///                          │            ▼
///     restart: no Sent ────┴───────► doubtful ─► asked ─► known, or unknown: send again or refuse
///                                       ▲          │ no answer in time
///                                       └──────────┘ unanswered: asked again at the next logon
///
/// An order that may have left is never sent a second time before the venue has said that it does not have it, and is
/// never called rejected because nobody answered. A cancel is sent again: it can only reduce what is at risk. It follows its
/// order, though, and never overtakes it: what becomes of requests whose order is in doubt is told in
/// `SendProtocol+Dependents.swift`. What may leave goes through lanes, where cancels are first and the session's throttle
/// counts: `SendProtocol+Lanes.swift`. One change of an order is under way at a time: `ReplaceChains.swift`.
///
/// Pure: no clock, no socket. Every call appends to `actions` what is to be done, in order. Times are nanoseconds of
/// whatever clock the caller keeps.
struct SendProtocol: ~Copyable {
    /// What to do next, and what to put on record.
    enum Action: Equatable {
        /// Hand the request to the session, then call `handedOver`.
        case send(OrderRequest, possResend: Bool)
        /// Send an OrderStatusRequest for it, then call `asked`.
        case ask(OrderRequest)
        /// Send an OrderMassStatusRequest for all orders, then call `askedAll`.
        case askAll
        /// Send an OrderMassCancelRequest for all orders, then call `massCanceled`.
        case cancelAll
        case record(Record)

        static func == (a: Action, b: Action) -> Bool {
            switch (a, b) {
            case (.send(let x, let again), .send(let y, let likewise)):
                x.clOrdID == y.clOrdID && x.action == y.action && again == likewise
            case (.ask(let x), .ask(let y)): x.clOrdID == y.clOrdID
            case (.askAll, .askAll), (.cancelAll, .cancelAll): true
            case (.record(let x), .record(let y)): x == y
            default: false
            }
        }
    }

    let limits: SendLimits
    var table = RequestTable()
    var isUp = false
    var lanes: SendLanes
    var chains: ReplaceChains
    /// The latest time that was told.
    var latest: Int64 = .min / 4
    /// Cancels and replaces that wait for the venue's word on their order, by the order.
    var held: [ClOrdID: Set<ClOrdID>] = [:]
    /// The question about all orders that is open.
    var massQuestion: MassQuestion?
    /// While what is in doubt is gathered, to be asked about together.
    var isLoggingOn = false
    /// How many cancels waited when one message said the same.
    var massCanceled = 0
    /// Requests of an earlier run that certainly never left.
    private var acquitted: Set<ClOrdID> = []

    init(limits: SendLimits = SendLimits()) {
        self.limits = limits
        lanes = SendLanes(pace: limits.pace)
        chains = ReplaceChains(policy: limits.replaces)
    }

    /// How many requests are of unknown fate.
    var inDoubtCount: Int { table.inDoubtCount }
    /// How many requests the venue has not named yet.
    var pendingCount: Int { table.count }

    func knows(_ id: ClOrdID) -> Bool { table.contains(id) }

    // MARK: What a restart finds in the journal, in its order

    /// What was found so far.
    mutating func state(_ coder: inout StateCoder) {
        table.state(&coder)
        chains.state(&coder)
    }

    /// - Parameter takenAt: when its intent was journalled; nil for a request that no time makes too old.
    mutating func restore(_ request: OrderRequest, takenAt: Int64? = nil) {
        guard !table.contains(request.clOrdID), request.action != .status else { return }
        table.insert(PendingRequest(request: request, phase: .waiting, takenAt: takenAt))
        chains.took(request)
        noteCancel(request)
    }

    mutating func restore(_ report: ExecutionReport) {
        switch report.msgType {
        case .sent:
            table.set(report.clOrdID, .sent(at: 0))
            if let entry = table[report.clOrdID] { chains.left(entry.request, now: .min / 4) }
            table.note(report.msgSeqNum, report.clOrdID, .request)
        case .inDoubt: table.setCutOff(report.clOrdID)
        case .executionReport, .orderCancelReject:
            table.settle(report.clOrdID)
            table.follow(report)
            chains.heard(report)
        }
    }

    /// Nothing more was in the journal: whatever the venue has not answered is in doubt.
    mutating func finishRestoring(into actions: inout [Action]) {
        for entry in table.inOrder where !acquitted.contains(entry.request.clOrdID) {
            if entry.phase == .waiting { chains.left(entry.request, now: .min / 4) }
            doubt(entry.request, entry.phase == .waiting ? .sendNotRecorded : .answerNotRecorded, into: &actions)
        }
        for entry in table.inOrder { holdIfNeeded(entry.request) }
    }

    /// Whether nothing on record says that the request left.
    func isUnsent(_ id: ClOrdID) -> Bool { table[id]?.phase == .waiting }

    /// The session keeps a message before it writes it to the socket. So a request that it has not kept has not left: it leaves
    /// when the session is up, and nobody has to be asked.
    /// - Parameter since: requests that were taken before this are not proved by the store.
    mutating func acquit(allBut stored: Set<ClOrdID>, takenAfter since: Int64) {
        for entry in table.inOrder where entry.phase == .waiting && !stored.contains(entry.request.clOrdID) {
            if let takenAt = entry.takenAt, takenAt > since { acquitted.insert(entry.request.clOrdID) }
        }
    }

    /// Requests that were taken later than this have an age that nobody knows.
    mutating func distrustAges(after now: Int64) { table.setOld(after: now) }

    // MARK: The desk's side

    /// A request whose intent is durable. One that was taken before is not taken again.
    /// - Parameter madeAt: when it was made, where that was long before now.
    /// - Returns: false when it was not taken.
    @discardableResult
    mutating func take(_ request: OrderRequest, madeAt: Int64? = nil, now: Int64, into actions: inout [Action]) -> Bool {
        latest = max(latest, now)
        if request.action == .status {
            if isUp { lanes.ask(request) }  // the desk's own question is put whatever the venue is said to do with it
            depart(now: now, into: &actions)
            return isUp
        }
        guard !table.contains(request.clOrdID) else { return false }
        let entry = PendingRequest(request: request, phase: .waiting, takenAt: madeAt ?? now)
        table.insert(entry)
        chains.took(request)
        noteCancel(request)
        supersede(by: request, into: &actions)
        if isTooOld(entry, now) {
            refuse(request, .tooOld, into: &actions)
        } else if holdIfNeeded(request) {
            refuseIfNeverLeft(request, into: &actions)
        } else if isUp {
            leave(request, possResend: false)
        }
        depart(now: now, into: &actions)
        return true
    }

    // MARK: The session's side

    /// The outcome of `send`.
    mutating func handedOver(_ id: ClOrdID, _ outcome: HandOver, now: Int64, into actions: inout [Action]) {
        guard let entry = table[id] else { return }
        latest = max(latest, now)
        switch outcome {
        case .sent(let msgSeqNum):
            table.set(id, .sent(at: now))
            table.note(msgSeqNum, id, .request)
            chains.left(entry.request, now: now)
            actions.append(.record(.sent(entry.request, msgSeqNum: msgSeqNum)))
            release(from: id, now: now, into: &actions)
            depart(now: now, into: &actions)
        case .notLoggedOn:
            // It certainly did not leave: what it was before, it is still.
            table.setLane(id, .none)
            isUp = false
        case .unencodable: refuse(entry.request, .unencodable, into: &actions)
        case .failed: doubt(entry.request, .sendFailed, into: &actions)
        }
    }

    /// The outcome of `ask`. Also called for a status request of the desk's own about an order that is not pending.
    mutating func asked(_ id: ClOrdID, _ outcome: HandOver, number: UInt64, now: Int64) {
        guard table[id] != nil else { return }
        switch outcome {
        case .sent(let msgSeqNum):
            table.set(id, .asked(at: now, number: number))
            table.note(msgSeqNum, id, .status)
        case .notLoggedOn: isUp = false
        // Nobody will answer; what waits for the answer waits no longer for that.
        case .unencodable, .failed: table.set(id, .asked(at: now, number: 0))
        }
    }

    /// - Parameter numbersRestart: sequence numbers began again at 1. Older ones name nothing any more, and what the venue
    ///   reported in between is lost: its working orders are asked about.
    mutating func sessionUp(now: Int64, numbersRestart: Bool = false, into actions: inout [Action]) {
        latest = max(latest, now)
        isUp = true
        clearLanes()
        if numbersRestart {
            table.forgetNumbers()
            for id in table.openOrders {
                if let entry = table.reopen(id, now: now) { doubt(entry.request, .reportsLost, into: &actions) }
            }
        }
        isLoggingOn = true
        // What is about an order comes after it.
        let entries = table.inOrder
        for entry in entries where entry.request.action == .new { resume(entry.request.clOrdID, now: now, into: &actions) }
        for entry in entries where entry.request.action != .new { resume(entry.request.clOrdID, now: now, into: &actions) }
        isLoggingOn = false
        askInMass()
        depart(now: now, into: &actions)
    }

    /// The session is up: the request leaves, or is asked about, or waits for its order.
    mutating func resume(_ id: ClOrdID, now: Int64, into actions: inout [Action]) {
        guard let entry = table[id], entry.lane == .none else { return }
        table.setHeld(id, false)
        switch entry.phase {
        case .waiting where isTooOld(entry, now): refuse(entry.request, .tooOld, into: &actions)
        case .waiting where entry.isCanceled && entry.request.action == .new:
            refuse(entry.request, .canceledBefore, into: &actions)
        case .sent: break
        case .waiting where holdIfNeeded(entry.request): break
        case .waiting: leave(entry.request, possResend: false)
        case .doubtful, .asked, .unanswered:
            table.set(id, .doubtful)
            if !holdIfNeeded(entry.request) { inquire(entry, into: &actions) }
        }
    }

    mutating func sessionDown(into actions: inout [Action]) {
        isUp = false
        massQuestion = nil
        clearLanes()
        for entry in table.inOrder {
            switch entry.phase {
            case .sent: doubt(entry.request, .sessionLost, into: &actions)
            case .asked: table.set(entry.request.clOrdID, .doubtful)
            case .waiting, .doubtful, .unanswered: break
            }
        }
        for entry in table.inOrder { holdIfNeeded(entry.request) }
    }

    /// The venue asked for the message again and got a gap fill: so it had not read it.
    mutating func gapFilled(_ id: ClOrdID, into actions: inout [Action]) {
        guard let entry = table[id], case .sent = entry.phase else { return }
        doubt(entry.request, .gapFilled, into: &actions)
        if isUp, !holdIfNeeded(entry.request) { inquire(entry, into: &actions) }
        depart(now: latest, into: &actions)
    }

    /// Time passes.
    mutating func tick(now: Int64, into actions: inout [Action]) {
        latest = max(latest, now)
        for entry in table.inOrder {
            let request = entry.request
            switch entry.phase {
            case .waiting where entry.lane != .leaving && isTooOld(entry, now):
                refuse(request, isUp ? .heldBack : .tooOld, into: &actions)
            case .sent(let at) where isUp && now - at >= limits.answer:
                doubt(request, .noAnswer, into: &actions)
                // The session stands, so the venue has it; a second cancel would say nothing new.
                let isCancel = request.action == .cancel
                if isCancel { giveUp(request.clOrdID, number: 0, into: &actions) } else { ask(request, into: &actions) }
            case .asked(let at, _) where entry.isAskedInMass && now - at >= limits.answer: break
            case .asked(let at, let number) where now - at >= limits.answer:
                actions.append(.record(.inDoubt(request, .statusUnanswered)))
                giveUp(request.clOrdID, number: number, into: &actions)
            default: break
            }
        }
        if let question = massQuestion, let at = question.askedAt, now - at >= limits.answer { endMassQuestion(into: &actions) }
        releaseLateCancels(now: now, into: &actions)
        cancelInMass()
        depart(now: now, into: &actions)
    }

    // MARK: The venue's side

    /// Whether a report goes on to the desk, or was the venue's "unknown order" to a question of the router's own.
    ///
    /// - Parameter answers: the question's number, where the venue echoes it.
    mutating func reported(
        _ report: ExecutionReport, isUnknownOrder: Bool, answers: UInt64?, now: Int64, into actions: inout [Action]
    ) -> Bool {
        latest = max(latest, now)
        guard let entry = table[report.clOrdID], isUnknownOrder else {
            if table.isRepeatedReject(report) { return false }
            table.settle(report.clOrdID)
            table.follow(report)
            chains.heard(report)
            dropCancels(of: report, into: &actions)
            release(from: report.clOrdID, now: now, into: &actions)
            depart(now: now, into: &actions)
            return true
        }
        guard answersNow(entry.phase, answers, report) else { return false }
        actions.append(.record(.inDoubt(entry.request, .unknownAtVenue)))
        if entry.wasNamed {
            // The venue contradicts itself: a person's matter, not one for a second order.
            giveUp(report.clOrdID, number: 0, into: &actions)
        } else if entry.isCanceled {
            refuse(entry.request, .canceledBefore, into: &actions)
        } else if isTooOld(entry, now) {
            refuse(entry.request, .tooOld, into: &actions)
        } else {
            table.set(report.clOrdID, .waiting)
            if isUp { leave(entry.request, possResend: true) }
        }
        depart(now: now, into: &actions)
        return false
    }

    /// Whether "unknown order" answers the question that is open. An older answer, come again after a reconnect or a
    /// restart, can be from before the order was sent: to act on it would send the order twice.
    private func answersNow(_ phase: PendingRequest.Phase, _ answers: UInt64?, _ report: ExecutionReport) -> Bool {
        let open: UInt64
        switch phase {
        case .asked(_, let number), .unanswered(let number): open = number
        case .waiting, .sent, .doubtful: return false
        }
        guard open != 0 else { return false }
        if let answers { return answers == open }
        return report.possDup == 0
    }

    /// The venue refuses a message as a message.
    /// - Returns: false when it is about no pending request.
    mutating func refused(_ refusal: MessageRefusal, now: Int64, into actions: inout [Action]) -> Bool {
        guard let (id, subject) = table.subject(of: refusal.refSeqNum) else { return false }
        latest = max(latest, now)
        if subject == .massStatus {
            table.forget(refusal.refSeqNum)
            endMassQuestion(into: &actions)
            depart(now: now, into: &actions)
            return true
        }
        guard let entry = table[id] else { return false }
        switch subject {
        case .massStatus: break
        case .request: refuse(entry.request, .message(refusal.text, reason: refusal.reason), into: &actions)
        case .status:
            table.forget(refusal.refSeqNum)
            actions.append(.record(.inDoubt(entry.request, .statusRefused(refusal.text))))
            giveUp(id, number: 0, into: &actions)
        }
        depart(now: now, into: &actions)
        return true
    }

    /// A report that could not be read names this order: what the venue holds of it is no longer known here.
    /// - Returns: false when the router never sent such an order.
    @discardableResult
    mutating func unreadable(_ id: ClOrdID, now: Int64, into actions: inout [Action]) -> Bool {
        guard let entry = table[id] ?? table.reopen(id, now: now) else { return false }
        switch entry.phase {
        case .sent, .doubtful: break
        case .waiting, .asked, .unanswered: return true
        }
        table.setNamed(id)
        doubt(entry.request, .unreadableReport, into: &actions)
        if isUp { ask(entry.request, into: &actions) }
        depart(now: now, into: &actions)
        return true
    }

    // MARK: Small words

    private mutating func doubt(_ request: OrderRequest, _ doubt: Doubt, into actions: inout [Action]) {
        table.set(request.clOrdID, .doubtful)
        if doubt.isOfTheWay { table.setCutOff(request.clOrdID) }
        actions.append(.record(.inDoubt(request, doubt)))
    }

    mutating func refuse(_ request: OrderRequest, _ refusal: Refusal, into actions: inout [Action]) {
        table.settle(request.clOrdID)
        chains.refused(request)
        actions.append(.record(.refused(request, refusal)))
        // What waited for a change that is not made is about the order as it stands.
        guard request.action == .new else { return release(from: request.clOrdID, now: latest, into: &actions) }
        for id in (held.removeValue(forKey: request.clOrdID) ?? []).sorted() {
            if let entry = table[id] { refuse(entry.request, .orderNeverLeft, into: &actions) }
        }
    }

    private mutating func inquire(_ entry: PendingRequest, into actions: inout [Action]) {
        if entry.request.action == .cancel && !entry.wasNamed {
            table.setCutOff(entry.request.clOrdID)
            leave(entry.request, possResend: true)
        } else if isLoggingOn, limits.questions == .mass {
            table.setAskedInMass(entry.request.clOrdID, true)
        } else {
            ask(entry.request, into: &actions)
        }
    }

    mutating func ask(_ request: OrderRequest, into actions: inout [Action]) {
        guard limits.questions == .none else { return lanes.ask(request) }
        guard table[request.clOrdID] != nil else { return }
        actions.append(.record(.inDoubt(request, .notAsked)))
        giveUp(request.clOrdID, number: 0, into: &actions)
    }

    /// The venue does not answer: what waits for its word waits no longer.
    mutating func giveUp(_ id: ClOrdID, number: UInt64, into actions: inout [Action]) {
        table.set(id, .unanswered(number: number))
        chains.gaveUp(id)
        release(from: id, now: latest, into: &actions)
    }

    func isTooOld(_ entry: PendingRequest, _ now: Int64) -> Bool {
        guard entry.request.action != .cancel, let takenAt = entry.takenAt else { return false }
        return now - takenAt > limits.orderAge
    }
}
