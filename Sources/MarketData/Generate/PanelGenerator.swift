import PlainData
import TradingModel

/// Years of invented daily bars, the same for a seed on every machine.
///
/// The market's volatility comes in clusters; each instrument has its beta, its sector, its own noise and a slow drift of its
/// own that turns over months, so that momentum is there to be found, and weak. Days are the weekdays from the start on.
///
/// - Output: one row per day and symbol, in that order; `time` is the day's midnight UTC. Prices are whole cents with
///   low ≤ open, close ≤ high; volumes whole shares.
public struct PanelGenerator {
    public struct Configuration: Sendable {
        public var seed: UInt64
        public var symbols: Int
        /// Trading days.
        public var days: Int
        /// Days since 1970-01-01; 2019-01-02 where nothing is said.
        public var firstDate: Int64

        public init(seed: UInt64, symbols: Int, days: Int, firstDate: Int64 = 17_898) {
            (self.seed, self.symbols, self.days, self.firstDate) = (seed, symbols, days, firstDate)
        }
    }

    public let configuration: Configuration
    private var market: SplitMix64
    private var sectors: [SplitMix64] = []
    private var names: [PanelName] = []
    /// The market's variance a day, which remembers the last days' moves.
    private var variance = 0.0001
    private var date: Int64
    private var left: Int

    public init(_ configuration: Configuration) throws(GenerateError) {
        try check("the number of symbols", configuration.symbols, in: 1...10_000)
        try check("the number of days", configuration.days, in: 1...20_000)
        self.configuration = configuration
        market = .part(of: configuration.seed, 11)
        for i in GeneratedUniverse.sectors.indices { sectors.append(.part(of: configuration.seed, 12, i)) }
        for i in 0..<configuration.symbols {
            var random = SplitMix64.part(of: configuration.seed, 13, i)
            let close = 2_000 + 18_000 * Shape.square(random.unit())
            let (volatility, beta) = (0.008 + 0.010 * random.unit(), 0.6 + 0.8 * random.unit())
            let shares = 30_000_000 * GeneratedUniverse.activity(i) + 200_000
            names.append(PanelName(random: random, close: close, volatility: volatility, beta: beta, shares: shares))
        }
        (date, left) = (configuration.firstDate, configuration.days)
    }

    /// Adds the next day's bars, a bar per symbol. Symbol n of the universe has the `SymbolID` n + 1.
    /// - Returns: false when all days have been made before.
    public mutating func next(into bars: inout [Bar]) -> Bool {
        guard left > 0 else { return false }
        left -= 1
        while !(1...5).contains((date + 4) % 7) { date += 1 }  // day 0 was a Thursday; 0 is Sunday here
        let shock = market.normal() * variance.squareRoot()
        variance = 0.000_003 + 0.90 * variance + 0.07 * shock * shock
        let sectorMoves = sectors.indices.map { sectors[$0].normal() * 0.005 }
        for i in names.indices {
            let (bar, close) = names[i].day(
                0.000_25 + shock, sectorMoves[GeneratedUniverse.sector(i)], SymbolID(rawValue: UInt32(i + 1)), date * UTC.day)
            names[i].close = close
            bars.append(bar)
        }
        date += 1
        return true
    }

    /// Writes the panel as `panel-csv`, compressed where the path ends in `.gz`.
    /// - Returns: how many rows it has.
    @discardableResult
    public static func write(_ configuration: Configuration, to path: String) throws(GenerateError) -> Int {
        var file = try GeneratedFile(path: path)
        let rows = try write(configuration) { (block) throws(GenerateError) in try file.write(block) }
        try file.finish()
        return rows
    }

    static func write(_ configuration: Configuration, _ sink: RowWriter.Sink) throws(GenerateError) -> Int {
        var panel = try PanelGenerator(configuration)
        var rows = RowWriter(), bars: [Bar] = [], count = 0
        rows.text("time,symbol,open,high,low,close,volume")
        try rows.endRow(sink)
        while panel.next(into: &bars) {
            for bar in bars {
                rows.text(String(UTC.text(bar.time).prefix(10)) + "," + GeneratedUniverse.symbol(bar.symbol.index - 1))
                for price in [bar.open, bar.high, bar.low, bar.close] {
                    rows.comma()
                    rows.price(price)
                }
                rows.comma()
                rows.units(bar.volume)
                try rows.endRow(sink)
            }
            count += bars.count
            bars.removeAll(keepingCapacity: true)
        }
        try rows.flush(sink)
        return count
    }
}
