import PlainData
import TradingModel

/// Lane's stochastic oscillator: where the close lies between the lowest low and the highest high of the last `period` bars.
///
///     raw = 100 · (close − lowest) / (highest − lowest)      %K = SMA(raw, smooth)      %D = SMA(%K, signal)
///
/// - Output: `k`, and `d` (empty until it is there). With `smooth` 1 it is the fast oscillator, with 3 the slow one.
/// - Seed: none. First %K at bar `period` + `smooth` − 1, first %D `signal` − 1 later. Raw is 0 where highest and lowest are
///   equal (Tulip, Stock.Indicators).
/// - Source: Lane, "Lane's Stochastics", Technical Analysis of Stocks & Commodities 2(3), 1984.
public struct Stochastic: Indicator {
    let period: Int, smooth: Int, signal: Int
    public init(period: Int = 14, smooth: Int = 3, signal: Int = 3) {
        precondition(period > 0 && smooth > 0 && signal > 0, "an oscillator over \(period), \(smooth) and \(signal) bars")
        (self.period, self.smooth, self.signal) = (period, smooth, signal)
    }
    public struct Oscillator: Columns {
        public static let elementName = "Oscillator"
        public var k = Double.nan, d = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("k", k)
            visitor.field("d", d)
        }
    }
    public struct Memory: Words {
        var range = HighLow(), k = Mean(), d = Mean()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { HighLow.room(period) + smooth + signal }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Oscillator? {
        let window = numbers.part(0, HighLow.room(period))
        let (high, low) = memory.range.push(bar.high.nearest, bar.low.nearest, window)
        guard memory.range.isFull(window) else { return nil }
        let raw = high > low ? 100 * (bar.close.nearest - low) / (high - low) : 0
        guard let k = memory.k.push(raw, numbers.part(window.count, smooth)) else { return nil }
        var oscillator = Oscillator()
        oscillator.k = k
        oscillator.d = memory.d.push(k, numbers.part(window.count + smooth, signal)) ?? .nan
        return oscillator
    }
}

/// Williams' %R, −100 to 0: how far the close is below the highest high of the last `period` bars.
///
///     %R = −100 · (highest − close) / (highest − lowest)
///
/// - Seed: none. First value at bar `period`; 0 where highest and lowest are equal (Tulip).
/// - Source: Achelis, "Technical Analysis from A to Z", 2nd ed., 2000, page 370.
public struct WilliamsR: Indicator {
    let period: Int
    public init(period: Int = 14) {
        precondition(period > 0, "a range of \(period) bars")
        self.period = period
    }
    public var memory: HighLow { HighLow() }
    public var room: Int { HighLow.room(period) }
    public func update(_ range: inout HighLow, _ numbers: Numbers, _ bar: Bar) -> Double? {
        let (high, low) = range.push(bar.high.nearest, bar.low.nearest, numbers)
        guard range.isFull(numbers) else { return nil }
        return high > low ? -100 * (high - bar.close.nearest) / (high - low) : 0
    }
}
