import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

private let ann = TextID(rawValue: 71), equities = TextID(rawValue: 80), lists = TextID(rawValue: 81)
/// Sets as texts of the journal: what each says of the largest quantity, and which keys it names.
private let small = TextID(rawValue: 91), tiny = TextID(rawValue: 92), slow = TextID(rawValue: 93), torn = TextID(rawValue: 94)

/// controls.md: "limits are versioned stream inputs with effective time + auto-revert".
@Suite("sets of limits that people put in force") struct LimitSetTests {
    private static func base() -> Limits {
        looseLimits {
            $0.common?.maxQuantity = Quantity(units: 100)
            ($0.maxReferenceAge, $0.throttleWindow, $0.name, $0.setVersion) = (.max, 1_000, equities, 4)
        }
    }
    private let reader = LimitReader(
        limits: { sets in
            guard !sets.contains(torn) else { return nil }
            var limits = base()
            for set in sets {
                switch set {
                case small: limits.common?.maxQuantity = Quantity(units: 50)
                case tiny: limits.common?.maxQuantity = Quantity(units: 5)
                default: limits.throttleOrders = 2
                }
            }
            return limits
        }, states: { set, key in key == (set == slow ? "throttle" : "max_quantity") })

    private func desk() -> ComplianceDesk {
        let desk = ComplianceDesk(Self.base(), reader: reader)
        desk.run.advance(to: 10)
        return desk
    }
    private func set(
        _ name: TextID, _ version: UInt32, _ text: TextID, from: Int64 = 0, until: Int64 = .max
    ) -> DeskCommand {
        var command = DeskCommand(eventTime: 10, verb: .limit, scope: .firm, who: ann)
        (command.limit, command.name, command.text, command.limits) = (.set, name, text, version)
        (command.from, command.until) = (from, until)
        return command
    }
    private func end(_ name: TextID) -> DeskCommand {
        var command = set(name, 0, .none)
        command.isNone = 1
        return command
    }
    private func limit(_ key: LimitKey, _ amount: Double) -> DeskCommand {
        var command = DeskCommand(eventTime: 10, verb: .limit, scope: .firm, who: ann)
        (command.limit, command.amount) = (key, Notional(price(1), quantity(amount)))
        return command
    }
    private func ask(_ desk: ComplianceDesk, _ id: UInt64, _ size: Double) -> String {
        desk.ask(request(id, at: 10, .buy, size, 50))
    }

    @Test("a set holds until its end, a newer version in its place; then what held before holds again")
    func versions() {
        let desk = desk()
        #expect(desk.board.version(ofSet: equities) == 4)
        #expect(desk.tell(set(equities, 4, small)) == "limit block", "the topology has that version")
        #expect(desk.tell(set(equities, 5, small)) == "limit ok")
        #expect(ask(desk, 1, 51) == "C05 block" && ask(desk, 2, 50) == "ok")
        #expect(desk.tell(set(equities, 7, tiny, until: 100)) == "limit ok")
        #expect(desk.tell(set(equities, 6, small)) == "limit block", "7 was in force before")
        #expect(ask(desk, 3, 6) == "C05 block" && ask(desk, 4, 5) == "ok")
        desk.run.advance(to: 100)
        #expect(desk.findings.fresh().map { "\($0.check.code) \($0.measured)" } == ["limitEnded 7.0"])
        #expect(ask(desk, 5, 50) == "ok" && ask(desk, 6, 51) == "C05 block")
        #expect(desk.tell(end(equities)) == "limit ok" && ask(desk, 7, 100) == "ok")
        #expect(desk.tell(end(equities)) == "limit block")
    }
    @Test("a set that is not understood, and one without an author, are none")
    func refused() {
        let desk = desk()
        var nobody = set(lists, 1, tiny)
        nobody.who = .none
        #expect(desk.tell(set(lists, 1, torn)) == "limit block" && desk.tell(nobody) == "limit block")
        #expect(desk.tell(set(lists, 0, tiny)) == "limit block")
        #expect(ask(desk, 1, 100) == "ok")
        let without = ComplianceDesk(Self.base())
        #expect(without.tell(set(lists, 1, tiny)) == "limit block")
    }
    @Test("sets of different names lie over each other; of a set and a single limit the later one holds where both say something")
    func order() {
        let desk = desk()
        #expect(desk.tell(limit(.maxQuantity, 20)) == "limit ok" && ask(desk, 1, 21) == "C05 block")
        #expect(desk.tell(set(lists, 1, slow)) == "limit ok")
        #expect(ask(desk, 2, 21) == "C05 block" && ask(desk, 3, 20) == "ok" && ask(desk, 4, 19) == "ok")
        #expect(ask(desk, 5, 18) == "C15 block", "the throttle is the set's")
        #expect(desk.tell(end(lists)) == "limit ok" && desk.tell(set(equities, 5, small)) == "limit ok")
        #expect(ask(desk, 6, 50) == "ok", "the set came after the single limit")
        #expect(desk.tell(limit(.maxQuantity, 60)) == "limit ok" && ask(desk, 7, 60) == "ok")
    }
    @Test("the throttle and credits change on a running desk; what passed before counts")
    func single() {
        let desk = desk()
        for id in 1...3 { #expect(ask(desk, UInt64(id), 1) == "ok") }
        #expect(desk.tell(limit(.throttle, 3)) == "limit ok" && ask(desk, 4, 1) == "C15 block")
        #expect(desk.tell(limit(.throttle, 4)) == "limit ok" && ask(desk, 5, 1) == "ok" && ask(desk, 6, 1) == "C15 block")
        #expect(desk.tell(limit(.throttle, 100)) == "limit ok")
        // Four work at 50 each.
        var credit = limit(.credit, 250)
        credit.account = account
        #expect(desk.tell(credit) == "limit ok" && ask(desk, 7, 2) == "C14 block" && ask(desk, 8, 1) == "ok")
    }
    @Test("sets outlive a restart, with their versions and times; a change without an end takes the place of the one before")
    func restart() {
        let desk = desk(), again = self.desk()
        for version in 5...200 as ClosedRange<UInt32> { #expect(desk.tell(set(equities, version, small)) == "limit ok") }
        #expect(desk.tell(set(lists, 3, tiny, until: 100)) == "limit ok")
        #expect(desk.board.changes.map(\.version) == [200, 3])
        #expect(again.run.restore(desk.run.checkpoint()))
        #expect(again.board.version(ofSet: equities) == 200 && again.board.version(ofSet: lists) == 3)
        #expect(ask(again, 1, 6) == "C05 block")
        again.run.advance(to: 100)
        _ = again.findings.fresh()
        #expect(ask(again, 2, 50) == "ok" && ask(again, 3, 51) == "C05 block")
    }
}
