import PlainData
import TradingModel

/// A request between its intent and the venue's first word on it.
struct PendingRequest {
    enum Phase: Equatable {
        /// Certainly not at the venue: never handed over, or the venue said that it does not have it.
        case waiting
        case sent(at: Int64)
        /// It may be at the venue; to be asked about.
        case doubtful
        case asked(at: Int64, number: UInt64)
        /// Asked in vain. The number is that of the question, 0 where none can still be answered.
        case unanswered(number: UInt64)
    }

    /// Where a request is between the protocol's word that it may leave and the session.
    enum Lane: Equatable {
        case none
        /// In the lanes, behind the throttle.
        case queued
        /// Handed to the caller to be sent.
        case leaving
    }

    var request: OrderRequest
    var phase: Phase
    /// No part of what a restart finds.
    var lane = Lane.none
    /// When the router took it, or the journal did, where a restart found it there; nil where that is not known.
    var takenAt: Int64?
    /// The venue has named it before, so it is never sent again whatever the venue says now.
    var wasNamed = false
    /// The session broke, or the process ended, under it: it may be at the venue or not, and may come there twice.
    var isCutOff = false
    /// A cancel of it was taken.
    var isCanceled = false
    /// The question about it is the one about all orders.
    var isAskedInMass = false
    /// The MsgSeqNums under which it, or a question about it, was sent.
    fileprivate(set) var numbers: [UInt64] = []

    var isInDoubt: Bool {
        switch phase {
        case .doubtful, .asked, .unanswered: true
        case .waiting, .sent: false
        }
    }

    /// It waits for the venue's word on its order.
    var isHeld = false

    /// It adds to what is at risk, it left or may have left, and the venue has not named it. One that waits for its order is not
    /// counted: the order may wait for room.
    var isUnacknowledged: Bool {
        guard request.action != .cancel, !wasNamed, !isHeld else { return false }
        return phase != .waiting || lane == .leaving
    }
}

/// The requests of the day: those that wait for the venue in full, the others as far as a question about them needs it.
struct RequestTable: ~Copyable {
    enum Subject: Equatable { case request, status, massStatus }

