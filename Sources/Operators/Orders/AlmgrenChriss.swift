/// How fast to trade when waiting is a risk and hurrying costs: the optimal path of implementation shortfall.
///
///     left  X ╲
///             ╲__           the more risk is minded against impact, the earlier it is traded
///             0  ‾‾‾‾────
///
/// With linear impact the path of least E + λV obeys x(j−1) − 2x(j) + x(j+1) = κ̃²τ² x(j), whose solution is
/// x(j) = X · sinh(κ(T − tj)) / sinh(κT). It is computed from the end by that recurrence, with sums, products and quotients
/// alone: those are the same to the last bit on every machine, and so are the orders of a replay.
///
/// - Units: a day is a trading day; prices in currency, quantities in units of the instrument.
/// - Source: Almgren & Chriss, "Optimal Execution of Portfolio Transactions", Journal of Risk 3, 2000, sections 2.2 and 3.
public struct AlmgrenChriss: Sendable, Equatable {
    /// λ, per currency. Zero trades along the straight line.
    public var riskAversion: Double
    /// σ, currency per unit and square root of a day.
    public var volatility: Double
    /// η, how far a rate of one unit a day moves the price while it lasts: currency per unit, per unit a day.
    public var temporaryImpact: Double
    /// γ, how far a unit traded moves the price for good: currency per unit, per unit.
    public var permanentImpact: Double

    public init(riskAversion: Double, volatility: Double, temporaryImpact: Double, permanentImpact: Double = 0) {
        (self.riskAversion, self.volatility) = (riskAversion, volatility)
        (self.temporaryImpact, self.permanentImpact) = (temporaryImpact, permanentImpact)
    }

    /// η̃ = η − γτ/2: what of the temporary impact is left when an interval of τ days has had its permanent one. The path
    /// exists where it is above zero.
    public func effectiveImpact(interval: Double) -> Double { temporaryImpact - permanentImpact * interval / 2 }

    /// What share of the whole is left after each of `slices` intervals of `interval` days: from 1 down to 0.
    public func path(slices: Int, interval: Double) -> [Double] {
        let push =
            riskAversion * volatility * volatility / effectiveImpact(interval: interval) * interval * interval
        // r(j) = x(j+1) / x(j), from the last, which is 0.
        var ratios = [Double](repeating: 0, count: slices)
        for j in stride(from: slices - 1, to: 0, by: -1) { ratios[j - 1] = 1 / (2 + push - ratios[j]) }
        var left = [1.0]
        for ratio in ratios { left.append(left[left.count - 1] * ratio) }
        return left
    }

    /// What a path of `quantity` is expected to cost against the price at its beginning, and the variance of that: E and V of
    /// the paper, with half a spread of `halfSpread` paid on each unit.
    public func cost(of quantity: Double, halfSpread: Double, slices: Int, interval: Double) -> (mean: Double, variance: Double) {
        let left = path(slices: slices, interval: interval).map { $0 * quantity }
        var squares = 0.0, held = 0.0
        for j in 1...slices {
            squares += (left[j - 1] - left[j]) * (left[j - 1] - left[j])
            held += left[j] * left[j]
        }
        let mean = permanentImpact * quantity * quantity / 2 + halfSpread * quantity
        return (
            mean + effectiveImpact(interval: interval) / interval * squares, volatility * volatility * interval * held
        )
    }
}
