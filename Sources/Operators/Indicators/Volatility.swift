import PlainData
import TradingModel

/// The volatility of logarithmic returns with exponential weights, as RiskMetrics has it.
///
///     σ²ₜ = λ·σ²ₜ₋₁ + (1 − λ)·rₜ²      rₜ = ln(xₜ / xₜ₋₁)      value = √(annualize · σ²)
///
/// - Seed: the first return's square. First value at number 2. Numbers that are not positive are passed over.
/// - Source: J.P. Morgan / Reuters, "RiskMetrics Technical Document", 4th ed., 1996, section 5.2; λ = 0.94 is their daily one.
public struct EWMAVolatility: Indicator {
    let lambda: Double, annualize: Double
    public init(lambda: Double = 0.94, annualize: Double = 1) {
        precondition(lambda >= 0 && lambda < 1 && annualize > 0, "a volatility with λ \(lambda), annualized by \(annualize)")
        (self.lambda, self.annualize) = (lambda, annualize)
    }
    public struct Memory: Words {
        var before = 0.0, variance = -1.0
        public init() {}
    }
    public var memory: Memory { Memory() }
    public func update(_ memory: inout Memory, _ numbers: Numbers, _ x: Double) -> Double? {
        guard x > 0 else { return nil }
        defer { memory.before = x }
        guard memory.before > 0 else { return nil }
        let change = logarithm(x / memory.before)
        memory.variance = memory.variance < 0 ? change * change : lambda * memory.variance + (1 - lambda) * change * change
        return (annualize * memory.variance).squareRoot()
    }
}

/// Realised volatility: the root of the sum of the last `period` squared logarithmic returns.
///
///     RV = √(scale · Σ rᵢ²),  scale = 1; or annualize / period, for the volatility of a year of so many bars
///
/// - Seed: none. First value at number `period` + 1. Numbers that are not positive are passed over.
/// - Source: Andersen & Bollerslev, "Answering the Skeptics", International Economic Review 39(4), 1998.
public struct RealizedVolatility: Indicator {
    let period: Int, scale: Double
    /// - Parameter annualize: how many numbers make a year; nil for the window's own volatility.
    public init(period: Int, annualize: Double? = nil) {
        precondition(period > 0 && annualize ?? 1 > 0, "a volatility of \(period) returns")
        (self.period, scale) = (period, annualize.map { $0 / Double(period) } ?? 1)
    }
    public struct Memory: Words {
        var before = 0.0, ring = Ring(), squares = WindowSum()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { period }
    public func update(_ memory: inout Memory, _ numbers: Numbers, _ x: Double) -> Double? {
        guard x > 0 else { return nil }
        defer { memory.before = x }
        guard memory.before > 0 else { return nil }
        let change = logarithm(x / memory.before), square = change * change
        memory.squares.slide(square, memory.ring.push(square, numbers))
        return memory.ring.isFull(numbers) ? (scale * max(0, memory.squares.value)).squareRoot() : nil
    }
}

/// Garman and Klass' volatility of the last `period` bars, from their four prices.
///
///     σ² = mean(½·ln(high/low)² − (2·ln 2 − 1)·ln(close/open)²)      value = √(annualize · σ²)
///
/// - Seed: none. First value at bar `period`. A bar with a price that is not positive is passed over. 0 where the mean is negative, as
///   it can be of bars whose close and open are far apart.
/// - Source: Garman & Klass, "On the Estimation of Security Price Volatilities from Historical Data", Journal of Business 53(1), 1980.
public struct GarmanKlass: Indicator {
    let period: Int, annualize: Double
    public init(period: Int, annualize: Double = 1) {
        precondition(period > 0 && annualize > 0, "a volatility of \(period) bars, annualized by \(annualize)")
        (self.period, self.annualize) = (period, annualize)
    }
    public var memory: Mean { Mean() }
    public var room: Int { period }
    public func update(_ mean: inout Mean, _ numbers: Numbers, _ bar: Bar) -> Double? {
        guard bar.open > .zero, bar.low > .zero, bar.high > .zero, bar.close > .zero else { return nil }
        let range = logarithm(bar.high.nearest / bar.low.nearest), move = logarithm(bar.close.nearest / bar.open.nearest)
        let term = 0.5 * range * range - (2 * 0.693_147_180_559_945_3 - 1) * move * move
        return mean.push(term, numbers).map { (annualize * max(0, $0)).squareRoot() }
    }
}
