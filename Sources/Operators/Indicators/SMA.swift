/// The simple moving average: the mean of the last `period` numbers.
///
///     SMAₜ = (xₜ + … + xₜ₋ₚ₊₁) / p
///
/// - Seed: none. First value at number `period`.
/// - Source: Achelis, "Technical Analysis from A to Z", 2nd ed., 2000, page 203.
public struct SMA: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 0, "a mean of \(period) numbers")
        self.period = period
    }
    public var memory: Mean { Mean() }
    public var room: Int { period }
    public func update(_ mean: inout Mean, _ numbers: Numbers, _ x: Double) -> Double? { mean.push(x, numbers) }
}

/// The mean of the last numbers.
public struct Mean: Words {
    private var ring = Ring(), sum = WindowSum()
    public init() {}
    /// - Returns: nil while the room fills.
    public mutating func push(_ x: Double, _ room: Numbers) -> Double? {
        sum.slide(x, ring.push(x, room))
        return ring.isFull(room) ? sum.value / Double(room.count) : nil
    }
}
