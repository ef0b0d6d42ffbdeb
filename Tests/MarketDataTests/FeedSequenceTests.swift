import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("the sequence of a feed")
struct FeedSequenceTests {
    private let a = SymbolID(rawValue: 3)
    private let b = SymbolID(rawValue: 9)

    @Test("the first trade begins anywhere; after it the ids grow by one, each product for itself")
    func grows() {
        var sequence = FeedSequence()
        #expect(sequence.trade(a, id: 100) == .next && sequence.trade(b, id: 7) == .next)
        #expect(sequence.trade(a, id: 101) == .next && sequence.trade(b, id: 8) == .next)
        #expect(sequence.trade(a, id: 105) == .gap(from: 102, to: 104))
        #expect(sequence.trade(a, id: 105) == .duplicate)
        #expect(sequence.trade(a, id: 106) == .next)
    }

    @Test("a trade that was missing is taken once when it comes late; any other old one never")
    func late() {
        var sequence = FeedSequence()
        _ = sequence.trade(a, id: 10)
        #expect(sequence.trade(a, id: 14) == .gap(from: 11, to: 13))
        #expect(sequence.trade(a, id: 12) == .outOfOrder(fills: true))
        #expect(sequence.trade(a, id: 12) == .duplicate)
        #expect(sequence.trade(a, id: 13) == .outOfOrder(fills: true))
        #expect(sequence.trade(a, id: 9) == .outOfOrder(fills: false))
        #expect(sequence.trade(a, id: 15) == .next)
    }

    @Test("a heartbeat shows a trade that never came")
    func heartbeat() {
        var sequence = FeedSequence()
        #expect(sequence.heartbeat(a, lastTradeID: 50) == .next)
        _ = sequence.trade(a, id: 51)
        #expect(sequence.heartbeat(a, lastTradeID: 51) == .next)
        #expect(sequence.heartbeat(a, lastTradeID: 53) == .gap(from: 52, to: 53))
        #expect(sequence.trade(a, id: 53) == .outOfOrder(fills: true))
        #expect(sequence.trade(a, id: 54) == .next)
    }

    @Test("tickers only have to grow")
    func tickers() {
        var sequence = FeedSequence()
        #expect(sequence.ticker(a, sequence: 5) == .next && sequence.ticker(a, sequence: 90) == .next)
        #expect(sequence.ticker(a, sequence: 90) == .duplicate && sequence.ticker(a, sequence: 89) == .outOfOrder(fills: false))
    }

    /// Whatever the order of arrival, no id is let through twice.
    @Test("no trade passes twice", arguments: 1...20 as ClosedRange<UInt64>)
    func once(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var sequence = FeedSequence()
        var passed: Set<UInt64> = []
        var id: UInt64 = 1_000
        for _ in 0..<2_000 {
            let offered = random.below(3) == 0 ? id - UInt64(random.below(20)) : id + UInt64(random.below(4))
            switch sequence.trade(a, id: offered) {
            case .next, .gap, .outOfOrder(fills: true):
                #expect(passed.insert(offered).inserted)
                id = max(id, offered)
            case .duplicate, .outOfOrder(fills: false): break
            }
        }
        #expect(passed.count > 500)
    }

    @Test("the backoff doubles to its limit, and its random part stays within a half")
    func backoff() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(2), seed: 1)
        for step in [100, 200, 400, 800, 1_600, 2_000, 2_000] {
            let wait = backoff.next()
            #expect(wait >= .milliseconds(step / 2) && wait <= .milliseconds(step))
        }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(100))
    }
}
