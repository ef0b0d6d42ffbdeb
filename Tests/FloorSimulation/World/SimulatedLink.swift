import FIXRouter
import FIXSessions
import PlainData

/// Two FIX sessions and the connection between them. In order as TCP is, and as unreliable as a network is: what was on
/// the way when it broke is gone, and the sessions' numbers bring it back.
final class SimulatedLink {
    private struct InFlight {
        var letter: Letter, arrival: Int64
    }
    let fate: Fate, time: SimulatedTime
    private var random: SplitMix64
    /// The desk's store, which outlives its process, and the venue's.
    var desk = SessionStore(), venue = SessionStore()
    private var toVenue: [InFlight] = [], toDesk: [InFlight] = []
    /// The session of the process at hand.
    private(set) weak var session: SimulatedSession?
    private(set) var isConnected = false, venueIsUp = false
    /// What each message takes at most, nanoseconds.
    var latency: Int64 = 0
    /// What the venue does with a message.
    var onRequest: (WireMessage) -> Void = { _ in }
    /// What no session should see.
    private(set) var mistakes: [String] = []
    /// Deliberate breaks of the code under test; see `Mutation`.
    var mutation: Mutation?

    init(fate: Fate, time: SimulatedTime, seed: UInt64) { (self.fate, self.time, random) = (fate, time, SplitMix64(seed: seed)) }

    var isQuiet: Bool { toVenue.isEmpty && toDesk.isEmpty }
    /// When the next message arrives.
    var nextArrival: Int64? {
        [toVenue.first?.arrival, toDesk.first?.arrival].compactMap { $0 }.min()
    }

    func attach(_ session: SimulatedSession) { self.session = session }

    // MARK: The connection

    /// The initiator connects and sends its Logon, if it is there and has noticed that it is alone.
    func connect() {
        guard let session, session.isStarted, !session.isUp, !isConnected, !fate.isDead else { return }
        isConnected = true
        (desk.awaited, venue.awaited) = (0, 0)
        if session.resetOnLogon { desk = SessionStore() }
        post(.logon(desk.number(nil), resets: session.resetOnLogon), toVenue: true)
    }

    /// - Parameter deliversToVenue: whether what the desk sent last still arrives, as what a dead process left in the
    ///   system's buffers may.
    func disconnect(deliversToVenue: Bool = false) {
        if deliversToVenue { while deliverToVenue(whenever: true) {} }
        (isConnected, venueIsUp) = (false, false)
        (toVenue, toDesk) = ([], [])
    }

    private func post(_ letter: Letter, toVenue isForVenue: Bool) {
        guard isConnected else { return }
        let delay = latency > 0 ? Int64(random.below(Int(latency))) : 0
        let last = isForVenue ? toVenue.last?.arrival : toDesk.last?.arrival
        let inFlight = InFlight(letter: letter, arrival: max(last ?? 0, time.elapsed + delay))
        if isForVenue { toVenue.append(inFlight) } else { toDesk.append(inFlight) }
    }

    // MARK: What the two ends say

    /// The desk's session hands a message over.
    func sendFromDesk(_ message: WireMessage) -> Int {
        var message = message
        message.seqNum = desk.number(message)
        post(.message(message), toVenue: true)
        return message.seqNum
    }
    func sendFromVenue(_ message: WireMessage) {
        var message = message
        message.seqNum = venue.number(message)
        if venueIsUp { post(.message(message), toVenue: false) }
    }

    // MARK: Arrivals

    /// - Returns: false when nothing is due.
    func deliverToVenue(whenever: Bool = false) -> Bool {
        guard let first = toVenue.first, whenever || first.arrival <= time.elapsed else { return false }
        toVenue.removeFirst()
        switch first.letter {
        case .logon(let number, let resets):
            if resets { venue = SessionStore() }
            guard number >= venue.nextIn else {
                mistakes.append("the desk's Logon has MsgSeqNum \(number), below \(venue.nextIn)")
                disconnect()
                return true
            }
            venueIsUp = true
            post(.logon(venue.number(nil), resets: resets), toVenue: false)
            arrived(number, at: &venue, answersVenue: false)
        case .resendRequest(let number, let from):
            arrived(number, at: &venue, answersVenue: false)
            for letter in venue.resent(from: from, withheld: [], { _ in }) { post(letter, toVenue: false) }
        case .gapFill(let number, let next): if number == venue.nextIn { venue.nextIn = max(next, venue.nextIn) }
        case .message(let message):
            if arrived(message.seqNum, at: &venue, answersVenue: false) {
                onRequest(message)
            } else if message.seqNum < venue.nextIn, !message.possDup {
                mistakes.append("the desk used MsgSeqNum \(message.seqNum) again")
            }
        }
        return true
    }

