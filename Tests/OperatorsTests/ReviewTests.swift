import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

private let ann = TextID(rawValue: 71), bob = TextID(rawValue: 72)

/// RTS 6 article 15(6) and controls.md: a second person, bound to the order and the limits; hard findings never.
@Suite("orders under review") struct ReviewTests {
    private let waiting = ClOrdID(rawValue: 1)

    /// Everything above 1,000 in money waits; 100 ns of time.
    private func desk(_ change: (inout Limits) -> Void = { _ in }) -> ComplianceDesk {
        let desk = ComplianceDesk(
            looseLimits {
                $0.common?.softNotional = money(1_000)
                ($0.reviewTime, $0.maxReferenceAge) = (100, 1_000)
                change(&$0)
            })
        desk.run.advance(to: 10)
        return desk
    }
    /// Ann asks for an order that waits.
    private func park(_ desk: ComplianceDesk) {
        desk.run.send(DeskCommand(eventTime: 10, verb: .order, who: ann, order: waiting), to: desk.commands)
        #expect(desk.ask(request(1, at: 10, .buy, 100, 50)) == "S1 review")
        #expect(desk.board.waiting.map(\.order.clOrdID) == [waiting])
        #expect(desk.board.waiting.first?.requester == ann && desk.board.waiting.first?.checks == [.softNotional])
    }
    private func approval(_ desk: ComplianceDesk, by who: TextID) -> DeskCommand {
        let seen = desk.board.waiting.first
        return DeskCommand(
            eventTime: 20, verb: .approve, who: who, order: waiting, terms: seen?.order.terms ?? 0, limits: seen?.limits ?? 0)
    }
    private func expectWaits(_ desk: ComplianceDesk) {
        #expect(desk.cleared.elements.isEmpty)
        #expect(desk.board.waiting.count == 1)
    }

