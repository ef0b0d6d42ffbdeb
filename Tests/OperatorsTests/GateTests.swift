import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

private final class GateDesk {
    let orders: TypedPort<ClearedOrder>, updates: TypedPort<OrderUpdate>, reports: TypedPort<ExecutionReport>
    let outlets: Outlets<ClearedOrder, ParentUpdate>

    init(_ graph: Graph) {
        orders = graph.source("orders", ClearedOrder.self, holdsWatermark: false)
        updates = graph.source("updates", OrderUpdate.self, holdsWatermark: false)
        reports = graph.source("reports", ExecutionReport.self, holdsWatermark: false)
        outlets = graph.add("gate", Gate(), from: orders.edge, updates.edge, reports.edge)
    }
}

private func row(
    _ root: UInt64, now id: UInt64? = nil, _ status: OrdStatus, _ quantity: Int64, _ filled: Int64 = 0,
    _ certainty: Certainty = .known
) -> OrderUpdate {
    let isOver = status.isTerminal
    return OrderUpdate(
        eventTime: 5, clOrdID: ClOrdID(rawValue: id ?? root), parentID: .none, symbol: one, account: account, strategy: strategy,
        side: .buy, ordStatus: status, execType: .none, orderQty: Quantity(units: quantity), cumQty: Quantity(units: filled),
        leavesQty: isOver ? .zero : Quantity(units: quantity - filled), lastQty: .zero, lastPx: .none, avgPx: .none,
        cumNotional: .zero, execID: .none, pending: 0, certainty: certainty, rootID: ClOrdID(rawValue: root))
}
private func refusal(_ id: UInt64) -> ExecutionReport {
    ExecutionReport(
        eventTime: 6, msgType: .orderCancelReject, clOrdID: ClOrdID(rawValue: id), execType: .none, ordStatus: .new, symbol: one,
        side: .buy)
}
private func change(_ action: OrderRequest.Action, _ id: UInt64, of order: UInt64, _ units: Double = 0) -> OrderRequest {
    var change = request(id, .buy, units, units > 0 ? 50 : nil)
    (change.action, change.origClOrdID) = (action, ClOrdID(rawValue: order))
    return change
}

@Suite("gate") struct GateTests {
    private final class Desk {
        let run = Harness()
        let gate: GateDesk
        let passed: Collected<ClearedOrder>, parents: Collected<ParentUpdate>

        init() {
            gate = GateDesk(run.graph)
            (passed, parents) = (run.collect(gate.outlets.out), run.collect(gate.outlets.side))
        }
        func send(_ request: OrderRequest) throws -> ClearedOrder? {
            run.send(try cleared(request), to: gate.orders)
            return passed.fresh().last
        }
        /// `id state open filled`, of what was reported since the last look.
        var said: [String] {
            parents.fresh().map { "\($0.clOrdID.rawValue) \($0.state) \($0.openQty) \($0.cumQty)" }
        }
    }

    @Test("an order passes as it is; a cancel gets what it leaves out from the order that it names")
    func completes() throws {
        let desk = Desk()
        #expect(try desk.send(request(1, .buy, 100, 50))?.request.orderQty == quantity(100))
        desk.run.send(row(1, .new, 100), to: desk.gate.updates)
        var bare = change(.cancel, 2, of: 1)
        (bare.symbol, bare.side, bare.account) = (SymbolID(rawValue: 0), .none, .none)
        let cancel = try #require(try desk.send(bare)).request
        #expect(cancel.symbol == one && cancel.side == .buy && cancel.account == account && cancel.orderQty == quantity(100))
        #expect(cancel.clOrdID == ClOrdID(rawValue: 2) && cancel.origClOrdID == ClOrdID(rawValue: 1) && cancel.action == .cancel)
        #expect(try desk.send(change(.cancel, 9, of: 8))?.request.origClOrdID == ClOrdID(rawValue: 8), "the venue is to say no")
    }

    @Test("an order's reservation follows it: through a refused and an accepted replace to its end")
    func follows() throws {
        let desk = Desk()
        _ = try desk.send(request(1, .buy, 100, 50))
        desk.run.send(row(1, .partiallyFilled, 100, 30), to: desk.gate.updates)
        #expect(desk.said == ["1 working 0 0", "1 working 70 30"])
        _ = try desk.send(change(.replace, 2, of: 1, 150))
        desk.run.send(refusal(2), to: desk.gate.reports)
        #expect(desk.said == ["2 rejected 0 0"])
        desk.run.send(refusal(2), to: desk.gate.reports)
        #expect(desk.said == [], "once")
        _ = try desk.send(change(.replace, 3, of: 1, 200))
        desk.run.send(row(1, now: 3, .partiallyFilled, 200, 30), to: desk.gate.updates)
        #expect(desk.said == ["1 done 0 0", "3 working 170 30"])
        _ = try desk.send(change(.replace, 4, of: 3, 300))
        desk.run.send(row(1, now: 3, .canceled, 200, 30, .inDoubt), to: desk.gate.updates)
        #expect(desk.said == ["3 working 0 30"], "in doubt is not over")
        desk.run.send(row(1, now: 3, .filled, 200, 200), to: desk.gate.updates)
        #expect(desk.said == ["4 done 0 0", "3 done 0 200"])
    }

    @Test("an id that comes again passes, to be refused behind the gate, and nothing is kept for it")
    func repeated() throws {
        let desk = Desk()
        _ = try desk.send(request(1, .buy, 100, 50))
        #expect(try desk.send(request(1, .buy, 70, 50)) != nil)
        #expect(desk.said == ["1 working 0 0", "1 rejected 0 0"])
    }

    @Test("its laws hold over random orders, rows and refusals", arguments: 1...4 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        enum Step { case order(ClearedOrder), row(OrderUpdate), report(ExecutionReport) }
        let statuses: [OrdStatus] = [.new, .partiallyFilled, .filled, .canceled]
        let steps = try (0..<120).map { _ -> Step in
            let id = UInt64(1 + random.below(12)), other = UInt64(1 + random.below(12))
            switch random.below(5) {
            case 0: return .order(try cleared(request(id, .buy, Double(1 + random.below(90)), 50)))
            case 1: return .order(try cleared(change(.replace, id, of: other, Double(1 + random.below(90)))))
            case 2: return .order(try cleared(change(.cancel, id, of: other)))
            case 3: return .row(row(id, now: other, statuses[random.below(4)], 100, Int64(random.below(100))))
            default: return .report(refusal(id))
            }
        }
        try Laws(records: steps.count, seed: seed) { graph in
            let desk = GateDesk(graph)
            return Laws.Script { index, driver in
                switch steps[index] {
                case .order(let order): driver.offer(order, to: desk.orders)
                case .row(let row): driver.offer(row, to: desk.updates)
                case .report(let report): driver.offer(report, to: desk.reports)
                }
            }
        }.check()
    }
}
