import CAllocations
import Foundation
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// The runtime's speed over trades: sequences, watermarks, timers, digests and metrics on, beside the hand-written loop.
///
/// W1 makes bars of a minute; W2 adds EMA 20 and 50, RSI 14, z-score 60 and ATR 14 on every bar.
struct RuntimeBench {
    let options: BenchOptions
    private let trades: BenchTrades

    init(_ options: BenchOptions) throws {
        self.options = options
        trades = try options.trades()
    }

    private var day: String { options.folder + "/journal-\(trades.records)" }

    /// The day of trades as a journal, written once through the sequencer.
    func record() throws {
        if FileManager.default.fileExists(atPath: day + "/done") { return }
        _ = try options.emptyFolder("journal-\(trades.records)")
        let names = Names(), graph = Graph()
        let port = graph.source("trades", Trade.self)
        let engine = Engine(graph, names: names)
        let source = try BenchTradeSource(trades, names: names)
        defer { source.close() }
        engine.pull(port, source)
        let journal = try JournalWriter(directory: day, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: .os)
        try engine.run(journal: journal)
        journal.close()
        for name in try FileManager.default.contentsOfDirectory(atPath: day) { try Native.cache(day + "/" + name) }
        _ = FileManager.default.createFile(atPath: day + "/done", contents: nil)
    }

    /// Where the trades come from.
    enum Way { case file, fileOnTwoThreads, journal, journalOnTwoThreads }

    struct Outcome {
        var seconds: Double, records: Int, allocations: Double
        var bars: BarSums, signals: [SignalSum]
        var digests: [UInt64]
        var rate: Double { Double(records) / seconds / 1e6 }
    }

    func run(_ way: Way, signals wanted: Bool, isMeasured: Bool = true) throws -> Outcome {
        let graph = Graph(edgeCapacity: 4_096), names = Names(), sums = BarSums()
        graph.isMeasured = isMeasured
        let port = graph.source("trades", Trade.self)
        let isApart = way == .fileOnTwoThreads || way == .journalOnTwoThreads
        let signals = graph.on(thread: isApart ? "bars" : nil) {
            let bars = graph.add("bars", TimeBars(length: 60 * UTC.second, symbols: 160), from: port.edge).out
            sums.watch(bars, in: graph)
            return wanted ? SignalSum.all(of: bars, in: graph) : []
        }
        let steady = SteadyAllocations(trades.records)
        let begin = TickClock.monotonic()
        switch way {
        case .file, .fileOnTwoThreads:
            let engine = Engine(graph, names: names)
            let source = try BenchTradeSource(trades, names: names)
            defer { source.close() }
            engine.pull(port, source)
            engine.onBatch = { sequence, _ in steady.look(Int(sequence)) }
            try engine.run(journal: nil)
        case .journal, .journalOnTwoThreads:
            let replay = Replay(graph, names: names, sources: ["trades"], hasClock: false)
            let reader = try JournalReader(directory: day)
            try replay.run(reader) { steady.look(Int($0.end)) }
        }
        let seconds = Double(TickClock.monotonic() - begin) / 1e9
        graph.stop()
        return Outcome(
            seconds: seconds, records: trades.records, allocations: steady.perRecord, bars: sums, signals: signals,
            digests: graph.hashedEdges.map(\.digest.value))
    }

    /// The answer first: a fast wrong one is worth nothing.
    private func check(_ outcome: Outcome, _ truth: BenchTrades.Result) throws {
        guard outcome.bars.bars == truth.bars, outcome.bars.volume == truth.volume, hex(outcome.bars.hash) == truth.hash else {
            throw Refusal.answer(
                "the bars differ: \(outcome.bars.bars) with hash \(hex(outcome.bars.hash)), the limit has \(truth.bars) with \(truth.hash)"
            )
        }
        for (own, theirs) in zip(outcome.signals, [truth.ema20, truth.ema50, truth.rsi, truth.zscore, truth.atr])
        where abs(own.sum - theirs) > 1e-6 * max(1, abs(theirs)) {
            throw Refusal.answer("\(own.name) differs: the sum is \(own.sum), the limit's \(theirs)")
        }
    }

