import Clearance
import Operators
import PlainData
import Testing
import TradingModel

@Suite("the sums over all instruments") struct ValuationTests {
    private func made() -> Compliance<Trade> {
        let limits = looseLimits {
            $0.common?.maxPosition = Quantity(units: 100_000)
            $0.maxGross = money(300_000)
            ($0.controls.maxNet, $0.controls.maxLong, $0.controls.maxShort) = (money(150_000), money(200_000), money(200_000))
            ($0.controls.softLoss, $0.controls.maxLoss) = (money(5_000), money(50_000))
        }
        return Compliance(limits, instruments: instruments())
    }
    private func findings(_ compliance: inout Compliance<Trade>, _ order: OrderRequest, at now: Int64) -> [String] {
        let verdict = compliance.decide(order, at: now)
        return (0..<verdict.count).map { "\(verdict[$0].check) \(verdict[$0].outcome) \(verdict[$0].measured)" }
    }

    @Test("kept up with every change, they are what one that begins anew from the same state finds", arguments: 1...20)
    func keptUp(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed)), desk = made(), seen = Set<String>()
        let symbols = [one, two], accounts = [TextID(rawValue: 1), TextID(rawValue: 2)]
        var orders: [OrderRequest] = []
        func units(_ most: Int) -> Quantity { Quantity(units: Int64(random.below(most))) }
        for step in 1...400 {
            let symbol = symbols[random.below(2)], now = Int64(step)
            switch random.below(5) {
            case 0: desk.take(trade(at: now, 40 + Double(random.below(20)), of: symbol))
            case 1:
                desk.take(
                    PositionUpdate(
                        eventTime: now, symbol: symbol, account: accounts[random.below(2)], strategy: strategy,
                        quantity: Quantity(units: Int64(random.below(4_000)) - 2_000), workingBuy: units(500),
                        workingSell: units(500), avgPx: .none, lastPx: .none, realised: .zero,
                        cash: Notional(rawValue: Int128(random.below(20_000) - 10_000) * money(1).rawValue)))
            case 2 where !orders.isEmpty:
                let order = orders[random.below(orders.count)]
                desk.take(
                    ParentUpdate(
                        eventTime: now, clOrdID: order.clOrdID, symbol: order.symbol, account: order.account,
                        strategy: order.strategy, side: order.side, state: .done, orderQty: order.orderQty, openQty: .zero,
                        cumQty: .zero, price: order.price))
            default:
                let side = random.below(2) == 0 ? Side.buy : .sell
                let order = request(UInt64(step), at: now, side, Double(1 + random.below(900)), 50, of: symbol)
                var saver = StateCoder()
                desk.state(&saver)
                var anew = made(), loader = StateCoder(restoring: saver.bytes)
                anew.state(&loader)
                #expect(loader.isAtEnd)
                let found = findings(&desk, order, at: now)
                #expect(found == findings(&anew, order, at: now))
                if found.isEmpty { orders.append(order) }
                seen.formUnion(found.map { String($0.prefix { $0 != " " }) })
            }
        }
        #expect(seen.isSuperset(of: ["position", "halted"]))
    }
}
