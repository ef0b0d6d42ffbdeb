import TradingModel
import Testing

@testable import FIXRouter

/// Collects what a protocol asks for; answers nothing by itself.
private struct Desk: ~Copyable {
    var sends = SendProtocol(limits: SendLimits(answer: 5, orderAge: 10))
    var actions: [SendProtocol.Action] = []

    mutating func take() -> [SendProtocol.Action] {
        defer { actions.removeAll() }
        return actions
    }
    mutating func up(_ now: Int64 = 0) -> [SendProtocol.Action] {
        sends.sessionUp(now: now, into: &actions)
        return take()
    }
    mutating func down() -> [SendProtocol.Action] {
        sends.sessionDown(into: &actions)
        return take()
    }
    mutating func submit(_ request: OrderRequest, _ now: Int64 = 0) -> [SendProtocol.Action] {
        sends.take(request, now: now, into: &actions)
        return take()
    }
    mutating func handed(_ id: ClOrdID, _ outcome: HandOver, _ now: Int64 = 0) -> [SendProtocol.Action] {
        sends.handedOver(id, outcome, now: now, into: &actions)
        return take()
    }
    mutating func tick(_ now: Int64) -> [SendProtocol.Action] {
        sends.tick(now: now, into: &actions)
        return take()
    }
    /// Whether a report goes on to the desk.
    mutating func hears(_ report: ExecutionReport) -> Bool {
        sends.reported(report, isUnknownOrder: false, answers: nil, now: 2, into: &actions)
    }
    /// Logged on, with a request sent as message 2.
    mutating func sent(_ request: OrderRequest) {
        _ = up()
        _ = submit(request)
        _ = handed(request.clOrdID, .sent(msgSeqNum: 2))
    }
    mutating func unknown(_ id: ClOrdID, answers: UInt64?, possDup: Bool = false, now: Int64 = 1) -> [SendProtocol.Action] {
        let report = makeReport(id, .orderStatus, .rejected, possDup: possDup)
        let delivered = sends.reported(report, isUnknownOrder: true, answers: answers, now: now, into: &actions)
        #expect(!delivered)
        return take()
    }
}

@Suite("the send protocol")
struct SendProtocolTests {
    let order = makeRequest(1), cancel = makeRequest(2, .cancel, orig: 1), replace = makeRequest(3, .replace, orig: 1)

    @Test("a cancel that was cut off, then pending, then refused: the refusal is news, and a second one is not")
    func refusedAfterPending() {
        var desk = Desk()
        desk.sent(cancel)
        _ = desk.down()
        _ = desk.up(1)
        var refusal = makeReport(cancel.clOrdID)
        (refusal.msgType, refusal.execType) = (.orderCancelReject, .none)
        let (pending, first, second) = (
            desk.hears(makeReport(cancel.clOrdID, .pendingCancel, .pendingCancel)), desk.hears(refusal), desk.hears(refusal)
        )
        #expect(pending && first && !second)
    }

    @Test("after a crash, what the session has not kept has not left: it leaves, and what it has kept is asked about")
    func acquitted() {
        var desk = Desk()
        let other = makeRequest(9)
        desk.sends.restore(order, takenAt: 3)
        desk.sends.restore(other, takenAt: 3)
        #expect(desk.sends.isUnsent(order.clOrdID) && desk.sends.isUnsent(other.clOrdID))
        desk.sends.acquit(allBut: [other.clOrdID], takenAfter: 2)
        desk.sends.finishRestoring(into: &desk.actions)
        #expect(desk.take() == [.record(.inDoubt(other, .sendNotRecorded))])
        #expect(desk.up(4) == [.ask(other), .send(order, possResend: false)])

        var blind = Desk()  // from before the machine was started: the store may have lost it
        blind.sends.restore(order, takenAt: 2)
        blind.sends.acquit(allBut: [], takenAfter: 2)
        blind.sends.finishRestoring(into: &blind.actions)
        #expect(blind.take() == [.record(.inDoubt(order, .sendNotRecorded))])
    }

    @Test("a request leaves at once when logged on, and Sent is recorded with its number")
    func sends() {
        var desk = Desk()
        #expect(desk.up() == [])
        #expect(desk.submit(order) == [.send(order, possResend: false)])
        #expect(desk.handed(order.clOrdID, .sent(msgSeqNum: 7)) == [.record(.sent(order, msgSeqNum: 7))])
        let delivered = desk.sends.reported(
            makeReport(order.clOrdID), isUnknownOrder: false, answers: nil, now: 1, into: &desk.actions)
        #expect(delivered && desk.sends.pendingCount == 0)
    }

    @Test("an intent that comes twice is sent once, before and after the venue's answer")
    func repeatedIntent() {
        var desk = Desk()
        desk.sent(order)
        #expect(desk.submit(order) == [])
        _ = desk.sends.reported(makeReport(order.clOrdID), isUnknownOrder: false, answers: nil, now: 1, into: &desk.actions)
        #expect(desk.submit(order) == [])
    }

