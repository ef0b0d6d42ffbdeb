import PlainData
import TradingModel
import Testing

@testable import FIXRouter

/// A protocol on a session that stands: what leaves, as `G 3 of 2` with OrigClOrdID as it is written.
private struct Chained: ~Copyable {
    var sends: SendProtocol
    private(set) var lines: [String] = []

    static func limits(_ policy: ReplacePolicy, throttle: Int? = nil) -> SendLimits {
        var limits = SendLimits(answer: 5, orderAge: 1_000)
        limits.replaces = policy
        limits.pace = SendPace(messages: throttle, reserve: 0)
        return limits
    }
    init(_ policy: ReplacePolicy, throttle: Int? = nil) {
        sends = SendProtocol(limits: Self.limits(policy, throttle: throttle))
        perform { $0.sessionUp(now: 0, into: &$1) }
        take(makeRequest(1))
        hear(.new, 1)
        lines = []
    }
    mutating func perform(at now: Int64 = 1, _ body: (inout SendProtocol, inout [SendProtocol.Action]) -> Void) {
        var actions: [SendProtocol.Action] = [], at = 0
        body(&sends, &actions)
        while at < actions.count {
            switch actions[at] {
            case .send(let request, _):
                let orig = request.origClOrdID.sequence.map { " of \($0)" } ?? ""
                lines.append("\(request.action.msgType) \(request.clOrdID.sequence ?? 0)\(orig)")
                sends.handedOver(request.clOrdID, .sent(msgSeqNum: UInt64(at + 2)), now: now, into: &actions)
            case .ask(let request): lines.append("H \(request.clOrdID.sequence ?? 0)")
            case .askAll, .cancelAll: break
            case .record(.refused(let request, let why)): lines.append("not \(request.clOrdID.sequence ?? 0) \(why)")
            case .record: break
            }
            at += 1
        }
    }
    mutating func take(_ request: OrderRequest, at now: Int64 = 1) { perform(at: now) { $0.take(request, now: now, into: &$1) } }
    mutating func replace(_ id: UInt64, of orig: UInt64) { take(makeRequest(id, .replace, orig: orig)) }
    mutating func cancel(_ id: UInt64, of orig: UInt64, at now: Int64 = 1) { take(makeRequest(id, .cancel, orig: orig), at: now) }
    mutating func hear(_ execType: ExecType, _ id: UInt64, of orig: UInt64? = nil, _ status: OrdStatus = .new, at now: Int64 = 1)
    {
        var report = makeReport(makeID(id), execType, status)
        report.origClOrdID = orig.map(makeID) ?? .none
        if execType == .none { report.msgType = .orderCancelReject }
        perform(at: now) { _ = $0.reported(report, isUnknownOrder: false, answers: nil, now: now, into: &$1) }
    }
    mutating func tick(at now: Int64) { perform(at: now) { $0.tick(now: now, into: &$1) } }
    mutating func said() -> [String] {
        defer { lines = [] }
        return lines
    }
}

/// OrigClOrdID(41) is that of the last request that was not rejected: FIX 4.4, volume 4, appendix D, "OrigClOrdID".
@Suite("changes of one order")
struct ReplaceChainsTests {
    @Test("one is under way; the latest of those that wait leaves when the venue has decided, and names the order as it stands")
    func oneAtATime() {
        var desk = Chained(.one)
        desk.replace(2, of: 1)
        desk.replace(3, of: 2)
        desk.replace(4, of: 3)
        #expect(desk.said() == ["G 2 of 1", "not 3 \(Refusal.superseded)"])
        desk.hear(.pendingReplace, 2, of: 1, .pendingReplace)
        desk.hear(.trade, 1, .partiallyFilled)
        #expect(desk.said() == [])
        desk.hear(.replaced, 2, of: 1)
        #expect(desk.said() == ["G 4 of 2"])
        desk.hear(.replaced, 4, of: 2)
        desk.replace(5, of: 4)
        #expect(desk.said() == ["G 5 of 4"])
    }

    @Test("after a rejected replace the next one names what stood before it", arguments: [ReplacePolicy.one, .chain])
    func afterReject(policy: ReplacePolicy) {
        var desk = Chained(policy)
        desk.replace(2, of: 1)
        desk.hear(.none, 2, of: 1)
        desk.replace(3, of: 2)
        #expect(desk.said() == ["G 2 of 1", "G 3 of 1"])
    }

