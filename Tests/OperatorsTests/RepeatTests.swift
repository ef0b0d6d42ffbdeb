import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

private let ann = TextID(rawValue: 71)

/// RTS 6 article 15(3): after a number of repeated executions a strategy is disabled until designated staff enable it. 15c3-5(c)(1)(ii):
/// limits "order-by-order or over a short period". controls.md: C15 per strategy and firm, C16.
@Suite("orders over time") struct RepeatTests {
    private func desk(_ change: (inout Controls) -> Void) -> ComplianceDesk {
        ComplianceDesk(
            looseLimits {
                ($0.throttleWindow, $0.maxReferenceAge) = (100, .max)
                change(&$0.controls)
            })
    }
    private func ask(
        _ desk: ComplianceDesk, _ id: UInt64, at time: Int64, _ strategy: UInt32 = 12, account: UInt32 = 11
    ) -> String {
        var order = request(id, at: time, .buy, 1, 50)
        (order.strategy, order.account) = (TextID(rawValue: strategy), TextID(rawValue: account))
        return desk.ask(order)
    }
    private func rearm(_ scope: Scope = .strategy) -> DeskCommand {
        DeskCommand(eventTime: 6, verb: .rearm, scope: scope, who: ann, strategy: TextID(rawValue: 12))
    }

    @Test("orders that are too far apart do not stop a strategy; those that are not stop it, whatever time passes")
    func window() {
        let desk = desk { ($0.maxRepeats, $0.repeatsWindow) = (2, 50) }
        #expect(ask(desk, 1, at: 0) == "ok" && ask(desk, 2, at: 50) == "ok" && ask(desk, 3, at: 100) == "ok")
        #expect(desk.board.thrown.isEmpty)
        #expect(ask(desk, 4, at: 149) == "ok")  // the second within 50: it passes, and is the last
        #expect(desk.board.thrown.map(\.subject) == [12] && desk.board.thrown.first?.repeats == 2)
        for time in [150, 199, 1_000_000] as [Int64] { #expect(ask(desk, 5, at: time) == "C16 block") }
        #expect(desk.findings.elements.last { $0.check == .repeatedExecution }?.window == 50)
        #expect(ask(desk, 6, at: 150, 13) == "ok", "another strategy goes on")
        #expect(desk.tell(rearm()) == "rearm ok" && desk.board.thrown.isEmpty)
        #expect(ask(desk, 7, at: 1_000_001) == "ok" && ask(desk, 8, at: 1_000_002) == "ok")
        #expect(ask(desk, 9, at: 1_000_003) == "C16 block")
        #expect(desk.tell(rearm(.firm)) == "rearm ok")
        #expect(ask(desk, 10, at: 1_000_004) == "ok")
        #expect(desk.tell(rearm()) == "rearm block", "nothing was stopped")
    }
    @Test("a strategy that was stopped stays so over a restart, and where the limit is another since")
    func restart() {
        let desk = desk { $0.maxRepeats = 2 }, again = self.desk { $0.maxRepeats = 3 }
        #expect(ask(desk, 1, at: 0) == "ok" && ask(desk, 2, at: 0) == "ok")
        #expect(again.run.restore(desk.run.checkpoint()))
        #expect(again.board.thrown.map(\.repeats) == [2])
        #expect(ask(again, 3, at: 500) == "C16 block")
        #expect(again.tell(rearm()) == "rearm ok")
        #expect(ask(again, 4, at: 500) == "ok")
    }
    @Test("a strategy and an account have rates of their own, beside the desk's")
    func rates() {
        let desk = desk { ($0.strategyThrottle, $0.accountThrottle) = (2, 3) }
        #expect(ask(desk, 1, at: 0) == "ok" && ask(desk, 2, at: 10) == "ok")
        #expect(ask(desk, 3, at: 99) == "C15 block")
        #expect(desk.findings.elements.last { $0.check == .messageRate }?.scope == .strategy)
        #expect(ask(desk, 4, at: 99, 13) == "ok")
        #expect(ask(desk, 5, at: 99, 14) == "C15 block")
        #expect(desk.findings.elements.last { $0.check == .messageRate }?.scope == .account)
        #expect(ask(desk, 6, at: 99, 14, account: 15) == "ok")
        #expect(ask(desk, 7, at: 100) == "ok")  // the one of 0 is a window old
    }
    /// The second method: all orders that ever passed, counted anew for each.
    @Test("what counts in a window is what a list of all times says", arguments: 1...30 as ClosedRange<UInt64>)
    func recount(seed: UInt64) {
        var random = SplitMix64(seed: seed), now: Int64 = 0, passed: [(strategy: UInt32, account: UInt32, time: Int64)] = []
        let desk = desk { ($0.strategyThrottle, $0.accountThrottle) = (3, 4) }
        for id in 1...300 as ClosedRange<UInt64> {
            now += Int64(random.below(40))
            let strategy = UInt32(20 + random.below(3)), account = UInt32(30 + random.below(3))
            let recent = passed.filter { now - $0.time < 100 }
            let isOver = recent.count { $0.strategy == strategy } >= 3, isOften = recent.count { $0.account == account } >= 4
            let expected = (isOver ? "C15 " : "") + (isOften ? "C15 " : "") + (isOver || isOften ? "block" : "ok")
            #expect(ask(desk, id, at: now, strategy, account: account) == expected, "order \(id)")
            if expected == "ok" { passed.append((strategy, account, now)) }
        }
        #expect(passed.count > 50 && passed.count < 300)
    }
}
