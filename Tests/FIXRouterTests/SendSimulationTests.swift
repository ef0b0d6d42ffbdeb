import PlainData
import TradingModel
import Testing

@testable import FIXRouter

/// A desk, a wire and a venue in one: a seed decides every delay, disconnect, lost message and crash. The journal and the
/// venue survive, all else does not. The venue counts what it receives.
private struct Floor: ~Copyable {
    private enum Kept {
        case intent(OrderRequest)
        case report(ExecutionReport)
    }
    private enum Outbound {
        case request(OrderRequest, msgSeqNum: UInt64)
        case question(ClOrdID, number: UInt64)
        case questionAboutAll(number: UInt64)
    }
    private struct Inbound {
        var report: ExecutionReport
        var isUnknown: Bool
        var answers: UInt64?
        var mass: MassAnswer?
    }

    private var random: SplitMix64
    private var sends: SendProtocol
    private var journal: [Kept] = []
    private var toVenue: [Outbound] = []
    /// The venue's messages live in its session store until the desk has them on record.
    private var store: [Inbound] = []
    private var delivered = 0, journalled = 0
    private var isUp = false
    private var now: Int64 = 0, nextSeqNum: UInt64 = 1, nextOrder: UInt64 = 1, nextQuestion: UInt64 = 1
    private let echoes: Bool
    /// The probability, in 1/1000, of a crash at every step of doing something.
    private var crashes = 0

