import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// A slicer that is wrong: each child leaves a second time, under another id.
private struct Doubling: Operator2, ~Copyable {
    typealias Out = ClearedOrder
    typealias Side = Nothing
    private var parent: ClearedOrder?
    var mostOutputs: Int { 2 }

    mutating func process(first order: ClearedOrder, into out: inout Emitter<ClearedOrder, Nothing>) {
        if order.request.action == .new { parent = order }
    }
    mutating func process(second order: ClearedOrder, into out: inout Emitter<ClearedOrder, Nothing>) {
        out.emit(order)
        let request = order.request
        let again = parent?.child(
            clOrdID: ClOrdID(rawValue: request.clOrdID.rawValue + 7_000), orderQty: request.orderQty, price: request.price,
            eventTime: request.eventTime)
        if request.action == .new, let again { out.emit(again) }
    }
}

/// SEC order 34-70694 (Knight Capital, 2013); controls.md: C19 "sum(children) ≤ parent, children stay inside parent limit/time".
@Suite("exit check") struct ExitCheckTests {
    private final class Desk {
        let run = Harness()
        let rows: TypedPort<OrderUpdate>, passed: TypedPort<ClearedOrder>, parents: TypedPort<ParentUpdate>
        let orders: TypedPort<ClearedOrder>
        let left: Collected<ClearedOrder>, findings: Collected<Finding>, halts: Collected<DeskCommand>

        init(halt: Scope = .firm) {
            rows = run.graph.source("rows", OrderUpdate.self, holdsWatermark: false)
            passed = run.graph.source("passed", ClearedOrder.self, holdsWatermark: false)
            parents = run.graph.source("parents", ParentUpdate.self, holdsWatermark: false)
            orders = run.graph.source("orders", ClearedOrder.self, holdsWatermark: false)
            let exit = run.graph.add("exit", ExitCheck(), from: rows.edge, passed.edge, parents.edge, orders.edge)
            let alarm = ExitAlarm(scope: halt, who: TextID(rawValue: 77), why: TextID(rawValue: 78))
            halts = run.collect(run.graph.add("halts", alarm, from: passed.edge, and: exit.side).out)
            (left, findings) = (run.collect(exit.out), run.collect(exit.side))
        }
        func pass(_ request: OrderRequest) throws { run.send(try forged(request), to: passed) }
        /// `leaves`, or what is out with it and what may be.
        func send(_ request: OrderRequest) throws -> String {
            run.send(try forged(request), to: orders)
            let gone = left.fresh().map(\.clOrdID) == [request.clOrdID], found = findings.fresh()
            let said = found.map { "\($0.check.code) \($0.outcome) \($0.measured) \($0.limit)" }
            return (gone ? ["leaves"] + said : said).joined(separator: ", ")
        }
        func child(_ id: UInt64, _ units: Double, _ limit: Double? = 50, of parent: UInt64 = 1) throws -> String {
            var child = request(id, .buy, units, limit)
            child.parentID = ClOrdID(rawValue: parent)
            return try send(child)
        }
        func row(_ id: UInt64, _ status: OrdStatus, _ units: Int64, _ filled: Int64) {
            run.send(
                OrderUpdate(
                    eventTime: 5, clOrdID: ClOrdID(rawValue: id), parentID: ClOrdID(rawValue: 1), symbol: one, account: account,
                    strategy: strategy, side: .buy, ordStatus: status, execType: .none, orderQty: Quantity(units: units),
                    cumQty: Quantity(units: filled), leavesQty: .zero, lastQty: .zero, lastPx: .none, avgPx: .none,
                    cumNotional: .zero, execID: .none, pending: 0, certainty: .known, rootID: ClOrdID(rawValue: id)),
                to: rows)
        }
    }
    /// As if the rules had let it pass, whatever it is.
    private static func forged(_ request: OrderRequest) throws -> ClearedOrder {
        var context = Context(
            instrument: Instrument(symbol: request.symbol, tickSize: .zero, lotSize: .zero),
            reference: request.price.isNone ? price(1) : request.price, referenceAge: 0)
        context.standing.parentLeft = Quantity(rawValue: .max)
        return try #require(Rules(looseLimits()).evaluate(request, in: context).cleared)
    }
    private func change(
        _ action: OrderRequest.Action, _ id: UInt64, of order: UInt64, _ units: Double, _ limit: Double = 50
    ) -> OrderRequest {
        var made = request(id, .buy, units, limit)
        (made.action, made.origClOrdID) = (action, ClOrdID(rawValue: order))
        return made
    }

