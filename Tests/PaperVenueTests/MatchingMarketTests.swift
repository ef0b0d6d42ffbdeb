import PaperVenue
import PlainData
import Testing
import TradingModel

@Suite("What the recorded market does to orders") struct MatchingMarketTests {
    @Test("a resting order fills at its limit when the tape trades through it, up to the print")
    func tradesThrough() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 10, at: 999)
        bench.print(998, 7)
        bench.print(998, 7)
        #expect(
            bench.take() == ["A new new 0/10", "A trade partiallyFilled 7@9.99 7/3", "A trade filled 3@9.99 10/0"])
    }

    /// 10 ahead: prints of 6 and 6 leave 2 for us, the next goes to us whole.
    @Test("at its price an order waits for the queue ahead")
    func queue() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 5, at: 999)
        bench.print(999, 6, .sell)
        bench.print(999, 6, .buy)  // a buyer at our price does not trade with a buyer
        #expect(bench.take() == ["A new new 0/5"])
        bench.print(999, 6, .sell)
        bench.print(999, 1, .sell)
        #expect(bench.take() == ["A trade partiallyFilled 2@9.99 2/3", "A trade partiallyFilled 1@9.99 3/2"])
    }

    @Test("a shorter display shortens the queue, a longer one does not lengthen it")
    func queueShrinks() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 5, at: 999)
        bench.quote(999, 4, 1001, 5)
        bench.quote(999, 90, 1001, 5)
        bench.print(999, 5, .sell)
        #expect(bench.take() == ["A new new 0/5", "A trade partiallyFilled 1@9.99 1/4"])
    }

    @Test("an order that betters the quote has nobody ahead; one behind it waits for the market to come")
    func queueByLevel() {
        var bench = EngineBench()
        bench.quote(999, 10, 1005, 5)
        bench.submit("A", .buy, 5, at: 1000)
        bench.submit("B", .buy, 5, at: 998)
        bench.print(1000, 5, .sell)
        bench.print(998, 50, .sell)  // B's queue is unknown, and the print did not go past it
        #expect(bench.take() == ["A new new 0/5", "B new new 0/5", "A trade filled 5@10 5/0"])
        bench.quote(998, 20, 1005, 5)
        bench.print(998, 22, .sell)
        #expect(bench.take() == ["B trade partiallyFilled 2@9.98 2/3"])
    }

    @Test("when the displayed ask comes to a resting bid, it trades at the bid's limit")
    func quoteComesToUs() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 5, at: 1000)
        bench.quote(990, 10, 995, 3)
        #expect(bench.take() == ["A new new 0/5", "A trade partiallyFilled 3@10 3/2"])
        let fills = bench.engine.takeFills()
        #expect(fills.map(\.liquidity) == [.maker])
    }

    @Test("our own orders fill by price, then time; a replace that raises the quantity goes to the back")
    func priority() {
        var bench = EngineBench()
        bench.quote(990, 10, 1010, 5)
        bench.submit("A", .buy, 5, at: 1000)
        bench.submit("B", .buy, 5, at: 1001)
        bench.submit("C", .buy, 5, at: 1000)
        bench.replace("A2", of: "A", .buy, 6, at: 1000)
        bench.replace("C2", of: "C", .buy, 4, at: 1000)
        _ = bench.take()
        bench.print(995, 12)
        #expect(
            bench.take() == [
                "B trade filled 5@10.01 5/0", "C2 trade filled 4@10 4/0", "A2 trade partiallyFilled 3@10 3/3",
            ])
    }

    @Test("one print is shared: never more is filled than was traded")
    func sharedPrint() {
        var bench = EngineBench()
        bench.quote(990, 10, 1010, 5)
        bench.submit("A", .buy, 5, at: 1005)
        bench.submit("B", .sell, 5, at: 995)
        _ = bench.take()
        bench.print(1000, 7)
        #expect(bench.take() == ["A trade filled 5@10.05 5/0", "B trade partiallyFilled 2@9.95 2/3"])
    }

    @Test("a crossed quote shows nobody")
    func crossed() {
        var bench = EngineBench()
        bench.quote(1002, 10, 1001, 5)
        bench.submit("A", .buy, 5, .immediateOrCancel)
        bench.submit("B", .buy, 5, at: 1002)
        bench.print(1002, 90, .sell)
        #expect(bench.take() == ["A new new 0/5", "A canceled canceled 0/0", "B new new 0/5"])
    }

    @Test("the rest of an order that came to the market goes on taking, until the market leaves its limit")
    func comesToTheMarket() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 20, at: 1003)
        bench.quote(999, 10, 1002, 6)  // still the taker, at the displayed price
        bench.quote(999, 10, 1004, 6)  // from here on it rests
        bench.quote(999, 10, 1002, 6)  // so this seller trades at our limit
        #expect(
            bench.take() == [
                "A new new 0/20", "A trade partiallyFilled 5@10.01 5/15", "A trade partiallyFilled 6@10.02 11/9",
                "A trade partiallyFilled 6@10.03 17/3",
            ])
    }
}

@Suite("Fills from bars") struct MatchingBarTests {
    @Test("an order that came before a bar fills at its open, stamped with its start")
    func open() {
        var bench = EngineBench(market: .bars)
        bench.submit("A", .buy, 5)
        bench.submit("B", .buy, 5, at: 1005)
        bench.submit("C", .sell, 5, at: 1005)
        #expect(bench.take() == ["A new new 0/5", "B new new 0/5", "C new new 0/5"])
        let start = bench.time + 100
        bench.bar(1000, 1002, 998, 1001, volume: 1000)
        #expect(bench.reports.map(\.eventTime) == [start, start])
        #expect(bench.take() == ["A trade filled 5@10 5/0", "B trade filled 5@10 5/0"])
    }

    @Test("a limit fills at its price when the bar trades past it, not when it only touches")
    func limit() {
        var bench = EngineBench(market: .bars)
        bench.submit("A", .buy, 5, at: 998)
        bench.submit("B", .buy, 5, at: 999)
        bench.submit("C", .sell, 5, at: 1001)
        _ = bench.take()
        bench.bar(1000, 1002, 998, 1001, volume: 1000)
        #expect(bench.take() == ["B trade filled 5@9.99 5/0", "C trade filled 5@10.01 5/0"])
    }

    @Test("a bar does not fill an order that came after its start")
    func noLookahead() {
        var bench = EngineBench(market: .bars)
        bench.submit("A", .buy, 5)
        _ = bench.take()
        let bar = Bar(
            time: bench.time - 1, closeTime: bench.time + 10, symbol: bench.symbol, open: cents(1000), high: cents(1000),
            low: cents(1000), close: cents(1000), volume: units(10))
        bench.engine.bar(bar, into: &bench.reports)
        #expect(bench.take().isEmpty)
    }

    @Test("all fills of a bar stay within its volume")
    func volume() {
        var bench = EngineBench(market: .bars)
        bench.submit("A", .buy, 6)
        bench.submit("B", .sell, 6)
        bench.submit("F", .sell, 6, at: nil, .fillOrKill)
        _ = bench.take()
        bench.bar(1000, 1002, 998, 1001, volume: 10)
        #expect(
            bench.take() == ["A trade filled 6@10 6/0", "B trade partiallyFilled 4@10 4/2", "F canceled canceled 0/0"])
        bench.bar(1003, 1003, 1003, 1003, volume: 0)  // not recorded
        #expect(bench.take() == ["B trade filled 2@10.03 6/0"])
    }
}
