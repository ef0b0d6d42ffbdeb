import FloorTesting
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import OMS

private func units(_ count: Int64) -> Quantity { Quantity(units: count) }

@Suite("Positions by lots, and what they earn") struct LotsTests {
    private func position(_ method: CostMethod, _ trades: [(units: Int64, price: Int64)]) -> Position {
        var position = Position()
        position.method = method
        for trade in trades { position.trade(Int128(trade.units), for: Int128(trade.units) * Int128(trade.price)) }
        return position
    }

    /// By hand: 150 of 100 at 10 and 100 at 12, sold at 15. First in, first out: 100·5 + 50·3 = 650, 50 left at 12. Average: 11, so
    /// 150·4 = 600, 50 left at 11. Then 80 sold at 9 go through zero: 50·(9 − 12) = −150, short 30 at 9.
    @Test("first in, first out, and through zero")
    func byHand() {
        let trades: [(units: Int64, price: Int64)] = [(100, 10), (100, 12), (-150, 15)]
        let fifo = position(.fifo, trades), average = position(.average, trades)
        #expect(fifo.earned == 650 && fifo.units == 50 && fifo.cost == 600)
        #expect(average.earned == 600 && average.units == 50 && average.cost == 550)
        let short = position(.fifo, trades + [(-80, 9)])
        #expect(short.earned == 500 && short.units == -30 && short.cost == -270)
        let covered = position(.fifo, trades + [(-80, 9), (-20, 8), (40, 7)])
        // 30 shorted at 9 and 10 at 8 are bought back at 7.
        #expect(covered.earned == 500 + 30 * 2 + 10 && covered.units == -10 && covered.cost == -80)
        #expect(covered.turnover == 1_000 + 1_200 + 2_250 + 720 + 160 + 280 && covered.traded == 490)
    }

    /// The second method: every unit is a lot of its own.
    @Test("random trades give what unit by unit bookkeeping gives", arguments: 1...40 as ClosedRange<UInt64>)
    func unitByUnit(seed: UInt64) {
        var random = SplitMix64(seed: seed), position = Position(), average = Position()
        position.method = .fifo
        var open: [Int64] = [], isShort = false, realised: Int64 = 0, cash: Int64 = 0
        for _ in 0..<120 {
            let units = Int64(random.below(40)) - 20, price = Int64(1 + random.below(50))
            guard units != 0 else { continue }
            position.trade(Int128(units), for: Int128(units) * Int128(price))
            average.trade(Int128(units), for: Int128(units) * Int128(price))
            cash -= units * price
            for _ in 0..<abs(units) {
                if open.isEmpty || isShort == (units < 0) {
                    (isShort, _) = (units < 0, open.append(price))
                } else {
                    let cost = open.removeFirst()
                    realised += isShort ? cost - price : price - cost
                }
            }
            let held = Int64(open.count) * (isShort ? -1 : 1)
            #expect(position.earned == Int128(realised) && position.units == Int128(held), "seed \(seed)")
            #expect(position.cost == Int128(open.reduce(0, +) * (isShort ? -1 : 1)), "seed \(seed)")
            // Realised and unrealised at any price are the cash and the holding's worth, whatever the method.
            for books in [position, average] {
                #expect(books.earned + (books.units * 77 - books.cost) == Int128(cash + held * 77), "seed \(seed)")
            }
        }
    }

    private func row(
        _ order: UInt64, _ time: Int64, _ side: Side, _ quantity: Int64, _ price: String, _ execType: ExecType = .trade,
        exec: UInt32,
        ref: UInt32 = 0, symbol: UInt32 = 1, account: UInt32 = 1
    ) throws -> OrderUpdate {
        let id = ClOrdID(day: 1, vertex: 1, sequence: order, place: 0)
        return OrderUpdate(
            eventTime: time, clOrdID: id, parentID: .none, symbol: SymbolID(rawValue: symbol), account: TextID(rawValue: account),
            strategy: .none, side: side, ordStatus: .partiallyFilled, execType: execType, orderQty: units(1_000), cumQty: .zero,
            leavesQty: .zero, lastQty: units(quantity), lastPx: try Price(price), avgPx: .none, cumNotional: .zero,
            execID: TextID(rawValue: exec), pending: 0, certainty: .known, execRefID: TextID(rawValue: ref))
    }

    /// By hand. Euros: buy 100 at 10, sell 40 at 12 = 80 realised; 60 left; mark 11 = 60 unrealised; commission 10 bp of 1,480 =
    /// 1.48 and 0.01 a unit = 1.40. Net 137.12 EUR at 1.25 = 171.40 USD. Without the sale: 100 unrealised, fees 1 + 1, net 98.
    @Test("profit, fees and currency, before and after a bust")
    func profit() throws {
        let names = Names(), euros = names.text("EUR"), dollars = names.text("USD")
        let pair = SymbolID(rawValue: 9), share = SymbolID(rawValue: 1)
        let table = InstrumentTable([Instrument(symbol: share, tickSize: .zero, lotSize: .zero, currency: euros)])
        let run = Harness()
        let orders = run.graph.source("orders", OrderUpdate.self), prices = run.graph.source("prices", Trade.self)
        let rates = run.graph.source("rates", Trade.self)
        let profit = ProfitOperator<Trade>(
            .average, commission: Commission(rate: 100_000, perUnit: 10_000_000), every: 1_000, instruments: table, base: dollars,
            conversions: [euros: Conversion(pair: pair, isInverse: false)])
        let rows = run.collect(run.graph.add("pnl", profit, from: orders.edge, prices.edge, rates.edge).out)
        func price(_ symbol: SymbolID, _ price: String, _ time: Int64) throws -> Trade {
            Trade(eventTime: time, symbol: symbol, price: try Price(price), size: units(1))
        }
        run.send(try row(1, 1, .buy, 100, "10", exec: 1), to: orders)
        run.send(try price(share, "11", 2), to: prices)
        run.send(try price(pair, "1.25", 3), to: rates)
        run.send(try row(2, 4, .sell, 40, "12", exec: 2), to: orders)
        run.send(try row(2, 5, .sell, -40, "12", .tradeCancel, exec: 3, ref: 2), to: orders)
        run.send(try price(share, "12.5", 900), to: prices)
        run.send(try price(share, "13", 950), to: prices)
        run.end()
        func texts(_ row: ProfitAndLoss) -> [String] {
            [
                row.quantity.description, row.realised.description, row.unrealised.text(names), row.fees.description,
                row.net.text(names), row.netBase.text(names),
            ]
        }
        #expect(
            rows.elements.map(texts) == [
                ["100", "0", "", "2", "", ""], ["60", "80", "60", "2.88", "137.12", "171.4"],
                ["100", "0", "100", "2", "98", "122.5"],
                // Prices alone: once, at the end of their interval.
                ["100", "0", "300", "2", "298", "372.5"],
            ])
        #expect(rows.elements.last?.eventTime == 1_000)
    }
}
