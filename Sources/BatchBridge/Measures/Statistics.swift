import Glibc

/// The few formulas behind the KPIs, each on its own so that it can be held against a second computation.
public enum Statistics {
    /// Sessions in a year, by the convention of daily returns on stock markets.
    public static let sessionsPerYear = 252.0

    /// Simple returns from one equity to the next. Nil where an equity is not above zero: after that there is no return.
    public static func returns(_ equity: [Double]) -> [Double]? {
        guard equity.dropLast().allSatisfy({ $0 > 0 }) else { return nil }
        return zip(equity.dropFirst(), equity).map { $0 / $1 - 1 }
    }

    /// Nil for no values.
    public static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// With n − 1 in the denominator; nil for fewer than two values.
    public static func sampleDeviation(_ values: [Double]) -> Double? {
        guard values.count > 1, let mean = mean(values) else { return nil }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// √(mean of min(r, 0)²), over all values: those above zero count as zero.
    public static func downsideDeviation(_ values: [Double]) -> Double? {
        mean(values.map { $0 < 0 ? $0 * $0 : 0 })?.squareRoot()
    }

    /// (last / first)^(252 / sessions) − 1; nil where the quotient is not above zero.
    public static func annualised(from first: Double, to last: Double, sessions: Int) -> Double? {
        guard first > 0, last > 0, sessions > 0 else { return nil }
        return pow(last / first, sessionsPerYear / Double(sessions)) - 1
    }

    /// a / b where that is a number.
    public static func ratio(_ a: Double?, _ b: Double?) -> Double? {
        guard let a, let b, b != 0, (a / b).isFinite else { return nil }
        return a / b
    }
}

/// The deepest fall of a curve below its highest value so far.
public struct Drawdown: Sendable, Equatable {
    /// 0.25 for a fall of a quarter; 0 for a curve that never falls.
    public var depth: Double
    /// Where the fall began, where it was deepest, and where the old height was first reached again.
    public var peak: Int, trough: Int
    public var recovery: Int?

    public init(depth: Double = 0, peak: Int = 0, trough: Int = 0, recovery: Int? = nil) {
        (self.depth, self.peak, self.trough, self.recovery) = (depth, peak, trough, recovery)
    }

    /// The first of the deepest.
    public static func deepest(_ curve: [Double]) -> Drawdown {
        var worst = Drawdown(), peak = 0
        for (i, value) in curve.enumerated() {
            if value > curve[peak] { peak = i }
            let depth = curve[peak] > 0 ? 1 - value / curve[peak] : 0
            if depth > worst.depth { worst = Drawdown(depth: depth, peak: peak, trough: i) }
        }
        guard worst.depth > 0 else { return worst }
        worst.recovery = curve.indices.first { $0 > worst.trough && curve[$0] >= curve[worst.peak] }
        return worst
    }

    /// How far each value lies below the highest so far: 0 at a new height, −0.25 a quarter below it.
    public static func underwater(_ curve: [Double]) -> [Double] {
        var peak = -Double.infinity
        return curve.map { value in
            peak = max(peak, value)
            return peak > 0 ? value / peak - 1 : 0
        }
    }
}