    @Test("an order leaves once for each time that it was let pass, as it was let pass; a cancel always leaves")
    func whole() throws {
        let desk = Desk()
        #expect(try desk.send(request(1, .buy, 100, 50)) == "C19 block 100.0 nan")
        try desk.pass(request(1, .buy, 100, 50))
        #expect(try desk.send(request(1, .buy, 101, 50)) == "C19 block 101.0 100.0")
        #expect(try desk.send(request(1, .buy, 100, 50.01)) == "C19 block 100.0 100.0")
        #expect(try desk.send(request(1, .buy, 100, nil)) == "C19 block 100.0 100.0")
        #expect(try desk.send(request(1, .sell, 100, 50)) == "C19 block 100.0 100.0")
        #expect(try desk.send(request(1, .buy, 100, 50, of: two)) == "C19 block 100.0 100.0")
        #expect(try desk.send(request(1, .buy, 100, 50)) == "leaves")
        #expect(try desk.send(request(1, .buy, 100, 50)) == "C19 block 100.0 100.0")
        #expect(try desk.send(change(.cancel, 2, of: 1, 100)) == "leaves")
        #expect(try desk.send(change(.cancel, 3, of: 99, 100)) == "leaves")
    }
    @Test("a replace leaves when it was let pass, once")
    func replaces() throws {
        let desk = Desk()
        try desk.pass(request(1, .buy, 100, 50))
        #expect(try desk.send(request(1, .buy, 100, 50)) == "leaves")
        #expect(try desk.send(change(.replace, 2, of: 1, 150)) == "C19 block 150.0 nan")
        try desk.pass(change(.replace, 2, of: 1, 150, 51))
        #expect(try desk.send(change(.replace, 2, of: 1, 151, 51)) == "C19 block 151.0 150.0")
        #expect(try desk.send(change(.replace, 2, of: 1, 150, 51)) == "leaves")
        #expect(try desk.send(change(.replace, 2, of: 1, 150, 51)) == "C19 block 150.0 150.0")
    }
    /// By hand: 60 out of 100; 10 of them trade and 50 come back, so 90 more may leave.
    @Test("what children have traded and may still trade is never more than their parent")
    func sums() throws {
        let desk = Desk()
        try desk.pass(request(1, .buy, 100, 50))
        #expect(try desk.child(11, 60) == "leaves")
        #expect(try desk.child(12, 41) == "C19 block 101.0 100.0")
        #expect(try desk.child(11, 10) == "C19 block 70.0 100.0", "an id leaves once")
        desk.row(11, .partiallyFilled, 60, 10)
        #expect(try desk.child(13, 41) == "C19 block 101.0 100.0", "what works counts whole")
        desk.row(11, .canceled, 60, 10)
        #expect(try desk.child(14, 90) == "leaves" && desk.child(15, 1) == "C19 block 101.0 100.0")
        // A bust gives back what was traded; the venue's own word, told twice, changes nothing twice.
        for _ in 1...2 { desk.row(11, .canceled, 60, 0) }
        #expect(try desk.child(16, 11) == "C19 block 101.0 100.0" && desk.child(17, 10) == "leaves")
        // A parent that was made larger.
        try desk.pass(change(.replace, 2, of: 1, 120))
        #expect(try desk.child(18, 21) == "C19 block 121.0 120.0" && desk.child(19, 20) == "leaves")
    }
    @Test("children keep to their parent's limit, owners and life")
    func bounds() throws {
        let desk = Desk()
        try desk.pass(request(1, .buy, 100, 50))
        #expect(try desk.child(11, 10, 50.01) == "C19 block 10.0 100.0" && desk.child(12, 10, nil) == "C19 block 10.0 100.0")
        #expect(try desk.child(13, 10, 49) == "leaves")
        var other = request(14, .buy, 10, 50)
        (other.parentID, other.strategy) = (ClOrdID(rawValue: 1), TextID(rawValue: 99))
        #expect(try desk.send(other) == "C19 block 20.0 100.0")
        #expect(try desk.child(15, 10, of: 2) == "C19 block 10.0 nan")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 1), .done, 100, filled: 10), to: desk.parents)
        #expect(try desk.child(16, 10) == "C19 block 20.0 100.0")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 1), .working, 100), to: desk.parents)
        #expect(try desk.child(17, 10) == "leaves", "it lives again, after a bust")
    }
    @Test(
        "an order that is stopped throws the switch once, and again only when orders have passed since",
        arguments: [
            Scope.firm, .strategy,
        ])
    func alarm(scope: Scope) throws {
        let desk = Desk(halt: scope)
        for id in 1...3 { _ = try desk.send(request(UInt64(id), .buy, 100, 50)) }
        #expect(desk.halts.elements.count == 1)
        let halt = try #require(desk.halts.elements.first)
        #expect(halt.verb == .kill && halt.scope == scope && halt.who == TextID(rawValue: 77))
        #expect(halt.strategy == (scope == .strategy ? strategy : .none))
        try desk.pass(request(9, .buy, 100, 50))
        _ = try desk.send(request(4, .buy, 100, 50))
        #expect(desk.halts.elements.count == 2)
    }
    @Test("over a restart nothing is forgotten of what left")
    func restart() throws {
        let desk = Desk(), again = Desk()
        try desk.pass(request(1, .buy, 100, 50))
        #expect(try desk.child(11, 60) == "leaves")
        #expect(again.run.restore(desk.run.checkpoint()))
        #expect(try again.child(12, 41) == "C19 block 101.0 100.0" && again.child(13, 40) == "leaves")
    }

