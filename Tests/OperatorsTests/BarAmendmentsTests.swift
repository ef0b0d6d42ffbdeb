import FloorTesting
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import Operators

@Suite("bars put right by what a venue says of their trades later") struct BarAmendmentsTests {
    private enum Step {
        case trade(Trade)
        case correction(TradeCorrection)
    }
    /// The operator behind bars, over trades and what is said of them.
    private final class Desk {
        let trades: TypedPort<Trade>, said: TypedPort<TradeCorrection>
        let bars: Outlets<Bar, Trade>, fixed: Outlets<BarCorrection, TradeCorrection>

        init(_ graph: Graph, lateness: Int64 = 0, kept: Int = 1_000, remembered: Int = 1_000) {
            trades = graph.source("trades", Trade.self)
            said = graph.source("said", TradeCorrection.self, holdsWatermark: false)
            bars = graph.add("bars", TimeBars(length: 10, lateness: lateness), from: trades.edge)
            let amendments = BarAmendments(length: 10, lateness: lateness, kept: kept, remembered: remembered)
            fixed = graph.add("fixed", amendments, from: trades.edge, bars.out, bars.side, said.edge)
        }
        func offer(_ step: Step, _ driver: GraphDriver) {
            switch step {
            case .trade(let trade): driver.offer(trade, to: trades)
            case .correction(let correction): driver.offer(correction, to: said)
            }
        }
    }
    private func trade(_ time: Int64, _ price: Double, _ size: Double = 1, id: UInt64, of symbol: SymbolID = one) -> Trade {
        var made = OperatorsTests.trade(at: time, price, size, of: symbol)
        made.tradeID = id
        return made
    }
    private func correction(of trade: Trade, to new: Trade? = nil, at time: Int64 = 0) -> TradeCorrection {
        TradeCorrection(
            eventTime: time, symbol: trade.symbol, tradeID: trade.tradeID, price: trade.price, size: trade.size,
            newTradeID: new?.tradeID ?? 0, newPrice: new?.price ?? .none, newSize: new?.size ?? .zero)
    }
    private func run(_ steps: [Step], kept: Int = 1_000, remembered: Int = 1_000)
        -> (bars: [Bar], fixed: [BarCorrection], unmatched: [TradeCorrection])
    {
        let run = Harness(), desk = Desk(run.graph, kept: kept, remembered: remembered)
        let bars = run.collect(desk.bars.out), fixed = run.collect(desk.fixed.out), unmatched = run.collect(desk.fixed.side)
        for step in steps {
            desk.offer(step, run.records)
            run.run()
        }
        run.end()
        return (bars.elements, fixed.elements, unmatched.elements)
    }

