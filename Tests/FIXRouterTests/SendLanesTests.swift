import PlainData
import TradingModel
import Testing

@testable import FIXRouter

/// A protocol on a session that stands, with a throttle. What leaves is handed over at once, under the next MsgSeqNum.
private struct Paced: ~Copyable {
    var sends: SendProtocol
    var number: UInt64 = 1
    private(set) var left: [OrderRequest] = []
    private(set) var refused: [ClOrdID] = []

    init(_ pace: SendPace, age: Int64 = 1_000_000, answer: Int64 = 1_000_000) {
        var limits = SendLimits(answer: answer, orderAge: age)
        limits.pace = pace
        sends = SendProtocol(limits: limits)
        perform { $0.sessionUp(now: 0, into: &$1) }
    }

    mutating func perform(at now: Int64 = 0, _ body: (inout SendProtocol, inout [SendProtocol.Action]) -> Void) {
        var actions: [SendProtocol.Action] = [], at = 0
        body(&sends, &actions)
        while at < actions.count {
            switch actions[at] {
            case .send(let request, _):
                left.append(request)
                number += 1
                sends.handedOver(request.clOrdID, .sent(msgSeqNum: number), now: now, into: &actions)
            case .ask(let request): left.append(request)
            case .askAll, .cancelAll: break
            case .record(.refused(let request, _)): refused.append(request.clOrdID)
            case .record: break
            }
            at += 1
        }
    }
    mutating func take(_ request: OrderRequest, at now: Int64) { perform(at: now) { $0.take(request, now: now, into: &$1) } }
    mutating func wait(until now: Int64) { perform(at: now) { $0.depart(now: now, into: &$1) } }
    mutating func hear(_ report: ExecutionReport, at now: Int64) {
        perform(at: now) { _ = $0.reported(report, isUnknownOrder: false, answers: nil, now: now, into: &$1) }
    }
    mutating func leaving() -> [ClOrdID] {
        defer { left = [] }
        return left.map(\.clOrdID)
    }
}

@Suite("the lanes to the session")
struct SendLanesTests {
    private func pace(_ messages: Int, per: Int64 = 100, reserve: Int = 0, unacknowledged: Int? = nil) -> SendPace {
        var pace = SendPace(messages: messages, reserve: reserve, unacknowledged: unacknowledged)
        pace.per = per
        return pace
    }

    @Test("beyond the throttle a request waits, and a cancel that comes later leaves before it")
    func cancelsFirst() {
        var desk = Paced(pace(2))
        for sequence in 1...4 as ClosedRange<UInt64> { desk.take(makeRequest(sequence), at: 0) }
        desk.take(makeRequest(9, .cancel, orig: 1), at: 10)
        #expect(desk.leaving() == [makeID(1), makeID(2)])
        #expect(desk.sends.nextDeparture == 100 && desk.sends.queuedCount == 3)
        desk.wait(until: 99)
        #expect(desk.leaving() == [])
        desk.wait(until: 100)
        #expect(desk.leaving() == [makeID(9), makeID(3)])
        desk.wait(until: 200)
        #expect(desk.leaving() == [makeID(4)] && desk.sends.nextDeparture == nil)
    }

    @Test("some of the throttle is kept for cancels")
    func reserve() {
        var desk = Paced(pace(3, reserve: 1))
        for sequence in 1...3 as ClosedRange<UInt64> { desk.take(makeRequest(sequence), at: 0) }
        #expect(desk.leaving() == [makeID(1), makeID(2)])
        desk.take(makeRequest(9, .cancel, orig: 1), at: 1)
        #expect(desk.leaving() == [makeID(9)])
        #expect(SendPace(messages: 50).reserve == 5 && SendPace(messages: 3).reserve == 1 && SendPace(messages: 1).reserve == 0)
    }

    @Test("a cancel never overtakes its order: one that still waits is not sent any more, and neither has to")
    func neverBeforeItsOrder() {
        var desk = Paced(pace(1))
        desk.take(makeRequest(1), at: 0)
        desk.take(makeRequest(2), at: 0)
        desk.take(makeRequest(3, .cancel, orig: 2), at: 1)
        desk.wait(until: 1_000)
        #expect(desk.leaving() == [makeID(1)])
        #expect(desk.refused == [makeID(2), makeID(3)] && desk.sends.queuedCount == 0)
    }

