import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("slicers") struct SlicerTests {
    private let parent: UInt64 = 900

    private func curve(_ weights: [Int64]) -> SlicePlan.Tactic { .volume(VolumeCurve(weights)) }
    private func desk(
        _ tactic: SlicePlan.Tactic, slices: Int = 4, _ completion: SlicePlan.Completion = .completeByEnd, lot: Int64 = 1,
        _ change: (inout SlicePlan) -> Void = { _ in }
    ) -> Slicing {
        var plan = SlicePlan(tactic, duration: 400, slices: slices, completion: completion)
        change(&plan)
        return Slicing(plan, lot: lot)
    }
    /// Fills each child whole before the next slice.
    private func fillAll(_ desk: Slicing, slices: Int) {
        for i in 1...slices {
            for at in desk.children.indices where !desk.children[at].isOver { desk.fill(at, desk.sizes[at]) }
            desk.advance(to: Int64(400 * i / slices))
        }
    }

    // MARK: VWAP

    /// By hand: 4/10, 2/10, 1/10, 3/10 of 100.
    @Test("a volume curve's slices are in proportion to its weights")
    func volume() throws {
        let desk = desk(curve([4, 2, 1, 3]))
        try desk.send(request(parent, .buy, 100, 50))
        fillAll(desk, slices: 4)
        #expect(desk.sizes == [40, 20, 10, 30] && desk.last?.state == .done && desk.last?.cumQty == quantity(100))
    }
    /// By hand: 40 were wanted, 8 came; 92 are left for weights 2, 1, 3: ⌊92·2/6⌋ = 30, then (46 − 30), then the rest.
    @Test("what comes back is spread over the rest of the curve, in proportion to it")
    func renormalises() throws {
        let desk = desk(curve([4, 2, 1, 3]))
        try desk.send(request(parent, .buy, 100, 50))
        desk.fill(0, 8)
        desk.end(0, .expired, .expired)
        desk.advance(to: 100)
        #expect(desk.sizes == [40, 30])
        desk.fill(1, 30)
        desk.advance(to: 200)
        desk.fill(2, 16)
        desk.advance(to: 300)
        desk.fill(3, 46)
        #expect(desk.sizes == [40, 30, 16, 46] && desk.last?.state == .done && desk.last?.cumQty == quantity(100))
    }
    /// #1442 and #4544 once more: 7 lots of 10 by 1, 1, 1, 1, 1 → 14, 28, 42, 56, 70 → 10, 20, 40, 50, 70.
    @Test("on a lot grid the rest is carried, and no slice loses it")
    func lots() throws {
        let desk = desk(curve([1, 1, 1, 1, 1]), slices: 5, lot: 10)
        try desk.send(request(parent, .sell, 70, 50))
        fillAll(desk, slices: 5)
        #expect(desk.sizes == [10, 10, 20, 10, 20] && desk.last?.state == .done)
    }
    /// A day's curve of four hours from 13:00 with 1, 2, 3, 4; an hour and a half from 14:30 sees half of the 2 and all of 3.
    @Test("a day's curve counts from its opening, and a parent after its close is rejected")
    func dayCurve() throws {
        let curve = VolumeCurve([1, 2, 3, 4], place: .day(opens: 13 * 3_600 * UTC.second, each: 3_600 * UTC.second))
        let plan = SlicePlan(.volume(curve), duration: 5_400 * UTC.second, slices: 3)
        let start = try #require(UTC.parse("2024-03-11T14:30:00Z"))
        let sizes = plan.children(of: Quantity(units: 400), lot: Quantity(units: 1), from: start).map(\.quantity.double)
        #expect(sizes == [100, 150, 150])
        // The next day's opening lies within: from 16:30 on half of the 4, and from 13:00 on the 1.
        let night = SlicePlan(.volume(curve), duration: 77_400 * UTC.second, slices: 43)
        let late = try #require(UTC.parse("1969-12-31T16:30:00Z"))
        #expect(
            night.children(of: Quantity(units: 300), lot: Quantity(units: 1), from: late).map(\.quantity.double) == [200, 50, 50])
        let desk = Slicing(plan)
        try desk.send(request(parent, at: start + 9_000 * UTC.second, .buy, 100, 50))
        #expect(desk.reports == ["rejected 0 0"] && desk.children.isEmpty)
    }

    // MARK: Implementation shortfall

    /// By hand with λσ²τ²/η̃ = 1/2: x = 1, r… from the end 1/(2.5), 1/(2.5 − 0.4), 1/(2.5 − 1/2.1): 0.494, 0.235, 0.094, 0.
    @Test("implementation shortfall follows its path, and goes along the rest of it after what came back")
    func shortfall() throws {
        let model = AlmgrenChriss(riskAversion: 1, volatility: 1, temporaryImpact: 2)
        let whole = desk(.shortfall(model, interval: 1))
        try whole.send(request(parent, .buy, 1_000, 50))
        fillAll(whole, slices: 4)
        let r2 = 1 / 2.5, r1 = 1 / (2.5 - r2), r0 = 1 / (2.5 - r1)
        let left = [1, r0, r0 * r1, r0 * r1 * r2, 0].map { ((1 - $0) * 1_000 + 1e-6).rounded(.down) }
        #expect(whole.sizes == zip(left, left.dropFirst()).map { $1 - $0 })
        let broken = desk(.shortfall(model, interval: 1))
        try broken.send(request(parent, .buy, 1_000, 50))
        broken.reject(0)
        broken.advance(to: 100)
        // Nothing was traded: of 1000 the second slice takes 1 − r1, as a new plan for three slices would.
        #expect(broken.sizes[1] == ((1 - r1) * 1_000 + 1e-6).rounded(.down))
    }

    // MARK: Iceberg

    @Test("an iceberg shows one piece at a time, and the next when that is gone")
    func iceberg() throws {
        let desk = desk(.iceberg(display: quantity(30).rawValue))
        try desk.send(request(parent, .buy, 100, 50))
        desk.fill(0, 10)
        #expect(desk.sizes == [30])
        for i in 0..<4 { desk.fill(i, i == 0 ? 20 : desk.sizes[i]) }
        #expect(desk.sizes == [30, 30, 30, 10] && desk.cancels == 0 && desk.last?.state == .done)
    }
    @Test("its pieces vary by the seed, the same in a replay, another for another parent; all are whole lots within the range")
    func variedIceberg() throws {
        func sizes(_ seed: UInt64, _ id: UInt64) throws -> [Double] {
            let desk = desk(.iceberg(display: quantity(100).rawValue), lot: 5) { ($0.variation, $0.seed) = (30, seed) }
            try desk.send(request(id, .buy, 2_000, 50))
            var at = 0
            while at < desk.children.count {
                desk.fill(at, desk.sizes[at])
                at += 1
            }
            #expect(desk.last?.state == .done)
            return desk.sizes
        }
        let one = try sizes(7, 900)
        #expect(try sizes(7, 900) == one)
        #expect(try sizes(8, 900) != one && sizes(7, 901) != one)
        #expect(one.dropLast().allSatisfy { (70...130).contains($0) && $0.truncatingRemainder(dividingBy: 5) == 0 })
        #expect(one.reduce(0, +) == 2_000 && Set(one).count > 3)
    }
    @Test("a venue that refuses every piece is not asked for ever")
    func refusedIceberg() throws {
        let desk = desk(.iceberg(display: quantity(30).rawValue))
        try desk.send(request(parent, .buy, 100, 50))
        desk.reject(0)
        desk.fill(1, 30)
        for i in 2..<5 { desk.reject(i) }
        #expect(desk.sizes == [30, 30, 30, 30, 10] || desk.sizes == [30, 30, 30, 30, 30])
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(30))
    }
    @Test("at its end an iceberg is canceled")
    func endedIceberg() throws {
        let desk = desk(.iceberg(display: quantity(30).rawValue))
        try desk.send(request(parent, .buy, 100, 50))
        desk.advance(to: 400)
        #expect(desk.cancels == 1)
        desk.confirmCancel(0)
        #expect(desk.sizes == [30] && desk.last?.state == .done && desk.last?.cumQty == .zero)
    }

    // MARK: Sizes

    @Test("a slice below the least child waits; the rest goes whatever its size")
    func leastChild() throws {
        let desk = desk(.even, slices: 10) { $0.leastChild = quantity(25).rawValue }
        try desk.send(request(parent, .buy, 104, 50))
        fillAll(desk, slices: 10)
        // By hand: ⌊104·j/10⌋ = 10 20 31 41 52 62 72 83 93 104.
        #expect(desk.sizes == [31, 31, 31, 11] && desk.last?.state == .done)
    }
    @Test("varied slices stay within their percentage of the path and sum to the parent")
    func variedSlices() throws {
        let desk = desk(.even, slices: 20) { ($0.variation, $0.seed) = (40, 3) }
        try desk.send(request(parent, .buy, 10_000, 50))
        fillAll(desk, slices: 20)
        #expect(desk.sizes.count == 20 && desk.sizes.reduce(0, +) == 10_000 && Set(desk.sizes).count > 10)
        var sum = 0.0
        for (i, size) in desk.sizes.enumerated() {
            sum += size
            #expect(abs(sum - 500 * Double(i + 1)) <= 0.4 * 900)
        }
    }

    // MARK: Amending

    private func replace(_ id: UInt64, of original: UInt64, at time: Int64, _ units: Double, _ limit: Double) -> OrderRequest {
        var replace = request(id, at: time, .buy, units, limit)
        (replace.action, replace.origClOrdID) = (.replace, ClOrdID(rawValue: original))
        return replace
    }
    @Test("a replace changes quantity and limit, its children are canceled, and its reservation becomes the parent's")
    func amends() throws {
        let desk = desk(.even)
        try desk.send(request(parent, .buy, 100, 50))
        desk.fill(0, 25)
        desk.advance(to: 100)
        try desk.send(replace(901, of: 900, at: 150, 60, 49))
        #expect(desk.cancels == 1)
        #expect(desk.side.elements.suffix(2).map(\.clOrdID) == [ClOrdID(rawValue: 901), ClOrdID(rawValue: 900)])
        #expect(desk.reports.suffix(2) == ["done 0 0", "working 25 25"] && desk.last?.orderQty == quantity(60))
        desk.confirmCancel(1)
        desk.advance(to: 200)
        // By hand: ⌊60·3/4⌋ − 25.
        #expect(desk.sizes == [25, 25, 20] && desk.children[2].order.price == price(49))
        #expect(desk.children[2].order.parentID == ClOrdID(rawValue: 900))
        // The chain goes on under the last id.
        var cancel = replace(902, of: 901, at: 250, 60, 49)
        cancel.action = .cancel
        try desk.send(cancel)
        desk.confirmCancel(2)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(25))
    }
    @Test("a parent made smaller than what is open and traded cancels, and never sends past its new size")
    func shrinks() throws {
        let desk = desk(curve([1, 1]), slices: 2)
        try desk.send(request(parent, .buy, 100, 50))
        desk.fill(0, 30)
        try desk.send(replace(901, of: 900, at: 50, 40, 50))
        desk.fill(0, 15)  // before the cancel got there
        desk.confirmCancel(0)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(45) && desk.sizes == [50])
        let done = self.desk(.even)
        try done.send(request(parent, .buy, 100, 50))
        done.fill(0, 25)
        try done.send(replace(901, of: 900, at: 50, 25, 50))
        #expect(done.reports.last == "rejected 0 0")
    }

    // MARK: Participation

    private func volumes(_ plan: SlicePlan, _ volumes: [Double]) -> [Double] {
        plan.children(
            of: Quantity(units: 1_000), lot: Quantity(units: 1), from: 0, volumes: volumes.map(quantity)
        ).map(\.quantity.double)
    }
    /// By hand, 10 %: 100, 400, 50; a rest of 450 is not traded.
    @Test("a participation trades its share of what traded, and keeps to it at the end")
    func participation() {
        let plan = SlicePlan(.participation(.init(aim: 100_000)), duration: 400, slices: 4, completion: .cancelRemainder)
        #expect(volumes(plan, [1_000, 4_000, 500]) == [100, 400, 50])
        let whole = SlicePlan(.participation(.init(aim: 100_000)), duration: 400, slices: 4)
        #expect(volumes(whole, [1_000, 4_000, 500]) == [100, 400, 500])
        #expect(volumes(plan, [100_000, 0, 0]) == [1_000])
    }
}

