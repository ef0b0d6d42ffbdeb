import TradingModel

/// Lambert's commodity channel index: how many mean deviations the typical price is from its mean, in units of 0.015 of one.
///
///     TP = (high + low + close) / 3      CCI = (TP − SMA(TP)) / (0.015 · mean|TPᵢ − SMA(TP)|)
///
/// - Seed: none. First value at bar `period`; 0 where all typical prices are equal.
/// - Cost: the logarithm of `period`: the mean deviation is 2·(n·mean − Σ) / p over the n prices below the mean, and those are counted
///   in a tree. Prices are kept as differences from the instrument's first, so that little cancels.
/// - Source: Lambert, "Commodity Channel Index", Commodities, October 1980.
public struct CCI: Indicator {
    let period: Int
    public init(period: Int = 20) {
        precondition(period > 1, "a deviation of \(period) bars")
        self.period = period
    }
    public struct Memory: Words {
        var base = 0.0, window = OrderedWindow(), mean = Mean()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { period + OrderedWindow.room(period) }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Double? {
        let tree = numbers.part(period, OrderedWindow.room(period))
        if memory.window.count == 0 { memory.base = bar.typical }
        let price = bar.typical - memory.base
        memory.window.push(price, tree)
        guard let mean = memory.mean.push(price, numbers.part(0, period)) else { return nil }
        guard memory.window.select(0, tree) < memory.window.select(period - 1, tree) else { return 0 }
        let below = memory.window.below(mean, tree)
        let deviation = 2 * (below.count * mean - below.sum) / Double(period)
        return (price - mean) / (0.015 * deviation)
    }
}

extension Bar {
    /// (high + low + close) / 3, rounded once: bars of the same sum have the same.
    var typical: Double {
        let (two, over) = high.rawValue.addingReportingOverflow(low.rawValue)
        let (three, overflow) = two.addingReportingOverflow(close.rawValue)
        return over || overflow ? (high.nearest + low.nearest + close.nearest) / 3 : Double(three) / 3e9
    }
}
