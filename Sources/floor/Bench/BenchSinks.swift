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
        for price in [bar.open, bar.high, bar.low, bar.close] { fold(price.rawValue / 100_000) }
        fold(bar.volume.rawValue / Quantity.one)
        bars += 1
        volume += bar.volume.rawValue / Quantity.one
        hash &+= x ^ (x >> 33)
    }
}

/// The sum of a signal's values, as the limit sums them.
final class SignalSum {
    private(set) var sum = 0.0, count = 0

    func watch(_ edge: Edge<Signal>, in graph: Graph) {
        graph.sink(edge.name + ".sum", from: edge) { [self] offer in
            for i in 0..<offer.count {
                sum += offer[i].value
                count += 1
            }
            return offer.count
        }
    }
}
