import PlainData
import TradingModel
import Testing

@testable import FIXRouter

/// A protocol after a restart that found an order and its cancel in the journal, and no word of either.
private struct Restarted: ~Copyable {
    var sends = SendProtocol(limits: SendLimits(answer: 5, orderAge: 10))
    var actions: [SendProtocol.Action] = []

    init(_ requests: [OrderRequest], isUp: Bool = true) {
        for request in requests { sends.restore(request, takenAt: 0) }
        sends.finishRestoring(into: &actions)
        if isUp { sends.sessionUp(now: 1, into: &actions) }
    }
    /// What leaves, of what was asked for since the last look.
    mutating func leaving() -> [SendProtocol.Action] {
        defer { actions.removeAll() }
        return actions.filter { if case .record = $0 { false } else { true } }
    }
    mutating func refusals() -> [SendProtocol.Action] {
        defer { actions.removeAll() }
        return actions.filter { if case .record(.refused) = $0 { true } else { false } }
    }
    /// - Returns: whether the desk hears of it.
    mutating func hear(_ report: ExecutionReport, isUnknownOrder: Bool = false, answers: UInt64? = nil) -> Bool {
        sends.reported(report, isUnknownOrder: isUnknownOrder, answers: answers, now: 2, into: &actions)
    }
    mutating func asked(_ order: OrderRequest) {
        sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 1)
    }
}

@Suite("cancels and replaces of orders in doubt")
struct SendDependentsTests {
    let order = makeRequest(1), cancel = makeRequest(2, .cancel, orig: 1), replace = makeRequest(3, .replace, orig: 1)

    private func reject(_ id: ClOrdID, of order: ClOrdID, reason: Int16, possDup: Bool = false) -> ExecutionReport {
        var report = makeReport(id, .none, .rejected, possDup: possDup)
        (report.msgType, report.origClOrdID, report.cxlRejReason) = (.orderCancelReject, order, reason)
        return report
    }

    @Test("after a restart they leave when the venue has named the order, and not before")
    func follow() {
        var desk = Restarted([order, cancel, replace])
        #expect(desk.leaving() == [.ask(order)])
        desk.asked(order)
        let isHeard = desk.hear(makeReport(order.clOrdID, .orderStatus, .new), answers: 99)
        #expect(isHeard)
        #expect(desk.leaving() == [.send(cancel, possResend: true), .ask(replace)])
    }

