import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

private let ann = TextID(rawValue: 71), bob = TextID(rawValue: 72)

/// controls.md: "limits are versioned stream inputs with effective time + auto-revert"; FINRA 2025: temporary changes that do not revert.
@Suite("limits that people change") struct LimitChangeTests {
    private func desk(_ change: (inout Limits) -> Void = { _ in }) -> ComplianceDesk {
        let desk = ComplianceDesk(
            looseLimits {
                $0.common?.maxQuantity = Quantity(units: 100)
                $0.maxReferenceAge = .max
                change(&$0)
            })
        desk.run.advance(to: 10)
        return desk
    }
    private func change(
        _ key: LimitKey, _ amount: Double?, of symbol: SymbolID = SymbolID(rawValue: 0), from: Int64 = 0, until: Int64 = .max,
        by who: TextID = ann
    ) -> DeskCommand {
        var command = DeskCommand(eventTime: 10, verb: .limit, scope: .firm, who: who, symbol: symbol)
        (command.limit, command.from, command.until) = (key, from, until)
        if let amount { command.amount = Notional(price(1), quantity(amount)) } else { command.isNone = 1 }
        return command
    }
    private func ask(_ desk: ComplianceDesk, _ id: UInt64, _ size: Double, of symbol: SymbolID = one) -> String {
        desk.ask(request(id, at: 10, .buy, size, 50, of: symbol))
    }

    @Test("a change holds from its record on, exactly, for all instruments without a limit of their own")
    func atOnce() {
        let desk = desk { $0.bySymbol[two] = $0.common }
        #expect(ask(desk, 1, 101) == "C05 block")
        #expect(desk.tell(change(.maxQuantity, 150)) == "limit ok")
        #expect(ask(desk, 2, 150) == "ok" && ask(desk, 3, 151) == "C05 block")
        #expect(ask(desk, 4, 101, of: two) == "C05 block")
        #expect(desk.tell(change(.maxQuantity, 0.5, of: two)) == "limit ok")
        #expect(ask(desk, 5, 1, of: two) == "C05 block" && ask(desk, 6, 150) == "ok")
    }
    @Test("a change made for later begins and ends by itself, and what held before holds again")
    func fromUntil() {
        let desk = desk()
        #expect(desk.tell(change(.maxQuantity, 200, from: 100, until: 200)) == "limit ok")
        #expect(ask(desk, 1, 101) == "C05 block")
        desk.run.advance(to: 99)
        #expect(ask(desk, 2, 101) == "C05 block")
        desk.run.advance(to: 100)
        #expect(desk.findings.fresh().map(\.check) == [.limitBegan])
        #expect(ask(desk, 3, 200) == "ok")
        // One within it: when that ends, the outer one holds again.
        #expect(desk.tell(change(.maxQuantity, 10, until: 150)) == "limit ok")
        #expect(ask(desk, 4, 11) == "C05 block")
        desk.run.advance(to: 150)
        #expect(ask(desk, 5, 200).hasSuffix("ok"))
        desk.run.advance(to: 200)
        #expect(desk.findings.fresh().map(\.check) == [.limitEnded])
        #expect(ask(desk, 6, 101) == "C05 block" && ask(desk, 7, 100) == "ok")
        #expect(desk.board.changes.isEmpty)
    }
    @Test("what was seen under limits that have changed since is not approved, until it was seen again")
    func approvals() {
        let desk = desk {
            $0.common?.softNotional = money(1_000)
            $0.reviewTime = 1_000
        }
        #expect(ask(desk, 1, 50) == "S1 review")
        func approval() -> DeskCommand {
            let seen = desk.board.waiting.first
            return DeskCommand(
                eventTime: 10, verb: .approve, who: bob, order: ClOrdID(rawValue: 1), terms: seen?.order.terms ?? 0,
                limits: seen?.limits ?? 0)
        }
        let old = approval()
        #expect(desk.tell(change(.maxNotional, 1_000_000)) == "limit ok")
        #expect(desk.tell(old) == "A4 block, approval block")
        #expect(desk.tell(approval()) == "decision ok, approval ok")
    }
    @Test("a restriction, a limit taken away, and sums that were not asked for before")
    func kinds() {
        let desk = desk()
        #expect(desk.tell(change(.restricted, 1, of: two)) == "limit ok")
        #expect(ask(desk, 1, 1, of: two) == "C10 block" && ask(desk, 2, 1) == "ok")
        #expect(desk.tell(change(.restricted, nil, of: two)) == "limit ok")
        #expect(ask(desk, 3, 1, of: two) == "ok")
        #expect(desk.tell(change(.maxOpenOrders, 2)) == "limit ok")
        #expect(ask(desk, 4, 1) == "C13 block")
        #expect(desk.tell(change(.maxOpenOrders, nil)) == "limit ok")
        #expect(ask(desk, 5, 1) == "ok")
        #expect(desk.tell(change(.maxLong, 200)) == "limit ok")
        #expect(ask(desk, 6, 3) == "C12 block")  // 3 work already, at 50
    }
    @Test("nobody's change, one that has ended, and one of nothing are none")
    func refused() {
        let desk = desk()
        for command in [
            change(.maxQuantity, 1, by: .none), change(.none, 1), change(.maxQuantity, 1, until: 10),
            change(.maxQuantity, 1, from: 50, until: 40),
        ] { #expect(desk.tell(command) == "limit block") }
        #expect(ask(desk, 1, 100) == "ok")
    }
    @Test("changes outlive a restart, with their times")
    func restart() {
        let desk = desk(),
            again = ComplianceDesk(
                looseLimits {
                    $0.common?.maxQuantity = Quantity(units: 100)
                    $0.maxReferenceAge = .max
                })
        #expect(desk.tell(change(.maxQuantity, 10, until: 200)) == "limit ok")
        #expect(again.run.restore(desk.run.checkpoint()))
        #expect(ask(again, 1, 11) == "C05 block")
        #expect(again.board.changes.map(\.key) == [.maxQuantity])
        again.run.advance(to: 200)
        #expect(ask(again, 2, 11).hasSuffix("ok"))
    }
}
