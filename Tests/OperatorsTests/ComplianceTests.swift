import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

final class ComplianceDesk {
    let run = Harness(hasClock: true)
    let requests: TypedPort<OrderRequest>, positions: TypedPort<PositionUpdate>, trades: TypedPort<Trade>
    let parents: TypedPort<ParentUpdate>, commands: TypedPort<DeskCommand>
    let cleared: Collected<ClearedOrder>, findings: Collected<Finding>, answers: Collected<CommandAnswer>
    let board = ControlBoard()
    let outlets: Outlets<ClearedOrder, Finding>

    init(_ limits: Limits, venue: TextID = .none, reader: LimitReader? = nil) {
        requests = run.graph.source("requests", OrderRequest.self, holdsWatermark: false)
        positions = run.graph.source("positions", PositionUpdate.self, holdsWatermark: false)
        trades = run.graph.source("trades", Trade.self, holdsWatermark: false)
        parents = run.graph.source("parents", ParentUpdate.self, holdsWatermark: false)
        commands = run.graph.source("commands", DeskCommand.self, holdsWatermark: false)
        var compliance = Compliance<Trade>(
            limits, instruments: instruments(), ids: ClOrdIDMaker(day: 1, vertex: 3), venue: venue, reader: reader)
        compliance.board = board
        outlets = run.graph.add(
            "compliance", compliance, from: requests.edge, positions.edge, trades.edge, parents.edge, commands.edge)
        answers = run.collect(run.graph.add("answers", CommandAnswers(), from: commands.edge, and: outlets.side).out)
        cleared = run.collect(outlets.out)
        findings = run.collect(outlets.side)
        run.send(trade(at: 0, 50), trade(at: 0, 50, of: two), to: trades)
    }
    /// The checks that were not OK, then the decision.
    func ask(_ request: OrderRequest) -> String {
        run.send(request, to: requests)
        return findings.fresh().map { $0.check == .decision ? "\($0.outcome)" : $0.check.code }.joined(separator: " ")
    }
}

@Suite("compliance") struct ComplianceTests {
    private func limits(position: Int64 = 1_000, _ change: (inout Limits) -> Void = { _ in }) -> Limits {
        looseLimits {
            $0.common?.maxPosition = Quantity(units: position)
            change(&$0)
        }
    }

