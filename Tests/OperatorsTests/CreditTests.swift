import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// Credit and the other reservations, by a second account of every order kept here.
@Suite("what is reserved for orders") struct CreditTests {
    private struct Open {
        var id: UInt64, isBuy: Bool, units: Int64, limit: Int64, filled: Int64 = 0
        var money: Int64 { (units - filled) * limit }
    }

    /// New orders, amends, partial fills, cancels, busts and rejects at random. At every step an order of one unit passes
    /// exactly when what all open orders and the cash leave of the credit has room for it.
    @Test("credit is conserved through amend, fill, bust, cancel and reject", arguments: 1...40 as ClosedRange<UInt64>)
    func conserved(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let credit: Int64 = 20_000
        let desk = ComplianceDesk(
            looseLimits {
                $0.controls.credit = money(credit)
                $0.throttleOrders = 100_000
            })
        var open: [Open] = [], next: UInt64 = 1, held: Int64 = 0, cash: Int64 = 0
        func reserved() -> Int64 { open.filter(\.isBuy).reduce(0) { $0 + $1.money } }
        func tell(_ order: Open, _ state: ParentUpdate.State) {
            var update = parentUpdate(
                ClOrdID(rawValue: order.id), state, Double(order.units), filled: Double(order.filled), order.isBuy ? .buy : .sell)
            update.price = price(Double(order.limit))
            desk.run.send(update, to: desk.parents)
        }
        func trade(_ units: Int64, _ order: Open) {
            held += order.isBuy ? units : -units
            cash -= (order.isBuy ? 1 : -1) * units * order.limit
            var update = position(Double(held))
            update.cash = Notional(price(Double(cash)), Quantity(units: 1))
            desk.run.send(update, to: desk.positions)
        }
        for step in 0..<120 {
            switch random.below(6) {
            case 0, 1:
                let made = Open(
                    id: next, isBuy: random.below(3) > 0, units: Int64(1 + random.below(60)), limit: Int64(45 + random.below(10)))
                next += 1
                let fits = !made.isBuy || reserved() - cash + made.money <= credit
                let answer = desk.ask(request(made.id, made.isBuy ? .buy : .sell, Double(made.units), Double(made.limit)))
                try #require(answer == (fits ? "ok" : "C14 block"), "step \(step)")
                if fits { open.append(made) }
            case 2 where !open.isEmpty:  // an amend, accepted: the replace's reservation becomes the order's
                let at = random.below(open.count)
                guard open[at].isBuy else { continue }
                var amended = open[at]
                amended.id = next
                amended.units = open[at].filled + Int64(1 + random.below(60))
                amended.limit = Int64(45 + random.below(10))
                next += 1
                var replace = request(amended.id, .buy, Double(amended.units), Double(amended.limit))
                (replace.action, replace.origClOrdID) = (.replace, ClOrdID(rawValue: open[at].id))
                let fits = reserved() - open[at].money - cash + amended.units * amended.limit <= credit
                try #require(desk.ask(replace) == (fits ? "ok" : "C14 block"), "amend at step \(step)")
                guard fits else { continue }
                tell(open[at], .done)
                tell(amended, .working)
                open[at] = amended
            case 3 where !open.isEmpty:  // a fill
                let at = random.below(open.count), more = Int64(1 + random.below(Int(open[at].units - open[at].filled)))
                open[at].filled += more
                trade(more, open[at])
                let isOver = open[at].filled == open[at].units
                tell(open[at], isOver ? .done : .working)
                if isOver { open.remove(at: at) }
            case 4 where !open.isEmpty:  // a bust of what one has traded: the order works on
                let at = random.below(open.count), less = open[at].filled
                guard less > 0 else { continue }
                open[at].filled = 0
                trade(-less, open[at])
                tell(open[at], .working)
            case 5 where !open.isEmpty:  // canceled, or rejected
                let at = random.below(open.count)
                tell(open[at], random.below(2) == 0 ? .done : .rejected)
                open.remove(at: at)
            default: break
            }
        }
        // Everything ends: only the cash is left of what was used.
        for order in open { tell(order, .done) }
        open = []
        let room = credit + cash, unit = Int64(50)
        if room >= unit {
            #expect(desk.ask(request(next, .buy, Double(room / unit), Double(unit))) == "ok")
            #expect(desk.ask(request(next + 1, .buy, 1, Double(unit))) == "C14 block")
        }
    }

