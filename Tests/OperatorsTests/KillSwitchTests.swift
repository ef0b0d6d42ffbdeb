import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

private let ann = TextID(rawValue: 71), bob = TextID(rawValue: 72)
private let broker = TextID(rawValue: 73), other = TextID(rawValue: 74)

extension ComplianceDesk {
    /// The acts, or the reasons, that a command is answered with.
    func tell(_ command: DeskCommand) -> String {
        run.send(command, to: commands)
        return findings.fresh().map { "\($0.check.code) \($0.outcome)" }.joined(separator: ", ")
    }
    /// The orders whose cancels have left since the last look.
    var canceled: [UInt64] {
        cleared.fresh().map(\.request).filter { $0.action == .cancel }.map(\.origClOrdID.rawValue).sorted()
    }
}

/// RTS 6 article 12: "cancel immediately any or all unexecuted orders"; controls.md: scopes, human re-arm only.
@Suite("kill switch") struct KillSwitchTests {
    private func request(
        _ id: UInt64, account: UInt32 = 1, strategy: UInt32 = 11, of symbol: SymbolID = one, _ side: Side = .buy,
        _ size: Double = 10
    ) -> OrderRequest {
        OrderRequest(
            eventTime: 5, clOrdID: ClOrdID(rawValue: id), account: TextID(rawValue: account),
            strategy: TextID(rawValue: strategy),
            symbol: symbol, side: side, orderQty: quantity(size), ordType: .limit, price: price(50))
    }
    private func kill(_ scope: Scope, _ verb: DeskCommand.Verb = .kill) -> DeskCommand {
        DeskCommand(
            eventTime: 6, verb: verb, scope: scope, who: ann, account: TextID(rawValue: 1), strategy: TextID(rawValue: 11),
            venue: broker, symbol: one)
    }

