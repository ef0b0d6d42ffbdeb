import PlainData
import StreamRuntime
import TradingModel

/// The exponential moving average of each instrument's closes.
///
///     EMAₜ = EMAₜ₋₁ + (closeₜ − EMAₜ₋₁) · 2 / (period + 1)
///
/// - Input: `Bar`; the bars of one instrument in order of time.
/// - Output: one `Signal` a bar from the instrument's bar number `period` on, at the bar's start; nothing before.
/// - Seed: `.sma`, the mean of the first `period` closes (StockCharts, TA-Lib, LEAN); `.first`, the first close (Tulip,
///   pandas with `adjust=False`); `.weighted`, none: the mean of all closes so far, weighted as above (pandas and csp with
///   `adjust=True`). They converge: after 3.45·(period + 1) bars they differ by a thousandth of the difference between the
///   seeds.
/// - Source: Achelis, "Technical Analysis from A to Z", 2nd ed., 2000, page 208.
public struct EMA: KeyedOperator, ~Copyable {
    public enum Seed: Sendable { case sma, first, weighted }
    /// 2: an average without a seed has its weights.
    public static var stateVersion: Int { 2 }

    @usableFromInline let period: Int64, weight: Double, seed: Seed
    @usableFromInline var averages: Dense<Average>

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(period: Int, seed: Seed = .sma, symbols: Int = 0) {
        precondition(period > 0, "an average over \(period) bars")
        (self.period, self.seed) = (Int64(period), seed)
        weight = 2 / Double(period + 1)
        averages = Dense(symbols, repeating: Average())
    }

    @inlinable public mutating func process(_ bar: Bar, into out: inout Emitter<Signal, Nothing>) {
        let value = averages[bar.symbol.index].add(bar.close.double, period, weight, seed)
        if !value.isNaN { out.emit(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: value)) }
    }

    @inlinable public static func key(of bar: Bar) -> Int { bar.symbol.index }
    public var keys: Int { averages.count }
    public func holds(_ symbol: Int) -> Bool { averages.value(symbol).count > 0 }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) { coder.field(&averages[symbol]) }

    public struct Average: State {
        @usableFromInline var count: Int64 = 0
        /// While warming up with the mean as seed, the sum; the average from then on.
        @usableFromInline var value = 0.0
        /// Of all closes so far, the newest's being 1; only where there is no seed.
        @usableFromInline var weights = 0.0
        @usableFromInline init() {}

        /// - Returns: the average, or NaN while it warms up.
        @inlinable @inline(__always)
        mutating func add(_ close: Double, _ period: Int64, _ weight: Double, _ seed: Seed) -> Double {
            if count < period { return warmUp(close, period, weight, seed) }
            value += (close - value) * (seed == .weighted ? share(weight) : weight)
            return value
        }
        /// The newest close's share of the weights.
        @inlinable @inline(__always) mutating func share(_ weight: Double) -> Double {
            weights = weights * (1 - weight) + 1
            return 1 / weights
        }
        @usableFromInline @inline(never)
        mutating func warmUp(_ close: Double, _ period: Int64, _ weight: Double, _ seed: Seed) -> Double {
            count += 1
            switch seed {
            case .first: value = count == 1 ? close : value + (close - value) * weight
            case .sma:
                value += close
                if count == period { value /= Double(period) }
            case .weighted: value += (close - value) * share(weight)
            }
            return count == period ? value : .nan
        }
        public mutating func state(_ coder: inout StateCoder) {
            coder.field(&count)
            coder.field(&value)
            coder.field(&weights)
        }
    }
}