    @Test("open orders are counted with their money until they are over")
    func openOrders() {
        let desk = ComplianceDesk(
            looseLimits { ($0.controls.maxOpenOrders, $0.controls.maxOpenNotional) = (2, money(10_000)) })
        #expect(desk.ask(request(1, .buy, 100, 50)) == "ok")
        #expect(desk.ask(request(2, .buy, 101, 50)) == "C13 block")
        #expect(desk.ask(request(3, .sell, 100, 50)) == "ok")
        #expect(desk.ask(request(4, .sell, 1, 50)) == "C13 C13 block")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 1), .done, 100), to: desk.parents)
        #expect(desk.ask(request(5, .sell, 100, 50)) == "ok")
    }
    @Test("an order that would trade with an own one is refused, by the best that still works")
    func selfMatch() {
        let desk = ComplianceDesk(looseLimits { $0.controls.refusesSelfMatch = true })
        #expect(desk.ask(request(1, .sell, 10, 50)) == "ok")
        #expect(desk.ask(request(2, .sell, 10, 51)) == "ok")
        #expect(desk.ask(request(3, .buy, 10, 50)) == "C18 block")
        #expect(desk.ask(request(4, .buy, 10, 49.99)) == "ok")
        desk.run.send(parentUpdate(ClOrdID(rawValue: 1), .done, 10, .sell), to: desk.parents)
        #expect(desk.ask(request(5, .buy, 10, 50.99)) == "ok")
        #expect(desk.ask(request(6, .buy, 10, 51)) == "C18 block")
        #expect(desk.ask(request(7, .buy, 10, nil)) == "C18 block")
        #expect(desk.ask(request(8, .sell, 10, 50.99)) == "C18 block")
    }
    @Test("a strategy's orders are counted until it may send no more; the first in an instrument is looked at")
    func repeats() {
        let desk = ComplianceDesk(looseLimits { $0.controls.maxRepeats = 2 })
        #expect(desk.ask(request(1, .buy, 1, 50)) == "ok")
        #expect(desk.ask(request(2, .buy, 2, 50)) == "ok")
        #expect(desk.ask(request(3, .buy, 3, 50)) == "C16 block")
        let shy = ComplianceDesk(looseLimits { $0.controls.reviewsFirstTrade = true })
        #expect(shy.ask(request(1, .buy, 1, 50)) == "S4 review")
        shy.run.send(position(5), to: shy.positions)
        #expect(shy.ask(request(2, .buy, 1, 50)) == "ok")
    }
    /// By hand: 100 bought at 50 and now worth 45 is 500 lost.
    @Test("the day's loss counts what is held at its last price; then only what reduces passes")
    func loss() {
        let desk = ComplianceDesk(looseLimits { ($0.controls.softLoss, $0.controls.maxLoss) = (money(400), money(500)) })
        var bought = position(100)
        bought.cash = Notional(rawValue: -money(5_000).rawValue)
        desk.run.send(bought, to: desk.positions)
        desk.run.send(trade(at: 0, 45.5), to: desk.trades)
        #expect(desk.ask(request(1, .buy, 1, 45.5)) == "S6 review")
        desk.run.send(trade(at: 0, 45), to: desk.trades)
        #expect(desk.ask(request(2, .buy, 1, 45)) == "C17 S6 block")
        #expect(desk.ask(request(3, .sell, 100, 45)) == "S6 review")
        #expect(desk.ask(request(4, .sell, 101, 45)) == "C17 S6 block")
    }
}
