import PlainData
import StreamRuntime
import TradingModel

/// How far each instrument's price is from the mean of its last `window` prices, in their standard deviations.
///
///     z = (price − mean) / √(Σ(priceᵢ − mean)² / n)       the newest price is part of the window
///
/// - Input: bars, by their close, or trades; those of one instrument in order of time.
/// - Output: one `Signal` an element from the instrument's element number `window` on, at the bar's start or the trade's
///   time; nothing before. 0 where all prices of the window are equal.
/// - Deviation: `.population` divides by n = `window` (Bollinger), `.sample` by n = `window` − 1.
/// - Exactness: the running sums are of differences from a base. They are made anew from the window itself once a window,
///   and whenever they have lost three digits, so rounding does not pile up, however long the stream is.
/// - State: `window` prices an instrument.
/// - Cost: constant an element, amortised.
public struct ZScore<Input: Priced>: KeyedOperator, ~Copyable {
    @usableFromInline let window: Int
    /// What the variance of the population is multiplied with.
    @usableFromInline let correction: Double
    @usableFromInline var sums: Dense<ZScoreSums>
    /// The prices of instrument s at s·window ..< (s + 1)·window, each at its number modulo the window.
    @usableFromInline var prices: [Double]

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(window: Int, deviation: Deviation = .population, symbols: Int = 0) {
        precondition(window > 1, "a deviation over \(window) prices")
        self.window = window
        correction = deviation == .sample ? Double(window) / Double(window - 1) : 1
        sums = Dense(symbols, repeating: ZScoreSums())
        prices = Array(repeating: 0, count: symbols * window)
    }

    @inlinable public mutating func process(_ element: Input, into out: inout Emitter<Signal, Nothing>) {
        let value = add(element.lastPrice.double, element.symbol.index)
        guard !value.isNaN else { return }
        out.emit(Signal(time: element.beginning, eventTime: element.eventTime, symbol: element.symbol, value: value))
    }

    /// - Returns: the score, or NaN while it warms up.
    @inlinable @inline(__always) mutating func add(_ price: Double, _ symbol: Int) -> Double {
        let first = symbol &* window, n = Double(window)
        var s = sums.value(symbol)
        let at = first &+ Int(s.place)
        if at >= prices.count { makeRoom(first) }
        if s.count == window { s.remove(prices[at]) } else { s.count += 1 }
        prices[at] = price
        s.add(price)
        s.place += 1
        if s.place == window || (s.count == window && s.hasLostDigits(n)) { rebuild(&s, first, price) }
        sums[symbol] = s
        return s.count == window ? s.score(price, n, correction) : .nan
    }

    @usableFromInline @inline(never) mutating func makeRoom(_ first: Int) {
        prices.append(contentsOf: repeatElement(0, count: first + window - prices.count))
    }

    /// Makes the sums anew, from the newest price as base: a flat window then sums to exactly nothing.
    @usableFromInline @inline(never) mutating func rebuild(_ s: inout ZScoreSums, _ first: Int, _ base: Double) {
        if s.place == window { s.place = 0 }
        (s.base, s.sum, s.squares, s.peak) = (base, 0, 0, 0)
        for i in 0..<Int(s.count) { s.add(prices[first + i]) }
        s.peak = s.squares
    }

    @inlinable public static func key(of element: Input) -> Int { element.symbol.index }
    public var keys: Int { sums.count }
    public func holds(_ symbol: Int) -> Bool { sums.value(symbol).count > 0 }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) {
        let first = symbol * window
        coder.field(&sums[symbol])
        if first + window > prices.count { makeRoom(first) }
        for i in first..<first + window { coder.field(&prices[i]) }
    }
}

/// What a standard deviation divides its squares by: all of them, or one less.
public enum Deviation: Sendable { case population, sample }

/// Σd and Σd² of a window's differences from `base`.
public struct ZScoreSums: State {
    @usableFromInline var count: Int64 = 0, place: Int64 = 0
    @usableFromInline var base = 0.0, sum = 0.0, squares = 0.0
    /// The largest that `squares` was since the sums were made: its last digits are what `squares` cannot have right.
    @usableFromInline var peak = 0.0
    @usableFromInline init() {}

    @inlinable @inline(__always) mutating func add(_ price: Double) {
        let d = price - base
        sum += d
        squares += d * d
        if squares > peak { peak = squares }
    }
    @inlinable @inline(__always) mutating func remove(_ price: Double) {
        let d = price - base
        sum -= d
        squares -= d * d
    }
    @inlinable @inline(__always) func variance(_ n: Double) -> Double { squares / n - sum / n * (sum / n) }
    @inlinable @inline(__always) func hasLostDigits(_ n: Double) -> Bool {
        peak > 0 && (squares < peak * 1e-3 || variance(n) < squares / n * 1e-3)
    }
    @inlinable @inline(__always) func score(_ price: Double, _ n: Double, _ correction: Double) -> Double {
        let variance = variance(n) * correction
        return variance > 0 ? (price - base - sum / n) / variance.squareRoot() : 0
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
