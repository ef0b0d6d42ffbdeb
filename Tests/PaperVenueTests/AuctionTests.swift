import PlainData
import Testing
import TradingModel

@testable import PaperVenue

extension EngineBench {
    mutating func auction(_ kind: AuctionUpdate.Kind) {
        time += 1
        engine.auction(kind, symbol, time, into: &reports)
    }
    mutating func join(_ isBuy: Bool, _ quantity: Int64, at price: Int64?) {
        engine.join(
            AuctionInterest(price: price.map(cents) ?? .none, quantity: units(quantity), isBuy: isBuy), symbol, time)
    }
}

@Suite("Auctions") struct AuctionTests {
    /// By hand. At 10.00 buyers want 30 + 10, sellers 50: 40 trade and 10 are left; at 9.99 nobody sells, at 10.01 buyers want 30.
    @Test("orders are collected, trade at one price, and what an order for the opening has left expires")
    func opening() {
        var bench = EngineBench()
        bench.engine.call(nil)
        bench.quote(999, 10, 1001, 10)
        bench.submit("M", .buy, 30, .atTheOpening)
        bench.submit("L", .sell, 50, at: 1000, .atTheOpening)
        bench.submit("D", .buy, 10, at: 1000)
        bench.submit("I", .buy, 5, .immediateOrCancel)
        bench.print(990, 100)  // nothing matches while orders are collected
        #expect(
            bench.take() == [
                "M new new 0/30", "L new new 0/50", "D new new 0/10", "I new new 0/5", "I canceled canceled 0/0",
            ])
        bench.auction(.opening)
        #expect(
            bench.take() == [
                "M trade filled 30@10 30/0", "D trade filled 10@10 10/0", "L trade partiallyFilled 40@10 40/10",
                "L expired expired 40/0",
            ])
        #expect(bench.engine.takeFills().allSatisfy { $0.liquidity == .auction })
        bench.submit("LATE", .buy, 5, .atTheOpening)
        bench.submit("NOW", .buy, 5)
        #expect(
            bench.take() == [
                "LATE rejected rejected reason 4 0/0", "NOW new new 0/5", "NOW trade filled 5@10.01 5/0",
            ])
        let told = bench.engine.takeAuctions()
        #expect(told.first?.phase == .indicative && told.first?.imbalanceSide == .buy)
        #expect(told.last?.phase == .done && told.last?.price == cents(1000) && told.last?.pairedQty == units(40))
        #expect(told.last?.imbalanceSide == .sell && told.last?.imbalanceQty == units(10))
        #expect(told.last?.referencePrice == cents(990))
    }

    @Test("an order for the close waits outside the book, may be changed and canceled, and after the close nothing is taken")
    func closing() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 10)
        bench.submit("A", .buy, 8, at: 1005, .atTheClose)  // it would cross at once
        bench.submit("B", .buy, 8, .atTheClose)
        bench.submit("C", .sell, 8, at: 1020, .atTheClose)
        bench.print(980, 100)
        bench.replace("A2", of: "A", .buy, 12, at: 1003)
        bench.cancel("X", of: "B")
        bench.submit("D", .buy, 5, at: 990)
        _ = bench.take()
        bench.join(false, 6, at: 1002)
        bench.auction(.closing)
        // At 10.02 and 10.03 12 are wanted and 10 + 6 offered, by who is displayed at 10.01 and by somebody else.
        #expect(bench.take() == ["A2 trade filled 12@10.02 12/0", "C expired expired 0/0"])
        bench.submit("E", .buy, 5, .atTheClose)
        bench.submit("F", .buy, 5, at: 1050)
        bench.print(980, 100)
        bench.cancel("Y", of: "D")
        #expect(
            bench.take() == [
                "E rejected rejected reason 4 0/0", "F rejected rejected reason 2 0/0", "Y<D canceled canceled 0/0",
            ])
    }

    @Test("at the auction's price the market's own orders go before ours, then time decides")
    func priority() {
        var bench = EngineBench()
        bench.engine.call(bench.symbol)
        bench.submit("A", .buy, 10, at: 1000)
        bench.submit("B", .buy, 10, at: 1000, .atTheOpening)
        bench.submit("C", .buy, 10, at: 1001)
        bench.join(true, 4, at: 1000)
        bench.join(false, 20, at: nil)
        _ = bench.take()
        bench.auction(.opening)
        #expect(
            bench.take() == ["C trade filled 10@10 10/0", "A trade partiallyFilled 6@10 6/4", "B expired expired 0/0"])
    }

    @Test("an auction ends a halt; without anybody who would trade it changes nothing")
    func intraday() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 10)
        bench.engine.halt(bench.symbol)
        bench.submit("A", .buy, 4, at: 1001)
        bench.submit("B", .sell, 4, at: 1005, .atTheClose)
        bench.auction(.intraday)
        #expect(bench.take() == ["A new new 0/4", "B new new 0/4", "A trade filled 4@10.01 4/0"])
        bench.auction(.intraday)
        let done = bench.engine.takeAuctions().filter { $0.phase == .done }
        #expect(done.map(\.price) == [cents(1001), .none] && bench.take().isEmpty)
        bench.endDay()
        #expect(bench.take() == ["B expired expired 0/0"])
    }

    /// By hand: of 40 the market order takes 30, the limit at the price the rest; a print may go to either side.
    @Test("an auction of the tape trades ours at the next print's price, up to its size")
    func tape() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 10)
        bench.submit("A", .buy, 30, .atTheClose)
        bench.submit("B", .buy, 30, at: 1000, .atTheClose)
        bench.submit("C", .sell, 8, at: 1002, .atTheClose)
        bench.submit("D", .sell, 8, at: 1000, .atTheClose)
        bench.engine.awaitAuction(.closing, nil)
        bench.quote(990, 10, 1050, 10)
        _ = bench.take()
        bench.print(1000, 40, .sell)
        bench.print(1000, 40)
        #expect(
            bench.take() == [
                "A trade filled 30@10 30/0", "B trade partiallyFilled 10@10 10/20", "D trade filled 8@10 8/0",
                "B expired expired 10/0", "C expired expired 0/0",
            ])
        let told = bench.engine.takeAuctions().last
        #expect(told?.phase == .done && told?.price == cents(1000) && told?.pairedQty == units(40))
    }

    /// FIX 4.4, AuctionTimeInForce: at the opening and at the close are the bar's open and close.
    @Test("on bars an order for the opening fills at the open, one for the close at the close, or expires")
    func bars() {
        var bench = EngineBench(market: .bars)
        bench.submit("O", .buy, 5, .atTheOpening)
        bench.submit("P", .buy, 5, at: 995, .atTheOpening)
        bench.submit("C", .sell, 5, .atTheClose)
        bench.submit("D", .sell, 5, at: 1010, .atTheClose)
        _ = bench.take()
        bench.bar(1000, 1015, 990, 1005, volume: 100)
        #expect(
            bench.take() == [
                "O trade filled 5@10 5/0", "P expired expired 0/0", "C trade filled 5@10.05 5/0", "D expired expired 0/0",
            ])
    }

    @Test(
        "nobody whose limit is better than the price is left, and both sides trade as much",
        arguments: 1...150 as ClosedRange<UInt64>)
    func properties(seed: UInt64) {
        var random = SplitMix64(seed: seed), bench = EngineBench()
        var asked: [String: (price: Price, isBuy: Bool, size: Quantity)] = [:]
        bench.engine.call(nil)
        let displayed = 995 + Int64(random.below(6))
        bench.quote(displayed, Int64(random.below(9)), displayed + 1 + Int64(random.below(3)), Int64(random.below(9)))
        for i in 0..<(2 + random.below(12)) {
            let isBuy = random.below(2) == 0, size = Int64(1 + random.below(9))
            let price: Int64? = random.below(5) == 0 ? nil : 993 + Int64(random.below(15))
            let tif: TimeInForce = price == nil || random.below(2) == 0 ? .atTheOpening : .day
            bench.submit("O\(i)", isBuy ? .buy : .sell, size, at: price, tif)
            asked["O\(i)"] = (price.map(cents) ?? .none, isBuy, units(size))
        }
        bench.reports = []
        bench.auction(.opening)
        guard let told = bench.engine.takeAuctions().last, told.phase == .done else {
            Issue.record("no auction was told")
            return
        }
        var bought = Quantity.zero, sold = Quantity.zero
        let fills = bench.engine.takeFills().filter { $0.liquidity == .auction }
        for fill in fills {
            #expect(fill.lastPx == told.price)
            if fill.side.isBuy { bought += fill.lastQty } else { sold += fill.lastQty }
        }
        #expect(bought <= told.pairedQty && sold <= told.pairedQty)
        guard told.pairedQty > .zero else { return }
        for (id, order) in asked where !order.price.isNone {
            let filled = fills.filter { $0.clOrdID.text(bench.names) == id }.reduce(Quantity.zero) { $0 + $1.lastQty }
            #expect(filled <= order.size)
            if filled > .zero { #expect(order.isBuy ? order.price >= told.price : order.price <= told.price) }
            if order.isBuy ? order.price > told.price : order.price < told.price { #expect(filled == order.size, "\(id)") }
        }
    }

    @Test("a script says when: by the time of day, and with orders of others")
    func script() throws {
        var bench = try ScriptBench(
            """
              - { call: "*" }
              - { at: "00:00:01", auction: { symbol: "*", kind: opening } }
              - { at: "00:00:02", interest: { symbol: ELM, side: sell, qty: "40" } }
              - { at: "00:00:03", auction: { symbol: ELM, kind: closing } }
            """)
        func order(_ id: String, _ timeInForce: TimeInForce, at time: Int64) -> OrderRequest {
            var order = bench.request(.new, id, "", 100, 1000)
            (order.timeInForce, order.eventTime) = (timeInForce, time)
            return order
        }
        bench.venue.enter(order("O", .atTheOpening, at: 0), isPossResend: false, from: 0, at: 0)
        bench.pass(1_500)
        bench.venue.enter(order("C", .atTheClose, at: bench.time), isPossResend: false, from: 0, at: bench.time)
        bench.pass(2_000)
        #expect(bench.lines == ["O 0/0 0/100", "O C/C 0/0", "C 0/0 0/100", "C F/1 40@10 40/60", "C C/C 40/0"])
        for (step, word) in [
            (#"{ at: "25:00", close: true }"#, "no time of day"),
            (#"{ on: new, at: "10:00", close: true }"#, "waits for nothing"),
            (#"{ at: "10:00", after: 1s, close: true }"#, "one of them"), ("{ auction: { kind: opening } }", "symbol"),
            (#"{ auction: { symbol: ELM, kind: noon } }"#, "noon"), ("{ interest: { symbol: ELM, side: buy } }", "qty"),
        ] {
            let error = #expect(throws: (any Error).self) { _ = try ScriptBench("  - " + step) }
            #expect("\(error.map { "\($0)" } ?? "")".contains(word), "\(step): \(String(describing: error))")
        }
    }
}
