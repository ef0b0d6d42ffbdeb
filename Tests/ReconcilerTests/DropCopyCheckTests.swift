import FloorTesting
import PlainData
import Reconciler
import StreamRuntime
import Testing
import TradingModel

@Suite("a drop copy held against the reports") struct DropCopyCheckTests {
    /// The check and its three inputs, on a clock.
    private final class Desk {
        let run: Harness, names = Names()
        let reports: TypedPort<ExecutionReport>, copies: TypedPort<ExecutionReport>, orders: TypedPort<OrderRequest>
        let out: Collected<CopyBreak>

        init(_ compared: DropCopyCheck.Compared = .executions, patience: Int64 = 10, cut: @escaping () -> Int = { 1 }) {
            run = Harness(hasClock: true, cut: cut)
            reports = run.graph.source("reports", ExecutionReport.self, holdsWatermark: false)
            copies = run.graph.source("copies", ExecutionReport.self, holdsWatermark: false)
            orders = run.graph.source("orders", OrderRequest.self, holdsWatermark: false)
            out = run.collect(
                run.graph.add(
                    "check", DropCopyCheck(patience: patience, compared: compared), from: reports.edge, copies.edge, orders.edge
                ).out)
        }
        func order(_ id: UInt64) -> OrderRequest {
            OrderRequest(
                eventTime: 0, clOrdID: ClOrdID(rawValue: id), symbol: SymbolID(rawValue: 1), side: .buy,
                orderQty: Quantity(units: 100), ordType: .market)
        }
        func report(
            _ execID: UInt32, _ id: UInt64 = 1, _ type: ExecType = .trade, qty: Int64 = 10, px: Int64 = 50, of ref: UInt32 = 0
        ) -> ExecutionReport {
            ExecutionReport(
                eventTime: 0, clOrdID: ClOrdID(rawValue: id), execID: TextID(rawValue: execID), execRefID: TextID(rawValue: ref),
                execType: type, ordStatus: .partiallyFilled, symbol: SymbolID(rawValue: 1), side: .buy,
                orderQty: Quantity(units: 100), lastQty: Quantity(units: qty), lastPx: Price(rawValue: px * 1_000_000_000))
        }
        /// Class, state, ExecID and what differs, of each.
        var said: [String] {
            out.elements.map {
                "\($0.kind.code) \($0.state.text(names)) \($0.execID.rawValue)" + ($0.differs == .none ? "" : " \($0.differs)")
            }
        }
    }