    private(set) var received: [ClOrdID: Int] = [:]
    private(set) var refused: Set<ClOrdID> = []
    private(set) var reported: Set<ClOrdID> = []
    private(set) var submitted: [ClOrdID] = []
    private(set) var cancels: Set<ClOrdID> = []
    private(set) var canceled: Set<ClOrdID> = []
    /// What each cancel and replace is about.
    private(set) var subjects: [ClOrdID: ClOrdID] = [:]
    private var orders: [UInt64] = []
    /// Orders that reached the venue after a cancel of them.
    private(set) var overtaken: [ClOrdID] = []
    private(set) var faults = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        echoes = seed % 2 == 0
        var limits = SendLimits(answer: 20, orderAge: 1_000_000)
        limits.replaces = seed % 3 == 0 ? .chain : .one
        if seed % 4 < 2 {
            limits.pace = SendPace(messages: 3, unacknowledged: 3)
            limits.pace.per = 10
        }
        limits.questions = seed % 5 < 2 ? .mass : .order
        isOneByOne = limits.replaces == .one
        sends = SendProtocol(limits: limits)
    }
    let isOneByOne: Bool

    /// Whether a replace that has not left may be dropped for a later change of its order.
    func isSuperseded(_ id: ClOrdID) -> Bool {
        guard let order = subjects[id], !cancels.contains(id), let place = submitted.firstIndex(of: id) else { return false }
        return submitted[place...].dropFirst().contains { subjects[$0] == order && (isOneByOne || cancels.contains($0)) }
    }

    mutating func run(steps: Int) {
        crashes = 20
        for _ in 0..<steps { step() }
        // Then the faults stop, and what is open must come to its end.
        crashes = 0
        for _ in 0..<200 {
            if !isUp { connect() }
            while deliverToVenue() || deliverToDesk() {}
            now += 21
            perform { $0.sends.tick(now: $0.now, into: &$1) }
        }
    }

    var pendingCount: Int { sends.pendingCount }

    private mutating func step() {
        now += Int64(random.below(3))
        switch random.below(100) {
        case 0..<25: submit()
        case 25..<55: _ = deliverToVenue()
        case 55..<85: _ = deliverToDesk()
        case 85..<90: perform { $0.sends.tick(now: $0.now, into: &$1) }
        case 90..<96: if !isUp { connect() }
        case 96..<98: if isUp { disconnect() }
        default: crash()
        }
    }

    private mutating func submit() {
        let kind: OrderRequest.Action = [.new, .new, .new, .replace, .cancel][random.below(5)]
        // Mostly of an order that was made just now.
        let subject = orders.isEmpty ? 1 : orders[orders.count - 1 - random.below(min(orders.count, 4))]
        let request = makeRequest(nextOrder, orders.isEmpty ? .new : kind, orig: kind == .new || orders.isEmpty ? nil : subject)
        if request.action == .new { orders.append(nextOrder) } else { subjects[request.clOrdID] = request.origClOrdID }
        nextOrder += 1
        journal.append(.intent(request))
        submitted.append(request.clOrdID)
        if request.action == .cancel {
            cancels.insert(request.clOrdID)
            canceled.insert(request.origClOrdID)
        }
        if mayCrash() { return }
        perform { $0.sends.take(request, now: $0.now, into: &$1) }
    }

    /// Does what the protocol asks; any instant can be the last.
    private mutating func perform(_ change: (inout Floor, inout [SendProtocol.Action]) -> Void) {
        var actions: [SendProtocol.Action] = []
        change(&self, &actions)
        var at = 0
        while at < actions.count {
            if mayCrash() { return }
            switch actions[at] {
            case .send(let request, _):
                var outcome = HandOver.notLoggedOn
                if isUp {
                    toVenue.append(.request(request, msgSeqNum: nextSeqNum))
                    outcome = .sent(msgSeqNum: nextSeqNum)
                    nextSeqNum += 1
                }
                if mayCrash() { return }
                sends.handedOver(request.clOrdID, outcome, now: now, into: &actions)
            case .ask(let request):
                var outcome = HandOver.notLoggedOn
                let number = nextQuestion
                nextQuestion += 1
                if isUp {
                    toVenue.append(.question(request.clOrdID, number: number))
                    outcome = .sent(msgSeqNum: nextSeqNum)
                    nextSeqNum += 1
                }
                if mayCrash() { return }
                sends.asked(request.clOrdID, outcome, number: number, now: now)
            case .askAll:
                var outcome = HandOver.notLoggedOn
                let number = nextQuestion
                nextQuestion += 1
                if isUp {
                    toVenue.append(.questionAboutAll(number: number))
                    outcome = .sent(msgSeqNum: nextSeqNum)
                    nextSeqNum += 1
                }
                if mayCrash() { return }
                sends.askedAll(outcome, number: number, now: now, into: &actions)
            case .cancelAll: break
            case .record(let record):
                let report = record.report(eventTime: now, names: Names())
                journal.append(.report(report))
                if case .refused(let request, _) = record { refused.insert(request.clOrdID) }
            }
            at += 1
        }
    }

    private mutating func deliverToVenue() -> Bool {
        guard isUp, !toVenue.isEmpty else { return false }
        arrive(toVenue.removeFirst())
        return true
    }

    private mutating func arrive(_ message: Outbound) {
        switch message {
        case .request(let request, _):
            if request.action == .cancel { canceledAtVenue.insert(request.origClOrdID) }
            if canceledAtVenue.contains(request.clOrdID) { overtaken.append(request.clOrdID) }
            received[request.clOrdID, default: 0] += 1
            store.append(Inbound(report: makeReport(request.clOrdID, seqNum: UInt64(store.count + 1)), isUnknown: false))
        case .question(let id, let number):
            let isUnknown = received[id] == nil
            let report = makeReport(id, .orderStatus, isUnknown ? .rejected : .new, seqNum: UInt64(store.count + 1))
            store.append(Inbound(report: report, isUnknown: isUnknown, answers: echoes ? number : nil))
        case .questionAboutAll(let number):
            // Some venues leave out what has ended.
            let listed = received.keys.sorted().filter { _ in random.below(4) > 0 }
            for (place, id) in listed.enumerated() {
                let mass = MassAnswer(number: number, total: listed.count, isLast: place == listed.count - 1)
                let report = makeReport(id, .orderStatus, .new, seqNum: UInt64(store.count + 1))
                store.append(Inbound(report: report, isUnknown: false, mass: mass))
            }
            guard listed.isEmpty else { return }
            let none = makeReport(.none, .orderStatus, .rejected, seqNum: UInt64(store.count + 1))
            store.append(
                Inbound(report: none, isUnknown: true, mass: MassAnswer(number: number, total: 0, isLast: true)))
        }
    }

    private mutating func deliverToDesk() -> Bool {
        guard isUp, delivered < store.count else { return false }
        var inbound = store[delivered]
        // What was in the store at the logon comes as a resend.
        inbound.report.possDup = delivered < resent ? 1 : 0
        delivered += 1
        let before = faults
        var passes = false
        perform { floor, actions in
            if let mass = inbound.mass, inbound.isUnknown {
                _ = floor.sends.answered(mass, inbound.report, now: floor.now, into: &actions)
                return
            }
            passes = floor.sends.reported(
                inbound.report, isUnknownOrder: inbound.isUnknown, answers: inbound.answers, now: floor.now, into: &actions)
            if let mass = inbound.mass { _ = floor.sends.answered(mass, inbound.report, now: floor.now, into: &actions) }
        }
        // A crash before the journal has it: the session will bring it again.
        guard faults == before, !mayCrash() else { return true }
        guard passes else { return true }
        journal.append(.report(inbound.report))
        journalled = delivered
        reported.insert(inbound.report.clOrdID)
        return true
    }
    private var resent = 0
    private var canceledAtVenue: Set<ClOrdID> = []

    private mutating func connect() {
        isUp = true
        resent = store.count
        perform { $0.sends.sessionUp(now: $0.now, into: &$1) }
    }

    /// Some of what is under way arrives, the rest is lost: a gap fill stands for it.
    private mutating func disconnect() {
        faults += 1
        isUp = false
        let arrives = toVenue.isEmpty ? 0 : random.below(toVenue.count + 1)
        for message in toVenue.prefix(arrives) { arrive(message) }
        toVenue.removeAll()
        perform { $0.sends.sessionDown(into: &$1) }
    }

    private mutating func mayCrash() -> Bool {
        guard crashes > 0, random.below(1000) < crashes else { return false }
        crash()
        return true
    }

    private mutating func crash() {
        faults += 1
        let probability = crashes
        crashes = 0
        isUp = false
        let arrives = toVenue.isEmpty ? 0 : random.below(toVenue.count + 1)
        for message in toVenue.prefix(arrives) { arrive(message) }
        toVenue.removeAll()
        // The session is told to begin again after the last report on record.
        delivered = journalled
        sends = SendProtocol(limits: sends.limits)
        for kept in journal {
            switch kept {
            case .intent(let request): sends.restore(request)
            case .report(let report): sends.restore(report)
            }
        }
        perform { $0.sends.finishRestoring(into: &$1) }
        crashes = probability
    }
}

