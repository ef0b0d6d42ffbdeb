import Foundation
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// csp's own graph: bars of a second with VWAP, the difference of two averages, and a z-score over 1,000 ticks on every tick.
///
/// Beside csp itself, run on the same ticks, where it is installed; its last outputs are then the answer that is checked.
/// Elsewhere the published rate is the peer, and the lines say so.
struct CSPBench {
    let options: BenchOptions
    private static var symbols: [Int] { [1, 100] }
    private static var ticks: Int { 500_000 }
    /// What csp 0.19.1 did on the machine of the first measurements, in M ticks/s.
    private static func published(_ symbols: Int) -> Double { symbols == 1 ? 3.7 : 2.5 }

    init(_ options: BenchOptions) { self.options = options }

    private struct Peer: Decodable {
        var version: String, ticks: Int, seconds: Double
        /// Per symbol: the difference of the averages, the VWAP, the z-score, high − low + first.
        var outputs: [[Double]]
    }

    func run() throws -> [BenchLine] {
        let script = try Native.source("csp_graph.py")
        try FileManager.default.createDirectory(atPath: options.folder, withIntermediateDirectories: true)
        let python = Native.python(with: "csp")
        if python == nil {
            complain("csp is not installed (scripts/install-dependencies --bench): its published rates stand in for it")
        }
        return try Self.symbols.map { symbols in
            let file = options.folder + "/csp-\(symbols).bin"
            let name = "csp's graph, \(symbols) symbol\(symbols == 1 ? "" : "s")"
            var pairs: [(own: Double, limit: Double)] = []
            if let python, !FileManager.default.fileExists(atPath: file) {
                try Native.execute(python, [script, "write", file, "\(symbols)", "\(Self.ticks / symbols)"])
            }
            let trades = python == nil ? Self.made(symbols) : try Self.read(file)
            for _ in 0..<options.rounds {
                guard let python else {
                    pairs.append((try measure(trades, symbols).rate, Self.published(symbols)))
                    continue
                }
                let peer = try JSONDecoder().decode(Peer.self, from: Native.execute(python, [script, "run", file]))
                let own = try measure(trades, symbols)
                try check(own.outputs, peer.outputs)
                pairs.append((own.rate, Double(peer.ticks) / peer.seconds / 1e6))
            }
            return .ratio(name + (python == nil ? " (csp: published)" : ""), pairs, "M ticks/s", atLeast: 10)
        }
    }

    /// 32 bytes a tick: ns, price, size, symbol.
    private static func read(_ file: String) throws -> [Trade] {
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 32).map { i in
                trade(
                    bytes.loadUnaligned(fromByteOffset: i * 32, as: Int64.self),
                    bytes.loadUnaligned(fromByteOffset: i * 32 + 8, as: Double.self),
                    bytes.loadUnaligned(fromByteOffset: i * 32 + 16, as: Double.self),
                    bytes.loadUnaligned(fromByteOffset: i * 32 + 24, as: UInt64.self))
            }
        }
    }
    /// Ticks like csp's, for when it is not here to make them.
    private static func made(_ symbols: Int) -> [Trade] {
        var random = SplitMix64(seed: 1), prices = Array(repeating: 100.0, count: symbols)
        let step = 50 * UTC.second / Int64(ticks / symbols)
        return (0..<ticks).map { i in
            prices[i % symbols] += 0.04 * (random.unit() - 0.5)
            return trade(
                start + Int64(i / symbols) * step, prices[i % symbols], Double(1 + random.below(499)), UInt64(i % symbols))
        }
    }
    private static var start: Int64 { 1_710_163_800_000_000_000 }
    /// csp's bars hold the tick on their end, not the one on their beginning: a nanosecond earlier, ours hold the same.
    private static func trade(_ time: Int64, _ price: Double, _ size: Double, _ symbol: UInt64) -> Trade {
        Trade(
            eventTime: max(start, time - 1), symbol: SymbolID(rawValue: UInt32(symbol + 1)),
            price: Price(rawValue: Int64((price * 1e9).rounded())), size: Quantity(units: Int64(size)))
    }

    /// Hands out what lies in memory, as csp's curves do.
    private struct Memory: PullSource {
        let trades: [Trade]
        var at = 0

        init(_ trades: [Trade]) { self.trades = trades }
        mutating func fill(_ out: UnsafeMutableBufferPointer<Trade>) -> Int {
            let n = min(out.count, trades.count - at)
            guard n > 0 else { return 0 }
            trades.withUnsafeBufferPointer { all in
                _ = out.update(fromContentsOf: all[at..<at + n])
            }
            at += n
            return n
        }
    }

    private final class Last {
        var rows: [[Double]]
        init(_ symbols: Int) { rows = Array(repeating: [.nan, .nan, .nan, .nan], count: symbols) }
    }

    private func measure(_ trades: [Trade], _ symbols: Int) throws -> (rate: Double, outputs: [[Double]]) {
        let graph = Graph(edgeCapacity: 2_048), last = Last(symbols)
        let port = graph.source("trades", Trade.self)
        let bars = graph.add("bars", TimeBars(length: UTC.second, symbols: symbols + 1), from: port.edge).out
        let macd = graph.add("macd", MACD(seed: .weighted, symbols: symbols + 1), from: bars).out
        let zscore = ZScore<Trade>(window: 1_000, deviation: .sample, symbols: symbols + 1)
        let scores = graph.add("zscore", zscore, from: port.edge).out
        graph.sink("macd.last", from: macd) { offer in
            for i in 0..<offer.count { last.rows[offer[i].symbol.index - 1][0] = offer[i].value }
            return offer.count
        }
        graph.sink("bars.last", from: bars) { offer in
            for i in 0..<offer.count {
                let bar = offer[i], row = bar.symbol.index - 1
                last.rows[row][1] = bar.vwap.double
                last.rows[row][3] = bar.high.double - bar.low.double + bar.open.double
            }
            return offer.count
        }
        graph.sink("zscore.last", from: scores) { offer in
            for i in 0..<offer.count { last.rows[offer[i].symbol.index - 1][2] = offer[i].value }
            return offer.count
        }
        let engine = Engine(graph, names: Names())
        engine.pull(port, Memory(trades))
        let begin = TickClock.monotonic()
        try engine.run(journal: nil)
        return (Double(trades.count) / (Double(TickClock.monotonic() - begin) / 1e9) / 1e6, last.rows)
    }

    /// csp's z-score has the rounding of its running sums; ours has none worth mentioning.
    private func check(_ own: [[Double]], _ peer: [[Double]]) throws {
        for (symbol, pair) in zip(own, peer).enumerated() {
            for (k, name) in ["the averages' difference", "the VWAP", "the z-score", "high − low + first"].enumerated()
            where !(abs(pair.0[k] - pair.1[k]) < 1e-6) {
                throw Refusal.answer("csp's graph, symbol \(symbol): \(name) is \(pair.0[k]), csp's is \(pair.1[k])")
            }
        }
    }
}
