import PaperVenue
import PlainData
import Testing
import TradingModel

@Suite("What clients ask of the venue") struct MatchingRequestTests {
    @Test("an order is acknowledged before it fills")
    func acknowledged() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 5, at: 1001)
        #expect(bench.take() == ["A new new 0/5", "A trade filled 5@10.01 5/0"])
    }

    @Test("a marketable order takes the displayed size and the rest stands")
    func takesDisplayed() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 8, at: 1002)
        #expect(bench.take() == ["A new new 0/8", "A trade partiallyFilled 5@10.01 5/3"])
        #expect(bench.engine.workingCount == 1)
    }

    /// 10 000 shares at the displayed 10 000: the recorded market does not refill until it says so.
    @Test("what was taken stays taken until that side of the quote changes")
    func consumption() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 5)
        bench.submit("B", .buy, 2, .immediateOrCancel)
        bench.quote(998, 10, 1001, 5)  // only the bid moved
        bench.submit("C", .buy, 2, .immediateOrCancel)
        bench.quote(998, 10, 1001, 6)
        bench.submit("D", .buy, 7, .immediateOrCancel)
        #expect(
            bench.take() == [
                "A new new 0/5", "A trade filled 5@10.01 5/0",
                "B new new 0/2", "B canceled canceled 0/0",
                "C new new 0/2", "C canceled canceled 0/0",
                "D new new 0/7", "D trade partiallyFilled 6@10.01 6/1", "D canceled canceled 6/0",
            ])
    }

    @Test("fill or kill trades whole or not at all")
    func fillOrKill() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 6, at: 1001, .fillOrKill)
        bench.submit("B", .buy, 5, at: 1001, .fillOrKill)
        #expect(
            bench.take() == [
                "A new new 0/6", "A canceled canceled 0/0", "B new new 0/5", "B trade filled 5@10.01 5/0",
            ])
    }

    @Test("a market order's rest takes what is displayed next, at its price")
    func marketOrderGoesOn() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .sell, 25)
        bench.quote(997, 8, 1001, 5)
        bench.print(990, 100)  // a print is not for it: it takes quotes
        bench.quote(996, 50, 1001, 5)
        #expect(
            bench.take() == [
                "A new new 0/25", "A trade partiallyFilled 10@9.99 10/15", "A trade partiallyFilled 8@9.97 18/7",
                "A trade filled 7@9.96 25/0",
            ])
        #expect(bench.engine.position(of: bench.symbol) == units(-25))
    }

    /// FIX Appendix D: unknown symbol 1, exceeds limit 3, incorrect quantity 13, other 99.
    @Test("an order off the grid, too large or in an unknown symbol is rejected with its reason")
    func rejects() {
        var bench = EngineBench()
        let other = bench.names.symbol("NOPE")
        bench.engine.submit(bench.request(.new, "A", "", .buy, 1, 1000, .day, symbol: other), into: &bench.reports)
        bench.submit("B", .buy, 0, at: 1000)
        bench.submit("C", .buy, 2_000_000_000, at: 1000)
        var half = bench.request(.new, "D", "", .buy, 1, 1000, .day)
        half.price = Price(rawValue: 10_005_000_000)
        bench.engine.submit(half, into: &bench.reports)
        half = bench.request(.new, "E", "", .buy, 1, 1000, .day)
        half.orderQty = Quantity(rawValue: 150_000_000)
        bench.engine.submit(half, into: &bench.reports)
        #expect(
            bench.take() == [
                "A rejected rejected reason 1 0/0", "B rejected rejected reason 13 0/0", "C rejected rejected reason 3 0/0",
                "D rejected rejected reason 99 0/0", "E rejected rejected reason 13 0/0",
            ])
        #expect(bench.engine.workingCount == 0)
    }

    /// FIX Appendix D, D22: the rejection of the duplicate speaks of the living order.
    @Test("a duplicate ClOrdID is rejected and the first order lives on")
    func duplicate() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 8, at: 999)
        bench.submit("A", .buy, 20, at: 1001)
        bench.cancel("B", of: "A")
        #expect(
            bench.take() == ["A new new 0/8", "A rejected new reason 6 0/8", "B<A canceled canceled 0/0"])
        bench.submit("B", .buy, 1, at: 999)  // the id of a cancel is spent too
        #expect(bench.take() == ["B rejected rejected reason 6 0/0"])
    }

    /// FIX Appendix D: B.1.f (unknown order), too late to cancel, duplicate ClOrdID.
    @Test("a cancel of nothing, of a done order or under a used id is refused")
    func cancelRefused() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.cancel("Y", of: "X")
        bench.submit("A", .buy, 5)
        bench.cancel("B", of: "A")
        bench.submit("C", .buy, 5, at: 999)
        bench.cancel("A", of: "C")
        #expect(
            bench.take() == [
                "Y<X refused rejected reason 1 0/0", "A new new 0/5", "A trade filled 5@10.01 5/0",
                "B<A refused filled reason 0 5/0", "C new new 0/5", "A<C refused new reason 6 0/5",
            ])
        bench.cancel("Y", of: "C")  // a refused request for an unknown order does not spend its id
        #expect(bench.take() == ["Y<C canceled canceled 0/0"])
    }

    /// FIX Appendix D: C.3.a (decrease above CumQty) and C.3.c (below it: amended to it).
    @Test("a replace changes the quantity, down to what has traded")
    func replaceDown() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("X", .buy, 10, at: 1001)
        bench.replace("Y", of: "X", .buy, 8, at: 1001)
        bench.replace("Z", of: "Y", .buy, 2, at: 1001)
        #expect(
            bench.take() == [
                "X new new 0/10", "X trade partiallyFilled 5@10.01 5/5", "Y<X replaced partiallyFilled 5/3",
                "Z<Y replaced filled 5/0",
            ])
        #expect(bench.engine.workingCount == 0)
    }

    @Test("a replace to a marketable price trades under its new id, and an old id still names the order")
    func replaceUp() {
        var bench = EngineBench()
        bench.quote(999, 10, 1001, 5)
        bench.submit("X", .buy, 10, at: 999)
        bench.replace("Y", of: "X", .buy, 10, at: 1001)
        bench.status(of: "X")
        bench.cancel("Z", of: "X")
        #expect(
            bench.take() == [
                "X new new 0/10", "Y<X replaced new 0/10", "Y trade partiallyFilled 5@10.01 5/5",
                "Y orderStatus partiallyFilled 5/5", "Z<Y canceled canceled 5/0",
            ])
    }

    @Test("a replace cannot change side or symbol")
    func replaceOther() {
        var bench = EngineBench()
        bench.submit("X", .buy, 10, at: 999)
        bench.replace("Y", of: "X", .sell, 10, at: 999)
        bench.replace("Z", of: "X", .buy, 10)
        #expect(
            bench.take() == ["X new new 0/10", "Y<X refused new reason 2 0/10", "Z<X refused new reason 2 0/10"])
    }

    /// FIX Appendix D, D24.
    @Test("the status of an unknown order is reported as rejected")
    func statusUnknown() {
        var bench = EngineBench()
        bench.status(of: "Q")
        #expect(bench.take() == ["Q orderStatus rejected reason 5 0/0"])
    }

    @Test("the day's end expires day orders, and only those")
    func dayEnd() {
        var bench = EngineBench()
        bench.submit("A", .buy, 5, at: 999)
        bench.submit("B", .sell, 5, at: 1010, .goodTillCancel)
        bench.endDay()
        bench.cancel("C", of: "A")
        bench.cancel("D", of: "B")
        #expect(
            bench.take() == [
                "A new new 0/5", "B new new 0/5", "A expired expired 0/0", "C<A refused expired reason 0 0/0",
                "D<B canceled canceled 0/0",
            ])
        var patient = EngineBench(dayEnd: .doneForDay)
        patient.submit("A", .buy, 5, at: 999)
        patient.endDay()
        #expect(patient.take() == ["A new new 0/5", "A doneForDay doneForDay 0/0"])
    }

    @Test("ids are forgotten a day after their order ended, never before")
    func forgetting() {
        var bench = EngineBench()
        bench.submit("A", .buy, 5, at: 999)
        bench.submit("G", .buy, 5, at: 998, .goodTillCancel)
        bench.endDay()
        bench.submit("A", .buy, 5, at: 999)
        bench.endDay()
        bench.submit("A", .buy, 7, at: 999)
        bench.submit("G", .buy, 7, at: 999)
        #expect(
            bench.take() == [
                "A new new 0/5", "G new new 0/5", "A expired expired 0/0", "A rejected expired reason 6 0/0",
                "A new new 0/7", "G rejected new reason 6 0/5",
            ])
    }

    /// By hand: 5 × 10.01 = 50.05 at 2 bp = 0.01001; 5 × 9.99 = 49.95 at −0.5 bp = −0.0024975.
    @Test("fees follow the liquidity flag")
    func fees() throws {
        var bench = EngineBench(fees: try FeeSchedule(makerBps: "-0.5", takerBps: "2"))
        bench.quote(999, 10, 1001, 5)
        bench.submit("A", .buy, 5)
        bench.submit("B", .buy, 5, at: 999)
        bench.print(998, 100, .sell)
        let fills = bench.engine.takeFills()
        #expect(fills.map(\.fee.description) == ["0.01001", "-0.0024975"])
        #expect(fills.map(\.liquidity) == [.taker, .maker])
        #expect(bench.engine.fees(of: bench.symbol).description == "0.0075125")
        #expect(fills.map { $0.execID.text(bench.names) } == ["V-E2", "V-E4"])
        #expect(bench.engine.takeFills().isEmpty)
    }
}
