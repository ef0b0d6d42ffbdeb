import Foundation
import Ledger
import PlainData
import Testing
import TradingModel

@Suite("Each row of the journal is in the ledger once")
struct ExactlyOnceTests {
    /// A day of random orders, fills, busts and decisions.
    private func randomDay(_ seed: UInt64) throws -> LedgerDay {
        var random = SplitMix64(seed: seed), day = LedgerDay()
        var executions: [String] = []
        for step in 0..<120 {
            let id = "O\(random.below(10))"
            switch random.below(5) {
            case 0: day.add(day.finding(id, .collar, .ok), day.finding(id, .decision, .review))
            case 1:
                day.add(
                    try day.position("S\(random.below(3))", "\(step)", avgPx: "2.5", lastPx: "3", realised: .zero, cash: .zero))
            case 2 where !executions.isEmpty:
                let ref = executions[random.below(executions.count)]
                day.add(try day.order(id, .partiallyFilled, .tradeCorrect, last: "1", at: "\(step)", exec: "E\(step)", ref: ref))
            case 3: day.add()  // a record that has nothing for the ledger
            default:
                executions.append("E\(step)")
                day.add(
                    try day.order(id, .partiallyFilled, .trade, filled: "\(step)", last: "2", at: "\(step)", exec: "E\(step)"))
            }
        }
        return day
    }

    private func contents(_ ledger: Ledger) throws -> [[[String]]] { try Ledger.Table.allCases.map { try ledger.contents($0) } }

    @Test(
        "killed between any two batches and run again from the first record: the same content",
        arguments: 1...12 as ClosedRange<UInt64>)
    func killedBetweenBatches(seed: UInt64) throws {
        let day = try randomDay(seed)
        let straight = try LedgerFolder()
        let whole = try Ledger(path: straight.file, names: day.names)
        for batch in day.batches(of: 7) { try whole.apply(batch) }
        let wanted = try contents(whole)

        var random = SplitMix64(seed: seed)
        let live = try LedgerFolder()
        var ledger = try Ledger(path: live.file, names: day.names)
        for batch in day.batches(of: 1 + UInt64(random.below(9))) {
            try ledger.apply(batch)
            guard random.below(4) == 0 else { continue }
            // What a kill leaves is the files as they are now, with the log that is not yet folded in.
            let image = try LedgerFolder()
            for name in try FileManager.default.contentsOfDirectory(atPath: live.path) where !name.hasSuffix("-shm") {
                try FileManager.default.copyItem(atPath: live.path + "/" + name, toPath: image.path + "/" + name)
            }
            ledger = try Ledger(path: image.file, names: day.names)
            #expect(try ledger.progress() == batch.lastSequence)
            // Recovery starts at the first record, with batches cut elsewhere.
            for again in day.batches(of: 1 + UInt64(random.below(9))) { try ledger.apply(again) }
            #expect(try contents(ledger) == wanted)
            ledger = try Ledger(path: live.file, names: day.names)
        }
        for batch in day.batches(of: 5) { try ledger.apply(batch) }
        #expect(try contents(ledger) == wanted)
    }

    @Test("a batch that is not beyond the progress does nothing")
    func repeated() throws {
        let day = try randomDay(99), folder = try LedgerFolder()
        let ledger = try Ledger(path: folder.file, names: day.names)
        let batch = day.batches(of: 1_000)[0]
        #expect(try ledger.apply(batch) == batch.rows.count)
        #expect(try ledger.apply(batch) == 0)
    }

    @Test("a batch that fails half way leaves nothing behind, and says which it was")
    func failed() throws {
        let day = try randomDay(5), folder = try LedgerFolder()
        let ledger = try Ledger(path: folder.file, names: day.names)
        let batches = day.batches(of: 40)
        try ledger.apply(batches[0])
        let before = try contents(ledger)
        var broken = batches[1]
        broken.rows += [LedgerRow(sequence: 80, ordinal: 9, day.finding("X", .collar, .ok))]
        broken.rows += [LedgerRow(sequence: 80, ordinal: 9, day.finding("X", .collar, .ok))]
        let error = #expect(throws: LedgerError.self) { try ledger.apply(broken) }
        #expect(error?.description.contains("batch 41…80 failed") == true)
        #expect(try contents(ledger) == before)
        try ledger.apply(batches[1])
        #expect(try ledger.progress() == 80)
    }

    @Test("deleted and rebuilt: the same content")
    func rebuilt() throws {
        let day = try randomDay(31), folder = try LedgerFolder()
        func build(_ size: UInt64) throws -> [[[String]]] {
            let ledger = try Ledger(path: folder.file, names: day.names)
            for batch in day.batches(of: size) { try ledger.apply(batch) }
            return try contents(ledger)
        }
        let first = try build(11)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.file + suffix) }
        #expect(try build(64) == first)
    }
}
