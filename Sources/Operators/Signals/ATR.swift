import PlainData
import StreamRuntime
import TradingModel

/// Wilder's average true range of each instrument's bars, in units of price.
///
///     TRₜ  = max(high, closeₜ₋₁) − min(low, closeₜ₋₁)
///     ATRₜ = (ATRₜ₋₁ · (period − 1) + TRₜ) / period
///
/// - Input: `Bar`; the bars of one instrument in order of time.
/// - Output: one `Signal` a bar from the seed's bar on, at the bar's start; nothing before. Never negative while high ≥ low.
/// - Seed: the mean of the first `period` true ranges. With `.first` the first bar's high − low is one of them, and the
///   first value is at bar `period` (Wilder, Achelis, StockCharts, Tulip); with `.second` they begin with the second bar,
///   the first that has a close before it, and the first value is at bar `period + 1` (TA-Lib, LEAN).
/// - State: three numbers an instrument.
/// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978, section III.
public struct ATR: KeyedOperator, ~Copyable {
    /// The bar whose true range is the first.
    public enum Seed: Sendable { case first, second }

    @usableFromInline let period: Int64, seed: Seed
    @usableFromInline var ranges: Dense<Range>

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(period: Int, seed: Seed = .first, symbols: Int = 0) {
        precondition(period > 0, "an average range over \(period) bars")
        (self.period, self.seed) = (Int64(period), seed)
        ranges = Dense(symbols, repeating: Range())
    }

    @inlinable public mutating func process(_ bar: Bar, into out: inout Emitter<Signal, Nothing>) {
        let value = ranges[bar.symbol.index].add(bar.high.double, bar.low.double, bar.close.double, period, seed)
        if !value.isNaN { out.emit(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: value)) }
    }

    @inlinable public static func key(of bar: Bar) -> Int { bar.symbol.index }
    public var keys: Int { ranges.count }
    public func holds(_ symbol: Int) -> Bool { ranges.value(symbol).count >= 0 }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) { coder.field(&ranges[symbol]) }

    public struct Range: State {
        /// How many true ranges there were; -1 before the first bar.
        @usableFromInline var count: Int64 = -1, close = 0.0, average = 0.0
        @usableFromInline init() {}

        /// - Returns: the average, or NaN while it warms up.
        @inlinable @inline(__always)
        mutating func add(_ high: Double, _ low: Double, _ close: Double, _ period: Int64, _ seed: Seed) -> Double {
            if count < period { return warmUp(high, low, close, period, seed) }
            let n = Double(period)
            average = (average * (n - 1) + trueRange(high, low)) / n
            self.close = close
            return average
        }
        @inlinable @inline(__always) func trueRange(_ high: Double, _ low: Double) -> Double {
            max(high - low, abs(high - close), abs(low - close))
        }
        @usableFromInline @inline(never)
        mutating func warmUp(_ high: Double, _ low: Double, _ close: Double, _ period: Int64, _ seed: Seed) -> Double {
            let isFirst = count < 0
            if isFirst { count = 0 }
            if !isFirst || seed == .first {
                average += (isFirst ? high - low : trueRange(high, low)) / Double(period)
                count += 1
            }
            self.close = close
            return count == period ? average : .nan
        }
        public mutating func state(_ coder: inout StateCoder) {
            coder.field(&count)
            coder.field(&close)
            coder.field(&average)
        }
    }
}
