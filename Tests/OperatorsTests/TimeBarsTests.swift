import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("time bars") struct TimeBarsTests {
    private let second = UTC.second

    private func bars(
        _ trades: [Trade], length: Int64 = UTC.second, lateness: Int64 = 0, sourceLateness: Int64 = 0, ends: Bool = true,
        cut: @escaping () -> Int = { 1_024 }
    ) -> (bars: [Bar], late: [Trade], sequences: [UInt64]) {
        let run = Harness(cut: cut)
        let source = run.graph.source("trades", Trade.self, lateness: sourceLateness)
        let out = run.graph.add("bars", TimeBars(length: length, lateness: lateness), from: source.edge)
        let (bars, late) = (run.collect(out.out), run.collect(out.side))
        for trade in trades { run.records.offer(trade, to: source) }
        if ends { run.records.end() }
        run.run()
        return (bars.elements, late.elements, bars.sequences)
    }

    /// By hand: (100·2 + 103·1 + 99·1) / 4 = 100.5.
    @Test("a bar has the first, highest, lowest and last price, the volume, the average and the count")
    func contents() {
        let found = bars([
            trade(at: 10, 100, 2), trade(at: 20, 103, 1), trade(at: second - 1, 99, 1), trade(at: second, 50, 7),
        ]).bars
        #expect(found.count == 2)
        let bar = found[0]
        #expect(bar.time == 0 && bar.closeTime == second && bar.eventTime == second)
        #expect([bar.open, bar.high, bar.low, bar.close] == [100, 103, 99, 99].map(price))
        #expect(bar.volume == quantity(4) && bar.vwap == price(100.5) && bar.trades == 3)
        #expect(found[1].time == second && found[1].volume == quantity(7))
    }
    /// The letters a to d are the prices 1 to 4; a bar shows its open, close and number of trades.
    private func checkPicture(_ text: String, lateness: Int64 = 0, _ bars: [Character: String]) throws {
        try checkMarbles(text) { picture in
            let trades = picture.source("trades") { mark, time in trade(at: time, Double(max(96, mark.asciiValue ?? 96) - 96)) }
            let made = picture.graph.add("bars", TimeBars(length: 5, lateness: lateness), from: trades)
            picture.output("bars", made.out, bars) { "\($0.open) \($0.close) \($0.trades)" }
            picture.output("late", made.side)
        }
    }
    @Test("a trade on the boundary closes the bar before, and belongs to the one that begins there")
    func boundary() throws {
        try checkPicture(
            """
            trades  ab---c-d--------!
            bars    -----A----------C
            late    -----------------
            """, ["A": "1 2 2", "C": "3 4 2"])
    }
    @Test("a bar waits for its lateness; what comes later goes to the side")
    func lateness() throws {
        try checkPicture(
            """
            trades  a-----b-c<5-d----a<14-!
            bars    ------------A---------(BD)
            late    -----------------a-----
            """, lateness: 3, ["A": "1 3 2", "B": "2 2 1", "D": "4 4 1"])
    }
    @Test("times before 1970 fall into windows that begin before them")
    func beforeTheEpoch() {
        #expect(bars([trade(at: -1, 1), trade(at: 0, 2)]).bars.map(\.time) == [-second, 0])
    }
    /// 0.1 + 0.2 and 3·10⁹ · 4·10⁹: where binary floating point and 64 bits go wrong.
    @Test("the average price is exact until it is rounded once")
    func exactAverage() throws {
        let big = bars([trade(at: 1, 3e9, 4e10), trade(at: 2, 3e9, 5e10)]).bars
        #expect(big.map(\.vwap) == [price(3e9)])
        let trades = try [("0.1", "0.00000001"), ("0.2", "0.00000002")].map {
            Trade(eventTime: 1, symbol: one, price: try Price($0.0), size: try Quantity($0.1))
        }
        #expect(bars(trades).bars.map(\.vwap) == [try Price("0.166666667")])  // (0.1 + 0.4) / 3
    }
    @Test("what no bar can take goes to the side: negative sizes, volumes past a quantity, times past the calendar")
    func unusable() {
        let most = Trade(eventTime: 1, symbol: one, price: price(1), size: Quantity(rawValue: .max))
        let after = Trade(eventTime: .max - 2, symbol: one, price: price(1), size: quantity(1))
        let before = Trade(eventTime: .min + 2, symbol: one, price: price(1), size: quantity(1))
        let found = bars([before, trade(at: 1, 1, -1), trade(at: 1, 2, 1), trade(at: 2, 3, -5), most, after, trade(at: 3, 4, 1)])
        #expect(found.bars.map(\.trades) == [1])
        #expect(found.late.count == 6)
    }
    @Test("while the watermark lags by many windows no bar is lost")
    func laggingWatermark() {
        let trades = (0..<10).map { trade(at: Int64($0) * second + 1, Double($0 + 1)) }
        let again = (0..<10).map { trade(at: Int64($0) * second + 2, 100) }
        let found = bars(trades + again.reversed() + again, sourceLateness: 60 * second, ends: false)
        #expect(found.bars.isEmpty)
        let ended = bars(trades + again.reversed() + again, sourceLateness: 60 * second)
        #expect(ended.bars.map(\.time) == (0..<10).map { Int64($0) * second })
        #expect(ended.bars.allSatisfy { $0.trades == 3 } && ended.late.isEmpty)
    }

    /// A second method: group by (symbol, window) in a dictionary, with 128-bit sums.
    @Test("bars are the trades grouped by instrument and window", arguments: 1...30 as ClosedRange<UInt64>)
    func groups(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), time: Int64 = 0
        let lag = Int64(random.below(5)) * second
        let trades = (0..<500).map { _ in
            time += Int64(random.below(Int(second) / 4))
            return trade(
                at: time - Int64(random.below(Int(lag) + 1)), Double(1 + random.below(1_000)), Double(random.below(50)),
                of: SymbolID(rawValue: UInt32(1 + random.below(4))))
        }
        let found = bars(trades, sourceLateness: lag, cut: Cuts.random(seed: seed))
        #expect(found.late.isEmpty)
        struct Key: Hashable { var symbol: SymbolID, window: Int64 }
        func window(_ time: Int64) -> Int64 { Int64((Double(time) / Double(second)).rounded(.down)) }
        let groups = Dictionary(grouping: trades) { Key(symbol: $0.symbol, window: window($0.eventTime)) }
        #expect(found.bars.count == groups.count)
        for bar in found.bars {
            let group = try #require(groups[Key(symbol: bar.symbol, window: bar.time / second)])
            let notional = group.reduce(Notional.zero) { $0 + Notional($1.price, $1.size) }
            let volume = group.reduce(Quantity.zero) { $0 + $1.size }
            #expect(bar.volume == volume && bar.vwap == notional.price(per: volume) ?? .none)
            #expect(bar.open == group[0].price && bar.close == group[group.count - 1].price)
            #expect(bar.high == group.map(\.price).max() && bar.low == group.map(\.price).min())
            #expect(bar.trades == UInt32(group.count))
        }
    }
}
