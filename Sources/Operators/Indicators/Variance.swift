/// The variance of the last `period` numbers, or its root.
///
///     s² = Σ(xᵢ − mean)² / n,  n = `period`, or one less for the sample's
///
/// - Seed: none. First value at number `period`.
/// - Source: as in two passes; the running sums have twice the digits of a double (see `Sum`).
public struct Variance: Indicator {
    let period: Int, divisor: Double, isRoot: Bool
    public init(period: Int, deviation: Deviation = .population, isRoot: Bool = false) {
        precondition(period > 1, "a deviation of \(period) numbers")
        (self.period, self.isRoot) = (period, isRoot)
        divisor = deviation == .sample ? Double(period - 1) : Double(period)
    }
    public var memory: Moments { Moments() }
    public var room: Int { period }
    public func update(_ moments: inout Moments, _ numbers: Numbers, _ x: Double) -> Double? {
        moments.push(x, numbers)
        guard moments.isFull(numbers) else { return nil }
        let variance = max(0, moments.deviations(Double(period))) / divisor
        return isRoot ? variance.squareRoot() : variance
    }
}