@Suite("participation") struct ParticipationTests {
    private func desk(_ rates: SlicePlan.Rates, passive: Int64 = 0) -> Slicing {
        Slicing(
            SlicePlan(.participation(rates), duration: 400, slices: 4, completion: .cancelRemainder, passiveTicks: passive))
    }
    /// By hand: 10 % of 500 = 50; of 1500 in all 150, so 100 more; nothing trades in the third look.
    @Test("each look sends what is wanting to the rate, and a look at a quiet market sends nothing")
    func looks() throws {
        let desk = desk(.init(aim: 100_000))
        try desk.send(request(900, .buy, 1_000, 50))
        #expect(desk.children.isEmpty)
        desk.print(500)
        desk.advance(to: 100)
        desk.fill(0, 50)
        desk.print(1_000)
        desk.advance(to: 200)
        desk.fill(1, 100)
        desk.advance(to: 300)
        #expect(desk.sizes == [50, 100])
        desk.advance(to: 400)
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(150))
    }
    /// By hand: 100 of 1000 came back; of 1100 it wants 110, but at most 20 % of the fresh 100.
    @Test("one that fell behind does not chase: a child is at most the largest rate of what traded since the last look")
    func cap() throws {
        let desk = desk(.init(aim: 100_000, most: 200_000))
        try desk.send(request(900, .buy, 1_000, 50))
        desk.print(1_000)
        desk.advance(to: 100)
        desk.end(0, .expired, .expired)
        desk.print(100)
        desk.advance(to: 200)
        #expect(desk.sizes == [100, 20])
    }
    @Test("below the least rate it pays the limit, above it waits inside")
    func urgency() throws {
        let desk = desk(.init(aim: 100_000, least: 50_000), passive: 3)
        try desk.send(request(900, .buy, 1_000, 50))
        desk.print(1_000)
        desk.advance(to: 100)
        desk.fill(0, 100)
        desk.print(500)
        desk.advance(to: 200)
        #expect(desk.children.map(\.order.price) == [price(50), price(49.97)])
    }
    @Test("what traded before the parent began does not count")
    func before() throws {
        let desk = desk(.init(aim: 100_000))
        desk.advance(to: 50)
        desk.print(5_000)
        try desk.send(request(900, at: 60, .buy, 1_000, 50))
        desk.advance(to: 160)
        #expect(desk.children.isEmpty)
    }
}

