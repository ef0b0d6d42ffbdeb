/// A quantile of the last `period` numbers, between two of them by linear interpolation.
///
///     h = (p − 1)·q,  value = x₍⌊h⌋₎ + (h − ⌊h⌋)·(x₍⌊h⌋₊₁₎ − x₍⌊h⌋₎)      of the numbers in order, from 0
///
/// - Seed: none. First value at number `period`. Cost: the logarithm of `period`.
/// - Source: Hyndman & Fan, "Sample Quantiles in Statistical Packages", American Statistician 50(4), 1996, definition 7: the
///   default of NumPy, pandas and R.
public struct Quantile: Indicator {
    let period: Int, quantile: Double
    public init(period: Int, quantile: Double = 0.5) {
        precondition(period > 0 && quantile >= 0 && quantile <= 1, "the quantile \(quantile) of \(period) numbers")
        (self.period, self.quantile) = (period, quantile)
    }
    public var memory: OrderedWindow { OrderedWindow() }
    public var room: Int { OrderedWindow.room(period) }
    public func update(_ window: inout OrderedWindow, _ numbers: Numbers, _ x: Double) -> Double? {
        window.push(x, numbers)
        guard window.isFull(numbers) else { return nil }
        let h = Double(period - 1) * quantile, k = Int(h), low = window.select(k, numbers)
        return h == Double(k) ? low : low + (h - Double(k)) * (window.select(k + 1, numbers) - low)
    }
}