    /// By hand: of 7, 9 and 8 the highest goes, then the first becomes 6 for two, then all that is left goes.
    @Test("a closed bar is said again without a trade that was taken back, and with one as it was told anew")
    func closed() {
        let first = trade(1, 7, id: 1), second = trade(2, 9, id: 2), third = trade(3, 8, id: 3), other = trade(6, 6, 2, id: 4)
        let made = run([
            .trade(first), .trade(second), .trade(third), .trade(trade(12, 1, id: 5)), .correction(correction(of: second)),
            .correction(correction(of: first, to: other)), .correction(correction(of: other)), .correction(correction(of: third)),
        ])
        #expect(made.bars[0].high == price(9))
        #expect(
            made.fixed.map(\.revision) == [1, 2, 3, 4] && made.fixed.allSatisfy { $0.bar.time == 0 && $0.bar.closeTime == 10 })
        #expect(made.fixed.map(\.bar.high) == [price(8), price(8), price(8), .none])
        #expect(made.fixed.map(\.bar.open) == [price(7), price(6), price(8), .none])
        #expect(made.fixed.map(\.bar.close) == [price(8), price(8), price(8), .none])
        #expect(made.fixed.map(\.bar.volume) == [2, 3, 1, 0].map { Quantity(units: $0) })
        // (6·2 + 8) / 3 in 1e-9, half to even.
        #expect(made.fixed[1].bar.vwap.rawValue == 6_666_666_667 && made.fixed[3].bar.trades == 0)
        #expect(made.unmatched.isEmpty)
    }
    @Test("what is said of a trade whose bar is open comes right behind the bar")
    func open() {
        let bad = trade(2, 90, id: 2)
        let made = run([
            .trade(trade(1, 7, id: 1)), .trade(bad), .correction(correction(of: bad)), .trade(trade(3, 8, id: 3)),
            .trade(trade(14, 9, id: 4)), .trade(trade(25, 9, id: 5)),
        ])
        #expect(made.bars.map(\.high) == [90, 9, 9].map { price($0) })
        #expect(made.fixed.map(\.bar.high) == [price(8)] && made.fixed[0].bar.trades == 2 && made.fixed[0].revision == 1)
    }
    @Test(
        "a trade goes by its number where the venue says no more; the same said twice, another price and a stranger are unmatched"
    )
    func unmatched() {
        let first = trade(1, 7, id: 1)
        var bare = correction(of: first), dearer = correction(of: trade(1, 8, id: 9))
        (bare.price, bare.size) = (.none, .zero)
        (dearer.tradeID, dearer.symbol) = (1, one)
        let made = run([
            .trade(first), .trade(trade(2, 7, id: 2)), .trade(trade(12, 1, id: 3)), .correction(dearer), .correction(bare),
            .correction(bare), .correction(correction(of: trade(1, 7, id: 77))), .correction(correction(of: trade(1, 7, id: 0))),
        ])
        #expect(made.fixed.count == 1 && made.fixed[0].bar.trades == 1)
        #expect(made.unmatched.map(\.tradeID) == [1, 1, 77, 0])
    }
    @Test("a bar whose trades are forgotten, or that is forgotten itself, is not said wrongly: the correction is unmatched")
    func forgotten() {
        let trades: [Trade] = (0..<40).map { (at: Int) -> Trade in
            let time = Int64(at), price = Double(1 + at)
            return trade(time, price, id: UInt64(1 + at))
        }
        let said = [29, 2].map { Step.correction(correction(of: trades[$0])) }
        let steps: [Step] = trades.map(Step.trade) + said
        let few = run(steps, remembered: 15)
        #expect(few.fixed.isEmpty && few.unmatched.map(\.tradeID) == [30, 3], "29 is remembered, the rest of its bar is not")
        let old = run(steps, kept: 1)
        #expect(old.fixed.map(\.bar.time) == [20] && old.unmatched.map(\.tradeID) == [3])
    }

    /// A day of trades that come in any order, and of what is said of some of them; and the tape as it is in the end.
    private func random(_ seed: UInt64, count: Int) -> (steps: [Step], tape: [Trade]) {
        var random = SplitMix64(seed: seed), time: Int64 = 0, steps: [Step] = []
        var tape: [(trade: Trade, isGone: Bool)] = [], next: UInt64 = 1
        for _ in 0..<count {
            if random.below(4) == 0, !tape.isEmpty {
                let at = tape.count - 1 - random.below(min(tape.count, 25)), old = tape[at].trade
                guard !tape[at].isGone else { continue }
                if random.below(3) == 0 {
                    steps.append(.correction(correction(of: old, at: time)))
                    tape[at].isGone = true
                } else {
                    next += 1
                    let new = trade(
                        old.eventTime, Double(1 + random.below(90)), Double(1 + random.below(9)), id: next, of: old.symbol)
                    steps.append(.correction(correction(of: old, to: new, at: time)))
                    tape[at].trade = new
                }
                continue
            }
            time += Int64(random.below(random.below(6) == 0 ? 30 : 3))
            next += 1
            let made = trade(
                max(0, time - Int64(random.below(14))), Double(1 + random.below(90)), Double(random.below(9)), id: next,
                of: SymbolID(rawValue: UInt32(1 + random.below(3))))
            steps.append(.trade(made))
            tape.append((made, false))
        }
        return (steps, tape.filter { !$0.isGone }.map(\.trade))
    }

    /// By a second way: bars that wait for everything, over the tape as it is in the end.
    @Test(
        "bars with their corrections are, to the last digit, the bars of the corrected tape",
        arguments: 1...20 as ClosedRange<UInt64>)
    func law(seed: UInt64) {
        let (steps, tape) = random(seed, count: 250)
        let made = run(steps)
        var known: [String: Bar] = [:]
        for bar in made.bars { known["\(bar.symbol) \(bar.time)"] = bar }
        for fixed in made.fixed { known["\(fixed.bar.symbol) \(fixed.bar.time)"] = fixed.bar }
        let patient = Harness(), all = patient.graph.source("trades", Trade.self)
        let whole = patient.collect(patient.graph.add("bars", TimeBars(length: 10, lateness: 1 << 40), from: all.edge).out)
        patient.send(all: tape, to: all)
        patient.end()
        let wanted = whole.elements.map { "\($0)" }.sorted()
        #expect(known.values.filter { $0.trades > 0 }.map { "\($0)" }.sorted() == wanted)
        #expect(made.unmatched.isEmpty && made.fixed.count > 10)
    }
    @Test("the laws", arguments: 1...3 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        let steps = random(seed, count: 100).steps
        try Laws(records: steps.count, seed: seed) { graph in
            let desk = Desk(graph, lateness: 3, kept: 4, remembered: 30)
            return Laws.Script { index, driver in desk.offer(steps[index], driver) }
        }.check()
    }
}