    @Test("a request waits for the session; one that waited too long is refused, a cancel never is")
    func waits() {
        var desk = Desk()
        let cancel = makeRequest(2, .cancel, orig: 9), replace = makeRequest(3, .replace, orig: 8)
        #expect(desk.submit(order, 0) == [] && desk.submit(cancel, 0) == [] && desk.submit(replace, 5) == [])
        #expect(desk.tick(10) == [])
        #expect(desk.tick(11) == [.record(.refused(order, .tooOld))])
        #expect(desk.up(15) == [.send(cancel, possResend: false), .send(replace, possResend: false)])
    }

    @Test("a session that went down under a send leaves the request as it was")
    func notLoggedOn() {
        var desk = Desk()
        _ = desk.up()
        _ = desk.submit(order)
        #expect(desk.handed(order.clOrdID, .notLoggedOn) == [])
        #expect(desk.down() == [] && desk.sends.inDoubtCount == 0)
        #expect(desk.up(1) == [.send(order, possResend: false)])
    }

    @Test("what the venue had not answered when the session was lost is in doubt, and asked about at the next logon")
    func sessionLost() {
        var desk = Desk()
        desk.sent(order)
        #expect(desk.down() == [.record(.inDoubt(order, .sessionLost))])
        #expect(desk.sends.inDoubtCount == 1)
        #expect(desk.up(1) == [.ask(order)])
    }

