import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// The laws of the runtime's specification, section 4, held by the desk's operators together.
@Suite("laws of the desk's operators", .timeLimit(.minutes(2))) struct LawTests {
    private func digests(_ records: [RandomDesk.Record], seed: UInt64, edgeCapacity: Int = 4_096, cut: @escaping () -> Int)
        -> [Digest]
    {
        let desk = RandomDesk(seed: seed, edgeCapacity: edgeCapacity, cut: cut)
        for record in records { desk.offer(record) }
        desk.run.run()
        return desk.run.digests
    }

    @Test("batch and room: any cut and any edge capacity give the same histories", arguments: 1...40 as ClosedRange<UInt64>)
    func batches(seed: UInt64) {
        let day = RandomDay(seed: seed, count: 1_500)
        let expected = day.desk.run.digests
        #expect(expected.count == 15 && expected.reduce(0) { $0 + $1.count } > 200)
        for size in [1, 7, 256, 4_096] {
            #expect(digests(day.records, seed: seed, cut: Cuts.every(size)) == expected, "batches of \(size)")
        }
        #expect(digests(day.records, seed: seed, cut: Cuts.random(seed: seed)) == expected, "random cuts")
        #expect(digests(day.records, seed: seed, edgeCapacity: 16, cut: Cuts.random(seed: seed)) == expected, "edges of 16")
    }

    @Test("restart: a run resumed from a checkpoint emits what the unbroken one emits", arguments: 1...20 as ClosedRange<UInt64>)
    func restarts(seed: UInt64) {
        let day = RandomDay(seed: seed, count: 1_500)
        var random = SplitMix64(seed: seed)
        for _ in 0..<3 {
            let at = random.below(day.records.count)
            let first = RandomDesk(seed: seed, cut: Cuts.random(seed: seed)), second = RandomDesk(seed: seed, cut: Cuts.every(64))
            for record in day.records[..<at] { first.offer(record) }
            first.run.run()
            let saved = first.run.checkpoint()
            #expect(second.run.restore(saved))
            #expect(second.run.checkpoint() == saved, "the same state gives the same bytes")
            for record in day.records[at...] { second.offer(record) }
            second.run.run()
            #expect(second.run.digests == day.desk.run.digests, "restarted at \(at)")
        }
    }

    @Test("the days of these tests get as far as fills, refusals and late trades")
    func coverage() {
        var (late, fills, refused, canceled) = (0, 0, 0, 0)
        for seed in 1...10 as ClosedRange<UInt64> {
            let desk = RandomDay(seed: seed, count: 1_500).desk
            late += Int(desk.run.graph.hashedEdges.filter { $0.name == "bars.late" }.reduce(0) { $0 + $1.total })
            fills += desk.progress.elements.filter { $0.state == .done && $0.cumQty > .zero }.count
            canceled += desk.children.elements.filter { $0.request.action == .cancel }.count
            refused += desk.findings.elements.filter { $0.check != .decision }.count
        }
        #expect(late > 20 && fills > 20 && refused > 20 && canceled > 20, "\(late) \(fills) \(refused) \(canceled)")
    }
}
