import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("parents that somebody holds") struct SlicerHoldTests {
    private func desk(_ tactic: SlicePlan.Tactic = .even, _ change: (inout SlicePlan) -> Void = { _ in }) -> Slicing {
        var plan = SlicePlan(tactic, duration: 400, slices: 4)
        change(&plan)
        return Slicing(plan)
    }

    /// By hand: of 100 in four, 25 traded when it was held in the second slice; let go on in the third, 75 are left for two: 37 and 38.
    @Test("a pause cancels what is open and sends nothing; then what is left is spread over the rest of the schedule")
    func pause() throws {
        let desk = desk()
        try desk.send(request(900, .buy, 100, 50))
        desk.fill(0, 25)
        desk.advance(to: 100)
        desk.advance(to: 150)
        try desk.hold(.suspend, 901)
        #expect(desk.cancels == 1 && desk.last?.state == .suspended && desk.reports.suffix(2).first == "done 0 0")
        desk.confirmCancel(1)
        desk.advance(to: 240)
        #expect(desk.sizes == [25, 25] && desk.reports.last == "suspended 0 25")
        try desk.hold(.suspend, 902)
        #expect(desk.cancels == 1)
        desk.advance(to: 250)
        try desk.hold(.release, 903)
        #expect(desk.sizes == [25, 25, 37] && desk.reports.last == "working 37 25")
        desk.fill(2, 37)
        desk.advance(to: 300)
        #expect(desk.sizes == [25, 25, 37, 38])
        desk.fill(3, 38)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(100) && desk.passed.isEmpty)
    }
    @Test("one that is held to its end ends there, with what it has")
    func heldToTheEnd() throws {
        let desk = desk()
        try desk.send(request(900, .buy, 100, 50))
        desk.fill(0, 25)
        desk.advance(to: 50)
        try desk.hold(.suspend, 901)
        desk.advance(to: 399)
        #expect(desk.last?.state == .suspended)
        desk.advance(to: 400)
        #expect(desk.sizes == [25] && desk.last?.state == .done && desk.last?.cumQty == quantity(25))
    }
    /// By hand at 10 %: 50 of 500; the 4000 of the pause do not count; of 300 after it 30.
    @Test("what trades during a pause is no volume of a participation")
    func participation() throws {
        let desk = desk(.participation(.init(aim: 100_000))) { $0.completion = .cancelRemainder }
        try desk.send(request(900, .buy, 1_000, 50))
        desk.print(500)
        desk.advance(to: 100)
        desk.fill(0, 50)
        try desk.hold(.suspend, 901)
        desk.print(4_000)
        desk.advance(to: 210)
        try desk.hold(.release, 902)
        #expect(desk.sizes == [50])
        desk.print(300)
        desk.advance(to: 300)
        #expect(desk.sizes == [50, 30])
    }
    @Test("an iceberg takes its piece back, and shows the next when it goes on")
    func iceberg() throws {
        let desk = desk(.iceberg(display: quantity(30).rawValue))
        try desk.send(request(900, .buy, 100, 50))
        desk.fill(0, 10)
        try desk.hold(.suspend, 901)
        desk.confirmCancel(0)
        #expect(desk.sizes == [30] && desk.reports.last == "suspended 0 10")
        try desk.hold(.release, 902)
        #expect(desk.sizes == [30, 30])
    }
    @Test("a parent made smaller or canceled while it is held is so when it goes on")
    func changedMeanwhile() throws {
        let desk = desk()
        try desk.send(request(900, .buy, 100, 50))
        desk.fill(0, 25)
        try desk.hold(.suspend, 901)
        var replace = request(902, at: 10, .buy, 45, 49)
        (replace.action, replace.origClOrdID) = (.replace, ClOrdID(rawValue: 900))
        try desk.send(replace)
        #expect(desk.last?.state == .suspended && desk.last?.orderQty == quantity(45))
        desk.advance(to: 210)
        try desk.hold(.release, 903, of: 902)
        // By hand: 20 left for two slices.
        #expect(desk.sizes == [25, 10] && desk.children[1].order.price == price(49))
        try desk.hold(.suspend, 904, of: 902)
        desk.confirmCancel(1)
        var cancel = replace
        (cancel.action, cancel.clOrdID, cancel.origClOrdID) = (.cancel, ClOrdID(rawValue: 905), ClOrdID(rawValue: 902))
        try desk.send(cancel)
        #expect(desk.last?.state == .done)
        try desk.hold(.release, 906)
        #expect(desk.sizes.count == 2 && desk.last?.state == .rejected && desk.passed.isEmpty)
    }
    @Test("a hold that asks for another quantity or limit than the parent has is refused, and changes nothing")
    func otherTerms() throws {
        let desk = desk()
        try desk.send(request(900, .buy, 100, 50))
        for (id, units, limit) in [(901, 90.0, 50.0), (902, 100, 51)] {
            var hold = request(UInt64(id), at: 5, .buy, units, limit)
            (hold.action, hold.origClOrdID) = (.suspend, ClOrdID(rawValue: 900))
            try desk.send(hold)
            #expect(desk.last?.clOrdID == ClOrdID(rawValue: UInt64(id)) && desk.last?.state == .rejected)
        }
        #expect(desk.cancels == 0)
    }
}