@Suite("a floor with faults")
struct SendSimulationTests {
    @Test(
        "no request is lost, no order reaches the venue twice, and none after its cancel",
        arguments: 1...300 as ClosedRange<UInt64>)
    func exactlyOnce(seed: UInt64) {
        var floor = Floor(seed: seed)
        floor.run(steps: 400)
        #expect(floor.faults > 0)
        #expect(floor.pendingCount == 0, "seed \(seed)")
        for id in floor.submitted {
            let times = floor.received[id] ?? 0
            if floor.refused.contains(id) {
                // Never entered, since it was to be canceled by then; or it is about such an order; or a later change took its place.
                let order = floor.subjects[id] ?? id
                if times == 0, floor.isSuperseded(id) { continue }
                #expect(
                    times == 0 && floor.canceled.contains(order),
                    "seed \(seed): \(id.ownText) was refused, and came \(times) times")
                #expect(floor.received[order] == nil, "seed \(seed): order \(order.ownText) is there; \(id.ownText) was refused")
                continue
            }
            #expect(floor.cancels.contains(id) ? times >= 1 : times == 1, "seed \(seed): order \(id.ownText) came \(times) times")
            #expect(floor.reported.contains(id), "seed \(seed): no report of \(id.ownText)")
        }
        #expect(floor.overtaken.isEmpty, "seed \(seed): orders after their cancel: \(floor.overtaken.map(\.ownText))")
    }
}
