import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// Bars and signals in several copies are those of one copy: their histories and their state.
@Suite("copies of keyed operators") struct ShardTests {
    /// Trades of 12 instruments, 0 to `lag` seconds late, so that several windows of one instrument wait at once.
    private func trades(_ seed: UInt64, lag: Int64, count: Int) -> [Trade] {
        var random = SplitMix64(seed: seed), time: Int64 = 0
        return (0..<count).map { i in
            time += Int64(random.below(40_000_000))
            return Trade(
                eventTime: time - Int64(random.below(Int(lag * UTC.second) + 1)),
                symbol: SymbolID(rawValue: UInt32(1 + random.below(12))),
                price: Price(rawValue: Int64(1 + random.below(1 << 40))),
                size: Quantity(rawValue: Int64(random.below(1 << 30)) - 1_000), tradeID: UInt64(i))
        }
    }

    private func floor(shards: Int, threads: Bool, lag: Int64, cut: @escaping () -> Int) -> (Harness, TypedPort<Trade>) {
        let run = Harness(cut: cut), graph = run.graph
        let port = graph.source("trades", Trade.self, lateness: lag * UTC.second / 2)
        let bars = graph.on(thread: threads ? "bars" : nil) {
            graph.add("bars", shards: shards, onThreads: threads, from: port.edge) { TimeBars(length: UTC.second) }.out
        }
        graph.on(thread: threads ? "signals" : nil) {
            graph.add("ema", shards: shards, onThreads: threads, from: bars) { EMA(period: 3) }
            graph.add("rsi", shards: shards, onThreads: threads, from: bars) { RSI(period: 4) }
            graph.add("atr", shards: shards, onThreads: threads, from: bars) { ATR(period: 3) }
            graph.add("zscore", shards: shards, onThreads: threads, from: bars) { ZScore<Bar>(window: 5) }
            graph.add("macd", shards: shards, onThreads: threads, from: bars) { MACD(fast: 2, slow: 3, signal: 2) }
        }
        return (run, port)
    }

    @Test("any number of copies, in one thread or in many, gives the same histories", arguments: 1...12 as ClosedRange<UInt64>)
    func histories(seed: UInt64) {
        let lag = Int64(seed % 6), all = trades(seed, lag: lag, count: 2_000)
        func digests(_ shards: Int, threads: Bool = false, cut: @escaping () -> Int) -> [Digest] {
            let (run, port) = floor(shards: shards, threads: threads, lag: lag, cut: cut)
            run.send(all: all, to: port)
            run.end()
            return run.digests
        }
        let one = digests(1, cut: Cuts.every(512))
        #expect(one.count == 8 && one[0].count > 100 && one[2...].allSatisfy { $0.count > 50 })
        #expect(lag < 3 || one[1].count > 0, "some trades are late")
        for shards in [2, 4, 8] { #expect(digests(shards, cut: Cuts.random(seed: seed)) == one, "\(shards) copies") }
        #expect(digests(3, threads: true, cut: Cuts.random(seed: seed)) == one, "on threads")
    }

    @Test(
        "the state is the same, to the byte, and any number of copies goes on from it", arguments: 1...12 as ClosedRange<UInt64>)
    func states(seed: UInt64) {
        let lag = Int64(seed % 6), all = trades(seed, lag: lag, count: 2_000)
        let whole = floor(shards: 1, threads: false, lag: lag, cut: Cuts.every(512))
        whole.0.send(all: all, to: whole.1)
        whole.0.end()
        var states: [[UInt8]] = []
        for (shards, threads) in [(1, false), (2, false), (5, true)] {
            let (run, port) = floor(shards: shards, threads: threads, lag: lag, cut: Cuts.random(seed: seed))
            run.send(all: Array(all[..<1_100]), to: port)
            states.append(run.checkpoint())
        }
        #expect(states[1] == states[0] && states[2] == states[0])
        for (shards, threads) in [(1, false), (4, false), (2, true)] {
            let (run, port) = floor(shards: shards, threads: threads, lag: lag, cut: Cuts.every(64))
            #expect(run.restore(states[0]))
            #expect(run.checkpoint() == states[0])
            run.send(all: Array(all[1_100...]), to: port)
            run.end()
            #expect(run.digests == whole.0.digests)
        }
    }
}