    @Test("what is on both sides is no break, whichever comes first, and however often")
    func whole() {
        let desk = Desk()
        desk.run.send(desk.order(1), to: desk.orders)
        desk.run.send(desk.report(1), to: desk.reports)
        desk.run.send(desk.report(1), desk.report(2), to: desk.copies)
        desk.run.advance(to: 5)
        desk.run.send(desk.report(2), desk.report(3, 1, .new), to: desk.reports)
        desk.run.send(desk.report(2), desk.report(1), to: desk.copies)
        desk.run.advance(to: 500)
        #expect(desk.said.isEmpty)
    }
    @Test("what is on one side alone is a break when the patience is over, and is closed when the other side comes")
    func missing() {
        let desk = Desk()
        desk.run.send(desk.order(1), to: desk.orders)
        desk.run.advance(to: 100)
        desk.run.send(desk.report(1), to: desk.reports)
        desk.run.send(desk.report(2), to: desk.copies)
        desk.run.advance(to: 109)
        #expect(desk.said.isEmpty)
        desk.run.advance(to: 110)
        #expect(desk.said == ["B5 OPEN 1", "B4 OPEN 2"])
        desk.run.send(desk.report(1), to: desk.copies)
        desk.run.send(desk.report(2, qty: 11), to: desk.reports)
        #expect(desk.said.suffix(3) == ["B5 MATCHED_LATE 1", "B4 MATCHED_LATE 2", "B7 OPEN 2 lastQty"])
        let last = desk.out.elements.last
        #expect(last?.ourQty == Quantity(units: 11) && last?.theirQty == Quantity(units: 10))
        #expect(Set(desk.out.elements.map(\.number)).count == 2)
    }
    @Test("terms that differ are named: quantity, price, kind, order, execution that is taken back")
    func differing() {
        let desk = Desk()
        desk.run.send(desk.order(1), desk.order(2), to: desk.orders)
        desk.run.send(
            desk.report(1), desk.report(2), desk.report(3), desk.report(4), desk.report(5, 1, .tradeCancel, of: 1),
            to: desk.reports)
        desk.run.send(
            desk.report(1, qty: 9), desk.report(2, px: 51), desk.report(3, 1, .tradeCorrect), desk.report(4, 2),
            desk.report(5, 1, .tradeCancel, qty: 0, of: 2), to: desk.copies)
        #expect(
            desk.said == [
                "B7 OPEN 1 lastQty", "B7 OPEN 2 lastPx", "B7 OPEN 3 execType", "B7 OPEN 4 clOrdID", "B7 OPEN 5 execRefID",
            ])
    }
    @Test("an order that nobody asked for is said at once, and once; so is one ExecID over two copies")
    func strangers() {
        let desk = Desk()
        desk.run.send(desk.order(1), to: desk.orders)
        desk.run.send(desk.report(7, 9, .new), desk.report(8, 9), desk.report(1), desk.report(1, px: 51), to: desk.copies)
        desk.run.send(desk.report(1), to: desk.reports)
        desk.run.advance(to: 500)
        // Nobody was told of its fill either.
        #expect(desk.said == ["B2 OPEN 0", "B6 OPEN 1 lastPx", "B6 MATCHED_LATE 1 lastPx", "B4 OPEN 8"])
        #expect(desk.out.elements.first?.clOrdID == ClOrdID(rawValue: 9))
    }
    @Test("where all reports are copied, all are compared")
    func allReports() {
        let desk = Desk(.reports)
        desk.run.send(desk.order(1), to: desk.orders)
        desk.run.send(desk.report(1, 1, .new), desk.report(0, 1, .orderStatus), to: desk.reports)
        desk.run.advance(to: 500)
        #expect(desk.said == ["B5 OPEN 1"])
    }

    /// The expected breaks by a second method: differences of sets.
    @Test(
        "in any order, with repeats and any cut, what stays open is the difference of both sides",
        arguments: 1...40 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let all = (1...40 as ClosedRange<UInt32>).map { $0 }
        let ours = Set(all.filter { _ in random.below(5) > 0 }), theirs = Set(all.filter { _ in random.below(5) > 0 })
        let wrong = Set(all.filter { _ in random.below(10) == 0 })
        var events: [(isOurs: Bool, id: UInt32)] = ours.sorted().map { (true, $0) } + theirs.sorted().map { (false, $0) }
        events += theirs.sorted().filter { _ in random.below(4) == 0 }.map { (false, $0) }
        events.shuffle(using: &random)
        func play(_ cut: @escaping () -> Int, restartAt middle: Int?) -> Desk {
            var desk = Desk(cut: cut)
            desk.run.send(desk.order(1), to: desk.orders)
            var clock = SplitMix64(seed: seed), now: Int64 = 0
            for (at, event) in events.enumerated() {
                if at == middle {
                    let saved = desk.run.checkpoint(), other = Desk(cut: cut)
                    #expect(other.run.restore(saved) && other.run.checkpoint() == saved)
                    desk = other
                }
                if event.isOurs {
                    desk.run.send(desk.report(event.id), to: desk.reports)
                } else {
                    desk.run.send(desk.report(event.id, qty: wrong.contains(event.id) ? 9 : 10), to: desk.copies)
                }
                now += Int64(clock.below(4))
                desk.run.advance(to: now)
            }
            desk.run.advance(to: 1_000)
            return desk
        }
        let desk = play(Cuts.random(seed: seed), restartAt: nil)
        var open: [UInt64: CopyBreak] = [:]
        for row in desk.out.elements { open[row.number] = row.state == .open ? row : nil }
        func ids(_ kind: CopyBreak.Kind) -> Set<UInt32> { Set(open.values.filter { $0.kind == kind }.map(\.execID.rawValue)) }
        #expect(ids(.fillMissingLocally) == theirs.subtracting(ours) && ids(.fillMissingAtVenue) == ours.subtracting(theirs))
        #expect(ids(.fillFieldMismatch) == ours.intersection(theirs).intersection(wrong))
        #expect(play({ 1 }, restartAt: events.count / 2).run.digests == desk.run.digests, "after a restart")
    }
}