    /// The whole way: the switch that is thrown is compliance's own, which stops what comes and cancels what works.
    @Test("a slicer that sends everything twice is stopped at its parent's quantity, and the desk with it")
    func doubled() throws {
        let desk = ComplianceDesk(looseLimits())
        let graph = desk.run.graph, rows = graph.source("rows", OrderUpdate.self, holdsWatermark: false)
        let plan = SlicePlan(duration: 1_000, slices: 4)
        let slicer = graph.add(
            "slicer", Slicer(plan, instruments: instruments(), ids: ClOrdIDMaker(day: 1, vertex: 4)), from: desk.outlets.out,
            and: rows.edge)
        let wrong = graph.add("doubling", Doubling(), from: desk.outlets.out, and: slicer.out)
        let exit = graph.add("exit", ExitCheck(), from: rows.edge, desk.outlets.out, slicer.side, wrong.out)
        let alarm = ExitAlarm(scope: .firm, who: TextID(rawValue: 77), why: TextID(rawValue: 78))
        let halts = desk.run.collect(graph.add("halts", alarm, from: desk.outlets.out, and: exit.side).out)
        let left = desk.run.collect(exit.out)
        #expect(desk.ask(request(1, .buy, 100, 50)) == "ok")
        desk.run.advance(to: 400)
        // 25 and 25, twice each, are the parent's 100; nothing was filled or came back.
        #expect(left.elements.filter { $0.request.action == .new }.map(\.request.orderQty.double) == [25, 25, 25, 25])
        desk.run.advance(to: 600)
        #expect(left.elements.count { $0.request.action == .new } == 4)
        let halt = try #require(halts.elements.first)
        #expect(desk.tell(halt).hasPrefix("kill ok"))
        #expect(desk.ask(request(2, .buy, 1, 50)) == "C17 block")
        #expect(desk.board.thrown.map(\.who) == [TextID(rawValue: 77)])
    }
}