    /// Four orders, of which each scope means other ones.
    @Test(
        "a switch cancels what works in its scope, stops what comes, and nothing else",
        arguments: [
            (Scope.firm, [1, 2, 3, 4] as [UInt64]), (.account, [1, 3]), (.strategy, [1, 2]), (.symbol, [1, 4]),
            (.venue, [1, 2, 3, 4]),
        ])
    func scopes(scope: Scope, hit: [UInt64]) {
        let desk = ComplianceDesk(looseLimits { _ in }, venue: broker)
        let orders = [
            request(1), request(2, account: 2, of: two), request(3, strategy: 12, of: two), request(4, account: 2, strategy: 12),
        ]
        for order in orders { #expect(desk.ask(order) == "ok") }
        _ = desk.cleared.fresh()
        #expect(desk.tell(kill(scope)) == "kill ok")
        #expect(desk.findings.elements.last?.measured == Double(hit.count))
        #expect(desk.canceled == hit)
        for var order in orders {
            let id = order.clOrdID.rawValue
            order.clOrdID = ClOrdID(rawValue: 100 + id)
            #expect(desk.ask(order) == (hit.contains(id) ? "C17 block" : "ok"), "order \(id) under \(scope)")
        }
        #expect(desk.findings.elements.filter { $0.check == .halted }.allSatisfy { $0.scope == scope })
        // Re-armed, and not before, the same orders pass.
        #expect(desk.tell(kill(scope, .rearm)) == "rearm ok")
        #expect(desk.ask(request(201)) == "ok")
        #expect(desk.tell(kill(scope, .rearm)) == "rearm block")
    }
    @Test("another venue's switch is not this one's; where the venue is not known, it is")
    func venues() {
        let desk = ComplianceDesk(looseLimits { _ in }, venue: other)
        #expect(desk.tell(kill(.venue)) == "kill block")
        #expect(desk.ask(request(1)) == "ok")
        let several = ComplianceDesk(looseLimits { _ in })
        #expect(several.tell(kill(.venue)) == "kill ok")
        #expect(several.ask(request(1)) == "C17 block")
    }
    @Test("no switch is against a cancel, nor against the venue's word")
    func cancels() {
        let desk = ComplianceDesk(looseLimits { _ in })
        #expect(desk.ask(request(1)) == "ok")
        #expect(desk.tell(kill(.firm)) == "kill ok")
        var cancel = request(2)
        (cancel.action, cancel.origClOrdID) = (.cancel, ClOrdID(rawValue: 1))
        #expect(desk.ask(cancel) == "ok")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 1), .done, 10, filled: 10), to: desk.parents)
        // What is over is not canceled again.
        _ = desk.cleared.fresh()
        #expect(desk.tell(kill(.firm)) == "kill ok")
        #expect(desk.canceled.isEmpty)
    }
    @Test("reduce lets pass what makes a position smaller and cancels nothing")
    func reduces() {
        let desk = ComplianceDesk(looseLimits { _ in })
        desk.run.send(position(100), to: desk.positions)
        #expect(desk.ask(request(1, .buy, 5)) == "ok")
        _ = desk.cleared.fresh()
        #expect(desk.tell(kill(.symbol, .reduce)) == "reduce ok")
        #expect(desk.canceled.isEmpty)
        #expect(desk.ask(request(2, .buy, 10)) == "C17 block")
        #expect(desk.ask(request(3, .sell, 100)) == "ok")
        #expect(desk.ask(request(4, .sell, 1)) == "C17 block")  // it would turn the position
        // A kill takes the place of a reduce.
        #expect(desk.tell(kill(.symbol)) == "kill ok")
        #expect(desk.ask(request(5, .sell, 1)) == "C17 block")
    }
    /// 4,096 ids are what one record's own have room for.
    @Test("a switch with more orders than a record's ids have room for cancels all of them, each with an id of its own")
    func many() {
        let count = 10_000
        let desk = ComplianceDesk(looseLimits { $0.throttleOrders = 1_000_000 })
        for id in 1...count { desk.run.records.offer(request(UInt64(id), of: id % 2 == 0 ? one : two), to: desk.requests) }
        desk.run.run()
        _ = desk.cleared.fresh()
        #expect(desk.findings.fresh().allSatisfy { $0.outcome == .ok })
        #expect(desk.tell(kill(.firm)) == "kill ok")
        let cancels = desk.cleared.fresh().map(\.request)
        #expect(cancels.count == count)
        #expect(Set(cancels.map(\.origClOrdID.rawValue)) == Set(1...UInt64(count)))
        #expect(Set(cancels.map(\.clOrdID)).count == count)
        #expect(cancels.allSatisfy { $0.orderQty == quantity(10) && $0.side == .buy && $0.eventTime == 6 })
        // Two switches of one moment do not share ids either.
        #expect(desk.tell(kill(.symbol)) == "kill ok")
        let again = desk.cleared.fresh().map(\.request.clOrdID)
        #expect(again.count == count / 2 && Set(again).isDisjoint(with: cancels.map(\.clOrdID)))
    }
    @Test("a strategy that did the same too often goes on when a person arms it, not before")
    func repeats() {
        let desk = ComplianceDesk(looseLimits { $0.controls.maxRepeats = 2 })
        for id in 1...2 { #expect(desk.ask(request(UInt64(id))) == "ok") }
        #expect(desk.ask(request(3)) == "C16 block")
        #expect(desk.ask(request(4, strategy: 12)) == "ok")
        #expect(desk.tell(kill(.strategy, .rearm)) == "rearm ok")
        #expect(desk.ask(request(5)) == "ok")
    }
    @Test("switches are part of a checkpoint, and the board shows them again")
    func restart() throws {
        let desk = ComplianceDesk(looseLimits { _ in }), again = ComplianceDesk(looseLimits { _ in })
        #expect(desk.ask(request(1)) == "ok")
        #expect(desk.tell(kill(.account)) == "kill ok")
        #expect(again.run.restore(desk.run.checkpoint()))
        #expect(again.board.thrown.map(\.scope) == [.account] && again.board.thrown.first?.who == ann)
        #expect(again.ask(request(2)) == "C17 block")
        #expect(again.tell(kill(.account)) == "kill ok")
        #expect(again.canceled == [1])
    }
}
