import PlainData
import TradingModel

/// A day of minutes out of a stream that never repeats itself, made of nothing but its number: the end of a stream of any length can be
/// made again without what came before.
///
/// Prices lie between 90 and 130. Before the last days, once in a day, one is a million times as large: what it leaves behind in a running sum
/// would show.
struct DriftDay {
    static let minutes = 1_440
    let number: Int
    private(set) var bars: [Bar] = [], benchmark: [Bar] = [], quotes: [Quote] = [], trades: [Trade] = []

    /// - Parameter isCalm: without prices that are out of all proportion.
    init(_ number: Int, isCalm: Bool) {
        self.number = number
        for minute in 0..<Self.minutes {
            var random = SplitMix64(seed: UInt64(number * Self.minutes + minute) &* 0xD1B5_4A32_D192_ED03)
            let scale: Double = !isCalm && minute == 700 ? 1e6 : 1
            let start = Int64(number * Self.minutes + minute) * 60 * UTC.second, end = start + 60 * UTC.second
            func price(_ value: Double) -> Price { Price(rawValue: Int64((value * scale * 1e4).rounded()) * 100_000) }
            func bar(_ symbol: UInt32, _ volume: Int64) -> Bar {
                let (open, close) = (100 + 20 * random.unit(), 100 + 20 * random.unit())
                return Bar(
                    time: start, closeTime: end, symbol: SymbolID(rawValue: symbol), open: price(open),
                    high: price(max(open, close) + 10 * random.unit()), low: price(min(open, close) - 10 * random.unit()),
                    close: price(close), volume: Quantity(units: volume))
            }
            let volume = Int64(1 + random.below(1_000))
            let made = bar(1, volume)
            bars.append(made)
            benchmark.append(bar(2, volume))
            trades.append(
                Trade(
                    eventTime: start, symbol: made.symbol, price: made.close, size: made.volume,
                    aggressor: random.below(2) == 0 ? .buy : .sell))
            quotes.append(
                Quote(
                    eventTime: start, symbol: made.symbol, bid: made.low, bidSize: made.volume, ask: made.high,
                    askSize: Quantity(units: Int64(1 + random.below(1_000)))))
        }
    }
}
