import PlainData
import TradingModel

/// Wilder's average directional movement index: how strongly the bars go one way, 0 to 100, whichever way that is.
///
///     +DM = the high's rise, if it is positive and larger than the low's fall, else 0;  −DM the other way round
///     ±DI = 100 · S(±DM) / S(TR)      DX = 100 · |+DI − −DI| / (+DI + −DI)      ADX = RMA(DX)
///
/// - Output: `adx` (empty until it is there), `plus_di`, `minus_di`.
/// - Seed: S is the sum of the first `period` values, from bar 2 on, then Sₜ = Sₜ₋₁ − Sₜ₋₁/p + valueₜ; ADX begins with the mean of the
///   first `period` DX (Wilder, StockCharts, Stock.Indicators). First DI at bar `period` + 1, first ADX at bar 2·`period`. A DX of no
///   movement is 0. Tulip sums one value less at first; the difference fades.
/// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978, section IV.
public struct ADX: Indicator {
    let period: Int64
    public init(period: Int = 14) {
        precondition(period > 0, "a direction over \(period) bars")
        self.period = Int64(period)
    }
    public struct Direction: Columns {
        public static let elementName = "Direction"
        public var adx = Double.nan, plus = Double.nan, minus = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("adx", adx)
            visitor.field("plus_di", plus)
            visitor.field("minus_di", minus)
        }
    }
    public struct Memory: Words {
        var count: Int64 = 0, high = 0.0, low = 0.0, close = 0.0
        var range = 0.0, plus = 0.0, minus = 0.0, index = EMA.Average()
        public init() {}
    }
    public var memory: Memory { Memory() }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Direction? {
        let (high, low, before) = (bar.high.nearest, bar.low.nearest, memory)
        (memory.high, memory.low, memory.close) = (high, low, bar.close.nearest)
        memory.count += before.count <= period ? 1 : 0
        guard before.count > 0 else { return nil }
        let up = high - before.high, down = before.low - low
        // While it warms up S is a plain sum: nothing is taken away.
        let share = before.count > period ? 1 / Double(period) : 0
        memory.range += max(high, before.close) - min(low, before.close) - share * before.range
        memory.plus += (up > down && up > 0 ? up : 0) - share * before.plus
        memory.minus += (down > up && down > 0 ? down : 0) - share * before.minus
        guard before.count >= period else { return nil }
        var direction = Direction()
        direction.plus = memory.range > 0 ? 100 * memory.plus / memory.range : 0
        direction.minus = memory.range > 0 ? 100 * memory.minus / memory.range : 0
        let both = direction.plus + direction.minus
        let index = both > 0 ? 100 * abs(direction.plus - direction.minus) / both : 0
        direction.adx = memory.index.add(index, period, 1 / Double(period), .sma)
        return direction
    }
}
