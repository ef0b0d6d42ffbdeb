import PaperVenue
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import BatchBridge

/// A venue in a loop without a graph: orders in, bars in, the account out.
private final class Floor {
    let names = Names(), venue: VenueInLoop, symbols: [SymbolID]
    private let engine: Engine, reports: Ingress<ExecutionReport>
    private var count: UInt64 = 0

    init(_ symbols: [String], cash: Int64, bps: String = "0") throws {
        let names = names
        self.symbols = symbols.map { names.symbol($0) }
        let graph = Graph()
        let port = graph.source("reports", ExecutionReport.self)
        engine = Engine(graph, names: names)
        reports = engine.ingress(port)
        let lot = Quantity(units: 1), tick = try Price("0.01")
        let table = InstrumentTable(self.symbols.map { Instrument(symbol: $0, tickSize: tick, lotSize: lot) })
        let fees = try FeeSchedule(makerBps: bps, takerBps: bps)
        venue = VenueInLoop(
            MatchingConfiguration(market: .bars, identifiers: .numbers(base: 1), fees: fees), instruments: table, names: names,
            cash: Notional(rawValue: Int128(cash) * 100_000_000_000_000_000), reports: reports, progress: nil)
    }

    func day(_ number: Int64) -> Int64 { number * UTC.day }
    func bar(_ number: Int64, _ symbol: Int, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64) -> Bar {
        func price(_ whole: Int64) -> Price { Price(rawValue: whole * Price.one) }
        return Bar(
            time: day(number), closeTime: day(number + 1), symbol: symbols[symbol], open: price(open), high: price(high),
            low: price(low), close: price(close), volume: .zero)
    }
    /// A session of these bars, which ends with the day.
    func play(_ number: Int64, _ bars: Bar...) throws {
        try venue.play(bars, at: day(number + 1), session: day(number), endsSession: true, path: "bars.csv")
    }
    /// An order decided at the close of a day; a limit in whole units, or none.
    func order(_ number: Int64, _ symbol: Int, _ side: Side, _ units: Int64, limit: Int64? = nil) {
        count += 1
        venue.take(
            OrderRequest(
                eventTime: day(number + 1), clOrdID: ClOrdID(rawValue: count), symbol: symbols[symbol], side: side,
                orderQty: Quantity(units: units), ordType: limit == nil ? .market : .limit,
                price: limit.map { Price(rawValue: $0 * Price.one) } ?? .none))
    }
}

@Suite("The venue and its account, by hand") struct VenueInLoopTests {
    /// Day 1: nothing held. Day 2 opens at 11: buy 100 costs 1100, at 10 bps a fee of 1.1; close 12 → worth 1200.
    /// Day 3 opens at 13: sell 150, 1950 in, fee 1.95; short 50, close 10 → −500.
    ///
    /// Cash 10000 − 1101.1 = 8898.9; equity 10098.9. Then 8898.9 + 1948.05 = 10846.95; equity 10346.95.
    @Test("three days of one symbol: fills at the next open, marks at the close, fees to the last place")
    func threeDays() throws {
        let floor = try Floor(["A"], cash: 10_000, bps: "10")
        try floor.play(1, floor.bar(1, 0, 10, 10, 10, 10))
        floor.order(1, 0, .buy, 100)
        try floor.play(2, floor.bar(2, 0, 11, 12, 11, 12))
        floor.order(2, 0, .sell, 150)
        try floor.play(3, floor.bar(3, 0, 13, 13, 10, 10))
        let rows = floor.venue.sessions
        #expect(rows.map(\.cash.description) == ["10000", "8898.9", "10846.95"])
        #expect(rows.map(\.equity.description) == ["10000", "10098.9", "10346.95"])
        #expect(rows.map(\.long.description) == ["0", "1200", "0"])
        #expect(rows.map(\.short.description) == ["0", "0", "-500"])
        #expect(rows.map(\.costs.description) == ["0", "1.1", "1.95"])
        #expect(floor.venue.trades.map(\.price.description) == ["11", "13"])
        #expect(floor.venue.trades.map(\.time) == [floor.day(2), floor.day(3)])
        #expect(floor.venue.trades.map(\.orderTime) == [floor.day(2), floor.day(3)])
        #expect(floor.venue.trades.map(\.position.description) == ["100", "-50"])
        #expect(floor.venue.warmUp == 1)
        // The 100 that were held: 13 − 11 each, less both fees. The 50 short are another trip, still open.
        #expect(floor.venue.trips.closed.map(\.profit.description) == ["196.95"])
    }

    /// The limit 9 is not touched on day 2 (low 10), so the order is gone on day 3 although that trades at 8.
    @Test("a day order lives for one session")
    func dayOrder() throws {
        let floor = try Floor(["A"], cash: 1_000)
        try floor.play(1, floor.bar(1, 0, 10, 10, 10, 10))
        floor.order(1, 0, .buy, 10, limit: 9)
        try floor.play(2, floor.bar(2, 0, 10, 11, 10, 11))
        try floor.play(3, floor.bar(3, 0, 9, 9, 8, 8))
        #expect(floor.venue.trades.isEmpty)
        #expect(floor.venue.orders == OrderCounts(new: 1, expired: 1))
    }

