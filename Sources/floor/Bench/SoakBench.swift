import Foundation
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// Memory over a long stream: W2 with a journal whose oldest segments are removed as it goes.
struct SoakBench {
    let options: BenchOptions
    private let trades: BenchTrades

    init(_ options: BenchOptions) throws {
        self.options = options
        trades = try options.trades()
    }

    func run() throws -> [BenchLine] {
        let folder = try options.emptyFolder("soak")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let graph = Graph(edgeCapacity: 2_048), names = Names(), sums = BarSums()
        let port = graph.source("trades", Trade.self)
        let bars = graph.add("bars", TimeBars(length: 60 * UTC.second, symbols: 160), from: port.edge).out
        sums.watch(bars, in: graph)
        _ = SignalSum.all(of: bars, in: graph)
        let engine = Engine(graph, names: names)
        let source = try BenchTradeSource(trades, names: names, count: options.soak)
        defer { source.close() }
        engine.pull(port, source)
        let journal = try JournalWriter(
            directory: folder, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: .os, segmentBytes: 64 << 20)
        // A tenth of the way everything has been there once: sessions, symbols, bars, marks of digests.
        let early = options.soak / 10
        var atEarly = 0.0, nextSweep = 2_000_000
        engine.onBatch = { sequence, _ in
            let done = Int(sequence)
            if atEarly == 0, done >= early { atEarly = BenchLine.residentMegabytes }
            if done >= nextSweep {
                nextSweep += 2_000_000
                removeOldest(in: folder)
            }
        }
        let begin = TickClock.monotonic()
        try engine.run(journal: journal)
        let seconds = Double(TickClock.monotonic() - begin) / 1e9, atEnd = BenchLine.residentMegabytes
        if let error = journal.error { throw error }
        journal.close()
        guard Int(port.edge.total) == options.soak, sums.bars > 0 else {
            throw Refusal.answer("the soak ran \(port.edge.total) trades instead of \(options.soak)")
        }
        let million = options.soak / 1_000_000
        return [
            .stated("soak: W2 with a journal", Double(options.soak) / seconds / 1e6, "M trades/s"),
            .stated("soak: memory after \(Double(million) / 10) M trades", atEarly, "MB"),
            .atMost("soak: memory after \(million) M trades", atEnd, "MB", 64),
            .atMost("soak: growth in between", max(0, atEnd - atEarly), "MB", 1),
        ]
    }

    /// Keeps the two newest segments.
    private func removeOldest(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.filter({ $0.hasSuffix(".jrnl") }).sorted().dropLast(2) {
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }
}