    @Test("an order that the venue does not have and that was to be canceled is not entered any more")
    func neverEntered() {
        var desk = Restarted([order, cancel, replace])
        desk.asked(order)
        desk.actions.removeAll()
        let isHeard = desk.hear(makeReport(order.clOrdID, .orderStatus, .rejected), isUnknownOrder: true, answers: 99)
        #expect(!isHeard)
        #expect(
            desk.refusals() == [
                .record(.refused(order, .canceledBefore)), .record(.refused(cancel, .orderNeverLeft)),
                .record(.refused(replace, .orderNeverLeft)),
            ])
        #expect(desk.sends.pendingCount == 0)
    }

    @Test("where no cancel was asked for, the order is entered and its replace follows it")
    func replaceFollows() {
        var desk = Restarted([order, replace])
        desk.asked(order)
        desk.actions.removeAll()
        _ = desk.hear(makeReport(order.clOrdID, .orderStatus, .rejected), isUnknownOrder: true, answers: 99)
        #expect(desk.leaving() == [.send(order, possResend: true)])
        desk.sends.handedOver(order.clOrdID, .sent(msgSeqNum: 4), now: 2, into: &desk.actions)
        _ = desk.hear(makeReport(order.clOrdID))
        #expect(desk.leaving() == [.ask(replace)])
    }

    @Test("a cancel does not wait for a venue that does not answer")
    func unanswered() {
        var desk = Restarted([order, cancel])
        desk.asked(order)
        desk.actions.removeAll()
        desk.sends.tick(now: 6, into: &desk.actions)
        #expect(desk.leaving() == [.send(cancel, possResend: true)])
    }

    @Test("nor for one that cannot be asked")
    func cannotAsk() {
        var desk = Restarted([order, cancel])
        desk.sends.asked(order.clOrdID, .failed, number: 99, now: 1)
        desk.actions.removeAll()
        desk.sends.tick(now: 6, into: &desk.actions)
        #expect(desk.leaving() == [.send(cancel, possResend: true)])
    }

    @Test("nor for the answer about an order that went out on the session that stands")
    func slowVenue() {
        var desk = Restarted([])
        _ = desk.sends.take(order, now: 1, into: &desk.actions)
        desk.sends.handedOver(order.clOrdID, .sent(msgSeqNum: 2), now: 1, into: &desk.actions)
        desk.sends.tick(now: 6, into: &desk.actions)
        desk.asked(order)
        desk.actions.removeAll()
        _ = desk.sends.take(cancel, now: 6, into: &desk.actions)
        #expect(desk.leaving() == [.send(cancel, possResend: false)])
    }

    @Test(
        "a cancel that is asked for while its order is in doubt waits too; while its order waits for the session, neither leaves")
    func takenMeanwhile() {
        var desk = Restarted([order])
        desk.asked(order)
        desk.actions.removeAll()
        _ = desk.sends.take(cancel, now: 1, into: &desk.actions)
        #expect(desk.leaving() == [])
        _ = desk.hear(makeReport(order.clOrdID, .orderStatus, .new), answers: 99)
        #expect(desk.leaving() == [.send(cancel, possResend: false)])

        var off = Restarted([], isUp: false)
        _ = off.sends.take(order, now: 1, into: &off.actions)
        _ = off.sends.take(cancel, now: 1, into: &off.actions)
        #expect(
            off.refusals() == [.record(.refused(order, .canceledBefore)), .record(.refused(cancel, .orderNeverLeft))])
        off.sends.sessionUp(now: 2, into: &off.actions)
        #expect(off.leaving() == [] && off.sends.pendingCount == 0)
    }

    @Test("the answer to a cancel that was sent again is heard once; a second word on one that was sent once is news")
    func repeatedAnswer() {
        var desk = Restarted([cancel])
        #expect(desk.leaving() == [.send(cancel, possResend: true)])
        desk.sends.handedOver(cancel.clOrdID, .sent(msgSeqNum: 4), now: 1, into: &desk.actions)
        // The first copy canceled the order; the second is too late.
        var canceled = makeReport(cancel.clOrdID, .canceled, .canceled, possDup: true)
        canceled.origClOrdID = order.clOrdID
        let tooLate = reject(cancel.clOrdID, of: order.clOrdID, reason: 0)
        var heard = [desk.hear(canceled), desk.hear(tooLate)]
        #expect(heard == [true, false])

        // The same is known after a further restart, from the journal and from a checkpoint.
        var again = Restarted([cancel], isUp: false)
        var doubted = makeReport(cancel.clOrdID)
        doubted.msgType = .inDoubt
        again.sends.restore(doubted)
        again.sends.restore(canceled)
        var saver = StateCoder()
        again.sends.state(&saver)
        var saved = Restarted([], isUp: false)
        var loader = StateCoder(restoring: saver.bytes)
        saved.sends.state(&loader)
        heard = [again.hear(tooLate), saved.hear(tooLate)]
        #expect(heard == [false, false])

        var once = Restarted([])
        _ = once.sends.take(cancel, now: 1, into: &once.actions)
        once.sends.handedOver(cancel.clOrdID, .sent(msgSeqNum: 2), now: 1, into: &once.actions)
        canceled.possDup = 0
        heard = [once.hear(canceled), once.hear(tooLate)]
        #expect(heard == [true, true])
        let isHeard = once.hear(reject(cancel.clOrdID, of: order.clOrdID, reason: 0, possDup: true))
        #expect(!isHeard)
    }
}
