import PlainData
import TradingModel

/// Chande's Aroon: how recent the highest high and the lowest low of the last `period` + 1 bars are, 0 to 100.
///
///     up = 100 · (period − bars since the highest high) / period      oscillator = up − down
///
/// - Output: `up`, `down`, `oscillator`. Of equal highs the newest counts (TA-Lib, Tulip, LEAN).
/// - Seed: none. First value at bar `period` + 1.
/// - Source: Chande, "Time Price Oscillator", Technical Analysis of Stocks & Commodities 13(9), 1995.
public struct Aroon: Indicator {
    let period: Int
    public init(period: Int = 25) {
        precondition(period > 0, "an age among \(period) bars")
        self.period = period
    }
    public struct Ages: Columns {
        public static let elementName = "Ages"
        public var up = Double.nan, down = Double.nan, oscillator = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("up", up)
            visitor.field("down", down)
            visitor.field("oscillator", oscillator)
        }
    }
    public var memory: HighLow { HighLow() }
    public var room: Int { HighLow.room(period + 1) }
    public func update(_ range: inout HighLow, _ numbers: Numbers, _ bar: Bar) -> Ages? {
        _ = range.push(bar.high.nearest, bar.low.nearest, numbers)
        guard range.isFull(numbers) else { return nil }
        let (high, low) = range.ages(numbers), n = Double(period)
        var ages = Ages()
        ages.up = 100 * (n - Double(high)) / n
        ages.down = 100 * (n - Double(low)) / n
        ages.oscillator = ages.up - ages.down
        return ages
    }
}
