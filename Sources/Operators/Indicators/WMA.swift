/// The linearly weighted moving average: the newest number counts `period` times, the oldest once.
///
///     WMAₜ = Σᵢ i · xₜ₋ₚ₊ᵢ / (p·(p + 1)/2),  i = 1 … p
///
/// - Seed: none. First value at number `period`.
/// - Source: Achelis, "Technical Analysis from A to Z", 2nd ed., 2000, page 212.
public struct WMA: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 0, "an average of \(period) numbers")
        self.period = period
    }
    public var memory: Ladder { Ladder() }
    public var room: Int { period }
    public func update(_ ladder: inout Ladder, _ numbers: Numbers, _ x: Double) -> Double? {
        ladder.push(x, numbers)
        let n = Double(period)
        return ladder.isFull(numbers) ? ladder.weighted / (n * (n + 1) / 2) : nil
    }
}

/// The last numbers' sum, and their sum weighted by their place, 1 for the oldest.
public struct Ladder: Words {
    private var ring = Ring()
    private var places = Sum()
    private(set) var sum = Sum()
    public init() {}

    public mutating func push(_ x: Double, _ room: Numbers) {
        let wasFull = ring.isFull(room), old = ring.push(x, room)
        if let old, wasFull {
            // All move down by one place: the sum is taken away once, the oldest with it.
            places.add(sum, times: -1)
            sum.subtract(old)
        }
        places.add(x, times: Double(ring.count))
        sum.add(x)
    }
    public func isFull(_ room: Numbers) -> Bool { ring.isFull(room) }
    public var weighted: Double { places.value }
    /// The weighted sum with the places counted from their middle, of `n` numbers.
    func centred(_ n: Double) -> Double {
        var centred = places
        centred.add(sum, times: -(n + 1) / 2)
        return centred.value
    }
}