    /// - Returns: false when nothing is due.
    func deliverToDesk() -> Bool {
        guard let first = toDesk.first, first.arrival <= time.elapsed, let session, !fate.isDead else { return false }
        toDesk.removeFirst()
        switch first.letter {
        case .logon(let number, let resets):
            if resets { desk.nextIn = 1 }
            session.loggedOn()
            arrived(number, at: &desk, answersVenue: true)
        case .resendRequest(let number, let from):
            arrived(number, at: &desk, answersVenue: true)
            let letters = desk.resent(from: from, withheld: session.withheld) { session.gapFilled($0) }
            for letter in letters { post(letter, toVenue: true) }
        case .gapFill(let number, let next): if number == desk.nextIn { desk.nextIn = max(next, desk.nextIn) }
        case .message(let message):
            guard message.seqNum == desk.nextIn else {
                arrived(message.seqNum, at: &desk, answersVenue: true)
                return true
            }
            guard fate.passes("before the report \(message.seqNum) is read") else { return true }
            session.read(message)
            guard fate.passes("before the report \(message.seqNum) is counted") else { return true }
            arrived(message.seqNum, at: &desk, answersVenue: true)
            _ = fate.passes("after the report \(message.seqNum) was counted")
        }
        return true
    }

    /// Counts what comes in its turn, and asks for what is missing before what does not.
    @discardableResult
    private func arrived(_ number: Int, at store: inout SessionStore, answersVenue isDesk: Bool) -> Bool {
        if number == store.nextIn {
            store.nextIn += 1
            return true
        }
        guard number > store.nextIn, store.awaited <= store.nextIn else { return false }
        store.awaited = number
        post(.resendRequest(store.number(nil), from: store.nextIn), toVenue: isDesk)
        return false
    }
}

/// The desk's end, in place of QuickFIX.
final class SimulatedSession: RouterSession, @unchecked Sendable {  // one thread steps a simulation
    let name: String, resetOnLogon: Bool, withheld: Set<FIXMsgType>
    private let link: SimulatedLink, handler: SessionHandler, life: Int
    private(set) var isStarted = false
    /// What it believes: a connection can be gone for a while before that is noticed.
    private(set) var isUp = false
    /// Called before an order leaves.
    var onSend: (WireMessage) -> Void = { _ in }

    init(_ settings: FIXSessionSettings, _ handler: SessionHandler, _ link: SimulatedLink) {
        (name, resetOnLogon, withheld) = (settings.name, settings.resetOnLogon, settings.gapFilled)
        (self.handler, self.link, life) = (handler, link, link.fate.life)
        link.attach(self)
    }
    private var isAlive: Bool { life == link.fate.life && !link.fate.isDead }

    // MARK: As the router sees it

    var isLoggedOn: Bool { isUp }
    func nextSeqNums() -> (sender: Int, target: Int) { (link.desk.nextOut, link.desk.nextIn) }
    func setNextSeqNums(sender: Int, target: Int) throws(FIXEngineError) {
        guard link.mutation != .skipsLostReports, isAlive else { return }
        link.desk.nextIn = target
    }
    func stored(from first: Int, through last: Int) throws(FIXEngineError) -> [FIXStoredMessage] {
        link.mutation == .trustsTheDisk ? [] : link.desk.stored(from: first, through: last)
    }
    func start() throws(FIXEngineError) { isStarted = true }
    func stop(graceMilliseconds: Int) {
        guard isAlive, isStarted else { return }
        isStarted = false
        if isUp { noticed() }
        link.disconnect(deliversToVenue: true)
    }

    func send(_ builder: FIXMessageBuilder) throws(FIXEngineError) -> UInt64 {
        guard isAlive, isUp else { throw .notLoggedOn(session: name) }
        let message = WireMessage(builder)
        if link.mutation == .resendsWithoutAsking, message.type == .orderStatusRequest { return answeredByItself(message) }
        guard link.fate.passes("before sending \(message.type) \(message[.clOrdID] ?? "")") else { throw failed }
        onSend(message)
        let number = link.sendFromDesk(message)
        guard link.fate.passes("after sending \(message.type) \(message[.clOrdID] ?? "")") else { throw failed }
        return UInt64(number)
    }
    private var failed: FIXEngineError { .sendFailed(session: name, reason: "the process died") }

    /// A break of the protocol: the venue is not asked; "unknown order" is assumed.
    private func answeredByItself(_ question: WireMessage) -> UInt64 {
        var answer = FIXMessageBuilder(.executionReport)
        for (tag, text) in [
            (FIXTag.orderID, "NONE"), (.execID, "0"), (.execType, "I"), (.ordStatus, "8"), (.ordRejReason, "5"),
            (.leavesQty, "0"), (.cumQty, "0"), (.clOrdID, question[.clOrdID] ?? ""), (.symbol, question[.symbol] ?? ""),
            (.side, question[.side] ?? ""), (.ordStatusReqID, question[.ordStatusReqID] ?? ""),
        ] { answer.append(tag, text) }
        var message = WireMessage(answer)
        message.seqNum = max(1, link.desk.nextIn - 1)
        read(message)
        return UInt64(link.desk.nextOut)
    }

    // MARK: As the wire sees it

    func loggedOn() {
        guard isAlive else { return }
        isUp = true
        handler.loggedOn(name)
    }
    /// It sees that the connection is gone.
    func noticed() {
        guard isAlive, isUp else { return }
        isUp = false
        handler.loggedOut(name)
    }
    func gapFilled(_ message: WireMessage) { if isAlive { handler.gapFilled(message) } }
    func read(_ message: WireMessage) { if isAlive { _ = handler.read(message) } }
}
