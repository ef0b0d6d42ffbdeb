import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// What an operator makes of trades: bars, and what it refused.
private func bars<O: KeyedOperator & ~Copyable>(_ op: consuming O, of trades: [Trade]) -> (
    bars: [Bar], refused: [Trade], sequences: [UInt64]
)
where O.In == Trade, O.Out == Bar, O.Side == Trade {
    let run = Harness()
    let source = run.graph.source("trades", Trade.self)
    let made = run.graph.add("bars", op, from: source.edge)
    let (bars, refused) = (run.collect(made.out), run.collect(made.side))
    run.send(all: trades, to: source)
    return (bars.elements, refused.elements, bars.sequences)
}
private func trades(_ prices: [Double], size: Double = 1) -> [Trade] {
    prices.enumerated().map { trade(at: Int64($0.offset), $0.element, size) }
}

@Suite("bars that trades fill") struct TradeBarsTests {
    /// By hand: (10·1 + 12·1 + 11·1)/3 = 11.
    @Test("a bar of three trades ends with the third, which is in it and in no other")
    func ticks() {
        let found = bars(TradeBars(TickRule(ticks: 3)), of: trades([10, 12, 11, 9, 9, 9, 5]))
        #expect(found.bars.count == 2 && found.sequences == [3, 6])
        let bar = found.bars[0]
        #expect([bar.open, bar.high, bar.low, bar.close, bar.vwap] == [10, 12, 10, 11, 11].map(price))
        #expect(bar.time == 0 && bar.closeTime == 2 && bar.trades == 3 && bar.volume == quantity(3))
        #expect(found.bars[1].time == 3 && found.bars[1].low == price(9))
    }
    @Test("instruments have bars of their own, and a negative size is refused")
    func apart() {
        let found = bars(
            TradeBars(TickRule(ticks: 2)),
            of: [trade(at: 0, 1, of: one), trade(at: 1, 2, of: two), trade(at: 2, 3, -1), trade(at: 3, 4, of: one)])
        #expect(found.bars.count == 1 && found.bars[0].symbol == one && found.bars[0].close == price(4))
        #expect(found.refused.map(\.eventTime) == [2])
    }
    @Test("a range bar ends with the trade that makes the range")
    func range() {
        let found = bars(TradeBars(RangeRule(range: price(2))), of: trades([10, 11, 9.5, 11.5, 11, 20, 19, 18]))
        #expect(found.bars.map(\.close) == [11.5, 20].map(price) && found.bars.map(\.open) == [10, 11].map(price))
    }
    /// By hand, bars of 5: 3 + 2 of the 4; 2 + 3 of the 9; 5; 1 is open.
    @Test("a large trade fills several volume bars, each exactly")
    func volume() {
        let sizes = [3.0, 4, 9].enumerated().map { trade(at: Int64($0.offset), 10 + Double($0.offset), $0.element) }
        let found = bars(FilledBars(.volume(quantity(5))), of: sizes)
        #expect(found.bars.map(\.volume) == [5, 5, 5].map(quantity) && found.sequences == [2, 3, 3])
        #expect(found.bars.map(\.open) == [10, 11, 12].map(price) && found.bars.map(\.close) == [11, 12, 12].map(price))
        #expect(found.bars.map(\.trades) == [2, 2, 1])
        #expect(found.bars[0].vwap == price((3 * 10 + 2 * 11) / 5.0))
        let whole = bars(FilledBars(.volume(quantity(5)), isSplit: false), of: sizes)
        #expect(whole.bars.map(\.volume) == [7, 9].map(quantity))
    }
    /// By hand: 100 of money at 10 is 10 units; then 30 units at 7 make 100 with 14.28571429, twice, and 1.42857142 is left.
    @Test("a money bar takes the least size that makes its value")
    func money() {
        let found = bars(FilledBars(.value(Notional(price(100), quantity(1)))), of: [trade(at: 0, 10, 10), trade(at: 1, 7, 30)])
        #expect(found.bars.map(\.volume) == [10, 14.285_714_29, 14.285_714_29].map(quantity))
        let refused = bars(
            FilledBars(.value(Notional(price(100), quantity(1)))), of: [trade(at: 0, 0, 10), trade(at: 1, -1, 30)])
        #expect(refused.refused.count == 2)
    }
    @Test(
        "Σ of the bars and of what is open is Σ of the trades, to the last 1e-8, in volume and in money",
        arguments: 1...40 as ClosedRange<UInt64>)
    func conserves(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let made: [Trade] = (0..<400).map { i in
            // Sizes over many magnitudes, now and then enough for more bars than one trade may fill.
            let size = Int64(1 + random.below(1_000)) * [1, 100_000, 100_000_000, 30_000_000_000][random.below(4)]
            return Trade(
                eventTime: Int64(i), symbol: one,
                price: Price(rawValue: Int64(1 + random.below(500)) * 10_000_000 + Int64(random.below(3))),
                size: Quantity(rawValue: size))
        }
        let volume = made.reduce(Int128(0)) { $0 + Int128($1.size.rawValue) }
        for isMoney in [false, true] {
            let limit = Int64(1 + random.below(2_000)) * 100_000_000
            let measure: FilledBars.Measure =
                isMoney ? .value(Notional(Price(rawValue: limit), Quantity(units: 1))) : .volume(Quantity(rawValue: limit))
            for isSplit in [true, false] {
                let run = Harness(cut: Cuts.random(seed: seed))
                let source = run.graph.source("trades", Trade.self)
                let found = run.graph.add("bars", FilledBars(measure, isSplit: isSplit), from: source.edge)
                let bars = run.collect(found.out), refused = run.collect(found.side)
                run.send(all: made, to: source)
                let sum = bars.elements.reduce(Int128(0)) { $0 + Int128($1.volume.rawValue) }
                // What is open is less than the trades after the last bar, that one's rest with them; and it shows when one more trade
                // fills it: a volume bar is full to the last unit.
                let open = volume - sum, after = made.suffix(made.count - Int(bars.sequences.last ?? 0) + 1)
                #expect(
                    open >= 0 && open <= after.reduce(Int128(0)) { $0 + Int128($1.size.rawValue) } && refused.elements.isEmpty)
                let count = bars.elements.count
                let more = Quantity(rawValue: Int64(clamping: Int128(limit) - open))
                if !isMoney, more > .zero {
                    run.send(
                        Trade(eventTime: 1_000, symbol: one, price: price(1), size: Quantity(rawValue: more.rawValue - 1)),
                        to: source)
                    #expect(bars.elements.count == count)
                    run.send(Trade(eventTime: 1_000, symbol: one, price: price(1), size: Quantity(rawValue: 1)), to: source)
                    #expect(bars.elements.count == count + 1 && bars.elements.last?.volume.rawValue == limit)
                }
                if isSplit, !isMoney {
                    let whole = bars.elements.filter { $0.volume.rawValue != limit }
                    // Only the last of 64 bars of one trade may hold more.
                    #expect(whole.allSatisfy { $0.volume.rawValue > limit })
                }
            }
        }
    }
    /// By hand, bricks of 1 from 10: 11.2 makes [10,11]; 9.9 is no brick below 10 − 1; 8.7 makes [10,9] and … only one, since 8.7 > 8.
    @Test("bricks: one for each step, a turn only past the last brick's other end")
    func renko() {
        let found = bars(RenkoBars(brick: price(1)), of: trades([10, 10.5, 11.2, 9.9, 8.7, 13.1], size: 2))
        #expect(found.bars.map(\.open) == [10, 10, 10, 11, 12].map(price), "\(found.bars.map(\.open))")
        #expect(found.bars.map(\.close) == [11, 9, 11, 12, 13].map(price), "\(found.bars.map(\.close))")
        #expect(found.bars.map(\.volume) == [6, 4, 2, 0, 0].map(quantity))
        #expect(found.bars.map(\.time) == [0, 3, 5, 5, 5] && found.bars.map(\.closeTime) == [2, 4, 5, 5, 5])
    }
    @Test("bricks stay on their grid, and hold what was traded", arguments: 1...20 as ClosedRange<UInt64>)
    func renkoProperty(seed: UInt64) {
        var random = SplitMix64(seed: seed), level = 1_000.0
        let made = (0..<500).map { i in
            level += Double(random.below(7)) - 3 + (random.below(60) == 0 ? Double(random.below(400)) - 200 : 0)
            return trade(at: Int64(i), level, Double(random.below(5)))
        }
        let found = bars(RenkoBars(brick: price(2)), of: made).bars
        #expect(found.count > 20)
        for bar in found {
            #expect((bar.close.rawValue - made[0].price.rawValue) % price(2).rawValue == 0 && bar.open != bar.close)
        }
        for (before, after) in zip(found, found.dropFirst()) {
            // A brick begins where the one before ended, or a brick behind that, where it turned.
            #expect(after.open == before.close || abs(after.open.rawValue - before.close.rawValue) == price(2).rawValue)
        }
        let volume = found.reduce(0) { $0 + $1.volume.rawValue }, last = found.last?.closeTime ?? 0
        #expect(volume == made.filter { $0.eventTime <= last }.reduce(0) { $0 + $1.size.rawValue })
    }
    @Test("the laws", arguments: 1...2 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let made = (0..<90).map { i in
            trade(
                at: Int64(i), Double(50 + random.below(9)), Double(random.below(20)),
                of: SymbolID(rawValue: UInt32(1 + random.below(3))))
        }
        try Laws(of: { TradeBars(TickRule(ticks: 4)) }, over: made).check()
        try Laws(of: { TradeBars(RangeRule(range: price(4))) }, over: made).check()
        try Laws(of: { FilledBars(.volume(quantity(7))) }, over: made).check()
        try Laws(of: { FilledBars(.value(Notional(price(300), quantity(1)))) }, over: made).check()
        try Laws(of: { RenkoBars(brick: price(2)) }, over: made).check()
        for weight in [TradeWeight.tick, .volume, .value] {
            try Laws(of: { TradeBars(ImbalanceRule(weight, ticks: 4)) }, over: made).check()
            try Laws(of: { TradeBars(RunRule(weight, ticks: 4)) }, over: made).check()
        }
    }
}