@Suite("a slicer's plan") struct SlicePlanTests {
    /// A second method: the operator itself, whose children the venue fills at once.
    @Test("the plan is what the operator sends when every child is filled", arguments: 1...40 as ClosedRange<UInt64>)
    func planIsOperator(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let slices = 1 + random.below(15), units = Int64(1 + random.below(3_000)), lot = Int64([1, 5][random.below(2)])
        let tactics: [SlicePlan.Tactic] = [
            .even, .volume(VolumeCurve([3, 1, 0, 2])),
            .shortfall(AlmgrenChriss(riskAversion: 0.3, volatility: 1, temporaryImpact: 1), interval: 1),
            .iceberg(display: quantity(40).rawValue),
        ]
        var plan = SlicePlan(tactics[random.below(4)], duration: 1_000, slices: slices)
        (plan.variation, plan.seed) = (Int64(random.below(50)), seed)
        let desk = Slicing(plan, lot: lot)
        try desk.send(request(900, .buy, Double(units * lot), 50))
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
            of: Quantity(units: units * lot), lot: Quantity(units: lot), from: 0, id: ClOrdID(rawValue: 900))
        #expect(planned.map(\.quantity.double) == desk.sizes && planned.map(\.time) == times)
        #expect(planned.last?.cumulative == Quantity(units: units * lot))
    }
}
