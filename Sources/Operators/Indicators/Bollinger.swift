import PlainData

/// Bollinger's bands: the mean of the last `period` numbers, and so many standard deviations above and below.
///
/// - Output: `upper`, `middle`, `lower`; `percent_b`, where the number is between them (0 the lower, 1 the upper; ½ where all are
///   equal), and `width`, (upper − lower) / middle.
/// - Seed: none. First value at number `period`. The deviation is the population's (Bollinger, TA-Lib, StockCharts), or
///   the sample's.
/// - Source: Bollinger, "Bollinger on Bollinger Bands", 2001, chapter 7.
public struct Bollinger: Indicator {
    let period: Int, width: Double, correction: Double
    public init(period: Int = 20, deviations: Double = 2, deviation: Deviation = .population) {
        precondition(period > 1, "a deviation of \(period) numbers")
        (self.period, width) = (period, deviations)
        correction = deviation == .sample ? Double(period - 1) : Double(period)
    }
    public struct Bands: Columns {
        public static let elementName = "Bands"
        public var upper = Double.nan, middle = Double.nan, lower = Double.nan, percentB = Double.nan, width = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("upper", upper)
            visitor.field("middle", middle)
            visitor.field("lower", lower)
            visitor.field("percent_b", percentB)
            visitor.field("width", width)
        }
    }
    public var memory: Moments { Moments() }
    public var room: Int { period }

    public func update(_ moments: inout Moments, _ numbers: Numbers, _ x: Double) -> Bands? {
        moments.push(x, numbers)
        guard moments.isFull(numbers) else { return nil }
        let n = Double(period), distance = width * (max(0, moments.deviations(n)) / correction).squareRoot()
        var bands = Bands()
        bands.middle = moments.mean(n)
        bands.upper = bands.middle + distance
        bands.lower = bands.middle - distance
        bands.percentB = distance > 0 ? 0.5 + (x - bands.middle) / (2 * distance) : 0.5
        if bands.middle != 0 { bands.width = 2 * distance / bands.middle }
        return bands
    }
}