    private struct Settled {
        var symbol: SymbolID
        var account: TextID
        var side: Side
        var action: OrderRequest.Action
        /// The venue holds it as a working order, so far as its reports tell.
        var isOpen = false
        /// As in `PendingRequest`: the venue may answer it twice.
        var isCutOff = false
        /// The venue has decided on it, and not only said that it has it.
        var isDecided = false
        /// The venue's own name of the order.
        var orderID = TextID.none

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&symbol.rawValue)
            coder.field(&account.rawValue)
            coder.field(code: &side)
            coder.field(code: &action)
            coder.field(&isOpen)
            coder.field(&isCutOff)
            coder.field(&isDecided)
            coder.field(&orderID.rawValue)
        }
    }

    private var pending: [ClOrdID: PendingRequest] = [:]
    private var settled: [ClOrdID: Settled] = [:]
    /// Which message of ours a MsgSeqNum was, for as long as its request is pending.
    private var messages: [UInt64: (ClOrdID, Subject)] = [:]

    /// How many orders and replaces the venue has not named yet.
    private(set) var unacknowledged = 0

    var count: Int { pending.count }
    var inDoubtCount: Int { pending.values.count(where: \.isInDoubt) }
    /// In the order of their ids, so that a run can be repeated.
    var inOrder: [PendingRequest] { pending.values.sorted { $0.request.clOrdID < $1.request.clOrdID } }

    func contains(_ id: ClOrdID) -> Bool { pending[id] != nil || settled[id] != nil }
    subscript(id: ClOrdID) -> PendingRequest? { pending[id] }

    mutating func insert(_ entry: PendingRequest) {
        if entry.isUnacknowledged { unacknowledged += 1 }
        pending[entry.request.clOrdID] = entry
    }
    /// It is in no lane any more.
    mutating func set(_ id: ClOrdID, _ phase: PendingRequest.Phase) {
        change(id) { ($0.phase, $0.lane) = (phase, .none) }
    }
    mutating func setAskedInMass(_ id: ClOrdID, _ isAsked: Bool) { pending[id]?.isAskedInMass = isAsked }
    mutating func setHeld(_ id: ClOrdID, _ isHeld: Bool) { change(id) { $0.isHeld = isHeld } }
    mutating func setLane(_ id: ClOrdID, _ lane: PendingRequest.Lane) { change(id) { $0.lane = lane } }
    mutating func setNamed(_ id: ClOrdID) { change(id) { $0.wasNamed = true } }
    private mutating func change(_ id: ClOrdID, _ body: (inout PendingRequest) -> Void) {
        guard let index = pending.index(forKey: id) else { return }
        let before = pending.values[index].isUnacknowledged
        body(&pending.values[index])
        unacknowledged += (pending.values[index].isUnacknowledged ? 1 : 0) - (before ? 1 : 0)
    }
    /// The session is gone, and the lanes with it.
    mutating func clearLanes() {
        for id in pending.keys.sorted() where pending[id]?.lane != PendingRequest.Lane.none { setLane(id, .none) }
    }
    mutating func setCutOff(_ id: ClOrdID) { pending[id]?.isCutOff = true }
    mutating func setCanceled(_ id: ClOrdID) { pending[id]?.isCanceled = true }

    /// What was taken later counts as taken long ago.
    mutating func setOld(after now: Int64) {
        for id in pending.keys.sorted() {
            if let takenAt = pending[id]?.takenAt, takenAt > now { pending[id]?.takenAt = .min / 4 }
        }
    }

    /// The venue has told its fate, or it never left.
    mutating func settle(_ id: ClOrdID) {
        guard let entry = pending.removeValue(forKey: id) else { return }
        if entry.isUnacknowledged { unacknowledged -= 1 }
        for number in entry.numbers { messages[number] = nil }
        let request = entry.request
        settled[id] = Settled(
            symbol: request.symbol, account: request.account, side: request.side, action: request.action,
            isCutOff: entry.isCutOff)
    }

    /// Whether this refuses a request that was decided on already and may have come to the venue twice: then it is the answer
    /// to the second copy, or the first one's over again, and no news. (An OrderCancelReject has no ExecID to be known by.)
    func isRepeatedReject(_ report: ExecutionReport) -> Bool {
        guard report.msgType == .orderCancelReject, let known = settled[report.clOrdID] else { return false }
        return known.isDecided && (known.isCutOff || report.possDup != 0)
    }

    /// Keeps in mind which orders work at the venue. A report names the request that it answers, and by OrigClOrdID the
    /// order that this request was about.
    mutating func follow(_ report: ExecutionReport) {
        if report.orderID != .none { settled[report.clOrdID]?.orderID = report.orderID }
        let isCancel = settled[report.clOrdID]?.action == .cancel
        switch report.msgType {
        case .sent, .inDoubt: break
        case .orderCancelReject:
            settled[report.clOrdID]?.isOpen = false
            settled[report.clOrdID]?.isDecided = true
        case .executionReport:
            switch report.execType {
            case .pendingNew, .pendingCancel, .pendingReplace, .orderStatus: break
            default: settled[report.clOrdID]?.isDecided = true
            }
            settled[report.clOrdID]?.isOpen = !report.ordStatus.isTerminal && !isCancel
            if report.ordStatus.isTerminal || report.execType == .replaced { settled[report.origClOrdID]?.isOpen = false }
        }
    }

    /// OrderID(37) of the order that the request is about, as far as the venue has said it.
    func orderID(of request: OrderRequest) -> TextID {
        settled[request.origClOrdID]?.orderID ?? settled[request.clOrdID]?.orderID ?? .none
    }

    /// The orders that work at the venue, in the order of their ids.
    var openOrders: [ClOrdID] { settled.filter(\.value.isOpen).keys.sorted() }

    /// Takes a settled request up again, as far as it is still known: enough for a question, not for sending it.
    mutating func reopen(_ id: ClOrdID, now: Int64) -> PendingRequest? {
        guard let known = settled.removeValue(forKey: id) else { return nil }
        let request = OrderRequest(
            eventTime: now, action: known.action, clOrdID: id, account: known.account, symbol: known.symbol, side: known.side,
            orderQty: .zero, ordType: .limit)
        let entry = PendingRequest(request: request, phase: .doubtful, wasNamed: true)
        pending[id] = entry
        return entry
    }

    mutating func note(_ msgSeqNum: UInt64, _ id: ClOrdID, _ subject: Subject) {
        messages[msgSeqNum] = (id, subject)
        pending[id]?.numbers.append(msgSeqNum)
    }
    mutating func noteMassQuestion(_ msgSeqNum: UInt64) { messages[msgSeqNum] = (.none, .massStatus) }
    func subject(of msgSeqNum: UInt64) -> (ClOrdID, Subject)? { messages[msgSeqNum] }
    mutating func forget(_ msgSeqNum: UInt64) { messages[msgSeqNum] = nil }
    mutating func forgetNumbers() { messages.removeAll() }

    /// In the order of the ids, so that the same table gives the same bytes.
    mutating func state(_ coder: inout StateCoder) {
        let waiting = coder.isSaving ? inOrder : [], known = coder.isSaving ? settled.sorted { $0.key < $1.key } : []
        var counts = (UInt32(waiting.count), UInt32(known.count))
        coder.field(&counts.0)
        coder.field(&counts.1)
        for i in 0..<Int(counts.0) where !coder.isTruncated {
            var entry = coder.isSaving ? waiting[i] : PendingRequest(request: .blank, phase: .waiting)
            entry.state(&coder)
            guard !coder.isSaving else { continue }
            insert(entry)
            for number in entry.numbers { messages[number] = (entry.request.clOrdID, .request) }
        }
        for i in 0..<Int(counts.1) where !coder.isTruncated {
            var id = coder.isSaving ? known[i].key : ClOrdID.none
            var entry =
                coder.isSaving ? known[i].value : Settled(symbol: SymbolID(rawValue: 0), account: .none, side: .buy, action: .new)
            coder.field(&id.rawValue)
            entry.state(&coder)
            if !coder.isSaving { settled[id] = entry }
        }
    }
}

