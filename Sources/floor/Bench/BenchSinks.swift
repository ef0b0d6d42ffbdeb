import Operators
import PlainData
import StreamRuntime
import TradingModel

/// The limit's own digest of bars: a count, the volume, and a hash that does not depend on their order.
final class BarSums {
    private(set) var bars = 0, volume: Int64 = 0, hash: UInt64 = 0

    func watch(_ edge: Edge<Bar>, in graph: Graph) {
        graph.sink("bars.sums", from: edge) { [self] offer in
            for i in 0..<offer.count { add(offer[i]) }
            return offer.count
        }
    }
    private func add(_ bar: Bar) {
        var x = UInt64(bar.symbol.rawValue - 1)  // the limit counts symbols from 0, names from 1
        func fold(_ value: Int64) { x = x &* 6_364_136_223_846_793_005 &+ UInt64(bitPattern: value) &+ 1_442_695_040_888_963_407 }
        fold(bar.time / 60_000_000_000)
        fold(bar.open.rawValue / 100_000)
        fold(bar.high.rawValue / 100_000)
        fold(bar.low.rawValue / 100_000)
        fold(bar.close.rawValue / 100_000)
        fold(bar.volume.rawValue / Quantity.one)
        bars += 1
        volume += bar.volume.rawValue / Quantity.one
        hash &+= x ^ (x >> 33)
    }
}

/// The sum of a signal's values, as the limit sums them.
final class SignalSum {
    let name: String
    private(set) var sum = 0.0, count = 0

    init(_ name: String) { self.name = name }

    func watch(_ edge: Edge<Signal>, in graph: Graph) {
        graph.sink(edge.name + ".sum", from: edge) { [self] offer in
            for i in 0..<offer.count {
                sum += offer[i].value
                count += 1
            }
            return offer.count
        }
    }

    /// W2's signals of every bar, in the order in which the limit tells their sums.
    static func all(of bars: Edge<Bar>, in graph: Graph) -> [SignalSum] {
        let sums = ["EMA 20", "EMA 50", "RSI 14", "z-score 60", "ATR 14"].map(SignalSum.init)
        let edges = [
            graph.add("ema20", EMA(period: 20, seed: .first, symbols: 160), from: bars).out,
            graph.add("ema50", EMA(period: 50, seed: .first, symbols: 160), from: bars).out,
            graph.add("rsi", RSI(period: 14, symbols: 160), from: bars).out,
            graph.add("zscore", ZScore(window: 60, symbols: 160), from: bars).out,
            graph.add("atr", ATR(period: 14, symbols: 160), from: bars).out,
        ]
        for (sum, edge) in zip(sums, edges) { sum.watch(edge, in: graph) }
        return sums
    }
}
