import PlainData
import TradingModel

/// One invented instrument through the years.
struct PanelName {
    var random: SplitMix64
    /// In cents.
    var close: Double
    /// Of the instrument's own part, a day; and its slow drift, a day.
    let volatility: Double
    let beta: Double
    var drift = 0.0
    /// How many shares a quiet day trades.
    let shares: Double

    init(random: SplitMix64, close: Double, volatility: Double, beta: Double, shares: Double) {
        (self.random, self.close, self.volatility, self.beta) = (random, close, volatility, beta)
        self.shares = shares
    }

    /// One day: the night's gap, the day's move, and how far the price strayed on the way.
    mutating func day(_ market: Double, _ sector: Double, _ symbol: SymbolID, _ time: Int64) -> (Bar, Double) {
        // Half of the drift is left after 70 days; it is of the size of 15 % a year.
        drift = 0.99 * drift + 0.000_085 * random.normal()
        let move = drift + beta * market + sector + volatility * random.normal()
        let night = 0.35 * move + 0.3 * volatility * random.normal()
        let floor = 100.0
        let open = max(floor, (close * (1 + night)).rounded())
        let end = max(floor, close * (1 + move))
        let last = end.rounded()
        let stray = close * volatility * 0.6
        let high = (max(open, last) + stray * abs(random.normal())).rounded(.up)
        let low = max(floor, (min(open, last) - stray * abs(random.normal())).rounded(.down))
        let excitement = 0.5 + 0.7 * random.unit() + 0.4 * abs(move) / volatility
        let volume = (shares * excitement / 100).rounded() * 100
        let bar = Bar(
            time: time, closeTime: time + UTC.day, symbol: symbol, open: Self.price(open), high: Self.price(high),
            low: Self.price(low), close: Self.price(last), volume: Quantity(units: Int64(volume)))
        return (bar, end)
    }

    private static func price(_ cents: Double) -> Price { Price(rawValue: Int64(cents) * 10_000_000) }
}
