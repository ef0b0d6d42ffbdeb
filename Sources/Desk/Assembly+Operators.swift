import Clearance
import OMS
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    /// Adds an operator's stage and gives its outputs back, the main one first.
    func makeStage(_ vertex: CheckedVertex, _ number: Int) -> [EdgeBase] {
        let settings = vertex.settings, name = vertex.name
        switch vertex.kind {
        case "time-bars":
            let bars = TimeBars(
                length: settings.duration("every"), lateness: settings.duration("lateness"), symbols: names.count(in: .symbols))
            return both(graph.add(name, bars, from: required(vertex, "in", as: Trade.self)))
        case "sliding-bars":
            return makeWindowBars(vertex, .sliding(settings.duration("length"), every: settings.duration("every")))
        case "session-bars": return makeWindowBars(vertex, .session(gap: settings.duration("gap")))
        case "ema":
            let seed: EMA.Seed = settings.text("seed") == "first" ? .first : .sma
            let ema = EMA(period: Int(settings.integer("period")), seed: seed)
            return both(graph.add(name, ema, from: required(vertex, "in", as: Bar.self)))
        case "rsi":
            let rsi = RSI(period: Int(settings.integer("period")))
            return both(graph.add(name, rsi, from: required(vertex, "in", as: Bar.self)))
        case "zscore":
            let score = ZScore(window: Int(settings.integer("period")))
            return both(graph.add(name, score, from: required(vertex, "in", as: Bar.self)))
        case "atr":
            let atr = ATR(period: Int(settings.integer("period")), seed: settings.text("seed") == "second" ? .second : .first)
            return both(graph.add(name, atr, from: required(vertex, "in", as: Bar.self)))
        case "momentum-targets":
            let rule = MomentumTargets(
                gain: settings.double("gain"), maxWeight: settings.double("max_weight"), step: settings.double("step"))
            return both(
                graph.add(
                    name, rule, from: required(vertex, "fast", as: Signal.self), and: required(vertex, "slow", as: Signal.self)))
        case "drift": return makeDrift(vertex, number)
        case "compliance": return makeCompliance(vertex)
        case "twap": return makeTWAP(vertex, number)
        case "oms":
            let read = vertex.input("orders")?.element == ClearedOrder.elementName
            let orders =
                read
                ? graph.add(name + ".requests", RequestOf(), from: required(vertex, "orders", as: ClearedOrder.self)).out
                : required(vertex, "orders", as: OrderRequest.self)
            return both(graph.add(name, OMSOperator(), from: orders, and: required(vertex, "reports", as: ExecutionReport.self)))
        case "positions": return both(graph.add(name, PositionsOperator(), from: required(vertex, "in", as: OrderUpdate.self)))
        default: preconditionFailure("the catalog has an operator \(vertex.kind) that nothing builds")
        }
    }

    private func makeWindowBars(_ vertex: CheckedVertex, _ shape: WindowShape) -> [EdgeBase] {
        let bars = WindowBars(shape, lateness: vertex.settings.duration("lateness"), symbols: names.count(in: .symbols))
        return both(graph.add(vertex.name, bars, from: required(vertex, "in", as: Trade.self)))
    }

    private func both<Out: Element, Side: Element>(_ outlets: Outlets<Out, Side>) -> [EdgeBase] { [outlets.out, outlets.side] }
}