/// A second method: the rules as the book writes them, over whole arrays.
@Suite("bars of imbalance and of runs") struct ImbalanceBarsTests {
    private func walk(_ seed: UInt64) -> [Trade] {
        var random = SplitMix64(seed: seed), level = 1_000.0
        return (0..<6_000).map { i in
            level += Double(random.below(3)) - 1 + (i / 700 % 2 == 0 ? 0.2 : -0.2)
            return trade(at: Int64(i), (level * 4).rounded() / 4, Double(1 + random.below(30)))
        }
    }
    private func signs(_ trades: [Trade]) -> [Double] {
        var sign = 1.0
        return trades.indices.map { i in
            if i > 0, trades[i].price != trades[i - 1].price { sign = trades[i].price > trades[i - 1].price ? 1 : -1 }
            return sign
        }
    }
    private func weight(_ weight: TradeWeight, _ trade: Trade) -> Double {
        switch weight {
        case .tick: 1
        case .volume: trade.size.double
        case .value: trade.size.double * trade.price.double
        }
    }
    @Test("imbalance bars end where the book's rule says", arguments: 1...3 as ClosedRange<UInt64>)
    func imbalance(seed: UInt64) {
        let made = walk(seed), b = signs(made)
        for kind in [TradeWeight.tick, .volume, .value] {
            let found = bars(TradeBars(ImbalanceRule(kind, ticks: 40, span: 5, bound: 8)), of: made)
            var ends: [UInt64] = [], first = 0, length = 40.0, mean = 0.0
            for i in made.indices {
                let flow = b[i] * weight(kind, made[i])
                mean = i == 0 ? flow : mean + 2 / (5.0 * 40 + 1) * (flow - mean)
                let theta = (first...i).reduce(0) { $0 + b[$1] * weight(kind, made[$1]) }
                guard i >= 39, abs(theta) > 0, abs(theta) >= length * abs(mean) * (1 - 1e-12) else { continue }
                ends.append(UInt64(i + 1))
                length = min(320, max(5, length + 2.0 / 6 * (Double(i - first + 1) - length)))
                first = i + 1
            }
            #expect(found.sequences == ends && ends.count > 20, "\(kind): \(found.sequences.count) and \(ends.count)")
        }
    }
    @Test("run bars end where the book's rule says", arguments: 1...3 as ClosedRange<UInt64>)
    func runs(seed: UInt64) {
        let made = walk(seed), b = signs(made)
        for kind in [TradeWeight.tick, .volume, .value] {
            let found = bars(TradeBars(RunRule(kind, ticks: 40, span: 5, bound: 8)), of: made)
            var ends: [UInt64] = [], first = 0, length = 40.0, share: Double?, buy: Double?, sell: Double?
            for i in made.indices {
                let x = weight(kind, made[i]), perTrade = 2 / (5.0 * 40 + 1)
                if b[i] > 0 {
                    buy = buy.map { $0 + perTrade * (x - $0) } ?? x
                } else {
                    sell = sell.map { $0 + perTrade * (x - $0) } ?? x
                }
                let of = first...i, buys = of.filter { b[$0] > 0 }, sells = of.filter { b[$0] < 0 }
                let now = Double(buys.count) / Double(of.count), p = share ?? now
                let run = max(buys.reduce(0) { $0 + weight(kind, made[$1]) }, sells.reduce(0) { $0 + weight(kind, made[$1]) })
                guard i >= 39, run >= length * max(p * (buy ?? 0), (1 - p) * (sell ?? 0)) else { continue }
                ends.append(UInt64(i + 1))
                share = share.map { $0 + 2.0 / 6 * (now - $0) } ?? now
                length = min(320, max(5, length + 2.0 / 6 * (Double(of.count) - length)))
                first = i + 1
            }
            #expect(found.sequences == ends && ends.count > 20, "\(kind): \(found.sequences.count) and \(ends.count)")
        }
    }
}
