import CAllocations
import CPlatform
import Foundation
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// The runtime's speed: replay of a journal beside the hand-written loop, the journal's appends, allocations, memory.
struct RuntimeBench {
    let limit: Limit
    let rounds: Int

    private var day: String { limit.folder + "/journal-\(limit.records)" }

    /// The day of trades as a journal, written once through the sequencer.
    func record() throws {
        if FileManager.default.fileExists(atPath: day + "/done") { return }
        try? FileManager.default.removeItem(atPath: day)
        try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
        let names = Names(), graph = Graph()
        let port = graph.source("trades", Trade.self)
        let engine = Engine(graph, names: names)
        let source = try LimitTrades(limit.trades, names: names)
        engine.pull(port, source)
        let journal = try JournalWriter(directory: day, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: .os)
        try engine.run(journal: journal)
        journal.close()
        source.close()
        _ = FileManager.default.createFile(atPath: day + "/done", contents: nil)
    }

    struct Outcome {
        var seconds: Double, records: Int, allocations: Double
        var bars: BarSums, ema20: SignalSum, ema50: SignalSum, rsi: SignalSum, zscore: SignalSum
        var digests: [UInt64]
    }

    /// Runs the journal once: sequences, watermarks, timers, digests and metrics on, as in any replay.
    func replay(signals: Bool) throws -> Outcome {
        let graph = Graph(edgeCapacity: 2_048), names = Names()
        let trades = graph.source("trades", Trade.self)
        let bars = graph.add("bars", TimeBars(length: 60 * UTC.second, symbols: 160), from: trades.edge).out
        let sums = BarSums(), (ema20, ema50, rsi, zscore) = (SignalSum(), SignalSum(), SignalSum(), SignalSum())
        sums.watch(bars, in: graph)
        if signals {
            ema20.watch(graph.add("ema20", EMA(period: 20, seed: .first, symbols: 160), from: bars).out, in: graph)
            ema50.watch(graph.add("ema50", EMA(period: 50, seed: .first, symbols: 160), from: bars).out, in: graph)
            rsi.watch(graph.add("rsi", RSI(period: 14, symbols: 160), from: bars).out, in: graph)
            zscore.watch(graph.add("zscore", ZScore(window: 60, symbols: 160), from: bars).out, in: graph)
        }
        let replay = Replay(graph, names: names, sources: ["trades"], hasClock: false)
        let reader = try JournalReader(directory: day)
        var early: Int64 = 0, late: Int64 = 0, earlyAt = 0, lateAt = 0
        let begin = TickClock.monotonic()
        try replay.run(reader) { block in
            let done = Int(block.end)
            if early == 0, done > limit.records / 4 { (early, earlyAt) = (ca_allocations(), done) }
            if late == 0, done > limit.records * 9 / 10 { (late, lateAt) = (ca_allocations(), done) }
        }
        let seconds = Double(TickClock.monotonic() - begin) / 1e9
        return Outcome(
            seconds: seconds, records: limit.records, allocations: Double(late - early) / Double(max(1, lateAt - earlyAt)),
            bars: sums,
            ema20: ema20, ema50: ema50, rsi: rsi, zscore: zscore, digests: graph.hashedEdges.map(\.digest.value))
    }

    /// The answer first: a fast wrong one is worth nothing.
    private func check(_ outcome: Outcome, _ truth: Limit.Result, signals: Bool) throws {
        guard outcome.bars.bars == truth.bars, outcome.bars.volume == truth.volume, hex(outcome.bars.hash) == truth.hash else {
            throw Refusal.answer(
                "the bars differ: \(outcome.bars.bars) with hash \(hex(outcome.bars.hash)), the limit has \(truth.bars) with \(truth.hash)"
            )
        }
        guard signals else { return }
        for (name, own, theirs) in [
            ("EMA 20", outcome.ema20.sum, truth.ema20), ("EMA 50", outcome.ema50.sum, truth.ema50),
            ("RSI 14", outcome.rsi.sum, truth.rsi), ("z-score 60", outcome.zscore.sum, truth.zscore),
        ] where abs(own - theirs) > 1e-6 * max(1, abs(theirs)) {
            throw Refusal.answer("\(name) differs: the sum is \(own), the limit's \(theirs)")
        }
    }

    func run() throws -> [BenchLine] {
        try record()
        var lines: [BenchLine] = []
        for (name, what, signals) in [
            ("replay trades to 1-minute bars", "bars", false), ("… and EMA, RSI, z-score", "signals", true),
        ] {
            var limits: [Double] = [], owns: [Double] = [], ratios: [Double] = [], allocations = 0.0
            var digests: [UInt64]?
            for round in 0...rounds {  // the first warms the caches up and is not counted
                let truth = try limit.run(what), outcome = try replay(signals: signals)
                try check(outcome, truth, signals: signals)
                guard digests == nil || digests == outcome.digests else { throw Refusal.answer("two replays gave other digests") }
                digests = outcome.digests
                guard round > 0 else { continue }
                limits.append(Double(truth.records) / truth.seconds / 1e6)
                owns.append(Double(outcome.records) / outcome.seconds / 1e6)
                ratios.append(truth.seconds / outcome.seconds)
                allocations = max(allocations, outcome.allocations)
            }
            var line = BenchLine.ratio(name, median(owns), "M trades/s", of: median(limits), atLeast: 0.5)
            line.ratio = median(ratios)
            line.ok = median(ratios) >= 0.5
            lines.append(line)
            lines.append(.atMost("… allocations per trade, steady state", (allocations * 1_000).rounded() / 1_000, "", 0))
        }
        lines.append(try append())
        return lines
    }

    /// Appends as fast as the disk takes them, durable by group commit.
    private func append() throws -> BenchLine {
        let folder = limit.folder + "/append"
        let count = 1_024
        let records = UnsafeMutablePointer<Trade>.allocate(capacity: count)
        defer { records.deallocate() }
        for i in 0..<count {
            (records + i).initialize(
                to: Trade(eventTime: Int64(i), symbol: SymbolID(rawValue: 1), price: Price(rawValue: 1), size: Quantity(units: 1))
            )
        }
        var rates: [Double] = []
        for _ in 0..<rounds {
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let journal = try JournalWriter(
                directory: folder, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: .disk)
            let begin = TickClock.monotonic()
            var sequence: UInt64 = 1
            for _ in 0..<5_000 {
                let group = JournalGroup(
                    source: 1, stride: MemoryLayout<Trade>.stride, count: count, first: sequence,
                    records: UnsafeMutableRawPointer(records),
                    latest: 0, ingestTime: 0, ingestOffsets: nil)
                journal.append(first: sequence, count: count, lastWatermark: 0, ingestTime: 0, groups: [group])
                sequence += UInt64(count)
            }
            journal.flush()
            if let error = journal.error { throw error }
            rates.append(Double(sequence - 1) / (Double(TickClock.monotonic() - begin) / 1e9) / 1e6)
            journal.close()
        }
        try? FileManager.default.removeItem(atPath: folder)
        return .atLeast("journal append, durable on disk", median(rates), "M records/s", 5)
    }
}
