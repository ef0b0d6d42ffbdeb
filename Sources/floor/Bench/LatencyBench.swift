import CPlatform
import Clearance
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import TradingModel

/// From a tick to the order that it causes, in process: the time from the offer at the ingress to the hand-over of the order
/// to whoever sends it, journalled and durable in between.
///
/// Two threads: the engine's, and one for what comes in and goes out. Ticks come every 20 µs; every tenth moves its
/// instrument's price so that the desk trades. The tick passes bars and signals, drift, compliance and slicer; the order it
/// causes is journalled as an intent before it leaves.
struct LatencyBench {
    let options: BenchOptions
    private static var ticks: Int { 120_000 }
    /// Not counted: the first orders, which find every cache cold.
    private static var warmUp: Int { 20_000 }
    private static var gap: Int64 { 20_000 }

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> [BenchLine] {
        var lines: [BenchLine] = []
        for durability in [Durability.os, .disk] {
            var found: [[Double]] = []
            for _ in 0..<options.rounds { found.append(try measure(durability)) }
            let microseconds = found.indices.isEmpty ? [] : found[0].indices.map { k in median(found.map { $0[k] }) }
            for (k, name) in ["p50", "p99", "p99.9"].enumerated() {
                let title = "tick to order, durability \(durability.rawValue): \(name)"
                let bound: Double? = durability == .os && k < 2 ? [10, 100][k] : nil
                lines.append(bound.map { .atMost(title, microseconds[k], "µs", $0) } ?? .stated(title, microseconds[k], "µs"))
            }
        }
        try? FileManager.default.removeItem(atPath: options.folder + "/latency")
        return lines
    }

    /// - Returns: the 50th, 99th and 99.9th percentile, in microseconds.
    private func measure(_ durability: Durability) throws -> [Double] {
        let folder = try options.emptyFolder("latency")
        let chain = try DeskChain(Self.desk), engine = chain.engine()
        guard let wanted = chain.graph.ports.first(where: { $0.name == "wanted" }) as? TypedPort<Target> else {
            throw Refusal.answer("the bench's topology has no targets")
        }
        let effects = EffectThread(engine: engine.wakeup), orders = Orders()
        let queue = effects.consumer("orders") { (_, order: ClearedOrder) in
            orders.latencies.append(TickClock.monotonic() - order.eventTime)
        }
        chain.attachOrders(to: engine, queue)
        let ticks = engine.ingress(chain.trades), targets = engine.ingress(wanted)
        let journal = try JournalWriter(
            directory: folder, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: durability, onDurable: engine.wakeup)
        let failure = Mutex<(any Error)?>(nil), desk = Handed(engine: engine), ended = Counter()
        Threads.run([
            {
                cp_pin(0)
                do { try desk.engine.run(journal: journal) } catch { failure.withLock { $0 = error } }
                ended.add()
            },
            {
                cp_pin(1)
                // Looks before it takes a turn, as the effects' own thread sleeps before: turns for nothing would count
                // references that the engine counts too.
                let waiting = Unmanaged.passUnretained(queue)
                func handOver() { if waiting._withUnsafeGuaranteedRef({ $0.depth }) > 0 { effects.turn() } }
                Self.offer(to: ticks, targets, between: handOver)
                while ended.value == 0 {
                    handOver()
                    cp_pause()
                }
            },
        ])
        effects.finish()
        journal.close()
        if let error = failure.withLock({ $0 }) { throw error }
        try chain.check()
        // Where the disk takes longer than an instrument's turn comes round, the desk still waits for its last order.
        guard (Self.expected / 2...Self.expected).contains(orders.latencies.count) else {
            throw Refusal.answer("\(orders.latencies.count) orders left, of the \(Self.expected) that prices called for")
        }
        let counted = orders.latencies.dropFirst(Self.warmUp / 10).sorted()
        return [0.5, 0.99, 0.999].map { Double(counted[Int(Double(counted.count) * $0)]) / 1_000 }
    }

    /// An engine that one thread makes and another runs.
    private struct Handed: @unchecked Sendable {
        let engine: Engine
    }
    /// Touched by the thread that hands orders over, then by the one that waited for its end.
    private final class Orders: @unchecked Sendable {
        var latencies: [Int64] = []
        init() { latencies.reserveCapacity(LatencyBench.ticks) }
    }

    private static var symbols: Int { BenchTrades.symbols.count }
    /// One for each instrument, to buy what is wanted of it, and one for each tenth tick.
    private static var expected: Int { symbols + ticks / 10 }

    private static func offer(to ticks: Ingress<Trade>, _ targets: Ingress<Target>, between: () -> Void) {
        func put(_ symbol: Int, _ dollars: Int64, _ now: Int64) {
            let trade = Trade(
                eventTime: now, symbol: SymbolID(rawValue: UInt32(symbol + 1)), price: Price(rawValue: dollars * 1_000_000_000),
                size: Quantity(units: 100))
            while !ticks.offer(trade) { between() }
        }
        // Prices first: without one compliance lets nothing pass.
        for symbol in 0..<symbols { put(symbol, 100, TickClock.monotonic()) }
        for symbol in 0..<symbols {
            let target = Target(eventTime: TickClock.monotonic(), symbol: SymbolID(rawValue: UInt32(symbol + 1)), weight: 0.1)
            while !targets.offer(target) { between() }
        }
        targets.finish()
        var next = TickClock.monotonic() + 1_000_000, sent = 0
        while sent < self.ticks {
            between()
            let now = TickClock.monotonic()
            guard now >= next else {
                cp_pause()  // where the two threads share a core, the other one gets it
                continue
            }
            next = max(next + gap, now)
            // Every tenth is the next instrument's, dearer and cheaper by a hundredth in turns; in between nothing moves.
            let turn = sent / 10
            put(turn % symbols, turn / symbols % 2 == 0 ? 101 : 100, now)
            sent += 1
        }
        ticks.finish()
    }

    /// The desk with given targets: a hundredth more or less in price is more than the band.
    private static var desk: String {
        DeskChain.text(
            "bench-latency", source: "  wanted:    { kind: file, path: none, format: targets-csv }", targets: "wanted",
            equity: "1000000", slicing: "duration: 1m, slices: 1", throttle: 20_000)
    }
}
