import FloorTesting
import Foundation
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// Indicators that nobody here publishes a column of, by a second method: each value anew from its own window.
@Suite("indicators, by hand and by a second method") struct IndicatorTests {
    /// A walk in cents with ups and downs of its own size, flat stretches and jumps.
    private func walk(_ count: Int, seed: UInt64) -> [Bar] {
        var random = SplitMix64(seed: seed), level: Int64 = 10_000
        return (0..<count).map { i in
            if random.below(40) == 0 { level += Int64(random.below(2_001)) - 1_000 }
            let isFlat = i % 97 > 80
            func cents() -> Int64 { isFlat ? 0 : Int64(random.below(201)) - 100 }
            level = max(500, level)
            let (open, close) = (level + cents(), level + cents())
            let high = max(open, close) + abs(cents()), low = max(1, min(open, close) - abs(cents()))
            level = close
            func price(_ cents: Int64) -> Price { Price(rawValue: cents * 10_000_000) }
            let day = 86_400 * UTC.second
            return Bar(
                time: Int64(i) * day, closeTime: Int64(i + 1) * day, symbol: one, open: price(open), high: price(high),
                low: price(low),
                close: price(close), volume: Quantity(units: isFlat && random.below(2) == 0 ? 0 : Int64(1 + random.below(900))))
        }
    }
    /// Compares each value with what `naive` makes of the last `window` bars.
    private func expectEqual(
        _ found: [Int: Double], over bars: [Bar], window: Int, tolerance: Double = 1e-9, _ naive: (ArraySlice<Bar>) -> Double?
    ) throws {
        var checked = 0, off = 0.0
        for at in (window - 1)..<bars.count {
            guard let expected = naive(bars[(at - window + 1)...at]) else {
                #expect(found[at] == nil, "row \(at)")
                continue
            }
            off = max(off, abs(try #require(found[at], "row \(at)") - expected) / max(1e-9, abs(expected)))
            checked += 1
        }
        #expect(found.keys.allSatisfy { $0 >= window - 1 })
        #expect(checked > bars.count / 2 && off < tolerance, "off by \(off)")
    }
    private func number<I: Indicator>(_ indicator: I, _ bars: [Bar]) -> [Int: [String: Double]] where I.Input == Double {
        readings(Of<I, Bar>(indicator), of: bars)
    }

    @Test("a quantile is the interpolated one of the sorted window", arguments: [0, 0.1, 0.5, 0.9, 1])
    func quantile(q: Double) throws {
        let bars = walk(900, seed: 7)
        for window in [1, 2, 7, 60] {
            try expectEqual(number(Quantile(period: window, quantile: q), bars).column(), over: bars, window: window) {
                let sorted = $0.map(\.close.double).sorted(), h = Double(window - 1) * q, k = Int(h)
                return sorted[k] + (h - Double(k)) * (sorted[min(k + 1, window - 1)] - sorted[k])
            }
        }
    }
    @Test("the channel index is that of the plain mean deviation")
    func channelIndex() throws {
        let bars = walk(900, seed: 8)
        for window in [2, 5, 20, 100] {
            try expectEqual(readings(CCI(period: window), of: bars).column(), over: bars, window: window, tolerance: 1e-7) {
                let prices = $0.map { ($0.high.double + $0.low.double + $0.close.double) / 3 }, n = Double(window)
                let mean = prices.reduce(0, +) / n, deviation = prices.reduce(0) { $0 + abs($1 - mean) } / n
                return deviation < 1e-12 ? 0 : (prices[window - 1] - mean) / (0.015 * deviation)
            }
        }
    }
    @Test("channels, oscillators and ages are those of the plain window")
    func extremes() throws {
        let bars = walk(900, seed: 9)
        for window in [1, 3, 20] {
            let channel = readings(Donchian(period: window), of: bars)
            try expectEqual(channel.column("upper"), over: bars, window: window) { $0.map(\.high.double).max() }
            try expectEqual(channel.column("lower"), over: bars, window: window) { $0.map(\.low.double).min() }
            try expectEqual(readings(Aroon(period: window), of: bars).column("up"), over: bars, window: window + 1) { bars in
                let high = bars.map(\.high).max(), last = bars.lastIndex { $0.high == high } ?? 0
                return 100 * Double(window - (bars.endIndex - 1 - last)) / Double(window)
            }
        }
    }
    @Test("volatilities: realised, exponential, Garman and Klass'")
    func volatilities() throws {
        let bars = walk(900, seed: 10)
        try expectEqual(number(RealizedVolatility(period: 20), bars).column(), over: bars, window: 21) { bars in
            let changes = zip(bars, bars.dropFirst()).map { (before: Bar, after: Bar) in
                log(after.close.double / before.close.double)
            }
            return changes.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
        }
        try expectEqual(readings(GarmanKlass(period: 20, annualize: 252), of: bars).column(), over: bars, window: 20) { bars in
            let terms = bars.map {
                0.5 * pow(log($0.high.double / $0.low.double), 2) - (2 * log(2) - 1)
                    * pow(log($0.close.double / $0.open.double), 2)
            }
            return (252 * max(0, terms.reduce(0, +) / 20)).squareRoot()
        }
        let found = number(EWMAVolatility(lambda: 0.9), bars).column()
        var variance = pow(log(bars[1].close.double / bars[0].close.double), 2)
        for i in 1..<bars.count {
            let change = log(bars[i].close.double / bars[i - 1].close.double)
            if i > 1 { variance = 0.9 * variance + 0.1 * change * change }
            #expect(abs(try #require(found[i]) - variance.squareRoot()) <= 1e-12)
        }
    }
    @Test("the straight line through a window: slope, ends and share explained")
    func regression() throws {
        let bars = walk(900, seed: 11)
        let found = number(Regression(period: 12), bars)
        func line(_ bars: ArraySlice<Bar>) -> (slope: Double, mean: Double, xx: Double, yy: Double, xy: Double) {
            let y = bars.map(\.close.double), mean = y.reduce(0, +) / 12
            let xy = y.enumerated().reduce(0.0) { (sum: Double, item) in sum + (Double(item.offset) - 5.5) * (item.element - mean)
            }
            let yy = y.reduce(0.0) { (sum: Double, y) in sum + (y - mean) * (y - mean) }
            return (xy / 143, mean, 143, yy, xy)
        }
        try expectEqual(found.column(), over: bars, window: 12) { line($0).mean + line($0).slope * 5.5 }
        try expectEqual(found.column("r_squared"), over: bars, window: 12, tolerance: 1e-6) {
            let l = line($0)
            return l.yy < 1e-18 ? nil : l.xy * l.xy / l.xx / l.yy
        }
    }
    @Test("Kyle's lambda of bars by the tick rule; money of sessions and of windows")
    func money() throws {
        let bars = walk(600, seed: 12)
        let found = readings(KyleLambda<Bar>(period: 10), of: bars).column()
        var (sign, flows, moves) = (0.0, [Double](), [Double]())
        for i in 1..<bars.count {
            let move = bars[i].close.double - bars[i - 1].close.double
            if abs(move) > 1e-12 { sign = move > 0 ? 1 : -1 }
            flows.append(sign * bars[i].volume.double)
            moves.append(move)
            guard i >= 10 else { continue }
            let squares: Double = flows.suffix(10).reduce(0) { $0 + $1 * $1 }
            let products = zip(flows.suffix(10), moves.suffix(10)).reduce(0.0) { (sum: Double, pair) in sum + pair.0 * pair.1 }
            let expected: Double = squares == 0 ? 9 : products / squares, value: Double = found[i] ?? 9
            #expect(abs(value - expected) < 1e-12, "row \(i)")
        }
        try expectEqual(readings(RollingVWAP<Bar>(period: 7, price: .typical), of: bars).column(), over: bars, window: 7) {
            bars in
            let volume = bars.reduce(0) { $0 + $1.volume.double }
            let money = bars.reduce(0.0) { (sum: Double, bar) in
                let price: Double = (bar.high.double + bar.low.double + bar.close.double) / 3
                return sum + price * bar.volume.double
            }
            return volume == 0 ? nil : money / volume
        }
    }
    /// By hand: 2 shares at 10, 1 at 13 make 11; a new day begins anew.
    @Test("a session's average begins anew with the day")
    func sessions() {
        let day = 86_400 * UTC.second
        let trades = [trade(at: 5, 10, 2), trade(at: 9, 13, 1), trade(at: day, 20, 1), trade(at: day + 1, 22, 1)]
        let days = readings(SessionVWAP<Trade>(sessions: .days), of: trades).column()
        #expect(days == [0: 10, 1: 11, 2: 20, 3: 21])
        #expect(readings(SessionVWAP<Trade>(sessions: .none), of: trades).column()[3] == 75.0 / 5)
    }
    /// By hand, after the paper's equation 10: a higher bid adds its size, a lower one takes the old size away, the ask the other way round.
    @Test("order flow: what bid and ask add and take away; the micro-price leans to the thin side")
    func quotes() {
        func quote(_ time: Int64, _ bid: Double, _ bidSize: Double, _ ask: Double, _ askSize: Double) -> Quote {
            Quote(
                eventTime: time, symbol: one, bid: price(bid), bidSize: quantity(bidSize), ask: price(ask),
                askSize: quantity(askSize))
        }
        let quotes = [
            quote(1, 10, 5, 11, 7), quote(2, 10, 8, 11, 4), quote(3, 10.5, 2, 11, 4), quote(4, 10, 6, 10.8, 3),
            quote(5, 10, 6, 11, 9),
        ]
        let flows = readings(OrderFlowImbalance(period: 1), of: quotes).column()
        // +8 −5 −4 +7;  +2 −4 +4;  −2 −3;  +6 −6 +3
        #expect(flows == [1: 6, 2: 2, 3: -5, 4: 3])
        #expect(readings(OrderFlowImbalance(period: 3), of: quotes).column() == [3: 3, 4: 0])
        let leaning: Double = 125.0 / 12  // (10·7 + 11·5) / 12
        #expect(readings(MicroPrice(), of: [quotes[0]]).column()[0] == leaning)
    }
    @Test("an indicator of signals, and one that passes over what is no number")
    func signals() {
        let signals = [1.0, 2, .nan, 6].enumerated().map {
            Signal(time: Int64($0.offset), eventTime: Int64($0.offset), symbol: one, value: $0.element)
        }
        #expect(readings(Of<SMA, Signal>(SMA(period: 2)), of: signals).column() == [1: 1.5, 3: 4])
    }
    /// Two passes over the last window, after so many updates. `FLOOR_FUZZ=100` makes it 10⁸.
    @Test("sums do not drift, whatever went through them")
    func drift() {
        let rounds = Fuzz.rounds(1_000_000, of: "updates of running sums").upperBound, window = 50
        var random = SplitMix64(seed: 4), numbers: [Double] = []
        let table = NumberRoom(count: 4 * window)
        var (mean, ladder, moments, sum) = (Mean(), Ladder(), Moments(), WindowSum())
        var (ring, averaged) = (Ring(), 0.0)
        for i in 0..<rounds {
            // Now and then something a billion times as large goes through.
            let x = i % 1_000 == 0 ? 1e12 * random.unit() : 100 + random.unit()
            averaged = mean.push(x, table.room.part(0, window)) ?? 0
            ladder.push(x, table.room.part(window, window))
            moments.push(x, table.room.part(2 * window, window))
            sum.slide(x, ring.push(x, table.room.part(3 * window, window)))
            if i >= rounds - window { numbers.append(x) }
        }
        let n = Double(window), expected = numbers.reduce(0, +) / n
        let squares = numbers.reduce(0.0) { (sum: Double, x) in sum + (x - expected) * (x - expected) }
        let weighted = numbers.enumerated().reduce(0.0) { (sum: Double, item) in sum + Double(item.offset + 1) * item.element }
        #expect(abs(averaged / expected - 1) < 1e-14 && abs(sum.value / n / expected - 1) < 1e-14)
        #expect(abs(ladder.weighted / weighted - 1) < 1e-13)
        #expect(abs(moments.deviations(n) / squares - 1) < 1e-9)
    }
    @Test("the logarithm is the library's, to a few units in the last place")
    func logarithm() {
        var random = SplitMix64(seed: 5)
        let prices = (0..<4_000).map { _ in
            1 + random.unit() * pow(10, Double(random.below(12)) - 11) * (random.below(2) == 0 ? 1 : 900)
        }
        var level = 1.0, off = 0.0
        for ratio in prices {
            let signals = [
                Signal(time: 0, eventTime: 0, symbol: one, value: 1), Signal(time: 1, eventTime: 1, symbol: one, value: ratio),
            ]
            let found = readings(Of<RealizedVolatility, Signal>(RealizedVolatility(period: 1)), of: signals).column()[1] ?? .nan
            off = max(off, abs(found - log(ratio)) / log(ratio))
            level = max(level, ratio)
        }
        #expect(off < 1e-15 && level > 100, "off by \(off)")
    }
}

/// Room for numbers, as an operator's table lends it.
final class NumberRoom {
    private var table: NumberTable
    let room: Numbers
    init(count: Int) {
        table = NumberTable(width: count, rows: 1)
        room = table.row(0)
    }
}
