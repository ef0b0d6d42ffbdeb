import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("signals") struct SignalTests {
    /// By hand: mean of 1, 2, 3 is 2; then 2 + (6 − 2) · 2/4 = 4.
    @Test("an EMA says nothing before it is warm, then starts from its seed")
    func emaSeeds() {
        let closes = [1.0, 2, 3, 6].map(price)
        #expect(values(EMA(period: 3), of: closes) == [2: 2, 3: 4])
        #expect(values(EMA(period: 3, seed: .first), of: closes) == [2: 2.25, 3: 4.125])
        #expect(values(EMA(period: 1), of: closes) == [0: 1, 1: 2, 2: 3, 3: 6])
    }
    /// By hand, weight 1/2: (1·½ + 3)/(½ + 1) = 7/3, then (1·¼ + 3·½ + 6)/(¼ + ½ + 1) = 31/7.
    @Test("an EMA without a seed is the weighted mean of all there was")
    func emaWeighted() throws {
        let found = values(EMA(period: 3, seed: .weighted), of: [1.0, 3, 6].map(price))
        #expect(found.count == 1)
        #expect(abs(try #require(found[2]) - 31.0 / 7) < 1e-15)
        #expect(abs(try #require(values(EMA(period: 2, seed: .weighted), of: [1.0, 3].map(price))[1]) - 2.5) < 1e-15)
    }
    /// By hand, periods 1 and 2: the line is close − mean of the two, then 6 − (1.5 + (6 − 1.5) · 2/3); its average over 1 is
    /// itself, over 2 the mean of the first two.
    @Test("a MACD's line begins with the slow average, its average so many bars later")
    func macdByHand() {
        let run = Harness()
        let bars = run.graph.source("bars", Bar.self)
        let macd = run.graph.add("macd", MACD(fast: 1, slow: 2, signal: 2), from: bars.edge)
        let line = run.collect(macd.out), signal = run.collect(macd.side)
        for (i, close) in [1.0, 2, 6].enumerated() { run.send(bar(i, close: price(close)), to: bars) }
        #expect(line.elements.map(\.value) == [0.5, 1.5])
        #expect(signal.elements.map(\.value) == [1])
        #expect(signal.elements.map(\.time) == [2 * UTC.second])
    }
    /// By hand: of 1, 2, 3 the sample's deviation is 1; of trades each has its own time.
    @Test("a z-score of trades, by the sample's deviation")
    func zScoreOfTrades() {
        let run = Harness()
        let trades = run.graph.source("trades", Trade.self)
        let scores = run.collect(run.graph.add("z", ZScore<Trade>(window: 3, deviation: .sample), from: trades.edge).out)
        for (i, units) in [1.0, 2, 3, 2].enumerated() { run.send(trade(at: Int64(i) * 7, units), to: trades) }
        #expect(scores.elements.map(\.time) == [14, 21])
        #expect(abs(scores.elements[0].value - 1) < 1e-15)
        #expect(abs(scores.elements[1].value - (2 - 7.0 / 3) * 3.squareRoot()) < 1e-15)
    }
    /// By hand: changes +1 +1 −1 give gain 1 and loss 1/2 after 2 and (1·1+0)/2, (0·1+1)/2.
    @Test("an RSI of two says 100 while nothing was lost, 50 when gain and loss are level")
    func rsiByHand() {
        #expect(values(RSI(period: 2), of: [1.0, 2, 3, 2].map(price)) == [2: 100, 3: 50])
        #expect(values(RSI(period: 2), of: [5.0, 5, 5].map(price)) == [2: 100])
        #expect(values(RSI(period: 2), of: [5.0, 4, 3].map(price)) == [2: 0])
    }
    /// By hand: 1, 2, 3 has mean 2 and deviation √(2/3).
    @Test("a z-score is of the population, and 0 in a flat window")
    func zScoreByHand() throws {
        let found = values(ZScore(window: 3), of: [1.0, 2, 3, 3, 3].map(price))
        #expect(found.count == 3)
        #expect(abs(try #require(found[2]) - 1.5.squareRoot()) < 1e-15)
        #expect(found[4] == 0)
    }
    /// A second method: two passes over the window, at every bar.
    @Test("a z-score after wild jumps and long flats is the two-pass one", arguments: [3, 20, 60, 500])
    func zScoreDoesNotDrift(window: Int) throws {
        var random = SplitMix64(seed: UInt64(window)), level = 1e5
        var closes: [Price] = []
        for _ in 0..<20_000 {
            switch random.below(1_000) {
            case 0: level *= 1_000
            case 1: level /= 1_000
            case 2: closes.append(contentsOf: repeatElement(price(level), count: 2 * window))
            default: break
            }
            level = min(max(level, 10), 1e8)
            closes.append(price(level * (1 + 0.001 * (random.unit() - 0.5))))
        }
        let found = values(ZScore(window: window), of: closes)
        var checked = 0, off = 0.0
        for at in (window - 1)..<closes.count {
            let last = closes[at].double, apart = closes[(at - window + 1)...at].map { $0.double - last }
            let mean = apart.reduce(0, +) / Double(window)
            let variance = apart.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(window)
            let expected = variance == 0 ? 0 : -mean / variance.squareRoot()
            off = max(off, abs(try #require(found[at]) - expected))
            checked += 1
        }
        #expect(checked > 10_000 && off < 1e-9)
    }
    /// By hand: ranges 2; then max(3, |12 − 9|, |9 − 9|) = 3, then max(1, |20 − 10|, |19 − 10|) = 10: the gap counts.
    @Test("an ATR counts the gap from the last close; its first range is the first bar's or the second's")
    func atrByHand() {
        let bars = [(10.0, 8.0, 9.0), (12, 9, 10), (20, 19, 19)]
        #expect(values(ATR(period: 2), of: bars) == [1: 2.5, 2: 6.25])
        #expect(values(ATR(period: 2, seed: .second), of: bars) == [2: 6.5])
        #expect(values(ATR(period: 1), of: bars) == [0: 2, 1: 3, 2: 10])
    }
    @Test("instruments do not mix, and a signal belongs to its bar's start")
    func instrumentsAreApart() {
        let run = Harness()
        let bars = run.graph.source("bars", Bar.self)
        let signals = run.collect(run.graph.add("ema", EMA(period: 2), from: bars.edge).out)
        for i in 0..<3 {
            run.send(bar(i, one, close: price(Double(i))), to: bars)
            run.send(bar(i, two, close: price(100)), to: bars)
        }
        #expect(signals.elements.filter { $0.symbol == two }.map(\.value) == [100, 100])
        #expect(signals.elements.map(\.time) == [1, 1, 2, 2].map { $0 * UTC.second })
        #expect(signals.elements.allSatisfy { $0.eventTime == $0.time + UTC.second })
    }
}

@Suite("momentum targets") struct MomentumTargetsTests {
    private func targets(_ pairs: [(fast: Double, slow: Double)], step: Double = 0.01) -> [Double] {
        let run = Harness()
        let fast = run.graph.source("fast", Signal.self), slow = run.graph.source("slow", Signal.self)
        let rule = MomentumTargets(gain: 10, maxWeight: 0.5, step: step)
        let targets = run.collect(run.graph.add("targets", rule, from: fast.edge, and: slow.edge).out)
        for (i, pair) in pairs.enumerated() {
            run.send(Signal(time: Int64(i), eventTime: Int64(i) + 1, symbol: one, value: pair.fast), to: fast)
            run.send(Signal(time: Int64(i), eventTime: Int64(i) + 1, symbol: one, value: pair.slow), to: slow)
        }
        return targets.elements.map { ($0.weight * 1e6).rounded() / 1e6 }
    }
    /// By hand: 10 · (101 − 100)/100 = 0.1; 10 · −8 % is beyond −0.5.
    @Test("the weight follows the distance of the averages and stops at its bounds")
    func follows() {
        #expect(targets([(101, 100), (92, 100), (110, 100)]) == [0.1, -0.5, 0.5])
    }
    @Test("small moves give no target, and do not add up unseen")
    func steps() {
        #expect(targets([(101, 100), (101.05, 100), (101.09, 100), (101.11, 100)]) == [0.1, 0.111])
    }
    @Test("a slow average that is not positive, or not a number, gives no target")
    func unusable() {
        #expect(targets([(101, 0), (101, -5), (.nan, 100), (101, .nan), (.infinity, 100)]) == [])
    }
    @Test("signals of different bars are not compared")
    func freshness() {
        let run = Harness()
        let fast = run.graph.source("fast", Signal.self), slow = run.graph.source("slow", Signal.self)
        let rule = MomentumTargets(gain: 10, maxWeight: 0.5)
        let targets = run.collect(run.graph.add("targets", rule, from: fast.edge, and: slow.edge).out)
        run.send(Signal(time: 1, eventTime: 2, symbol: one, value: 101), to: fast)
        run.send(Signal(time: 1, eventTime: 2, symbol: two, value: 100), to: slow)
        run.send(Signal(time: 2, eventTime: 3, symbol: one, value: 100), to: slow)
        #expect(targets.elements.isEmpty)
        run.send(Signal(time: 2, eventTime: 3, symbol: one, value: 101), to: fast)
        #expect(targets.elements.count == 1 && targets.sequences == [4])
    }
}
