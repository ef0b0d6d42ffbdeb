import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("TWAP") struct TWAPTests {
    private let parent: UInt64 = 900

    private func slicing(
        _ slices: Int = 4, _ completion: SlicePlan.Completion = .completeByEnd, passiveTicks: Int64 = 0, lot: Int64 = 1
    ) -> Slicing {
        Slicing(
            SlicePlan(duration: 400, slices: slices, completion: completion, passiveTicks: passiveTicks), lot: lot)
    }

    @Test("equal slices at equal times, each filled: done when the last is")
    func plain() throws {
        let desk = slicing()
        try desk.send(request(parent, .buy, 100, 50))
        #expect(desk.sizes == [25])
        for i in 0..<4 {
            desk.fill(i, 25)
            desk.advance(to: Int64(i + 1) * 100 - 1)
            #expect(desk.children.count == i + 1)
            desk.advance(to: Int64(i + 1) * 100)
        }
        #expect(desk.sizes == [25, 25, 25, 25] && desk.cancels == 0)
        #expect(desk.children.allSatisfy { $0.order.parentID == ClOrdID(rawValue: 900) && $0.order.price == price(50) })
        #expect(
            desk.reports == [
                "working 25 0", "working 0 25", "working 25 25", "working 0 50", "working 25 50", "working 0 75", "working 25 75",
                "done 0 100",
            ])
    }
    /// #1442: fails when the quantity is less than the number of slices. By hand: ⌊3·j/10⌋ rises at j = 4, 7, 10.
    @Test("fewer lots than slices: the lots are spread, none is lost")
    func fewLots() throws {
        let desk = slicing(10)
        try desk.send(request(parent, .buy, 3, 50))
        var counts: [Int] = []
        for i in 1...10 {
            counts.append(desk.children.count)
            for at in desk.children.indices where !desk.children[at].isOver { desk.fill(at, 1) }
            desk.advance(to: Int64(i) * 40)
        }
        #expect(desk.sizes == [1, 1, 1] && counts == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(3))
    }
    /// #4544: children off the size grid. By hand with lots of 10: ⌊70·j/4⌋ = 17, 35, 52, 70 → 10, 30, 50, 70.
    @Test("children are whole lots, and the rest is carried to the next slice")
    func lotGrid() throws {
        let desk = slicing(lot: 10)
        try desk.send(request(parent, .buy, 70, 50))
        for i in 1...4 {
            desk.fill(i - 1, desk.sizes[i - 1])
            desk.advance(to: Int64(i) * 100)
        }
        #expect(desk.sizes == [10, 20, 20, 20] && desk.last?.state == .done)
    }
    /// #4968: the quantity of canceled children was lost.
    @Test("a child open at the next slice is canceled, and its quantity comes back when that is confirmed, not before")
    func returnsOnce() throws {
        let desk = slicing()
        try desk.send(request(parent, .buy, 100, 50))
        desk.fill(0, 5)
        desk.advance(to: 100)
        #expect(desk.sizes == [25, 25] && desk.cancels == 1)  // 50 planned, 5 traded and 20 open
        desk.fill(1, 25)
        desk.confirmCancel(0)
        desk.tell(0, .canceled, .canceled)  // said twice: nothing comes back twice
        desk.advance(to: 200)
        #expect(desk.sizes == [25, 25, 45])  // 75 planned, 30 traded
        desk.fill(2, 45)
        desk.advance(to: 300)
        desk.fill(3, 25)
        #expect(desk.sizes == [25, 25, 45, 25] && desk.last?.state == .done && desk.last?.cumQty == quantity(100))
    }
    @Test("what is rejected or expires waits for the next slice")
    func rejects() throws {
        let desk = slicing()
        try desk.send(request(parent, .buy, 100, 50))
        desk.reject(0)
        #expect(desk.sizes == [25])
        desk.advance(to: 100)
        desk.fill(1, 10)
        desk.end(1, .expired, .expired)
        desk.advance(to: 200)
        #expect(desk.sizes == [25, 50, 65] && desk.cancels == 0)
    }
    @Test("in the last slice, what comes back from cancels goes out again")
    func lastSlice() throws {
        let desk = slicing()
        try desk.send(request(parent, .buy, 100, 50))
        for moment in [100, 200, 300] { desk.advance(to: Int64(moment)) }
        #expect(desk.sizes == [25, 25, 25, 25] && desk.cancels == 3)
        for i in 0..<3 { desk.confirmCancel(i) }
        #expect(desk.sizes == [25, 25, 25, 25, 25, 25, 25])
        for i in 3..<7 { desk.fill(i, 25) }
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(100))
    }
    @Test("at the end what is open is canceled, and the parent is done when all of that is confirmed")
    func endsWithRemainder() throws {
        let desk = slicing(2, .cancelRemainder)
        try desk.send(request(parent, .buy, 100, 50))
        desk.advance(to: 200)
        desk.advance(to: 400)
        #expect(desk.cancels == 2 && desk.last?.state == .working && desk.last?.openQty == quantity(100))
        desk.fill(0, 10)  // before the cancel got there
        desk.confirmCancel(0)
        #expect(desk.last?.state == .working)
        desk.confirmCancel(1)
        #expect(desk.sizes == [50, 50])
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(10) && desk.last?.openQty == .zero)
    }
    @Test("children wait some ticks inside the limit; only the last slice that must complete pays the limit")
    func prices() throws {
        for (completion, side, expected) in [
            (SlicePlan.Completion.completeByEnd, TradingModel.Side.buy, [49.97, 50]), (.cancelRemainder, .buy, [49.97, 49.97]),
            (.completeByEnd, .sell, [50.03, 50]),
        ] {
            let desk = slicing(2, completion, passiveTicks: 3)
            try desk.send(request(parent, side, 100, 50))
            desk.fill(0, 50)
            desk.advance(to: 200)
            #expect(desk.children.map(\.order.price) == expected.map(price))
        }
        let market = slicing(2, passiveTicks: 3)
        try market.send(request(parent, .buy, 100, nil))
        #expect(market.children.map(\.order.ordType) == [.market])
    }
    /// dYdX PR #3094: a parent over-filled.
    @Test("a fill after the confirmed cancel is netted: open children are canceled, and no more is sent than is left")
    func lateFill() throws {
        let desk = slicing(2)
        try desk.send(request(parent, .buy, 100, 50))
        desk.advance(to: 100)
        desk.advance(to: 200)
        desk.confirmCancel(0)
        #expect(desk.sizes == [50, 50, 50])
        desk.fill(0, 30)  // late: 30 traded and 100 open
        #expect(desk.cancels == 3)
        desk.confirmCancel(1)
        #expect(desk.sizes == [50, 50, 50, 20])
        desk.confirmCancel(2)
        #expect(desk.sizes == [50, 50, 50, 20, 50])
        desk.fill(3, 20)
        desk.fill(4, 50)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(100))
    }
    @Test("a bust reopens what it takes back")
    func bust() throws {
        let desk = slicing(2)
        try desk.send(request(parent, .buy, 100, 50))
        desk.fill(0, 50)
        desk.advance(to: 200)
        desk.fill(0, -10)  // FIX: the order is over, its fill is not
        #expect(desk.last?.cumQty == quantity(40))
        desk.fill(1, 50)
        #expect(desk.last?.state == .working)
        desk.advance(to: 400)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(90))
    }
    @Test("a cancel of the parent ends it; a cancel of an order that is no parent passes")
    func canceledParent() throws {
        let desk = slicing()
        try desk.send(request(parent, .buy, 100, 50))
        var cancel = request(901, at: 50, .buy, 100, 50)
        (cancel.action, cancel.origClOrdID) = (.cancel, ClOrdID(rawValue: 900))
        try desk.send(cancel)
        #expect(desk.cancels == 1 && desk.passed.isEmpty)
        desk.confirmCancel(0)
        #expect(desk.last?.state == .done)
        try desk.send(cancel)
        #expect(desk.passed.map(\.clOrdID) == [ClOrdID(rawValue: 901)])
        desk.advance(to: 1_000)
        #expect(desk.sizes == [25])
    }
    /// A parent of 100 in four slices over 20 columns, of which nobody fills anything.
    private func checkPicture(_ text: String, _ completion: SlicePlan.Completion) throws {
        let order = try cleared(request(parent, .buy, 100, 50))
        try checkMarbles(text) { picture in
            let updates = picture.graph.source("updates", OrderUpdate.self, holdsWatermark: false)
            let parameters = SlicePlan(duration: 20, slices: 4, completion: completion)
            let twap = Slicer(parameters, instruments: instruments(), ids: ClOrdIDMaker(day: 1, vertex: 3))
            let made = picture.graph.add("twap", twap, from: picture.source("orders") { _, _ in order }, and: updates.edge)
            picture.output("children", made.out, ["x": "cancel", "q": "new 25", "h": "new 75"]) {
                $0.request.action == .cancel ? "cancel" : "new \($0.request.orderQty)"
            }
        }
    }
    @Test("each slice cancels the one before and sends its own; the end sends none")
    func slices() throws {
        for completion in [SlicePlan.Completion.completeByEnd, .cancelRemainder] {
            try checkPicture(
                """
                orders    p
                time      ---|-|----|----|----|--|
                children  q----(xq)-(xq)-(xq)-x---
                """, completion)
        }
    }
    @Test("time that leaps over slices sends one child for them all")
    func leap() throws {
        try checkPicture(
            """
            orders    p
            time      -----------------|-------------|
            children  q----------------(xh)----------x
            """, .completeByEnd)
    }
    @Test("a refused cancel is asked again with the next slice, and a few times at the end")
    func refusedCancels() throws {
        let desk = slicing(2, .cancelRemainder)
        try desk.send(request(parent, .buy, 100, 50))
        desk.advance(to: 200)
        desk.pendCancel(0)
        desk.refuseCancel(0)
        #expect(desk.cancels == 1)
        desk.advance(to: 400)
        #expect(desk.cancels == 3)
        for _ in 0..<5 where desk.children[1].cancel != nil {
            desk.pendCancel(1)
            desk.refuseCancel(1)
        }
        #expect(desk.cancels == 5)
        desk.fill(0, 50)
        desk.fill(1, 50)
        #expect(desk.last?.state == .done)
    }
}
