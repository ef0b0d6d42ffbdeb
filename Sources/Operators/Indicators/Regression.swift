import PlainData

/// The straight line through the last `period` numbers by least squares, numbered 0 … p − 1.
///
/// - Output: `value`, the line at the newest (the least-squares moving average, LSMA); `slope`, per number; `intercept`, the line at
///   the oldest; `r_squared`, how much of the variance the line explains (empty where there is none).
/// - Seed: none. First value at number `period`.
/// - Source: TA-Lib's LINEARREG, LINEARREG_SLOPE and LINEARREG_INTERCEPT.
public struct Regression: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 1, "a line through \(period) numbers")
        self.period = period
    }
    public struct Line: Columns {
        public static let elementName = "Line"
        public var value = Double.nan, slope = Double.nan, intercept = Double.nan, rSquared = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("value", value)
            visitor.field("slope", slope)
            visitor.field("intercept", intercept)
            visitor.field("r_squared", rSquared)
        }
    }
    public struct Memory: Words {
        var ladder = Ladder(), moments = Moments()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { 2 * period }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ x: Double) -> Line? {
        memory.ladder.push(x, numbers.part(0, period))
        memory.moments.push(x, numbers.part(period, period))
        guard memory.ladder.isFull(numbers.part(0, period)) else { return nil }
        let n = Double(period), spread = n * (n * n - 1) / 12
        let mean = memory.ladder.sum.value / n
        // Σ(i − (n + 1)/2)·xᵢ over places 1 … n.
        let slope = memory.ladder.centred(n) / spread
        var line = Line()
        line.slope = slope
        line.value = mean + slope * (n - 1) / 2
        line.intercept = mean - slope * (n - 1) / 2
        let all = memory.moments.deviations(n)
        if all > 0 { line.rSquared = min(1, slope * slope * spread / all) }
        return line
    }
}
