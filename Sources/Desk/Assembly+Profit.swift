import OMS
import PlainData
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func costMethod(_ settings: Settings) -> CostMethod { settings.text("method") == "fifo" ? .fifo : .average }

    func makeProfit(_ vertex: CheckedVertex) -> [EdgeBase] {
        switch vertex.input("prices")?.element {
        case Bar.elementName: makeProfit(vertex, markedBy: Bar.self)
        case Quote.elementName: makeProfit(vertex, markedBy: Quote.self)
        default: makeProfit(vertex, markedBy: Trade.self)
        }
    }
    private func makeProfit<Mark: Marking>(_ vertex: CheckedVertex, markedBy: Mark.Type) -> [EdgeBase] {
        let settings = vertex.settings, orders = required(vertex, "orders", as: OrderUpdate.self)
        let prices =
            input(vertex, "prices", as: Mark.self)
            ?? graph.add(vertex.name + ".unpriced", Silence<OrderUpdate, Mark>(), from: orders).out
        let rates =
            input(vertex, "rates", as: Trade.self)
            ?? graph.add(vertex.name + ".unrated", Silence<OrderUpdate, Trade>(), from: orders).out
        let base = settings.text("currency")
        var conversions: [TextID: Conversion] = [:]
        for entry in topology.instruments {
            let own = entry.settings.text("currency")
            guard own != base else { continue }
            // Whichever way round the pair is listed; the market's usual way where neither is.
            let inverse = topology.instruments.contains { $0.name == base + own }
            conversions[names.text(own)] = Conversion(pair: names.symbol(inverse ? base + own : own + base), isInverse: inverse)
        }
        // Basis points have four decimals below them in 1e-8.
        let commission = Commission(
            rate: Price(checked: settings.decimal("commission")).rawValue / 100_000,
            perUnit: Price(checked: settings.decimal("per_unit")).rawValue)
        let operation = ProfitOperator<Mark>(
            costMethod(settings), commission: commission, every: settings.duration("every"), instruments: instruments,
            base: names.text(base), conversions: conversions)
        return both(graph.add(vertex.name, operation, from: orders, prices, rates))
    }
}
