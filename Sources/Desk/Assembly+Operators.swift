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
            return keyed(vertex, of: Trade.self) {
                TimeBars(
                    length: settings.duration("every"), lateness: settings.duration("lateness"),
                    symbols: names.count(in: .symbols))
            }
        case "sliding-bars":
            return makeWindowBars(vertex, .sliding(settings.duration("length"), every: settings.duration("every")))
        case "session-bars": return makeWindowBars(vertex, .session(gap: settings.duration("gap")))
        case "ema":
            let seed: EMA.Seed = settings.text("seed") == "first" ? .first : .sma
            return keyed(vertex, of: Bar.self) { EMA(period: Int(settings.integer("period")), seed: seed) }
        case "rsi":
            return keyed(vertex, of: Bar.self) { RSI(period: Int(settings.integer("period"))) }
        case "zscore":
            return keyed(vertex, of: Bar.self) { ZScore(window: Int(settings.integer("period"))) }
        case "atr":
            let seed: ATR.Seed = settings.text("seed") == "second" ? .second : .first
            return keyed(vertex, of: Bar.self) { ATR(period: Int(settings.integer("period")), seed: seed) }
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
        keyed(vertex, of: Trade.self) {
            WindowBars(shape, lateness: vertex.settings.duration("lateness"), symbols: names.count(in: .symbols))
        }
    }

    /// A keyed operator in as many copies as it runs in here. Inlined, so that its loop is made where its type is known.
    @inline(__always)
    private func keyed<O: KeyedOperator & ~Copyable>(
        _ vertex: CheckedVertex, of input: O.In.Type, _ make: () -> O
    ) -> [EdgeBase] {
        let edge = required(vertex, "in", as: O.In.self)
        return both(graph.add(vertex.name, shards: copies(of: vertex), onThreads: true, from: edge, make))
    }

    private func both<Out: Element, Side: Element>(_ outlets: Outlets<Out, Side>) -> [EdgeBase] { [outlets.out, outlets.side] }
}
