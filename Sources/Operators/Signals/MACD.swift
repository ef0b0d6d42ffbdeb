import PlainData
import StreamRuntime
import TradingModel

/// Appel's moving average convergence/divergence of each instrument's closes, in units of price.
///
///     line = EMA(fast) − EMA(slow)        signal = EMA(line)
///
/// - Input: `Bar`; the bars of one instrument in order of time.
/// - Output: the line, one `Signal` a bar from the instrument's bar number `slow` on, at the bar's start; nothing before.
/// - Second output: the line's own average, from bar number `slow` + `signal` − 1 on. What charts call the histogram is
///   the difference of the two.
/// - Seed: of all three averages, as in `EMA`. The line's begins where the line does, at bar `slow`.
/// - State: three averages an instrument.
/// - Source: Appel, "The Moving Average Convergence-Divergence Trading Method", 1979; the usual periods are 12, 26 and 9.
public struct MACD: KeyedOperator, ~Copyable {
    public typealias In = Bar
    public typealias Out = Signal
    public typealias Side = Signal
    @inlinable public static var sideName: String { "signal" }

    @usableFromInline let fast: Int64, slow: Int64, signal: Int64, seed: EMA.Seed
    @usableFromInline let fastWeight: Double, slowWeight: Double, signalWeight: Double
    @usableFromInline var lines: Dense<Line>

    /// - Parameters:
    ///   - fast: the shorter period; it must be the shorter one, since the line begins with the longer.
    ///   - symbols: how many instruments to make room for at first.
    public init(fast: Int = 12, slow: Int = 26, signal: Int = 9, seed: EMA.Seed = .sma, symbols: Int = 0) {
        precondition(fast > 0 && fast < slow && signal > 0, "averages over \(fast), \(slow) and \(signal) bars")
        (self.fast, self.slow, self.signal, self.seed) = (Int64(fast), Int64(slow), Int64(signal), seed)
        (fastWeight, slowWeight, signalWeight) = (2 / Double(fast + 1), 2 / Double(slow + 1), 2 / Double(signal + 1))
        lines = Dense(symbols, repeating: Line())
    }

    @inlinable public mutating func process(_ bar: Bar, into out: inout Emitter<Signal, Signal>) {
        let symbol = bar.symbol.index, close = bar.close.double
        let fast = lines[symbol].fast.add(close, fast, fastWeight, seed)
        let slow = lines[symbol].slow.add(close, slow, slowWeight, seed)
        guard !slow.isNaN else { return }
        out.emit(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: fast - slow))
        let average = lines[symbol].signal.add(fast - slow, signal, signalWeight, seed)
        guard !average.isNaN else { return }
        out.emitSide(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: average))
    }

    @inlinable public static func key(of bar: Bar) -> Int { bar.symbol.index }
    public var keys: Int { lines.count }
    public func holds(_ symbol: Int) -> Bool { lines.value(symbol).fast.count > 0 }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) { coder.field(&lines[symbol]) }

    public struct Line: State {
        @usableFromInline var fast = EMA.Average(), slow = EMA.Average(), signal = EMA.Average()
        @usableFromInline init() {}
        public mutating func state(_ coder: inout StateCoder) {
            fast.state(&coder)
            slow.state(&coder)
            signal.state(&coder)
        }
    }
}
