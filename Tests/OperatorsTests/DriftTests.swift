import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// A drift of one million, with a band of a tenth of a percent (1,000).
private final class DriftDesk {
    let run = Harness(hasClock: true)
    let targets: TypedPort<Target>, positions: TypedPort<PositionUpdate>, trades: TypedPort<Trade>
    let parents: TypedPort<ParentUpdate>
    let orders: Collected<OrderRequest>, refused: Collected<Target>

    init(_ style: Drift<Trade>.Style = .limit(ticks: 0), band: Int64 = 10, lot: Int64 = 1) throws {
        targets = run.graph.source("targets", Target.self, holdsWatermark: false)
        positions = run.graph.source("positions", PositionUpdate.self, holdsWatermark: false)
        trades = run.graph.source("trades", Trade.self, holdsWatermark: false)
        parents = run.graph.source("parents", ParentUpdate.self, holdsWatermark: false)
        let parameters = Drift<Trade>.Parameters(
            equity: try Notional("1000000"), bandBasisPoints: band, style: style, hold: 1_000, account: account,
            strategy: strategy)
        let drift = Drift<Trade>(parameters, instruments: instruments(lot: lot), ids: ClOrdIDMaker(day: 1, vertex: 2))
        let out = run.graph.add("drift", drift, from: targets.edge, positions.edge, trades.edge, parents.edge)
        orders = run.collect(out.out)
        refused = run.collect(out.side)
    }
    func target(_ weight: Double, at time: Int64 = 0) {
        run.send(Target(eventTime: time, symbol: one, weight: weight), to: targets)
    }
    /// Side, quantity and limit of what was proposed since the last call.
    func proposals() -> [String] { orders.fresh().map { "\($0.side) \($0.orderQty) @ \($0.price)" } }
}

