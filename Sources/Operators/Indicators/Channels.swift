import PlainData
import TradingModel

/// An upper line, a lower one, and what lies between.
public struct Channel: Columns {
    public static let elementName = "Channel"
    public var upper = Double.nan, middle = Double.nan, lower = Double.nan
    public init() {}
    public init(_ upper: Double, _ middle: Double, _ lower: Double) {
        (self.upper, self.middle, self.lower) = (upper, middle, lower)
    }
    public func columns<V: FieldVisitor>(_ visitor: inout V) {
        visitor.field("upper", upper)
        visitor.field("middle", middle)
        visitor.field("lower", lower)
    }
}

/// Donchian's channel: the highest high and the lowest low of the last `period` bars, the newest among them, and their middle.
///
/// - Seed: none. First value at bar `period`. (Stock.Indicators leaves the newest bar out: its values come one bar later.)
/// - Source: Donchian's four-week rule, in Kaufman, "Trading Systems and Methods", 5th ed., 2013, chapter 5.
public struct Donchian: Indicator {
    let period: Int
    public init(period: Int = 20) {
        precondition(period > 0, "a channel of \(period) bars")
        self.period = period
    }
    public var memory: HighLow { HighLow() }
    public var room: Int { HighLow.room(period) }
    public func update(_ range: inout HighLow, _ numbers: Numbers, _ bar: Bar) -> Channel? {
        let (high, low) = range.push(bar.high.nearest, bar.low.nearest, numbers)
        return range.isFull(numbers) ? Channel(high, (high + low) / 2, low) : nil
    }
}

/// Keltner's channel: an exponential average, and so many average true ranges above and below.
///
///     middle = EMA(price, period)      upper, lower = middle ± multiplier · ATR(atr_period)
///
/// - Price and range: the close and Wilder's ATR (Raschke, the charts), or, as LEAN has it, the typical price, (high + low + close) / 3,
///   and the plain mean of the last true ranges.
/// - Seed: EMA from the mean of its first prices, ATR from the mean of its first ranges, the second bar's the first (as in `ATR`; with
///   `.first` the first bar's). First value when both are there: at bar `period`, or `atr_period` + 1.
/// - Source: Keltner, "How to Make Money in Commodities", 1960; with ATR, Linda Bradford Raschke, in the 1980s.
public struct Keltner: Indicator {
    public enum Price: Sendable { case close, typical }
    public enum Range: Sendable { case wilder, mean }

    let period: Int64, atrPeriod: Int64, multiplier: Double, weight: Double, price: Price, range: Range, seed: ATR.Seed
    public init(
        period: Int = 20, atrPeriod: Int = 10, multiplier: Double = 2, price: Price = .close, range: Range = .wilder,
        seed: ATR.Seed = .second
    ) {
        precondition(period > 0 && atrPeriod > 0, "a channel of \(period) and \(atrPeriod) bars")
        (self.period, self.atrPeriod, self.multiplier) = (Int64(period), Int64(atrPeriod), multiplier)
        (weight, self.price, self.range, self.seed) = (2 / Double(period + 1), price, range, seed)
    }
    public struct Memory: Words {
        var average = EMA.Average(), range = ATR.Range(), mean = Mean()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { range == .mean ? Int(atrPeriod) : 0 }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Channel? {
        let (high, low, close) = (bar.high.nearest, bar.low.nearest, bar.close.nearest)
        let middle = memory.average.add(price == .close ? close : bar.typical, period, weight, .sma)
        var distance = Double.nan
        if range == .wilder {
            distance = memory.range.add(high, low, close, atrPeriod, seed)
        } else {
            let isFirst = memory.range.count < 0
            let range = isFirst ? high - low : memory.range.trueRange(high, low)
            (memory.range.count, memory.range.close) = (0, close)
            if !isFirst || seed == .first { distance = memory.mean.push(range, numbers) ?? .nan }
        }
        return middle.isNaN || distance.isNaN
            ? nil : Channel(middle + multiplier * distance, middle, middle - multiplier * distance)
    }
}
