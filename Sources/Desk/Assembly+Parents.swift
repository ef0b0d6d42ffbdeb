import Clearance
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func makeParents(_ vertex: CheckedVertex, _ number: Int) -> [EdgeBase] {
        switch vertex.kind {
        case "parents":
            let outlets = graph.add(vertex.name, ParentEntries(), from: required(vertex, "in", as: ParentEntry.self))
            return [outlets.out, outlets.side]
        case "parent-reports":
            let outlets = graph.add(
                vertex.name, ParentReports(ids: idMaker(number)), from: required(vertex, "entries", as: ParentEntry.self),
                required(vertex, "findings", as: Finding.self), required(vertex, "updates", as: OrderUpdate.self),
                required(vertex, "parents", as: ParentUpdate.self))
            return [outlets.out]
        default:
            let updates = required(vertex, "updates", as: OrderUpdate.self)
            let trades = input(vertex, "trades", as: Trade.self)
            let outlets = graph.add(
                vertex.name,
                Algos(strategyMenu(vertex, seesTrades: trades != nil), instruments: instruments, ids: idMaker(number)),
                from: required(vertex, "terms", as: ParentTerms.self), required(vertex, "orders", as: ClearedOrder.self), updates,
                trades ?? graph.add(vertex.name + ".untraded", Silence<OrderUpdate, Trade>(), from: updates).out)
            return [outlets.out, outlets.side]
        }
    }

    private func strategyMenu(_ vertex: CheckedVertex, seesTrades: Bool) -> StrategyMenu {
        let settings = vertex.settings
        func raw(_ key: String) -> Int64 { Quantity(checked: settings.decimal(key)).rawValue }
        guard let curve = OperatorKinds.volumeCurve(settings).curve else {
            preconditionFailure("\(vertex.name) has a curve that was checked")
        }
        let rates = SlicePlan.Rates(aim: OperatorKinds.millionths(settings.decimal("rate")))
        let isDirect = settings.text("strategy") == "direct"
        var usual = SlicePlan(
            .even, duration: settings.duration("duration"), slices: isDirect ? 1 : Int(settings.integer("slices")),
            completion: settings.text("completion") == "cancel" && !isDirect ? .cancelRemainder : .completeByEnd,
            passiveTicks: settings.integer("passive"))
        (usual.leastChild, usual.variation) = (raw("min_child"), settings.integer("variation"))
        usual.seed = UInt64(settings.integer("seed"))
        usual.close = OperatorKinds.marketClose(settings)
        var menu = StrategyMenu(usual: usual)
        (menu.curve, menu.rates, menu.display) = (curve, seesTrades ? rates : nil, raw("display"))
        if settings.has("impact") {
            let model = AlmgrenChriss(
                riskAversion: settings.double("risk_aversion"), volatility: settings.double("volatility"),
                temporaryImpact: settings.double("impact"))
            menu.shortfall = (model, settings.duration("day"))
        }
        menu.usualStrategy =
            switch settings.text("strategy") {
            case "vwap": .volume
            case "pov": .participation
            case "implementation-shortfall": .shortfall
            case "iceberg": .iceberg
            default: isDirect ? .direct : .even
            }
        return menu
    }
}
