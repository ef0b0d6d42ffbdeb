/// Cutler's relative strength index, 0 to 100: with plain means of the last `period` gains and losses, where Wilder's has his
/// smoothing. So it does not depend on where the data begin.
///
///     RSI = 100 · Σ gains / (Σ gains + Σ losses)
///
/// - Seed: none. First value at number `period` + 1. 100 where nothing was lost, a flat window included, as `RSI` has it.
/// - Source: Cutler, in Kaufman, "Trading Systems and Methods", 5th ed., 2013, chapter 9; what LEAN calls simple.
public struct CutlerRSI: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 0, "a strength over \(period) numbers")
        self.period = period
    }
    public struct Memory: Words {
        var ring = Ring(), seen: Int64 = 0, before = 0.0, gains = WindowSum(), losses = WindowSum()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { period }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ x: Double) -> Double? {
        let change = x - memory.before
        memory.before = x
        memory.seen = min(memory.seen + 1, 2)
        guard memory.seen > 1 else { return nil }
        let old = memory.ring.push(change, numbers)
        memory.gains.slide(max(change, 0), old.map { max($0, 0) })
        memory.losses.slide(max(-change, 0), old.map { max(-$0, 0) })
        guard memory.ring.isFull(numbers) else { return nil }
        let (up, down) = (memory.gains.value, memory.losses.value)
        return down == 0 ? 100 : 100 * up / (up + down)
    }
}