    func run() throws -> [BenchLine] {
        try record()
        var lines: [BenchLine] = [], allocations: [(name: String, count: Double)] = []
        for (what, signals) in [("bars", false), ("signals", true)] {
            let work = signals ? "W2: W1 and EMA, RSI, z-score, ATR" : "W1: trades to 1-minute bars"
            let ways: [(Way, String, Double?)] = [
                (Way.file, work + ", one thread", 0.6), (.fileOnTwoThreads, work + ", two threads", 0.6),
                (.journal, work + ", from the journal", nil),
                (.journalOnTwoThreads, work + ", from the journal, two threads", nil),
            ]
            for (way, name, floor) in ways {
                var pairs: [(own: Double, limit: Double)] = [], digests: [UInt64]?
                for round in 0...options.rounds {  // the first warms the caches up and is not counted
                    let truth = try trades.limit(what), outcome = try run(way, signals: signals)
                    try check(outcome, truth)
                    guard digests == nil || digests == outcome.digests else {
                        throw Refusal.answer("\(name): two runs gave other digests")
                    }
                    digests = outcome.digests
                    guard round > 0 else { continue }
                    pairs.append((outcome.rate, Double(truth.records) / truth.seconds / 1e6))
                    allocations.append((name, (outcome.allocations * 1_000).rounded() / 1_000))
                }
                lines.append(.ratio(name, pairs, "M trades/s", atLeast: floor))
            }
        }
        let most = allocations.max { $0.count < $1.count }
        if let most, most.count > 0 { complain("allocations: \(most.count) per trade in \(most.name)") }
        lines.append(.atMost("W1, W2: allocations per trade, steady state", most?.count ?? .nan, "", 0))
        lines.append(.atMost("W1, W2: peak memory", BenchLine.peakMegabytes, "MB", 64))
        lines.append(try metrics())
        lines.append(try append())
        return lines
    }

    /// What counting costs: each run with it between two without, and the other way round.
    private func metrics() throws -> BenchLine {
        var costs: [Double] = []
        for round in 0..<2 * options.rounds + 1 {
            let order = round % 2 == 0 ? [true, false] : [false, true]
            let rates = try order.map { try run(.file, signals: false, isMeasured: $0).seconds }
            let (with, without) = round % 2 == 0 ? (rates[0], rates[1]) : (rates[1], rates[0])
            costs.append((with / without - 1) * 100)
        }
        return .atMost("W1: cost of the metrics", median(costs), "%", 2)
    }

    /// Appends as fast as the disk takes them, durable by group commit.
    private func append() throws -> BenchLine {
        let count = 1_024
        let records = UnsafeMutablePointer<Trade>.allocate(capacity: count)
        defer { records.deallocate() }
        for i in 0..<count {
            (records + i).initialize(
                to: Trade(eventTime: Int64(i), symbol: SymbolID(rawValue: 1), price: Price(rawValue: 1), size: Quantity(units: 1))
            )
        }
        var rates: [Double] = []
        for _ in 0..<options.rounds {
            let folder = try options.emptyFolder("append")
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
        try? FileManager.default.removeItem(atPath: options.folder + "/append")
        return .atLeast("journal append, durable on disk", median(rates), "M records/s", 5)
    }
}

/// The engine's thread's allocations between a quarter of the records and nine tenths of them.
final class SteadyAllocations {
    private let records: Int
    private var early: (count: Int64, at: Int)?, late: (count: Int64, at: Int)?

    init(_ records: Int) { self.records = records }

    func look(_ done: Int) {
        if early == nil, done > records / 4 { early = (ca_allocations(), done) }
        if late == nil, done > records * 9 / 10 { late = (ca_allocations(), done) }
    }
    var perRecord: Double {
        guard let early, let late, late.at > early.at else { return .nan }
        return Double(late.count - early.count) / Double(late.at - early.at)
    }
}