    @Test("each order gets one decision, and every finding before it")
    func decisions() {
        let desk = ComplianceDesk(limits { ($0.restricted, $0.maxReferenceAge) = ([two], 10) })
        #expect(desk.ask(request(1, at: 5, .buy, 100, 50)) == "ok")
        #expect(desk.ask(request(2, at: 11, .buy, 100.5, 50, of: two)) == "C04 C10 C07 block")
        #expect(desk.cleared.elements.map(\.clOrdID) == [ClOrdID(rawValue: 1)])
        #expect(desk.cleared.sequences == [3])
        #expect(desk.findings.elements.last?.referenceAge == 11)
    }
    @Test("a reference ages with the watermark too, but not with the end of input")
    func ages() {
        let desk = ComplianceDesk(limits { $0.maxReferenceAge = 100 })
        desk.run.advance(to: 101)
        #expect(desk.ask(request(1, at: 5, .buy, 100, 50)) == "C07 block")
        desk.run.send(trade(at: 101, 50), to: desk.trades)
        desk.run.end()
        #expect(desk.ask(request(2, at: 110, .buy, 100, 50)) == "ok")
    }
    @Test("a REVIEW is not passed on")
    func reviews() {
        let desk = ComplianceDesk(limits { $0.common?.softNotional = money(1000) })
        #expect(desk.ask(request(1, .buy, 100, 50)) == "S1 review")
        #expect(desk.cleared.elements.isEmpty)
    }
    @Test("what passed is reserved until it is filled or over")
    func reservations() {
        let desk = ComplianceDesk(limits())
        let first = ClOrdID(rawValue: 1)
        #expect(desk.ask(request(1, .buy, 600, 50)) == "ok")
        #expect(desk.ask(request(2, .buy, 401, 50)) == "C12 block")
        #expect(desk.ask(request(3, .buy, 400, 50, of: two)) == "ok")
        #expect(desk.ask(request(4, .sell, 1_000, 50)) == "ok")  // the sides do not net
        // 200 of the first fill: 200 held, 400 reserved.
        desk.run.send(position(200, buying: 100), to: desk.positions)
        #expect(desk.ask(request(5, .buy, 300, 50)) == "C12 block")  // the position is told first: counted twice meanwhile
        desk.run.send(parentUpdate(first, .working, 600, filled: 200), to: desk.parents)
        #expect(desk.ask(request(6, .buy, 401, 50)) == "C12 block")
        #expect(desk.ask(request(7, .buy, 400, 50)) == "ok")
        // The first ends with its 200.
        desk.run.send(parentUpdate(first, .done, 600, filled: 200), to: desk.parents)
        #expect(desk.ask(request(8, .buy, 401, 50)) == "C12 block")
        #expect(desk.ask(request(9, .buy, 400, 50)) == "ok")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 7), .rejected, 400), to: desk.parents)
        #expect(desk.ask(request(10, .buy, 400, 50)) == "ok")
    }
    @Test("what works at the venue and was not reserved here counts as well")
    func foreignOrders() {
        let desk = ComplianceDesk(limits())
        desk.run.send(position(0, buying: 700), to: desk.positions)
        #expect(desk.ask(request(1, .buy, 301, 50)) == "C12 block")
        #expect(desk.ask(request(2, .buy, 300, 50)) == "ok")
    }
    @Test("positions of all accounts and strategies count together")
    func allOwners() {
        let desk = ComplianceDesk(limits())
        desk.run.send(position(400), position(500, account: TextID(rawValue: 99)), to: desk.positions)
        desk.run.send(position(300), to: desk.positions)  // in place of the 400
        #expect(desk.ask(request(1, .buy, 201, 50)) == "C12 block")
        #expect(desk.ask(request(2, .buy, 200, 50)) == "ok")
    }
    @Test("the gross limit counts every instrument in its worst case")
    func gross() {
        let desk = ComplianceDesk(limits { $0.maxGross = money(100000) })
        #expect(desk.ask(request(1, .buy, 1_000, 50)) == "ok")  // 50,000
        desk.run.send(position(-500, of: two), to: desk.positions)  // 25,000
        #expect(desk.ask(request(2, .sell, 501, 50, of: two)) == "C12 C12 block")
        #expect(desk.ask(request(3, .sell, 500, 50, of: two)) == "ok")
        let four = SymbolID(rawValue: 4)
        desk.run.send(position(1, of: four), to: desk.positions)  // and nobody knows what it is worth
        #expect(desk.ask(request(4, .buy, 1, 50, of: two)) == "C12 block")
    }
    @Test("an order that passed a moment ago is a duplicate; one that was refused is not; cancels never are")
    func duplicates() {
        let desk = ComplianceDesk(limits { $0.duplicateWindow = 100 })
        #expect(desk.ask(request(1, at: 10, .buy, 100, 50)) == "ok")
        #expect(desk.ask(request(2, at: 109, .buy, 100, 50)) == "C09 block")
        #expect(desk.ask(request(3, at: 109, .buy, 100, 50.01)) == "ok")
        #expect(desk.ask(request(4, at: 109, .sell, 100, 50)) == "ok")
        #expect(desk.ask(request(5, at: 110, .buy, 100, 50)) == "ok")
        #expect(desk.ask(request(5, at: 900, .buy, 100, 50)) == "C09 block")  // its id works
        var cancel = request(6, at: 910, .buy, 100, 50)
        (cancel.action, cancel.origClOrdID) = (.cancel, ClOrdID(rawValue: 5))
        #expect(desk.ask(cancel) == "ok")
        #expect(desk.ask(cancel) == "ok")
    }
    @Test("only so many orders pass in a window; a throttle never holds up a cancel")
    func throttle() {
        let desk = ComplianceDesk(limits { ($0.throttleOrders, $0.throttleWindow) = (2, 100) })
        #expect(desk.ask(request(1, at: 10, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(2, at: 60, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(3, at: 109, .buy, 1, 50)) == "C15 block")
        var cancel = request(4, at: 109, .buy, 1, 50)
        cancel.action = .cancel
        #expect(desk.ask(cancel) == "ok")
        #expect(desk.ask(request(5, at: 110, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(6, at: 159, .buy, 1, 50)) == "C15 block")
        #expect(desk.ask(request(7, at: 160, .buy, 1, 50)) == "ok")
    }
    /// By hand: what passed at 1,000,010 and 1,000,020 counts as passed at 200, when time is seen to be 200, and is old at 300.
    @Test("orders from the future hold the throttle for a window, not until that future comes")
    func throttleAfterALeap() {
        let desk = ComplianceDesk(limits { ($0.throttleOrders, $0.throttleWindow) = (2, 100) })
        #expect(desk.ask(request(1, at: 10, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(2, at: 1_000_010, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(3, at: 1_000_020, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(4, at: 200, .buy, 1, 50)) == "C15 block")
        #expect(desk.ask(request(5, at: 299, .buy, 1, 50)) == "C15 block")
        #expect(desk.ask(request(6, at: 300, .buy, 1, 50)) == "ok")
    }
    @Test("a restart forgets no order that passed")
    func throttleAfterRestart() {
        let tight = limits { ($0.throttleOrders, $0.throttleWindow) = (2, 100) }
        let first = ComplianceDesk(tight), second = ComplianceDesk(tight)
        for (id, time) in [(1, 10), (2, 60), (3, 110)] as [(UInt64, Int64)] {
            #expect(first.ask(request(id, at: time, .buy, 1, 50)) == "ok")
        }
        #expect(second.run.restore(first.run.checkpoint()))
        #expect(second.ask(request(4, at: 160, .buy, 1, 50)) == "ok")
        #expect(second.ask(request(5, at: 165, .buy, 1, 50)) == "C15 block")
    }
    @Test("a replace is checked like a new order, less what its original holds")
    func replaces() {
        let desk = ComplianceDesk(limits())
        #expect(desk.ask(request(1, .buy, 600, 50)) == "ok")
        func replace(_ id: UInt64, _ units: Double) -> OrderRequest {
            var order = request(id, .buy, units, 50)
            (order.action, order.origClOrdID) = (.replace, ClOrdID(rawValue: 1))
            return order
        }
        #expect(desk.ask(replace(2, 1_001)) == "C12 block")
        #expect(desk.ask(replace(3, 1_000)) == "ok")
        #expect(desk.ask(request(4, .buy, 1, 50)) == "C12 block")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 3), .rejected, 1_000), to: desk.parents)
        #expect(desk.ask(request(5, .buy, 400, 50)) == "ok")
    }
    /// Conservation: whatever happened, when every order is over only what is held is left.
    @Test("reservations come back to nothing when all orders are over", arguments: 1...20 as ClosedRange<UInt64>)
    func conservation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let desk = ComplianceDesk(limits(position: 1_000))
        var alive: [(id: UInt64, units: Double, filled: Double)] = [], held = 0.0
        for id in 1...300 as ClosedRange<UInt64> {
            if random.below(2) == 0 || alive.isEmpty {
                let units = Double(1 + random.below(300)), before = desk.cleared.elements.count
                _ = desk.ask(request(id, .buy, units, 50))
                if desk.cleared.elements.count > before { alive.append((id, units, 0)) }
            } else {
                let at = random.below(alive.count)
                let more = Double(random.below(Int(alive[at].units - alive[at].filled) + 1))
                alive[at].filled += more
                held += more
                desk.run.send(position(held), to: desk.positions)
                let isDone = random.below(2) == 0
                desk.run.send(
                    parentUpdate(
                        ClOrdID(rawValue: alive[at].id), isDone ? .done : .working, alive[at].units, filled: alive[at].filled),
                    to: desk.parents)
                if isDone { alive.remove(at: at) }
            }
            let reserved = alive.reduce(0) { $0 + $1.units - $1.filled }
            #expect(held + reserved <= 1_000)
        }
        for order in alive {
            desk.run.send(parentUpdate(ClOrdID(rawValue: order.id), .done, order.units, filled: order.filled), to: desk.parents)
        }
        #expect(desk.ask(request(1_000, .buy, 1_001 - held, 50)) == "C12 block")
        if held < 1_000 { #expect(desk.ask(request(1_001, .buy, 1_000 - held, 50)) == "ok") }
    }
}
