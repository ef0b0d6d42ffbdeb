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
/// never called rejected because nobody answered. A cancel is: it can only reduce what is at risk.
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
        case record(Record)

        static func == (a: Action, b: Action) -> Bool {
            switch (a, b) {
            case (.send(let x, let again), .send(let y, let likewise)):
                x.clOrdID == y.clOrdID && x.action == y.action && again == likewise
            case (.ask(let x), .ask(let y)): x.clOrdID == y.clOrdID
            case (.record(let x), .record(let y)): x == y
            default: false
            }
        }
    }

    private enum Phase: Equatable {
        case waiting
        case sent(at: Int64)
        case doubtful
        case asked(at: Int64, number: UInt64)
        case unanswered(number: UInt64)
    }

    private struct Entry {
        var request: OrderRequest
        var phase: Phase
        /// When the router took it; nil for one that a restart found in the journal.
        var takenAt: Int64?
        /// The MsgSeqNums under which it, or a question about it, was sent.
        var numbers: [UInt64] = []
    }

    /// What a question needs to say, kept for the day.
    private struct Settled {
        var symbol: SymbolID
        var account: TextID
        var side: Side
        var action: OrderRequest.Action
    }

    private enum Question: Equatable { case request, status }

    let limits: SendLimits
    private var pending: [ClOrdID: Entry] = [:]
    /// Requests whose fate the venue has told, or that never left.
    private var settled: [ClOrdID: Settled] = [:]
    /// Which message of ours a MsgSeqNum was, for as long as the request is pending.
    private var messages: [UInt64: (ClOrdID, Question)] = [:]
    private var isUp = false

    init(limits: SendLimits = SendLimits()) { self.limits = limits }

    /// How many requests are of unknown fate.
    var inDoubtCount: Int {
        pending.values.reduce(0) { count, entry in
            switch entry.phase {
            case .doubtful, .asked, .unanswered: count + 1
            case .waiting, .sent: count
            }
        }
    }
    var pendingCount: Int { pending.count }

    // MARK: What a restart finds in the journal, in its order

    mutating func restore(_ request: OrderRequest) {
        guard !isKnown(request.clOrdID), request.action != .status else { return }
        pending[request.clOrdID] = Entry(request: request, phase: .waiting, takenAt: nil)
    }

    mutating func restore(_ report: ExecutionReport) {
        switch report.msgType {
        case .sent:
            guard pending[report.clOrdID] != nil else { return }
            pending[report.clOrdID]?.phase = .sent(at: .min)
            note(report.msgSeqNum, report.clOrdID, .request)
        case .inDoubt: break
        case .executionReport, .orderCancelReject: settle(report.clOrdID)
        }
    }

    /// Nothing more was in the journal: whatever the venue has not answered is in doubt.
    mutating func finishRestoring(into actions: inout [Action]) {
        for (id, entry) in pendingInOrder where entry.phase == .waiting || entry.phase == .sent(at: .min) {
            doubt(id, entry.phase == .waiting ? .sendNotRecorded : .answerNotRecorded, into: &actions)
        }
    }

    // MARK: The desk's side

    /// A request whose intent is durable. One that was taken before is not taken again.
    /// - Returns: false when it was not taken.
    @discardableResult
    mutating func take(_ request: OrderRequest, now: Int64, into actions: inout [Action]) -> Bool {
        guard !isKnown(request.clOrdID) || request.action == .status else { return false }
        if request.action == .status {
            if isUp { actions.append(.ask(request)) }
            return isUp
        }
        pending[request.clOrdID] = Entry(request: request, phase: .waiting, takenAt: now)
        if isUp { actions.append(.send(request, possResend: false)) }
        return true
    }

    // MARK: The session's side

    /// The outcome of `send`.
    mutating func handedOver(_ id: ClOrdID, _ outcome: HandOver, now: Int64, into actions: inout [Action]) {
        guard let entry = pending[id] else { return }
        switch outcome {
        case .sent(let msgSeqNum):
            pending[id]?.phase = .sent(at: now)
            note(msgSeqNum, id, .request)
            actions.append(.record(.sent(entry.request, msgSeqNum: msgSeqNum)))
        case .notLoggedOn:
            // It certainly did not leave: what it was before, it is still.
            isUp = false
        case .unencodable:
            settle(id)
            actions.append(.record(.refused(entry.request, .unencodable)))
        case .failed:
            doubt(id, .sendFailed, into: &actions)
        }
    }

    /// The outcome of `ask`. Also called for a status request of the desk's own, which is not pending.
    mutating func asked(_ id: ClOrdID, _ outcome: HandOver, number: UInt64, now: Int64) {
        guard pending[id] != nil else { return }
        switch outcome {
        case .sent(let msgSeqNum):
            pending[id]?.phase = .asked(at: now, number: number)
            note(msgSeqNum, id, .status)
        case .notLoggedOn: isUp = false
        case .unencodable, .failed: pending[id]?.phase = .doubtful
        }
    }

    /// - Parameter numbersRestart: sequence numbers began again at 1, so older ones name nothing any more.
    mutating func sessionUp(now: Int64, numbersRestart: Bool = false, into actions: inout [Action]) {
        isUp = true
        if numbersRestart { messages.removeAll() }
        for (id, entry) in pendingInOrder {
            switch entry.phase {
            case .waiting:
                if isTooOld(entry, now) {
                    refuse(id, .tooOld, into: &actions)
                } else {
                    actions.append(.send(entry.request, possResend: false))
                }
            case .sent: break
            case .doubtful, .asked, .unanswered: inquire(entry.request, into: &actions)
            }
        }
    }

    mutating func sessionDown(into actions: inout [Action]) {
        isUp = false
        for (id, entry) in pendingInOrder {
            switch entry.phase {
            case .sent: doubt(id, .sessionLost, into: &actions)
            case .asked: pending[id]?.phase = .doubtful
            case .waiting, .doubtful, .unanswered: break
            }
        }
    }

    /// The venue asked for the message again and got a gap fill: so it had not read it.
    mutating func gapFilled(_ id: ClOrdID, into actions: inout [Action]) {
        guard let entry = pending[id], case .sent = entry.phase else { return }
        doubt(id, .gapFilled, into: &actions)
        if isUp { inquire(entry.request, into: &actions) }
    }

    /// A report that could not be read names this order: what the venue holds of it is no longer known here.
    /// - Returns: false when the router never sent such an order.
    @discardableResult
    mutating func unreadable(_ id: ClOrdID, now: Int64, into actions: inout [Action]) -> Bool {
        if let entry = pending[id] {
            guard case .sent = entry.phase else { return true }
        } else {
            guard let known = settled.removeValue(forKey: id) else { return false }
            let request = OrderRequest(
                eventTime: now, action: known.action, clOrdID: id, account: known.account, symbol: known.symbol, side: known.side,
                orderQty: .zero, ordType: .limit)
            pending[id] = Entry(request: request, phase: .doubtful)
        }
        doubt(id, .unreadableReport, into: &actions)
        if isUp, let request = pending[id]?.request { inquire(request, into: &actions) }
        return true
    }

    mutating func tick(now: Int64, into actions: inout [Action]) {
        for (id, entry) in pendingInOrder {
            switch entry.phase {
            case .waiting where !isUp && isTooOld(entry, now): refuse(id, .tooOld, into: &actions)
            case .sent(let at) where isUp && now - at >= limits.answer:
                doubt(id, .noAnswer, into: &actions)
                if entry.request.action == .cancel {
                    // The session stands, so the venue has it; a second one would say nothing new.
                    pending[id]?.phase = .unanswered(number: 0)
                } else {
                    actions.append(.ask(entry.request))
                }
            case .asked(let at, let number) where now - at >= limits.answer:
                pending[id]?.phase = .unanswered(number: number)
                actions.append(.record(.inDoubt(entry.request, .statusUnanswered)))
            default: break
            }
        }
    }

    // MARK: The venue's side

    /// Whether a report goes on to the desk, or was the venue's "unknown order" to a question of the router's own.
    ///
    /// - Parameter answers: the question's number, where the venue echoes it.
    mutating func reported(
        _ report: ExecutionReport, isUnknownOrder: Bool, answers: UInt64?, now: Int64, into actions: inout [Action]
    ) -> Bool {
        guard let entry = pending[report.clOrdID] else { return true }
        guard isUnknownOrder else {
            settle(report.clOrdID)
            return true
        }
        guard answersNow(entry.phase, answers, report) else { return false }
        actions.append(.record(.inDoubt(entry.request, .unknownAtVenue)))
        if isTooOld(entry, now) {
            refuse(report.clOrdID, .tooOld, into: &actions)
        } else {
            pending[report.clOrdID]?.phase = .waiting
            if isUp { actions.append(.send(entry.request, possResend: true)) }
        }
        return false
    }

    /// Whether "unknown order" answers the question that is open. An older answer, come again after a reconnect or a
    /// restart, can be from before the order was sent: to act on it would send the order twice.
    private func answersNow(_ phase: Phase, _ answers: UInt64?, _ report: ExecutionReport) -> Bool {
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
    mutating func refused(_ refusal: MessageRefusal, into actions: inout [Action]) -> Bool {
        guard let (id, question) = messages[refusal.refSeqNum], let entry = pending[id] else { return false }
        switch question {
        case .request:
            refuse(id, .message(refusal.text, reason: refusal.reason), into: &actions)
        case .status:
            messages[refusal.refSeqNum] = nil
            pending[id]?.phase = .unanswered(number: 0)
            actions.append(.record(.inDoubt(entry.request, .statusRefused(refusal.text))))
        }
        return true
    }

    // MARK: Small words

    private func isKnown(_ id: ClOrdID) -> Bool { pending[id] != nil || settled[id] != nil }

    /// In the order of their ids, so that a run can be repeated.
    private var pendingInOrder: [(ClOrdID, Entry)] { pending.sorted { $0.key < $1.key } }

    private mutating func doubt(_ id: ClOrdID, _ doubt: Doubt, into actions: inout [Action]) {
        guard let request = pending[id]?.request else { return }
        pending[id]?.phase = .doubtful
        actions.append(.record(.inDoubt(request, doubt)))
    }

    private mutating func inquire(_ request: OrderRequest, into actions: inout [Action]) {
        if request.action == .cancel {
            actions.append(.send(request, possResend: true))
        } else {
            actions.append(.ask(request))
        }
    }

    private mutating func refuse(_ id: ClOrdID, _ refusal: Refusal, into actions: inout [Action]) {
        guard let request = pending[id]?.request else { return }
        settle(id)
        actions.append(.record(.refused(request, refusal)))
    }

    private mutating func settle(_ id: ClOrdID) {
        guard let entry = pending.removeValue(forKey: id) else { return }
        for number in entry.numbers { messages[number] = nil }
        let request = entry.request
        settled[id] = Settled(symbol: request.symbol, account: request.account, side: request.side, action: request.action)
    }

    private mutating func note(_ msgSeqNum: UInt64, _ id: ClOrdID, _ question: Question) {
        messages[msgSeqNum] = (id, question)
        pending[id]?.numbers.append(msgSeqNum)
    }

    private func isTooOld(_ entry: Entry, _ now: Int64) -> Bool {
        guard entry.request.action != .cancel, let takenAt = entry.takenAt else { return false }
        return now - takenAt > limits.orderAge
    }
}
