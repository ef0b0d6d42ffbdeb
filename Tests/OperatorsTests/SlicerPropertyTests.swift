import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("slicers against a random venue") struct SlicerPropertyTests {
    /// One of the five kinds, with its constants.
    private func tactic(_ slices: Int, _ random: inout SplitMix64) -> SlicePlan.Tactic {
        switch random.below(5) {
        case 0: .even
        case 1: .volume(VolumeCurve((0..<(1 + random.below(12))).map { Int64($0 == 0 ? 1 : random.below(9)) }))
        case 2:
            .shortfall(
                AlmgrenChriss(riskAversion: random.unit() * 3, volatility: 1, temporaryImpact: 1 + random.unit()), interval: 1)
        case 3: .participation(.init(aim: Int64(10_000 + random.below(300_000)), least: Int64(random.below(10_000))))
        default: .iceberg(display: Quantity(units: Int64(1 + random.below(300))).rawValue)
        }
    }

    /// A venue that acknowledges, fills, rejects, expires, cancels, refuses to cancel and repeats itself, as it likes; on
    /// even seeds its news are late, on every third one it fills orders that it had confirmed to be canceled.
    private func day(seed: UInt64) throws -> (desk: Slicing, parameters: SlicePlan, lot: Int64) {
        var random = SplitMix64(seed: seed)
        let slices = 1 + random.below(20)
        var parameters = SlicePlan(
            tactic(slices, &random), duration: Int64(100 + random.below(1_000)), slices: slices,
            completion: random.below(2) == 0 ? .completeByEnd : .cancelRemainder, passiveTicks: Int64(random.below(3)))
        (parameters.variation, parameters.seed) = (Int64(random.below(2) * random.below(50)), seed)
        parameters.leastChild = Quantity(units: Int64(random.below(3) * random.below(30))).rawValue
        let lot = Int64([1, 1, 10, 100][random.below(4)])
        let desk = Slicing(parameters, lot: lot)
        desk.isDelayed = seed % 2 == 0
        let units = lot * Int64(1 + random.below(random.below(3) == 0 ? 5 : 500))
        try desk.send(request(900, random.below(2) == 0 ? .buy : .sell, Double(units), random.below(5) == 0 ? nil : 50))
        let whole = Quantity(units: units).rawValue
        var late: Int64 = 0

        var isHeld = false
        for step in 0..<4_000 where desk.lastOfParent?.state != .done {
            // On every fifth seed somebody holds the parent now and then; while that lasts nothing new is sent.
            if seed % 5 == 0, random.below(25) == 0 {
                isHeld.toggle()
                try desk.hold(isHeld ? .suspend : .release, UInt64(2_000 + step))
            }
            let before = desk.children.count
            defer { if isHeld { #expect(desk.children.count == before, "step \(step)") } }
            if case .participation = parameters.tactic, random.below(3) == 0 { desk.print(Double(random.below(500))) }
            let alive = desk.children.indices.filter { !desk.children[$0].isOver }
            let over = desk.children.indices.filter { desk.children[$0].isOver && desk.children[$0].left > 0 }
            let isLate = desk.time > parameters.duration + 500
            if seed % 3 == 0, !over.isEmpty, random.below(30) == 0 {
                let at = over[random.below(over.count)], more = portion(of: desk.children[at].left, lot, &random)
                late += more
                desk.fill(at, Quantity(rawValue: more).double)
            } else if alive.isEmpty || (random.below(3) == 0 && !isLate) {
                desk.advance(to: desk.time + Int64(random.below(40)))
            } else {
                act(desk, alive[random.below(alive.count)], lot, isLate, &random)
            }
            if isLate || alive.isEmpty || random.below(3) == 0 { desk.deliver(1 + random.below(4)) }
            // At every instant, by the venue's own count.
            let (filled, open) = (desk.filled, desk.open)
            try #require(filled + open <= whole + late, "step \(step)")
            // Late fills behind the news that ended the parent are not followed.
            guard desk.mail.isEmpty, desk.lastOfParent?.state != .done else { continue }
            try #require(
                desk.lastOfParent?.cumQty.rawValue == filled && desk.lastOfParent?.openQty.rawValue == open, "step \(step)")
            // What is too much is being canceled, all of it.
            let kept = desk.children.filter { $0.cancel == nil }.reduce(0) { $0 + $1.open }
            try #require(filled + open <= whole || kept == 0, "step \(step)")
        }
        return (desk, parameters, lot)
    }
    /// Some lots of a quantity, at least one.
    private func portion(of quantity: Int64, _ lot: Int64, _ random: inout SplitMix64) -> Int64 {
        let lots = max(1, quantity / Quantity(units: lot).rawValue)
        return Int64(1 + random.below(Int(lots))) * Quantity(units: lot).rawValue
    }
    private func act(_ desk: Slicing, _ at: Int, _ lot: Int64, _ isLate: Bool, _ random: inout SplitMix64) {
        let child = desk.children[at]
        switch random.below(isLate ? 4 : 10) {
        case 0,
            1 where child.cancel == nil:
            desk.fill(at, Quantity(rawValue: child.open).double)
        case 2, 3: desk.fill(at, Quantity(rawValue: portion(of: child.open, lot, &random)).double)
        case 4: desk.acknowledge(at)
        case 5: random.below(3) == 0 ? desk.reject(at) : desk.end(at, .expired, .expired)
        case 6: if child.cancel != nil { desk.pendCancel(at) }
        case 7: if child.isPending { desk.refuseCancel(at) }
        case 8: desk.tell(at, child.filled > 0 ? .partiallyFilled : .new, .orderStatus)
        default: if child.cancel != nil { desk.confirmCancel(at) }
        }
    }

    @Test(
        "filled and open never exceed the parent, children keep to lots and limit, and the parent gets done", arguments: 1...300)
    func invariants(seed: UInt64) throws {
        let (desk, _, lot) = try day(seed: seed)
        let last = try #require(desk.lastOfParent)
        #expect(last.state == .done && last.openQty == .zero && last.cumQty.rawValue <= desk.filled)
        #expect(last.cumQty.rawValue == desk.filled || (seed % 6 == 0), "only a late fill may come after the end")
        #expect(desk.side.elements.filter { $0.state == .done && $0.clOrdID == ClOrdID(rawValue: 900) }.count == 1)
        for child in desk.children {
            #expect(child.cancels <= child.refusals + 1, "asked again without an answer")
            #expect(child.order.orderQty.rawValue % Quantity(units: lot).rawValue == 0)
            if child.order.ordType == .limit {
                #expect(child.order.side.isBuy ? child.order.price <= price(50) : child.order.price >= price(50))
            }
        }
        #expect(Set(desk.out.elements.map(\.clOrdID)).count == desk.out.elements.count)
        // An exit check, which keeps books of its own, finds nothing to stop.
        #expect(desk.stopped.elements.isEmpty && desk.left.elements.count == desk.out.elements.count)
    }

    @Test("a venue that fills everything sooner or later completes the parent", arguments: 1...30)
    func completes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let slices = 1 + random.below(15), units = Double(1 + random.below(100))
        let desk = Slicing(SlicePlan(duration: 1_000, slices: slices))
        try desk.send(request(900, .buy, units, 50))
        while desk.time < 1_000, desk.last?.state != .done {
            desk.advance(to: min(desk.time + Int64(random.below(60)), 999))
            for at in desk.children.indices where !desk.children[at].isOver {
                if desk.children[at].cancel != nil {
                    desk.confirmCancel(at)
                } else if random.below(2) == 0 || desk.time == 999 {
                    desk.fill(at, Quantity(rawValue: desk.children[at].open).double)
                }
            }
            if desk.time == 999, desk.open == 0 { break }
        }
        #expect(desk.last?.state == .done && desk.last?.cumQty == quantity(units))
    }

    @Test("the same records in other batches, or with a restart between, give the same children", arguments: 1...30)
    func laws(seed: UInt64) throws {
        let (desk, parameters, lot) = try day(seed: seed)
        for cut in [Cuts.every(7), Cuts.every(256), Cuts.random(seed: seed)] {
            let again = Slicing(parameters, lot: lot, cut: cut)
            offer(desk.records[...], to: again)
            again.run.run()
            #expect(again.run.digests == desk.run.digests)
        }
        let middle = desk.records.count / 2
        let first = Slicing(parameters, lot: lot), second = Slicing(parameters, lot: lot)
        offer(desk.records[..<middle], to: first)
        first.run.run()
        let saved = first.run.checkpoint()
        #expect(second.run.restore(saved) && second.run.checkpoint() == saved)
        offer(desk.records[middle...], to: second)
        second.run.run()
        #expect(second.run.digests == desk.run.digests)
    }
    private func offer(_ records: ArraySlice<Slicing.Record>, to desk: Slicing) {
        for record in records {
            switch record {
            case .order(let order): desk.run.records.offer(order, to: desk.orders)
            case .update(let update): desk.run.records.offer(update, to: desk.updates)
            case .trade(let trade): desk.run.records.offer(trade, to: desk.trades)
            case .time(let moment): desk.run.records.tick(moment)
            }
        }
    }
}
