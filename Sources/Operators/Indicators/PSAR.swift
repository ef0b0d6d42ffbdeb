import TradingModel

/// Wilder's parabolic stop and reverse: a stop that follows the price faster the longer it goes one way, and changes sides when it
/// is touched.
///
///     SARₜ = SARₜ₋₁ + AF · (EP − SARₜ₋₁), not beyond the last two bars' lows (highs when short)
///     EP = the extreme since the reversal; AF begins with `step` and grows by it at each new extreme, up to `max`
///
/// - Output: the stop for the bar, from bar 2 on; at a reversal the extreme of the move that has ended.
/// - Seed: long at bar 1 if the second bar's middle is above the first's, else short, with the first bar's low (high) as the stop
///   (Tulip). Others start otherwise (Stock.Indicators long, TA-Lib by directional movement); they agree from a common reversal on.
/// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978, section II.
public struct PSAR: Indicator {
    let step: Double, max: Double
    public init(step: Double = 0.02, max: Double = 0.2) {
        precondition(step > 0 && max >= step, "a stop with steps of \(step) up to \(max)")
        (self.step, self.max) = (step, max)
    }
    public struct Memory: Words {
        var count: Int64 = 0, isLong: Int64 = 0, stop = 0.0, extreme = 0.0, factor = 0.0
        /// The last two bars.
        var high = 0.0, low = 0.0, highBefore = 0.0, lowBefore = 0.0
        public init() {}
    }
    public var memory: Memory { Memory() }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Double? {
        let (high, low) = (bar.high.nearest, bar.low.nearest)
        defer {
            (memory.highBefore, memory.lowBefore) = (memory.count == 0 ? high : memory.high, memory.count == 0 ? low : memory.low)
            (memory.high, memory.low, memory.count) = (high, low, Swift.min(memory.count + 1, 2))
        }
        if memory.count == 0 { return nil }
        if memory.count == 1 {
            memory.isLong = high + low > memory.high + memory.low ? 1 : 0
            (memory.stop, memory.extreme) = memory.isLong == 1 ? (memory.low, memory.high) : (memory.high, memory.low)
            memory.factor = step
        }
        memory.stop += memory.factor * (memory.extreme - memory.stop)
        if memory.isLong == 1 {
            memory.stop = Swift.min(memory.stop, memory.low, memory.lowBefore)
            if low < memory.stop { turn(&memory, toLong: 0, low) } else if high > memory.extreme { reach(&memory, high) }
        } else {
            memory.stop = Swift.max(memory.stop, memory.high, memory.highBefore)
            if high > memory.stop { turn(&memory, toLong: 1, high) } else if low < memory.extreme { reach(&memory, low) }
        }
        return memory.stop
    }
    private func turn(_ memory: inout Memory, toLong side: Int64, _ extreme: Double) {
        (memory.stop, memory.extreme, memory.factor, memory.isLong) = (memory.extreme, extreme, step, side)
    }
    private func reach(_ memory: inout Memory, _ extreme: Double) {
        (memory.extreme, memory.factor) = (extreme, Swift.min(memory.factor + step, max))
    }
}