    /// Buys 10 at the limit 9 when the bar trades down to 8; opens above it.
    @Test("a limit that the bar trades through fills at the limit")
    func limit() throws {
        let floor = try Floor(["A"], cash: 1_000)
        try floor.play(1, floor.bar(1, 0, 10, 10, 10, 10))
        floor.order(1, 0, .buy, 10, limit: 9)
        try floor.play(2, floor.bar(2, 0, 10, 11, 8, 11))
        #expect(floor.venue.trades.map(\.price.description) == ["9"])
        #expect(floor.venue.trades.map(\.isMaker) == [true])
        #expect(floor.venue.sessions.last?.equity.description == "1020")
    }

    @Test("a symbol without a bar keeps its last close, and is counted")
    func staleMark() throws {
        let floor = try Floor(["A", "B"], cash: 1_000)
        try floor.play(1, floor.bar(1, 0, 10, 10, 10, 10), floor.bar(1, 1, 5, 5, 5, 5))
        floor.order(1, 0, .buy, 10)
        try floor.play(2, floor.bar(2, 0, 10, 12, 10, 12))
        try floor.play(3, floor.bar(3, 1, 5, 5, 5, 5))
        #expect(floor.venue.sessions.map(\.staleMarks) == [0, 0, 1])
        #expect(floor.venue.sessions.last?.equity.description == "1020")
    }

    @Test("one symbol twice at one time is refused")
    func twice() throws {
        let floor = try Floor(["A"], cash: 1_000), bar = floor.bar(1, 0, 10, 10, 10, 10)
        #expect(throws: BacktestError.twice(path: "bars.csv", symbol: "A", time: floor.day(1))) { try floor.play(1, bar, bar) }
    }

    /// Random orders on random bars. What must hold whatever they are: equity is cash and positions at the close, and the
    /// trades alone, with the closes, say the same as the account to the last place.
    @Test("Σ over trades is the account, exactly", arguments: 1...40 as ClosedRange<UInt64>)
    func tradesAreTheAccount(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let count = 1 + random.below(4), floor = try Floor((0..<count).map { "S\($0)" }, cash: 1_000_000, bps: "3.7")
        var closes = Array(repeating: Int64(0), count: count), from = 0
        var cash = Notional(rawValue: 1_000_000 * 100_000_000_000_000_000)
        var held = Array(repeating: Quantity.zero, count: count)
        for day in 1...60 as ClosedRange<Int64> {
            var bars: [Bar] = []
            for symbol in 0..<count where day == 1 || random.below(10) > 0 {
                let open = 50 + Int64(random.below(50)), close = 50 + Int64(random.below(50))
                let (high, low) = (max(open, close) + Int64(random.below(5)), min(open, close) - Int64(random.below(5)))
                bars.append(floor.bar(day, symbol, open, high, low, close))
                closes[symbol] = close
            }
            try floor.venue.play(bars, at: floor.day(day + 1), session: floor.day(day), endsSession: true, path: "")
            for trade in floor.venue.trades[from...] {
                let sign: Int64 = trade.side == .buy ? 1 : -1
                held[trade.symbol.index - 1].rawValue += sign * trade.quantity.rawValue
                // 3.7 bps of the notional, by its own multiplication: rounded towards zero at 1e-17.
                let notional = Int128(trade.price.rawValue) * Int128(trade.quantity.rawValue)
                #expect(trade.fee.rawValue == notional * 37_000 / 100_000_000)
                cash = cash - Notional(rawValue: notional * Int128(sign)) - trade.fee
            }
            from = floor.venue.trades.count
            let worth = zip(held, closes).reduce(cash) {
                $0 + Notional(Price(rawValue: $1.1 * Price.one), $1.0)
            }
            let row = try #require(floor.venue.sessions.last)
            #expect(row.cash == cash && row.equity == worth)
            #expect(row.cash + row.long + row.short == row.equity)
            for _ in 0..<random.below(4) {
                let limit = random.below(2) == 0 ? nil : 50 + Int64(random.below(50))
                floor.order(
                    day, random.below(count), random.below(2) == 0 ? .buy : .sell, 1 + Int64(random.below(500)),
                    limit: limit)
            }
        }
        #expect(floor.venue.trades.count > 20)
        // Closed trips and what is still open together are all that was won and lost.
        let open = zip(held, closes).reduce(Notional.zero) { $0 + Notional(Price(rawValue: $1.1 * Price.one), $1.0) }
        let flows = floor.venue.trades.reduce(Notional.zero) { $0 + $1.cashFlow }
        let gain = try #require(floor.venue.sessions.last).equity - Notional(rawValue: 1_000_000 * 100_000_000_000_000_000)
        #expect(flows + open == gain)
    }
}
