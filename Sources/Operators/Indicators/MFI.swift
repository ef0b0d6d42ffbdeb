import TradingModel

/// Quong and Soudack's money flow index, 0 to 100: a strength index of money, typical price times volume.
///
///     MFI = 100 · Σ positive / (Σ positive + Σ negative)   flows of the last `period` bars, by whether the typical price rose or fell
///
/// - Seed: none. First value at bar `period` + 1. A bar whose typical price did not change flows nowhere; 100 where nothing
///   flowed out.
/// - Source: Quong & Soudack, "Volume-Weighted RSI: Money Flow", Technical Analysis of Stocks & Commodities 7(3), 1989.
public struct MFI: Indicator {
    let period: Int
    public init(period: Int = 14) {
        precondition(period > 0, "a flow of \(period) bars")
        self.period = period
    }
    public struct Memory: Words {
        var ring = Ring(), count: Int64 = 0, before: Int64 = 0, positive = WindowSum(), negative = WindowSum()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { period }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Double? {
        // Compared as integers: a third of equal sums may differ in its last digit.
        let sum = bar.high.rawValue &+ bar.low.rawValue &+ bar.close.rawValue
        let sign: Double = memory.count == 0 || sum == memory.before ? 0 : sum > memory.before ? 1 : -1
        let isFirst = memory.count == 0
        (memory.count, memory.before) = (1, sum)
        if isFirst { return nil }
        let flow = sign * bar.typical * bar.volume.nearest
        let old = memory.ring.push(flow, numbers)
        memory.positive.slide(max(flow, 0), old.map { max($0, 0) })
        memory.negative.slide(max(-flow, 0), old.map { max(-$0, 0) })
        guard memory.ring.isFull(numbers) else { return nil }
        let (up, down) = (memory.positive.value, memory.negative.value)
        return down == 0 ? 100 : 100 * up / (up + down)
    }
}