    @Test("unknown at the venue: sent again as a possible resend; known: not")
    func answers() {
        var desk = Desk()
        desk.sent(order)
        _ = desk.down()
        _ = desk.up(1)
        desk.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 1)
        #expect(
            desk.unknown(order.clOrdID, answers: 99) == [
                .record(.inDoubt(order, .unknownAtVenue)), .send(order, possResend: true),
            ])

        var other = Desk()
        other.sent(order)
        _ = other.down()
        _ = other.up(1)
        other.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 1)
        let status = makeReport(order.clOrdID, .orderStatus, .new)
        let delivered = other.sends.reported(status, isUnknownOrder: false, answers: 99, now: 1, into: &other.actions)
        #expect(delivered && other.take() == [] && other.sends.inDoubtCount == 0)
    }

    @Test("unknown at the venue, but too old to send: refused, and that is certain")
    func unknownAndOld() {
        var desk = Desk()
        desk.sent(order)
        _ = desk.down()
        _ = desk.up(1)
        desk.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 1)
        #expect(
            desk.unknown(order.clOrdID, answers: 99, now: 11) == [
                .record(.inDoubt(order, .unknownAtVenue)), .record(.refused(order, .tooOld)),
            ])
    }

    @Test("an answer to an earlier question does not send the order again")
    func staleAnswer() {
        var desk = Desk()
        desk.sent(order)
        // Not asked: the answer is from before.
        #expect(desk.unknown(order.clOrdID, answers: nil) == [])
        _ = desk.down()
        #expect(desk.unknown(order.clOrdID, answers: 98) == [])
        _ = desk.up(1)
        desk.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 1)
        #expect(desk.unknown(order.clOrdID, answers: 98) == [])
        #expect(desk.unknown(order.clOrdID, answers: nil, possDup: true) == [])
        #expect(desk.sends.inDoubtCount == 1)
        // A venue that does not echo the number, on the same connection.
        #expect(desk.unknown(order.clOrdID, answers: nil).count == 2)
    }

    @Test("no answer in time: asked; no answer to that: in doubt until the next logon")
    func silence() {
        var desk = Desk()
        desk.sent(order)
        #expect(desk.tick(4) == [])
        #expect(desk.tick(5) == [.record(.inDoubt(order, .noAnswer)), .ask(order)])
        desk.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 5)
        #expect(desk.tick(9) == [])
        #expect(desk.tick(10) == [.record(.inDoubt(order, .statusUnanswered))])
        #expect(desk.tick(100) == [] && desk.sends.inDoubtCount == 1)
        _ = desk.down()
        #expect(desk.up(200) == [.ask(order)])
    }

    @Test("a cancel in doubt is sent again, not asked about")
    func cancelInDoubt() {
        var desk = Desk()
        desk.sent(cancel)
        #expect(desk.down() == [.record(.inDoubt(cancel, .sessionLost))])
        #expect(desk.up(1) == [.send(cancel, possResend: true)])
    }

    @Test("a message that the venue had missed and got as a gap is asked about")
    func gapFilled() {
        var desk = Desk()
        desk.sent(order)
        desk.sends.gapFilled(order.clOrdID, into: &desk.actions)
        #expect(desk.take() == [.record(.inDoubt(order, .gapFilled)), .ask(order)])
    }

    @Test("a refused message is a refused request; a refused question leaves the doubt")
    func refusals() {
        func refusal(of number: UInt64) -> MessageRefusal {
            MessageRefusal(
                refSeqNum: number, refTagID: 38, reason: 5, clOrdID: .none, text: "no", msgSeqNum: 9, eventTime: 1)
        }
        var desk = Desk()
        desk.sent(order)
        #expect(!desk.sends.refused(refusal(of: 1), now: 5, into: &desk.actions))
        #expect(desk.sends.refused(refusal(of: 2), now: 5, into: &desk.actions))
        #expect(desk.take() == [.record(.refused(order, .message("no", reason: 5)))])
        #expect(!desk.sends.refused(refusal(of: 2), now: 5, into: &desk.actions))

        desk.sent(replace)
        _ = desk.tick(5)
        desk.sends.asked(replace.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 5)
        #expect(desk.sends.refused(refusal(of: 3), now: 5, into: &desk.actions))
        #expect(desk.take() == [.record(.inDoubt(replace, .statusRefused("no")))])
        #expect(desk.sends.inDoubtCount == 1)
    }

    @Test("after a restart, an intent without Sent is asked about before it is sent")
    func restart() {
        var desk = Desk()
        for request in [order, cancel, replace, makeRequest(4), makeRequest(5)] { desk.sends.restore(request) }
        var sent = makeReport(makeID(4))
        (sent.msgType, sent.msgSeqNum) = (.sent, 7)
        desk.sends.restore(sent)
        desk.sends.restore(makeReport(makeID(5)))
        desk.sends.finishRestoring(into: &desk.actions)
        #expect(
            desk.take() == [
                .record(.inDoubt(order, .sendNotRecorded)), .record(.inDoubt(cancel, .sendNotRecorded)),
                .record(.inDoubt(replace, .sendNotRecorded)), .record(.inDoubt(makeRequest(4), .answerNotRecorded)),
            ])
        #expect(desk.up(1) == [.ask(order), .ask(makeRequest(4))])
        #expect(desk.submit(order) == [] && desk.submit(makeRequest(5)) == [])
    }

    @Test("after a restart, an order that the venue does not know and that has become too old is refused; a cancel leaves")
    func restartTooLate() {
        var desk = Desk()
        let cancel = makeRequest(2, .cancel, orig: 9)
        for request in [order, cancel] { desk.sends.restore(request, takenAt: 0) }
        desk.sends.finishRestoring(into: &desk.actions)
        _ = desk.take()
        #expect(desk.up(100) == [.send(cancel, possResend: true), .ask(order)])
        desk.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 100)
        #expect(
            desk.unknown(order.clOrdID, answers: 99, now: 100) == [
                .record(.inDoubt(order, .unknownAtVenue)), .record(.refused(order, .tooOld)),
            ])
    }

    @Test("a session that begins anew asks about the orders that work at the venue, and about no other")
    func reset() {
        var desk = Desk()
        _ = desk.up()
        let requests = [
            makeRequest(1), makeRequest(2), makeRequest(3, .replace, orig: 2), makeRequest(4), makeRequest(5, .cancel, orig: 4),
        ]
        for request in requests {
            _ = desk.submit(request)
            _ = desk.handed(request.clOrdID, .sent(msgSeqNum: request.clOrdID.sequence ?? 0))
        }
        // 1 fills, 2 is replaced by 3, 4 works on because its cancel, 5, is refused.
        var replaced = makeReport(makeID(3), .replaced, .new)
        replaced.origClOrdID = makeID(2)
        var refused = makeReport(makeID(5), .none, .new)
        (refused.msgType, refused.origClOrdID) = (.orderCancelReject, makeID(4))
        let reports = [
            makeReport(makeID(1)), makeReport(makeID(2)), makeReport(makeID(4)), makeReport(makeID(1), .trade, .filled), replaced,
            refused,
        ]
        for report in reports {
            let delivered = desk.sends.reported(report, isUnknownOrder: false, answers: nil, now: 1, into: &desk.actions)
            #expect(delivered)
        }
        _ = desk.down()
        #expect(desk.up(2) == [] && desk.down() == [])
        desk.sends.sessionUp(now: 3, numbersRestart: true, into: &desk.actions)
        #expect(
            desk.take() == [
                .record(.inDoubt(requests[2], .reportsLost)), .record(.inDoubt(requests[3], .reportsLost)),
                // Orders before what is about an order.
                .ask(requests[3]), .ask(requests[2]),
            ])
    }

    @Test("a report that cannot be read puts its order in doubt, answered or not")
    func unreadable() {
        var desk = Desk()
        desk.sent(order)
        _ = desk.sends.reported(makeReport(order.clOrdID), isUnknownOrder: false, answers: nil, now: 1, into: &desk.actions)
        desk.sends.unreadable(order.clOrdID, now: 2, into: &desk.actions)
        #expect(desk.take() == [.record(.inDoubt(order, .unreadableReport)), .ask(order)])
        // Asked, the venue denies what it has named before: that is not for the router to settle.
        desk.sends.asked(order.clOrdID, .sent(msgSeqNum: 3), number: 99, now: 2)
        #expect(desk.unknown(order.clOrdID, answers: 99) == [.record(.inDoubt(order, .unknownAtVenue))])
        #expect(desk.sends.inDoubtCount == 1)
        let isOurs = desk.sends.unreadable(makeID(77), now: 2, into: &desk.actions)
        #expect(!isOurs && desk.take() == [])
    }
}
