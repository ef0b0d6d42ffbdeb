import CPlatform
import Clearance
import Desk
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import TradingModel

/// The whole desk over the bench's trades, with a journal and durability `os`: every thread of it on one core.
struct DeskBench {
    let options: BenchOptions
    private let trades: BenchTrades

    init(_ options: BenchOptions) throws {
        self.options = options
        trades = try options.trades()
    }

    struct Outcome: Sendable {
        var seconds: Double, cpuSeconds: Double, orders: Int, digests: [UInt64]
    }

    func run() throws -> [BenchLine] {
        var walls: [Double] = [], cpus: [Double] = [], digests: [UInt64]?, orders = 0
        for round in 0...options.rounds {
            let outcome = try onOneCore { try measure() }
            guard digests == nil || digests == outcome.digests else {
                throw Refusal.answer("two runs of the desk gave other digests")
            }
            if round == 0 { try replay(outcome.digests) }
            (digests, orders) = (outcome.digests, outcome.orders)
            guard round > 0 else { continue }
            walls.append(Double(trades.records) / outcome.seconds / 1e6)
            cpus.append(Double(trades.records) / outcome.cpuSeconds / 1e6)
        }
        try? FileManager.default.removeItem(atPath: options.folder + "/desk")
        return [
            .atLeast("desk: ticks to positions, journal on, one core", median(walls), "M ticks/s", 5),
            .stated("desk: … by the engine thread's own time", median(cpus), "M ticks/s"),
            .stated("desk: orders sent and filled", Double(orders), "orders"),
        ]
    }

    /// Runs `body` on a thread that is pinned to the first core, as are all threads that it starts.
    private func onOneCore(_ body: @escaping @Sendable () throws -> Outcome) throws -> Outcome {
        let result = Mutex<Result<Outcome, any Error>?>(nil)
        Threads.run([
            {
                cp_pin(0)
                let outcome = Result { try body() }
                result.withLock { $0 = outcome }
            }
        ])
        guard let outcome = result.withLock({ $0 }) else { throw Refusal.answer("the desk's thread ended without an answer") }
        return try outcome.get()
    }

    private func measure() throws -> Outcome {
        let folder = try options.emptyFolder("desk")
        let chain = try DeskChain(DeskChain.desk), engine = chain.engine(), sent = Counter()
        let effects = EffectThread(engine: engine.wakeup)
        chain.attachOrders(to: engine, effects.consumer("orders") { (_, _: ClearedOrder) in sent.add() })
        let source = try BenchTradeSource(trades, names: chain.assembly.names)
        defer { source.close() }
        engine.pull(chain.trades, source)
        let journal = try JournalWriter(
            directory: folder, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: .os, onDurable: engine.wakeup)
        effects.start()
        let begin = TickClock.monotonic(), cpu = threadSeconds()
        try engine.run(journal: journal)
        effects.finish()
        let seconds = Double(TickClock.monotonic() - begin) / 1e9, cpuSeconds = threadSeconds() - cpu
        journal.close()
        try chain.check()
        guard sent.value > 0, 2 * sent.value >= chain.fills else {
            throw Refusal.answer("\(sent.value) orders left and \(chain.fills) were filled")
        }
        return Outcome(seconds: seconds, cpuSeconds: cpuSeconds, orders: sent.value, digests: chain.digests)
    }

    /// The journal alone must give the same outputs.
    private func replay(_ recorded: [UInt64]) throws {
        let chain = try DeskChain(DeskChain.desk)
        let replay = Replay(
            chain.graph, names: chain.assembly.names, sources: chain.graph.ports.map(\.name), hasClock: false)
        try replay.run(JournalReader(directory: options.folder + "/desk"))
        guard chain.digests == recorded else { throw Refusal.answer("the desk's journal replays to other digests") }
    }

    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Counts on one thread what another reads.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .acquiring) }
}