@Suite("drift") struct DriftTests {
    /// By hand: 0.1 · 1,000,000 / 100 = 1,000.
    @Test("what is wanted and not held is proposed, at the last price, once both are known")
    func proposes() throws {
        let desk = try DriftDesk()
        desk.target(0.1)
        #expect(desk.proposals() == [])
        desk.run.send(trade(at: 1, 100), to: desk.trades)
        #expect(desk.proposals() == ["buy 1000 @ 100"])
        let order = try #require(desk.orders.elements.first)
        #expect(order.account == account && order.strategy == strategy && order.clOrdID.sequence == 2 && order.eventTime == 1)
    }
    /// In binary, 0.07 · 1,000,000 / 0.7 is 100,000.00000000001 or 99,999.99999999999; 0.1 of 1,000,000 at 0.3 is 333,333.3.
    @Test("quantities are exact: weights are decimals of nine digits, and lots round toward zero")
    func exact() throws {
        for (weight, last, expected) in [
            (0.07, 0.7, "buy 100000 @ 0.7"), (-0.1, 0.3, "sell 333333 @ 0.3"), (0.29, 0.29, "buy 1000000 @ 0.29"),
        ] {
            let desk = try DriftDesk()
            desk.run.send(trade(at: 1, last), to: desk.trades)
            desk.target(weight)
            #expect(desk.proposals() == [expected])
        }
    }
    @Test("inside the band nothing is proposed, past it everything up to the target")
    func band() throws {
        let desk = try DriftDesk()
        desk.run.send(position(990), to: desk.positions)
        desk.run.send(trade(at: 1, 100), to: desk.trades)
        desk.target(0.1)  // 10 · 100 = the band
        #expect(desk.proposals() == [])
        desk.run.send(trade(at: 2, 99.98), to: desk.trades)  // ⌊100,000 / 99.98⌋ = 1,000
        #expect(desk.proposals() == [])
        desk.run.send(trade(at: 3, 99.88), to: desk.trades)  // 1,001; 11 · 99.88 > 1,000
        #expect(desk.proposals() == ["buy 11 @ 99.88"])
    }
    @Test("one proposal at a time, until its parent is done; then what has filled counts")
    func outstanding() throws {
        let desk = try DriftDesk()
        desk.run.send(trade(at: 1, 100), to: desk.trades)
        desk.target(0.1)
        let id = try #require(desk.orders.elements.first).clOrdID
        #expect(desk.proposals().count == 1)
        desk.target(0.2)
        desk.run.send(parentUpdate(id, .working, 1_000), to: desk.parents)
        desk.run.advance(to: 50_000)  // past the hold: but it works
        desk.run.send(position(400, buying: 600), to: desk.positions)
        #expect(desk.proposals() == [])
        desk.run.send(parentUpdate(id, .done, 1_000, filled: 400), to: desk.parents)
        #expect(desk.proposals() == ["buy 1600 @ 100"])
    }
    @Test("a proposal that nobody answers was refused: after the hold the drift is looked at anew")
    func hold() throws {
        let desk = try DriftDesk()
        desk.run.advance(to: 10)
        desk.run.send(trade(at: 10, 100), to: desk.trades)
        desk.target(0.1, at: 10)
        #expect(desk.proposals().count == 1)
        desk.run.advance(to: 1_009)
        desk.run.send(trade(at: 1_009, 101), to: desk.trades)
        #expect(desk.proposals() == [])
        desk.run.advance(to: 1_010)
        #expect(desk.proposals() == ["buy 990 @ 101"])
        // It works after all: then both are waited for.
        desk.run.send(parentUpdate(desk.orders.elements[0].clOrdID, .working, 1_000), to: desk.parents)
        desk.run.send(parentUpdate(desk.orders.elements[1].clOrdID, .rejected, 990), to: desk.parents)
        desk.run.advance(to: 9_999)
        #expect(desk.proposals() == [])
        desk.run.send(parentUpdate(desk.orders.elements[0].clOrdID, .done, 1_000), to: desk.parents)
        #expect(desk.proposals() == ["buy 990 @ 101"])
    }
    @Test("the end of input proposes nothing anew")
    func endOfInput() throws {
        let desk = try DriftDesk()
        desk.run.send(trade(at: 1, 100), to: desk.trades)
        desk.target(0.1)
        desk.run.end()
        #expect(desk.proposals().count == 1)
    }
    @Test("aggressive limits pay ticks, passive ones wait, market orders have none")
    func styles() throws {
        for (style, expected) in [
            (Drift<Trade>.Style.limit(ticks: 5), ["buy 1000 @ 100.05", "sell 1000 @ 99.95"]),
            (.limit(ticks: -5), ["buy 1000 @ 99.95", "sell 1000 @ 100.05"]), (.market, ["buy 1000 @ ", "sell 1000 @ "]),
        ] {
            for (weight, proposal) in zip([0.1, -0.1], expected) {
                let desk = try DriftDesk(style)
                desk.run.send(trade(at: 1, 100), to: desk.trades)
                desk.target(weight)
                #expect(desk.proposals() == [proposal])
                #expect(desk.orders.elements.map(\.ordType) == [style == .market ? .market : .limit])
            }
        }
    }
    @Test("positions and parents of other accounts and strategies do not count")
    func owners() throws {
        let desk = try DriftDesk()
        desk.run.send(position(5_000, account: TextID(rawValue: 99)), to: desk.positions)
        desk.run.send(position(5_000, strategy: TextID(rawValue: 99)), to: desk.positions)
        desk.run.send(trade(at: 1, 100), to: desk.trades)
        desk.target(0.1)
        #expect(desk.proposals() == ["buy 1000 @ 100"])
    }
    @Test("weights that are no numbers go to the side; prices that are none are passed over")
    func unusable() throws {
        let desk = try DriftDesk()
        for weight in [Double.nan, .infinity, 1e300, -1_001] { desk.target(weight) }
        desk.target(0.1)
        for last in [0, -5] { desk.run.send(trade(at: 1, Double(last)), to: desk.trades) }
        #expect(desk.refused.elements.count == 4 && desk.proposals() == [])
        desk.run.send(trade(at: 2, 1e-9), to: desk.trades)  // 1e14 lots: no quantity
        #expect(desk.proposals() == [])
        desk.run.send(trade(at: 3, 100), to: desk.trades)
        #expect(desk.proposals() == ["buy 1000 @ 100"])
    }
    @Test("a panel's bars are prices too")
    func bars() throws {
        let run = Harness()
        let targets = run.graph.source("targets", Target.self), bars = run.graph.source("bars", Bar.self)
        let positions = run.graph.source("positions", PositionUpdate.self),
            parents = run.graph.source("parents", ParentUpdate.self)
        let parameters = Drift<Bar>.Parameters(equity: try Notional("1000000"), bandBasisPoints: 10)
        let drift = Drift<Bar>(parameters, instruments: instruments(), ids: ClOrdIDMaker(day: 1, vertex: 2))
        let orders = run.collect(run.graph.add("drift", drift, from: targets.edge, positions.edge, bars.edge, parents.edge).out)
        run.send(bar(1, close: price(50)), to: bars)
        run.send(Target(eventTime: 1, symbol: one, weight: 0.1), to: targets)
        #expect(orders.elements.map(\.orderQty) == [quantity(2_000)])
    }
}