extension OrderRequest {
    /// To be overwritten by a restore.
    fileprivate static var blank: OrderRequest {
        OrderRequest(
            eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), side: .none, orderQty: .zero, ordType: .limit)
    }
}

extension PendingRequest {
    /// - Note: of the messages, those that carried the request: nobody restores the middle of a question.
    fileprivate mutating func state(_ coder: inout StateCoder) {
        coder.element(&request)
        var word: (kind: UInt8, at: Int64, number: UInt64)
        switch phase {
        case .waiting: word = (0, 0, 0)
        case .sent(let at): word = (1, at, 0)
        case .doubtful: word = (2, 0, 0)
        case .asked(let at, let number): word = (3, at, number)
        case .unanswered(let number): word = (4, 0, number)
        }
        coder.field(&word.kind)
        coder.field(&word.at)
        coder.field(&word.number)
        if !coder.isSaving {
            switch word.kind {
            case 0: phase = .waiting
            case 1: phase = .sent(at: word.at)
            case 3: phase = .asked(at: word.at, number: word.number)
            case 4: phase = .unanswered(number: word.number)
            default: phase = .doubtful
            }
        }
        var taken = takenAt ?? .min
        coder.field(&taken)
        takenAt = taken == .min ? nil : taken
        coder.field(&wasNamed)
        coder.field(&isCutOff)
        coder.field(&isCanceled)
        coder.field(&numbers, filler: 0)
    }
}
