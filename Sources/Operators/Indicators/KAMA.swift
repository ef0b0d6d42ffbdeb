/// Kaufman's adaptive moving average: fast where the numbers go one way, slow where they go to and fro.
///
///     ER = |xₜ − xₜ₋ₚ| / Σ|xᵢ − xᵢ₋₁|        KAMAₜ = KAMAₜ₋₁ + (ER·(f − s) + s)² · (xₜ − KAMAₜ₋₁)
///     f = 2/(fast + 1), s = 2/(slow + 1), the sum over the last p changes
///
/// - Seed: number `period` itself (Kaufman, StockCharts, Tulip, Stock.Indicators), which is the first value. ER is 0 where nothing changed.
/// - Source: Kaufman, "Trading Systems and Methods", 5th ed., 2013, chapter 17.
public struct KAMA: Indicator {
    let period: Int, fast: Double, slow: Double
    public init(period: Int = 10, fast: Int = 2, slow: Int = 30) {
        precondition(period > 0 && fast > 0 && slow > 0, "an average of \(period) numbers, between \(fast) and \(slow)")
        (self.period, self.fast, self.slow) = (period, 2 / Double(fast + 1), 2 / Double(slow + 1))
    }
    public struct Memory: Words {
        var ring = Ring(), changes = WindowSum(), average = 0.0
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { period + 1 }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ x: Double) -> Double? {
        let before = memory.ring.count > 0 ? memory.ring.last(numbers) : x
        let wasFull = memory.ring.isFull(numbers)
        let old = memory.ring.push(x, numbers)
        let from = memory.ring.oldest(numbers)
        memory.changes.slide(abs(x - before), wasFull ? old.map { abs(from - $0) } : nil)
        if memory.ring.count < period { return nil }
        if memory.ring.count == period {
            memory.average = x
        } else {
            let path = memory.changes.value
            let efficiency = path > 0 ? abs(x - from) / path : 0
            let weight = efficiency * (fast - slow) + slow
            memory.average += weight * weight * (x - memory.average)
        }
        return memory.average
    }
}
