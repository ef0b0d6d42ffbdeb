import PlainData

/// Where averages of averages start.
public enum CascadeSeed: Sendable {
    /// All of them at number `period`, from the mean of the first numbers (Stock.Indicators).
    case mean
    /// Each from the mean of the first `period` values of the one before (TA-Lib, LEAN).
    case cascade
    /// Each from the first value of the one before, which speaks from number `period` on (Tulip, Achelis).
    case first
}

/// Mulloy's double exponential moving average: less lag than one average.
///
///     DEMA = 2·EMA − EMA(EMA)
///
/// - Seed: see `CascadeSeed`. First value at number `period` with `.mean`, at 2·`period` − 1 with the others.
/// - Source: Mulloy, "Smoothing Data with Faster Moving Averages", Technical Analysis of Stocks & Commodities 12(1), 1994.
public struct DEMA: Indicator {
    let average: Cascade
    public init(period: Int, seed: CascadeSeed = .mean) { average = Cascade(period, seed) }
    public var memory: Cascade.Memory { Cascade.Memory() }
    public func update(_ memory: inout Cascade.Memory, _ numbers: Numbers, _ x: Double) -> Double? {
        let (one, two, _) = average.add(x, &memory, depth: 2)
        return two.isNaN ? nil : 2 * one - two
    }
}

/// Mulloy's triple exponential moving average.
///
///     TEMA = 3·EMA − 3·EMA(EMA) + EMA(EMA(EMA))
///
/// - Seed: see `CascadeSeed`. First value at number `period` with `.mean`, at 3·`period` − 2 with the others.
/// - Source: Mulloy, "Smoothing Data with Less Lag", Technical Analysis of Stocks & Commodities 12(2), 1994.
public struct TEMA: Indicator {
    let average: Cascade
    public init(period: Int, seed: CascadeSeed = .mean) { average = Cascade(period, seed) }
    public var memory: Cascade.Memory { Cascade.Memory() }
    public func update(_ memory: inout Cascade.Memory, _ numbers: Numbers, _ x: Double) -> Double? {
        let (one, two, three) = average.add(x, &memory, depth: 3)
        return three.isNaN ? nil : 3 * one - 3 * two + three
    }
}

/// An exponential average, the average of that, and the average of that one.
public struct Cascade: Sendable {
    public struct Memory: Words {
        var one = EMA.Average(), two = EMA.Average(), three = EMA.Average()
        public init() {}
    }
    let period: Int64, weight: Double, seed: CascadeSeed
    init(_ period: Int, _ seed: CascadeSeed) {
        precondition(period > 0, "an average of \(period) numbers")
        (self.period, weight, self.seed) = (Int64(period), 2 / Double(period + 1), seed)
    }
    func add(_ x: Double, _ memory: inout Memory, depth: Int) -> (Double, Double, Double) {
        let from: EMA.Seed = seed == .first ? .first : .sma
        let one = memory.one.add(x, period, weight, from)
        guard !one.isNaN else { return (.nan, .nan, .nan) }
        if seed == .mean, memory.two.count < period {
            memory.two.begin(one, period)
            memory.three.begin(one, period)
            return (one, one, one)
        }
        let two = memory.two.add(one, period, weight, from)
        guard !two.isNaN, depth == 3 else { return (one, two, .nan) }
        return (one, two, memory.three.add(two, period, weight, from))
    }
}

extension EMA.Average {
    /// Starts warm, from a value.
    mutating func begin(_ value: Double, _ period: Int64) { (count, self.value) = (period, value) }
}

/// Wilder's smoothing, also RMA or SMMA: the newest number has the weight 1 / period.
///
///     RMAₜ = (RMAₜ₋₁ · (p − 1) + xₜ) / p
///
/// - Seed: `.sma`, the mean of the first `period` numbers (Wilder, TA-Lib, Tulip, Stock.Indicators); `.first`, the first number
///   (pandas' `ewm(alpha=1/p, adjust=False)`). First value at number `period`.
/// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978, section III.
public struct Wilder: Indicator {
    let period: Int64, seed: EMA.Seed
    public init(period: Int, seed: EMA.Seed = .sma) {
        precondition(period > 0, "an average of \(period) numbers")
        (self.period, self.seed) = (Int64(period), seed)
    }
    public var memory: EMA.Average { EMA.Average() }
    public func update(_ average: inout EMA.Average, _ numbers: Numbers, _ x: Double) -> Double? {
        let value = average.add(x, period, 1 / Double(period), seed)
        return value.isNaN ? nil : value
    }
}
