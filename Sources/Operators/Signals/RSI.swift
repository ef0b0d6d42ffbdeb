import PlainData
import StreamRuntime
import TradingModel

/// Wilder's relative strength index of each instrument's closes, 0 to 100.
///
///     RSI = 100 · gain / (gain + loss)      gainₜ = (gainₜ₋₁ · (period − 1) + max(change, 0)) / period
///
/// - Input: `Bar`; the bars of one instrument in order of time.
/// - Output: one `Signal` a bar from the instrument's bar number `period + 1` on, at the bar's start; nothing before.
///   100 where nothing was lost, a flat series included (StockCharts and most libraries; Tulip has no number there).
/// - Seed: the means of the first `period` gains and losses.
/// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978, section VI.
public struct RSI: KeyedOperator, ~Copyable {
    @usableFromInline let period: Int64
    @usableFromInline var strengths: Dense<Strength>

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(period: Int, symbols: Int = 0) {
        precondition(period > 0, "a strength over \(period) bars")
        self.period = Int64(period)
        strengths = Dense(symbols, repeating: Strength())
    }

    @inlinable public mutating func process(_ bar: Bar, into out: inout Emitter<Signal, Nothing>) {
        let value = strengths[bar.symbol.index].add(bar.close.double, period)
        if !value.isNaN { out.emit(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: value)) }
    }

    @inlinable public static func key(of bar: Bar) -> Int { bar.symbol.index }
    public var keys: Int { strengths.count }
    public func holds(_ symbol: Int) -> Bool { strengths.value(symbol).count > 0 }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) { coder.field(&strengths[symbol]) }

    public struct Strength: State {
        @usableFromInline var count: Int64 = 0, close = 0.0, gain = 0.0, loss = 0.0
        @usableFromInline init() {}

        /// - Returns: the index, or NaN while it warms up.
        @inlinable @inline(__always) mutating func add(_ close: Double, _ period: Int64) -> Double {
            let change = close - self.close, up = change > 0 ? change : 0, down = change < 0 ? -change : 0
            let n = Double(period)
            self.close = close
            if count <= period {
                count += 1
                if count == 1 { return .nan }
                gain += up / n
                loss += down / n
                if count <= period { return .nan }
            } else {
                gain = (gain * (n - 1) + up) / n
                loss = (loss * (n - 1) + down) / n
            }
            return loss == 0 ? 100 : 100 * gain / (gain + loss)
        }
        public mutating func state(_ coder: inout StateCoder) {
            coder.field(&count)
            coder.field(&close)
            coder.field(&gain)
            coder.field(&loss)
        }
    }
}
