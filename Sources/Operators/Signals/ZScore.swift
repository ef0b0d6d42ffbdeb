import PlainData
import StreamRuntime
import TradingModel

/// How far each instrument's close is from the mean of its last `window` closes, in their population standard deviations.
///
///     z = (close − mean) / √(Σ(closeᵢ − mean)² / window)       the newest close is part of the window
///
/// - Input: `Bar`; the bars of one instrument in order of time.
/// - Output: one `Signal` a bar from the instrument's bar number `window` on, at the bar's start; nothing before. 0
///   where all closes of the window are equal.
/// - Exactness: the running sums are of differences from a base. They are made anew from the window itself once a window,
///   and whenever they have lost three digits, so rounding does not pile up, however long the stream is.
/// - State: `window` closes an instrument.
/// - Cost: constant a bar, amortised.
public struct ZScore: KeyedOperator, ~Copyable {
    @usableFromInline let window: Int
    @usableFromInline var sums: Dense<Sums>
    /// The closes of instrument s at s·window ..< (s + 1)·window, each at its number modulo the window.
    @usableFromInline var closes: [Double]

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(window: Int, symbols: Int = 0) {
        precondition(window > 1, "a deviation over \(window) bars")
        self.window = window
        sums = Dense(symbols, repeating: Sums())
        closes = Array(repeating: 0, count: symbols * window)
    }

    @inlinable public mutating func process(_ bar: Bar, into out: inout Emitter<Signal, Nothing>) {
        let value = add(bar.close.double, bar.symbol.index)
        if !value.isNaN { out.emit(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: value)) }
    }

    /// - Returns: the score, or NaN while it warms up.
    @inlinable @inline(__always) mutating func add(_ close: Double, _ symbol: Int) -> Double {
        let first = symbol &* window, n = Double(window)
        var s = sums.value(symbol)
        let at = first &+ Int(s.place)
        if at >= closes.count { makeRoom(first) }
        if s.count == window { s.remove(closes[at]) } else { s.count += 1 }
        closes[at] = close
        s.add(close)
        s.place += 1
        if s.place == window || (s.count == window && s.hasLostDigits(n)) { rebuild(&s, first, close) }
        sums[symbol] = s
        return s.count == window ? s.score(close, n) : .nan
    }

    @usableFromInline @inline(never) mutating func makeRoom(_ first: Int) {
        closes.append(contentsOf: repeatElement(0, count: first + window - closes.count))
    }

    /// Makes the sums anew, from the newest close as base: a flat window then sums to exactly nothing.
    @usableFromInline @inline(never) mutating func rebuild(_ s: inout Sums, _ first: Int, _ base: Double) {
        if s.place == window { s.place = 0 }
        (s.base, s.sum, s.squares, s.peak) = (base, 0, 0, 0)
        for i in 0..<Int(s.count) { s.add(closes[first + i]) }
        s.peak = s.squares
    }

    @inlinable public static func key(of bar: Bar) -> Int { bar.symbol.index }
    public var keys: Int { sums.count }
    public func holds(_ symbol: Int) -> Bool { sums.value(symbol).count > 0 }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) {
        let first = symbol * window
        coder.field(&sums[symbol])
        if first + window > closes.count { makeRoom(first) }
        for i in first..<first + window { coder.field(&closes[i]) }
    }

    /// Σd and Σd² of the window's differences from `base`.
    public struct Sums: State {
        @usableFromInline var count: Int64 = 0, place: Int64 = 0
        @usableFromInline var base = 0.0, sum = 0.0, squares = 0.0
        /// The largest that `squares` was since the sums were made: its last digits are what `squares` cannot have right.
        @usableFromInline var peak = 0.0
        @usableFromInline init() {}

        @inlinable @inline(__always) mutating func add(_ close: Double) {
            let d = close - base
            sum += d
            squares += d * d
            if squares > peak { peak = squares }
        }
        @inlinable @inline(__always) mutating func remove(_ close: Double) {
            let d = close - base
            sum -= d
            squares -= d * d
        }
        @inlinable @inline(__always) func variance(_ n: Double) -> Double { squares / n - sum / n * (sum / n) }
        @inlinable @inline(__always) func hasLostDigits(_ n: Double) -> Bool {
            peak > 0 && (squares < peak * 1e-3 || variance(n) < squares / n * 1e-3)
        }
        @inlinable @inline(__always) func score(_ close: Double, _ n: Double) -> Double {
            let variance = variance(n)
            return variance > 0 ? (close - base - sum / n) / variance.squareRoot() : 0
        }
        public mutating func state(_ coder: inout StateCoder) {
            coder.field(&count)
            coder.field(&place)
            coder.field(&base)
            coder.field(&sum)
            coder.field(&squares)
            coder.field(&peak)
        }
    }
}
