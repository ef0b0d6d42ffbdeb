import Clearance
import Operators
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func makeSlicer(_ vertex: CheckedVertex, _ number: Int) -> [EdgeBase] {
        let plan = slicePlan(vertex)
        let orders = required(vertex, "orders", as: ClearedOrder.self),
            updates = required(vertex, "updates", as: OrderUpdate.self)
        guard vertex.kind != "pov" else {
            let outlets = graph.add(
                vertex.name, Participation(plan, instruments: instruments, ids: idMaker(number)), from: orders, updates,
                required(vertex, "trades", as: Trade.self))
            return [outlets.out, outlets.side]
        }
        let outlets = graph.add(
            vertex.name, Slicer(plan, instruments: instruments, ids: idMaker(number)), from: orders, and: updates)
        return [outlets.out, outlets.side]
    }

    private func slicePlan(_ vertex: CheckedVertex) -> SlicePlan {
        let settings = vertex.settings, duration = settings.duration("duration")
        func raw(_ key: String) -> Int64 { settings.has(key) ? Quantity(checked: settings.decimal(key)).rawValue : 0 }
        let tactic: SlicePlan.Tactic
        var slices = settings.has("slices") ? Int(settings.integer("slices")) : 1
        switch vertex.kind {
        case "vwap-slicer":
            guard let curve = OperatorKinds.volumeCurve(settings).curve else {
                preconditionFailure("\(vertex.name) has a curve that was checked")
            }
            tactic = .volume(curve)
        case "pov":
            slices = Int(max(1, duration / settings.duration("every")))
            tactic = .participation(
                SlicePlan.Rates(
                    aim: OperatorKinds.millionths(settings.decimal("rate")),
                    least: OperatorKinds.millionths(settings.decimal("min_rate")),
                    most: settings.decimalIfPresent("max_rate").map { OperatorKinds.millionths($0) }))
        case "implementation-shortfall":
            tactic = .shortfall(OperatorKinds.shortfall(settings), interval: OperatorKinds.sliceInDays(settings))
        case "iceberg": tactic = .iceberg(display: raw("display"))
        default: tactic = .even
        }
        var plan = SlicePlan(
            tactic, duration: duration, slices: slices,
            completion: settings.textIfPresent("completion") == "complete" ? .completeByEnd : .cancelRemainder,
            passiveTicks: settings.integer("passive"))
        plan.close = OperatorKinds.marketClose(settings)
        plan.leastChild = raw("min_child")
        plan.variation = settings.integer("variation")
        plan.seed = UInt64(settings.integer("seed"))
        return plan
    }
}
