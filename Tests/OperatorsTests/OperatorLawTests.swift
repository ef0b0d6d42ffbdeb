import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("laws of single operators") struct OperatorLawTests {
    /// Trades of three instruments; times go on by up to 8 and lie up to 30 back.
    private func trades(_ seed: UInt64, count: Int = 80) -> [Trade] {
        var random = SplitMix64(seed: seed), time: Int64 = 0
        return (0..<count).map { _ in
            time += Int64(random.below(9))
            return trade(
                at: time - Int64(random.below(random.below(3) == 0 ? 31 : 3)), Double(1 + random.below(100)),
                Double(random.below(9)),
                of: SymbolID(rawValue: UInt32(1 + random.below(3))))
        }
    }
    private func bars(_ seed: UInt64, count: Int = 80) -> [Bar] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map {
            bar($0 / 3, SymbolID(rawValue: UInt32(1 + $0 % 3)), close: price(Double(1 + random.below(400)) / 4))
        }
    }
    private func signals(_ seed: UInt64) -> [Signal] {
        bars(seed).map { Signal(time: $0.time, eventTime: $0.closeTime, symbol: $0.symbol, value: $0.close.double) }
    }

    @Test("time bars", arguments: 1...3 as ClosedRange<UInt64>)
    func timeBars(seed: UInt64) throws {
        try Laws(of: { TimeBars(length: 10, lateness: 4) }, over: trades(seed), lateness: 5, seed: seed).check()
        try Laws(of: { TimeBars(length: 3) }, over: trades(seed), lateness: 20, seed: seed).check()
    }
    @Test("bars of tumbling, sliding and session windows", arguments: 1...3 as ClosedRange<UInt64>)
    func windowBars(seed: UInt64) throws {
        for shape in [.tumbling(7), .sliding(12, every: 5), .sliding(30, every: 3), .session(gap: 6)] as [WindowShape] {
            for lateness in [0, 9] as [Int64] {
                try Laws(of: { WindowBars(shape, lateness: lateness) }, over: trades(seed), lateness: 2, seed: seed).check()
            }
        }
    }
    @Test("averages, strengths, scores, ranges", arguments: 1...2 as ClosedRange<UInt64>)
    func signals(seed: UInt64) throws {
        try Laws(of: { EMA(period: 4) }, over: bars(seed), seed: seed).check()
        try Laws(of: { EMA(period: 4, seed: .first) }, over: bars(seed), seed: seed).check()
        try Laws(of: { EMA(period: 4, seed: .weighted) }, over: bars(seed), seed: seed).check()
        try Laws(of: { MACD(fast: 2, slow: 4, signal: 3) }, over: bars(seed), seed: seed).check()
        try Laws(of: { RSI(period: 4) }, over: bars(seed), seed: seed).check()
        try Laws(of: { ZScore<Bar>(window: 5) }, over: bars(seed), seed: seed).check()
        try Laws(of: { ATR(period: 4) }, over: bars(seed), seed: seed).check()
    }
    @Test("momentum targets", arguments: 1...2 as ClosedRange<UInt64>)
    func targets(seed: UInt64) throws {
        let rule = { MomentumTargets(gain: 3, maxWeight: 0.5, step: 0.01) }
        try Laws(of: rule, over: signals(seed), and: signals(seed + 100), seed: seed).check()
    }
}
