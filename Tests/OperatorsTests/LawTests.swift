import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("laws of the desk's operators together", .timeLimit(.minutes(2))) struct LawTests {
    @Test("from trades to child orders, whatever the wiring and the constants", arguments: 1...16 as ClosedRange<UInt64>)
    func desk(seed: UInt64) throws {
        let day = RandomDay(seed: seed, count: 1_200)
        try Laws(records: day.records.count, seed: seed) { graph in
            let desk = RandomDesk(seed: seed, graph)
            return Laws.Script { desk.offer(day.records[$0], $1) }
        }.check()
    }

    @Test("the days of these tests get as far as fills, refusals and late trades")
    func coverage() {
        var (late, fills, refused, canceled) = (0, 0, 0, 0)
        for seed in 1...10 as ClosedRange<UInt64> {
            let day = RandomDay(seed: seed, count: 1_200)
            late += Int(day.desk.late.total)
            fills += day.progress.elements.filter { $0.state == .done && $0.cumQty > .zero }.count
            canceled += day.orders.elements.filter { $0.request.action == .cancel }.count
            refused += day.findings.elements.filter { $0.check != .decision }.count
        }
        #expect(late > 20 && fills > 20 && refused > 20 && canceled > 20, "\(late) \(fills) \(refused) \(canceled)")
    }
}
