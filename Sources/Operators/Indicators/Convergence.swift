import PlainData

/// Appel's moving average convergence/divergence as one row: what `MACD` says on two outputs, over any numbers.
///
///     value = EMA(fast) − EMA(slow)      signal = EMA(value)      histogram = value − signal
///
/// - Output: `value`, and from `signal` − 1 numbers later on `signal` and `histogram`, which are empty before.
/// - Seed: of all three averages, as in `EMA`. First value at number `slow`.
public struct Convergence: Indicator {
    let fast: Int64, slow: Int64, signal: Int64, seed: EMA.Seed
    public init(fast: Int = 12, slow: Int = 26, signal: Int = 9, seed: EMA.Seed = .sma) {
        precondition(fast > 0 && fast < slow && signal > 0, "averages over \(fast), \(slow) and \(signal) numbers")
        (self.fast, self.slow, self.signal, self.seed) = (Int64(fast), Int64(slow), Int64(signal), seed)
    }
    public struct Lines: Columns {
        public static let elementName = "Lines"
        public var value = Double.nan, signal = Double.nan, histogram = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("value", value)
            visitor.field("signal", signal)
            visitor.field("histogram", histogram)
        }
    }
    public var memory: MACD.Line { MACD.Line() }
    public func update(_ line: inout MACD.Line, _ numbers: Numbers, _ x: Double) -> Lines? {
        let fast = line.fast.add(x, fast, 2 / Double(fast + 1), seed), slow = line.slow.add(x, slow, 2 / Double(slow + 1), seed)
        guard !slow.isNaN else { return nil }
        var lines = Lines()
        lines.value = fast - slow
        lines.signal = line.signal.add(lines.value, signal, 2 / Double(signal + 1), seed)
        if !lines.signal.isNaN { lines.histogram = lines.value - lines.signal }
        return lines
    }
}

/// The exponential moving average of any numbers, as `EMA` has it of closes.
public struct ExponentialAverage: Indicator {
    let period: Int64, seed: EMA.Seed
    public init(period: Int, seed: EMA.Seed = .sma) {
        precondition(period > 0, "an average over \(period) numbers")
        (self.period, self.seed) = (Int64(period), seed)
    }
    public var memory: EMA.Average { EMA.Average() }
    public func update(_ average: inout EMA.Average, _ numbers: Numbers, _ x: Double) -> Double? {
        let value = average.add(x, period, 2 / Double(period + 1), seed)
        return value.isNaN ? nil : value
    }
}

/// Wilder's relative strength index of any numbers, as `RSI` has it of closes.
public struct WilderRSI: Indicator {
    let period: Int64
    public init(period: Int) {
        precondition(period > 0, "a strength over \(period) numbers")
        self.period = Int64(period)
    }
    public var memory: RSI.Strength { RSI.Strength() }
    public func update(_ strength: inout RSI.Strength, _ numbers: Numbers, _ x: Double) -> Double? {
        let value = strength.add(x, period)
        return value.isNaN ? nil : value
    }
}