    @Test("a cancel takes the place of replaces that wait, and leaves when the one under way is decided")
    func cancelSupersedes() {
        var desk = Chained(.one)
        desk.replace(2, of: 1)
        desk.replace(3, of: 2)
        desk.cancel(4, of: 3)
        #expect(desk.said() == ["G 2 of 1", "not 3 \(Refusal.superseded)"])
        desk.hear(.none, 2, of: 1)
        #expect(desk.said() == ["F 4 of 1"])
        // A second cancel waits for nothing; a replace waits for the cancels.
        desk.cancel(5, of: 1)
        desk.replace(6, of: 1)
        #expect(desk.said() == ["F 5 of 1"])
    }

    @Test("a cancel waits for a decision no longer than for any answer; a replace does")
    func lateDecision() {
        var desk = Chained(.one)
        desk.replace(2, of: 1)
        desk.hear(.pendingReplace, 2, of: 1, .pendingReplace)
        desk.cancel(3, of: 2)
        desk.tick(at: 5)
        #expect(desk.said() == ["G 2 of 1"])
        desk.tick(at: 6)
        #expect(desk.said() == ["F 3 of 1"])

        var other = Chained(.one)
        other.replace(2, of: 1)
        other.hear(.pendingReplace, 2, of: 1, .pendingReplace)
        other.replace(3, of: 2)
        other.tick(at: 50)
        #expect(other.said() == ["G 2 of 1"])
    }

    /// FIX Appendix D, D.2.b: two replaces on their way, both pending before either is decided.
    @Test("a chain leaves as it comes, each naming the one before")
    func chain() {
        var desk = Chained(.chain)
        desk.replace(2, of: 1)
        desk.replace(3, of: 2)
        desk.cancel(4, of: 3)
        #expect(desk.said() == ["G 2 of 1", "G 3 of 2", "F 4 of 3"])
    }

    @Test(
        "replaces that wait for the throttle are overtaken by a cancel, and do not leave any more",
        arguments: [ReplacePolicy.one, .chain])
    func throttled(policy: ReplacePolicy) {
        var desk = Chained(policy, throttle: 1)
        desk.replace(2, of: 1)
        desk.cancel(3, of: 2)
        desk.perform(at: 2_000_000_000) { $0.depart(now: 2_000_000_000, into: &$1) }
        #expect(desk.said() == ["not 2 \(Refusal.superseded)", "F 3 of 1"])
    }

    @Test("a change of a replace that the venue refused as a message goes on to the order")
    func refusedMessage() {
        var desk = Chained(.one)
        desk.replace(2, of: 1)
        desk.cancel(3, of: 2)
        let refusal = MessageRefusal(
            refSeqNum: 2, refTagID: 38, reason: 5, clOrdID: .none, text: "no", msgSeqNum: 9, eventTime: 1)
        desk.perform { _ = $0.refused(refusal, now: 1, into: &$1) }
        #expect(desk.said() == ["G 2 of 1", "not 2 \(Refusal.message("no", reason: 5))", "F 3 of 1"])
    }

    @Test("a restart knows what was under way and as what the order stands, from the journal and from a checkpoint")
    func restart() {
        let limits = Chained.limits(.one)
        var told = SendProtocol(limits: limits)
        for request in [makeRequest(1), makeRequest(2, .replace, orig: 1), makeRequest(3, .replace, orig: 2)] {
            told.restore(request)
        }
        for id in [1, 2, 3] as [UInt64] {
            var sent = makeReport(makeID(id))
            (sent.msgType, sent.msgSeqNum) = (.sent, id)
            told.restore(sent)
        }
        told.restore(makeReport(makeID(1)))
        var replaced = makeReport(makeID(2), .replaced)
        replaced.origClOrdID = makeID(1)
        told.restore(replaced)
        // The venue has 3 and thinks about it.
        told.restore(makeReport(makeID(3), .pendingReplace, .pendingReplace))
        var saver = StateCoder()
        told.state(&saver)
        var saved = SendProtocol(limits: limits), loader = StateCoder(restoring: saver.bytes)
        saved.state(&loader)
        #expect(!loader.isTruncated)
        for fromCheckpoint in [false, true] {
            var actions: [SendProtocol.Action] = []
            var desk = Chained(.one)
            if fromCheckpoint { swap(&desk.sends, &saved) } else { swap(&desk.sends, &told) }
            desk.sends.finishRestoring(into: &actions)
            desk.perform { $0.sessionUp(now: 1, into: &$1) }
            desk.replace(4, of: 3)
            #expect(desk.said() == [])
            desk.hear(.none, 3, of: 2)
            #expect(desk.said() == ["G 4 of 2"])
        }
    }
}