    @Test("only so many orders without an answer are under way; cancels do not count, and do not wait")
    func unacknowledged() {
        var desk = Paced(SendPace(unacknowledged: 2))
        for sequence in 1...4 as ClosedRange<UInt64> { desk.take(makeRequest(sequence), at: 0) }
        desk.take(makeRequest(9, .cancel, orig: 1), at: 0)
        #expect(desk.leaving() == [makeID(1), makeID(2), makeID(9)])
        desk.hear(makeReport(makeID(1)), at: 1)
        #expect(desk.leaving() == [makeID(3)])
        // A second word on the same order makes no room.
        desk.hear(makeReport(makeID(1), .trade, .filled), at: 2)
        #expect(desk.leaving() == [])
        desk.hear(makeReport(makeID(2)), at: 3)
        #expect(desk.leaving() == [makeID(4)])
    }

    @Test("a silent venue on a session that stands gets no more than that; what grows too old behind it is refused")
    func silentVenue() {
        var desk = Paced(SendPace(unacknowledged: 1), age: 10, answer: 4)
        desk.take(makeRequest(1), at: 0)
        desk.take(makeRequest(2), at: 0)
        for now in 1...20 as ClosedRange<Int64> { desk.perform(at: now) { $0.tick(now: now, into: &$1) } }
        // Sent once, asked about once: in doubt, not lost, and nothing went after it.
        #expect(desk.left.map(\.action) == [.new, .new] && Set(desk.left.map(\.clOrdID)) == [makeID(1)])
        #expect(desk.refused == [makeID(2)] && desk.sends.inDoubtCount == 1)
    }

    @Test("what waited in the lanes when the session went down leaves once when it is back")
    func sessionLost() {
        var desk = Paced(pace(1))
        for sequence in 1...3 as ClosedRange<UInt64> { desk.take(makeRequest(sequence), at: 0) }
        desk.hear(makeReport(makeID(1)), at: 1)
        desk.perform(at: 2) { $0.sessionDown(into: &$1) }
        #expect(desk.leaving() == [makeID(1)] && desk.sends.queuedCount == 0)
        desk.perform(at: 100) { $0.sessionUp(now: 100, into: &$1) }
        desk.wait(until: 200)
        desk.wait(until: 300)
        #expect(desk.leaving() == [makeID(2), makeID(3)])
    }

    @Test("a clock that is set back holds the throttle for a window, not until it comes to where it was")
    func clockSetBack() {
        var window = SendWindow(most: 1, per: 100)
        window.add(5_000)
        window.follow(1_000)
        #expect(window.opensAt(reserve: 0) == 1_100)
    }

    /// The second method is the definition: every window is counted.
    @Test("no window of the throttle's length holds more than it lets through, and nothing waits without need", arguments: 1...40)
    func everyWindow(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let most = 1 + random.below(7), per = Int64(5 + random.below(40))
        var lanes = SendLanes(pace: pace(most, per: per, reserve: random.below(most)))
        var now: Int64 = 0, times: [Int64] = [], next: UInt64 = 1, waiting = 0
        for _ in 0..<2_000 {
            now += Int64(random.below(4))
            if random.below(3) == 0 {
                lanes.send(makeRequest(next, random.below(4) == 0 ? .cancel : .new), possResend: false)
                (next, waiting) = (next + 1, waiting + 1)
            }
            while lanes.next(now: now, unacknowledged: 0) != nil {
                lanes.left(now: now)
                times.append(now)
                waiting -= 1
            }
            let lately = times.count { now - $0 < per }
            #expect(lately <= most, "seed \(seed) at \(now)")
            if waiting > 0 {
                #expect(lately > 0 && lanes.opensAt(unacknowledged: 0).map { $0 > now } == true, "seed \(seed) at \(now)")
            }
        }
        for (index, first) in times.enumerated() {
            #expect(times[index...].count { $0 - first < per } <= most, "seed \(seed): the window from \(first)")
        }
    }
}