    @Test("somebody else's approval lets the order pass, once, as of now, and reserves for it")
    func approved() {
        let desk = desk { $0.common?.maxPosition = Quantity(units: 100) }
        park(desk)
        #expect(desk.tell(approval(desk, by: bob)) == "decision ok, approval ok")
        #expect(desk.cleared.elements.map(\.clOrdID) == [waiting])
        #expect(desk.cleared.elements.first?.eventTime == 20)
        #expect(desk.board.waiting.isEmpty)
        #expect(desk.ask(request(2, at: 21, .buy, 1, 50)) == "C12 block")
        #expect(desk.tell(approval(desk, by: bob)) == "A1 block, approval block")
        #expect(desk.cleared.elements.count == 1)
        desk.run.advance(to: 10_000)
        #expect(desk.findings.fresh().isEmpty, "it has not expired as well")
    }
    @Test("who asked cannot approve, nor can nobody")
    func samePerson() {
        let desk = desk()
        park(desk)
        #expect(desk.tell(approval(desk, by: ann)) == "A2 block, approval block")
        #expect(desk.tell(approval(desk, by: .none)) == "A2 block, approval block")
        expectWaits(desk)
        #expect(desk.tell(approval(desk, by: bob)) == "decision ok, approval ok")
    }
    @Test("an approval of other terms or of other limits is none")
    func otherTerms() {
        let desk = desk()
        park(desk)
        var command = approval(desk, by: bob)
        command.terms ^= 1
        #expect(desk.tell(command) == "A3 block, approval block")
        command = approval(desk, by: bob)
        command.limits += 1
        #expect(desk.tell(command) == "A4 block, approval block")
        expectWaits(desk)
    }
    @Test("what a hard check finds by then nobody can approve: the order is blocked for good")
    func hardByNow() {
        let desk = desk { $0.common?.maxPosition = Quantity(units: 100) }
        park(desk)
        desk.run.send(position(1), to: desk.positions)
        #expect(desk.tell(approval(desk, by: bob)) == "S1 review, C12 block, decision block, approval block")
        #expect(desk.cleared.elements.isEmpty && desk.board.waiting.isEmpty)
        #expect(desk.tell(approval(desk, by: bob)) == "A1 block, approval block")
    }
    @Test("a kill after the order was parked is against its approval")
    func killed() {
        let desk = desk()
        park(desk)
        let command = approval(desk, by: bob)
        #expect(desk.tell(DeskCommand(eventTime: 15, verb: .kill, scope: .firm, who: bob)) == "kill ok")
        #expect(desk.tell(command).contains("C17 block"))
        #expect(desk.cleared.elements.isEmpty)
    }
    @Test("a soft finding that the approver was not shown keeps the order waiting, until it was shown")
    func softByNow() {
        let desk = desk { ($0.controls.softConcentrationPercent, $0.controls.capital) = (1, money(1_000_000)) }
        park(desk)  // 100 × 50 is half a percent of the capital
        let first = approval(desk, by: bob)
        desk.run.send(position(500), to: desk.positions)
        #expect(desk.tell(first) == "S1 review, S5 review, A5 block, approval block")
        #expect(desk.board.waiting.first?.checks == [.softNotional, .concentration])
        expectWaits(desk)
        #expect(desk.tell(approval(desk, by: bob)) == "decision ok, approval ok")
    }
    @Test("what nobody looks at in time is blocked, at that time")
    func expired() {
        let desk = desk()
        park(desk)
        desk.run.advance(to: 109)
        #expect(desk.findings.fresh().isEmpty)
        desk.run.advance(to: 110)
        #expect(desk.findings.fresh().map { "\($0.check.code) \($0.outcome)" } == ["decision block", "expiry block"])
        #expect(desk.tell(approval(desk, by: bob)) == "A1 block, approval block")
        #expect(desk.cleared.elements.isEmpty && desk.board.waiting.isEmpty)
    }
    @Test("orders of another day wait from when the clock takes over, not from their own time")
    func leapOfTime() {
        let desk = desk()
        park(desk)
        let day = 86_400_000_000_000 as Int64
        desk.run.advance(to: 2 * day)
        #expect(desk.findings.fresh().isEmpty && desk.board.waiting.count == 1)
        desk.run.advance(to: 2 * day + 99)
        #expect(desk.findings.fresh().isEmpty)
        desk.run.advance(to: 2 * day + 100)
        #expect(desk.board.waiting.isEmpty)
    }
    @Test("a refused order is blocked; who asked may take it back; what is about it never reaches the venue")
    func refused() {
        let refusing = desk()
        park(refusing)
        #expect(
            refusing.tell(DeskCommand(eventTime: 12, verb: .reject, who: ann, order: waiting)) == "decision block, rejection ok")
        #expect(refusing.board.waiting.isEmpty)
        let canceling = desk()
        park(canceling)
        var change = request(2, at: 12, .buy, 50, 50)
        (change.action, change.origClOrdID) = (.replace, waiting)
        #expect(canceling.ask(change) == "A1 block")  // cancel it and enter another
        (change.action, change.clOrdID) = (.cancel, ClOrdID(rawValue: 3))
        #expect(canceling.ask(change) == "ok block withdrawal")
        #expect(canceling.cleared.elements.isEmpty && canceling.board.waiting.isEmpty)
    }
    @Test("an id that waits is a duplicate")
    func duplicate() {
        let desk = desk()
        park(desk)
        #expect(desk.ask(request(1, at: 11, .buy, 1, 50)).contains("C09"))
    }
    @Test("an order that waited at a restart waits on, to its own time")
    func restart() {
        let desk = desk(),
            again = ComplianceDesk(
                looseLimits {
                    $0.common?.softNotional = money(1_000)
                    ($0.reviewTime, $0.maxReferenceAge) = (100, 1_000)
                })
        park(desk)
        #expect(again.run.restore(desk.run.checkpoint()))
        #expect(again.board.waiting.map(\.order.clOrdID) == [waiting])
        #expect(again.tell(approval(again, by: ann)) == "A2 block, approval block")
        again.run.advance(to: 110)
        #expect(again.board.waiting.isEmpty)
    }
    @Test("each answer carries its command's number, and an order's own findings answer it")
    func answers() {
        let desk = desk()
        desk.run.send(DeskCommand(eventTime: 10, number: 7, verb: .order, who: ann, order: waiting), to: desk.commands)
        desk.run.send(request(5, at: 10, .buy, 1, 50), request(1, at: 10, .buy, 100, 50), to: desk.requests)
        let first = desk.answers.fresh()
        #expect(first.map(\.number) == [7, 7] && first.map(\.isLast) == [0, 1])
        #expect(first.map(\.finding.check) == [.softNotional, .decision])
        var command = approval(desk, by: ann)
        command.number = 8
        desk.run.send(command, to: desk.commands)
        let second = desk.answers.fresh()
        #expect(second.map(\.number) == [8, 8] && second.map(\.isLast) == [0, 1])
        #expect(second.map(\.finding.check) == [.otherPerson, .approval])
    }
}
