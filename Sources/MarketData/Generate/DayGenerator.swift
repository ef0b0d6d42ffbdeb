import PlainData
import TradingModel

/// One session of invented but lifelike trading, 13:30–20:00 UTC, the same for a seed on every machine.
///
/// - Prices move by one market factor, a factor per sector and a part of their own, in steps of ten seconds; more at the
///   open and the close. Pairs of instruments correlate at about 0.3, within a sector at about 0.45.
/// - Each trade hits the displayed bid or lifts the displayed ask, a little more often on the side of the trade before it, so
///   prices bounce between the two. Its size is within the displayed size, and the quote after it shows what is left.
/// - Activity is U-shaped over the day and falls off among instruments by Zipf's law; exactly `trades` are made.
/// - Prices are whole cents, sizes whole shares, times whole microseconds; bid < ask always.
///
/// - Output: trades and quotes in order of time and symbol; a trade's quote comes before it. Symbol n of the universe has
///   the `SymbolID` n + 1.
/// - Cost: memory for ten seconds of trading, whatever the number of trades.
public struct DayGenerator {
    public struct Configuration: Sendable {
        public var seed: UInt64
        public var symbols: Int
        /// How many trades the day has, over all symbols.
        public var trades: Int
        /// Days since 1970-01-01; 2024-03-11 where nothing is said, a Monday.
        public var date: Int64

        public init(seed: UInt64, symbols: Int, trades: Int, date: Int64 = 19_793) {
            (self.seed, self.symbols, self.trades, self.date) = (seed, symbols, trades, date)
        }
    }

    /// The session in nanoseconds after midnight UTC, and the step in which prices move.
    static let open = 48_600 * UTC.second, close = 72_000 * UTC.second
    static let slice = 10 * UTC.second, sliceCount = 2_340

    public let configuration: Configuration
    private var instruments: [GeneratedInstrument] = []
    private var market: SplitMix64, counts: SplitMix64
    private var sectors: [SplitMix64] = []
    private var at = 0
    private let totalWeight: Double
    private var reachedWeight = 0.0, made = 0
    private var trades: [Trade] = [], quotes: [Quote] = []

    public init(_ configuration: Configuration) throws(GenerateError) {
        try check("the number of symbols", configuration.symbols, in: 1...10_000)
        try check("the number of trades", configuration.trades, in: 0...10_000_000_000)
        self.configuration = configuration
        market = .part(of: configuration.seed, 1)
        counts = .part(of: configuration.seed, 2)
        for i in GeneratedUniverse.sectors.indices { sectors.append(.part(of: configuration.seed, 3, i)) }
        for i in 0..<configuration.symbols { instruments.append(GeneratedInstrument(i, seed: configuration.seed)) }
        // A first pass over the same random weights finds their sum, so that nothing needs to be kept.
        var rehearsal = counts, sum = 0.0
        for slice in 0..<Self.sliceCount {
            for i in 0..<configuration.symbols { sum += Self.weight(slice, i, &rehearsal) }
        }
        totalWeight = sum
    }

    /// Adds the next ten seconds.
    /// - Returns: false when the day was over before.
    public mutating func next(trades out: inout [Trade], quotes quotesOut: inout [Quote]) -> Bool {
        guard at < Self.sliceCount else { return false }
        let start = configuration.date * UTC.day + Self.open + Int64(at) * Self.slice
        let pace = (Shape.activity((Double(at) + 0.5) / Double(Self.sliceCount))).squareRoot()
        let marketMove = market.normal() * pace
        let sectorMoves = sectors.indices.map { sectors[$0].normal() * pace }
        for i in instruments.indices {
            let move = GeneratedInstrument.Move(
                market: marketMove, sector: sectorMoves[GeneratedUniverse.sector(i)], pace: pace)
            reachedWeight += Self.weight(at, i, &counts)
            let isLast = at == Self.sliceCount - 1 && i == instruments.count - 1
            let due =
                isLast ? configuration.trades : Int((reachedWeight / totalWeight * Double(configuration.trades)).rounded(.down))
            instruments[i].step(move, from: start, trades: max(0, min(due, configuration.trades) - made), into: &trades, &quotes)
            made = max(made, min(due, configuration.trades))
        }
        at += 1
        let end = at == Self.sliceCount ? Int64.max : start + Self.slice
        Self.release(&trades, before: end, into: &out)
        Self.release(&quotes, before: end, into: &quotesOut)
        return true
    }

    /// How much trading falls to a symbol in a slice: by the hour, by its standing, and by a chance that clusters.
    private static func weight(_ slice: Int, _ symbol: Int, _ random: inout SplitMix64) -> Double {
        let activity = Shape.activity((Double(slice) + 0.5) / Double(sliceCount))
        return activity * GeneratedUniverse.activity(symbol) * (0.15 + 2.55 * Shape.square(random.unit()))
    }

    /// Moves what happened before `end` to the output, in order; the rest belongs to the next step.
    private static func release<T: Element & OfSymbol>(_ events: inout [T], before end: Int64, into out: inout [T]) {
        events.sort { ($0.eventTime, $0.symbol.rawValue) < ($1.eventTime, $1.symbol.rawValue) }
        let count = events.firstIndex { $0.eventTime >= end } ?? events.count
        out.append(contentsOf: events[..<count])
        events.removeFirst(count)
    }
}

/// What the merge by time needs to know besides the time.
protocol OfSymbol { var symbol: SymbolID { get } }
extension Trade: OfSymbol {}
extension Quote: OfSymbol {}