@Suite("slicers at the market's close") struct SlicerCloseTests {
    private func desk(
        _ share: Int64 = 200_000, _ rest: MarketClose.Rest = .cancel, closes: Int64 = 400, lead: Int64 = 100,
        duration: Int64 = 1_000, _ tactic: SlicePlan.Tactic = .even, lot: Int64 = 1
    ) -> Slicing {
        var plan = SlicePlan(tactic, duration: duration, slices: 4)
        var close = MarketClose(.daily(closes))
        (close.share, close.rest, close.lead) = (share, rest, lead)
        plan.close = close
        return Slicing(plan, lot: lot)
    }
    private func inAuction(_ desk: Slicing) -> [Double] {
        desk.children.filter { $0.order.timeInForce == .atTheClose }.map { $0.order.orderQty.double }
    }

    /// By hand: of 100 a fifth for the auction; 80 in four from 0 to 300; what the auction leaves ends with it.
    @Test("the closing auction gets its share before the close, and the schedule ends there")
    func share() throws {
        let desk = desk()
        try desk.send(request(900, .buy, 100, 50))
        for (at, moment) in [(0, 75), (1, 150), (2, 225), (3, 300)] as [(Int, Int64)] {
            desk.fill(at, 20)
            desk.advance(to: moment)
        }
        #expect(desk.sizes == [20, 20, 20, 20, 20] && inAuction(desk) == [20])
        #expect(desk.children[4].order.eventTime == 300 && desk.children[4].order.price == price(50))
        desk.advance(to: 400)
        #expect(desk.cancels == 0 && desk.last?.state == .working && desk.last?.openQty == quantity(20))
        desk.fill(4, 15)
        desk.end(4, .expired, .expired)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(95))
    }
    @Test("what the schedule leaves is canceled before the close, or goes into the auction when it is back")
    func rest() throws {
        for rest in [MarketClose.Rest.cancel, .auction] {
            let desk = desk(200_000, rest)
            try desk.send(request(900, .buy, 100, nil))
            desk.advance(to: 290)
            desk.fill(0, 5)
            let open = desk.open
            desk.advance(to: 300)
            #expect(inAuction(desk) == (rest == .cancel ? [20] : [Double((quantity(95).rawValue - open)) / 1e8]))
            for at in desk.children.indices where desk.children[at].cancel != nil && !desk.children[at].isOver {
                desk.confirmCancel(at)
            }
            #expect(inAuction(desk).reduce(0, +) == (rest == .cancel ? 20 : 95))
            #expect(desk.children.last?.order.ordType == .market)
        }
    }
    @Test("no child is sent past the close, and a parent whose time ends before has no part in the auction")
    func ends() throws {
        let late = desk(0)
        try late.send(request(900, .buy, 100, 50))
        for moment in stride(from: 0, through: 2_000, by: 10) { late.advance(to: Int64(moment)) }
        #expect(late.children.allSatisfy { $0.order.eventTime < 400 } && inAuction(late).isEmpty)
        let early = desk(duration: 350)
        try early.send(request(900, .buy, 100, 50))
        for at in 0..<4 {
            early.fill(at, 25)
            early.advance(to: Int64(350 * (at + 1) / 4))
        }
        #expect(early.sizes == [25, 25, 25, 25] && early.last?.state == .done)
        // Too late for the auction: worked to the close without.
        let tardy = desk()
        try tardy.send(request(900, at: 350, .buy, 100, 50))
        tardy.fill(0, 25)
        tardy.advance(to: 388)
        #expect(tardy.children.count > 1 && inAuction(tardy).isEmpty)
    }
    @Test("a cancel takes back what lies in the auction, and a pause does")
    func takenBack() throws {
        for action in [OrderRequest.Action.cancel, .suspend] {
            let desk = desk(1_000_000)
            try desk.send(request(900, .buy, 100, 50))
            desk.advance(to: 300)
            #expect(inAuction(desk) == [100])
            try desk.hold(action, 901)
            #expect(desk.cancels == 1)
            desk.confirmCancel(0)
            #expect(desk.last?.state == (action == .cancel ? .done : .suspended))
        }
    }
    /// NYSE's hours: 29 November 2024 closes at 13:00 in New York, 18:00 UTC; 2 December at 16:00, 21:00 UTC.
    @Test("an exchange's close is its own, half days too")
    func calendar() throws {
        var close = MarketClose(.exchange(try #require(SessionCalendar("XNYS"))))
        (close.share, close.lead) = (100_000, 600 * UTC.second)
        var plan = SlicePlan(duration: 86_400 * UTC.second, slices: 2)
        plan.close = close
        for (start, auction, end) in [
            ("2024-11-29T15:50:00Z", "2024-11-29T17:50:00Z", "2024-11-29T18:00:00Z"),
            ("2024-11-29T18:00:00Z", "2024-11-29T18:00:00Z", ""),
            ("2024-12-02T20:00:00Z", "2024-12-02T20:50:00Z", "2024-12-02T21:00:00Z"),
        ] {
            let begin = try #require(UTC.parse(start))
            let children = plan.children(of: Quantity(units: 1_000), lot: Quantity(units: 1), from: begin)
            guard !end.isEmpty else {
                // The next close is three days off: its time ends before.
                #expect(children.map(\.quantity.double) == [500, 500] && !children.contains { $0.isInAuction })
                continue
            }
            #expect(children.map(\.quantity.double) == [450, 450, 100] && children.last?.isInAuction == true)
            #expect(children.last.map { UTC.text($0.time) } == auction && UTC.text(plan.end(from: begin)) == end)
        }
    }
    /// A second method: the operator itself, whose children the venue fills at once.
    @Test("the plan with an auction is what the operator sends", arguments: 1...30 as ClosedRange<UInt64>)
    func planIsOperator(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let tactics: [SlicePlan.Tactic] = [
            .even, .volume(VolumeCurve([3, 1, 0, 2])),
            .shortfall(AlmgrenChriss(riskAversion: 0.3, volatility: 1, temporaryImpact: 1), interval: 1),
            .iceberg(display: quantity(40).rawValue),
        ]
        var plan = SlicePlan(tactics[random.below(4)], duration: Int64(300 + random.below(700)), slices: 1 + random.below(15))
        var close = MarketClose(.daily(Int64(200 + random.below(600))))
        (close.share, close.lead) = (Int64(random.below(1_000_001)), Int64(1 + random.below(150)))
        close.rest = random.below(2) == 0 ? .auction : .cancel
        plan.close = close
        let desk = Slicing(plan), units = Int64(1 + random.below(3_000))
        try desk.send(request(900, .buy, Double(units), 50))
        var times: [Int64] = [], at = 0
        for moment in 0..<1_000 as Range<Int64> {
            if moment > 0 { desk.advance(to: moment) }
            while at < desk.children.count {
                times.append(desk.children[at].order.eventTime)
                desk.fill(at, desk.sizes[at])
                at += 1
            }
        }
        let planned = plan.children(
            of: Quantity(units: units), lot: Quantity(units: 1), from: 0, id: ClOrdID(rawValue: 900))
        #expect(planned.map(\.quantity.double) == desk.sizes && planned.map(\.time) == times)
        #expect(planned.map(\.isInAuction) == desk.children.map { $0.order.timeInForce == .atTheClose })
        #expect(desk.last?.state == .done)
    }
}
