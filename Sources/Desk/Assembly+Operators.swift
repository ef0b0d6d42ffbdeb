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
        case "time-bars": return makeTimeBars(vertex)
        case "sliding-bars":
            return makeWindowBars(vertex, .sliding(settings.duration("length"), every: settings.duration("every")))
        case "session-bars": return makeWindowBars(vertex, .session(gap: settings.duration("gap")))
        case "ema", "rsi": return makeSmoothed(vertex)
        case "zscore":
            if vertex.input("in")?.element == Trade.elementName { return makeZScore(vertex, of: Trade.self) }
            return makeZScore(vertex, of: Bar.self)
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
        case "compliance": return makeCompliance(vertex, number)
        case _ where OperatorKinds.slicers.contains(vertex.kind): return makeSlicer(vertex, number)
        case "gate": return makeGate(vertex)
        case "exit-check": return makeExitCheck(vertex)
        case "parents", "algos", "parent-reports": return makeParents(vertex, number)
        case "drop-copy-check": return makeDropCopyCheck(vertex)
        case "paper-venue": return makePaperVenue(vertex)
        case "oms":
            return both(
                graph.add(name, OMSOperator(), from: requests(vertex), and: required(vertex, "reports", as: ExecutionReport.self))
            )
        case "positions":
            return both(
                graph.add(name, PositionsOperator(costMethod(settings)), from: required(vertex, "in", as: OrderUpdate.self)))
        case "pnl": return makeProfit(vertex)
        case "correlation", "beta", "covariance": return makePairs(vertex)
        default:
            if let made = IndicatorKinds.named(vertex.kind)?.make(self, vertex) ?? makeTradeBars(vertex) { return made }
            preconditionFailure("the catalog has an operator \(vertex.kind) that nothing builds")
        }
    }

    private func makeWindowBars(_ vertex: CheckedVertex, _ shape: WindowShape) -> [EdgeBase] {
        keyed(vertex, of: Trade.self) {
            WindowBars(shape, lateness: vertex.settings.duration("lateness"), symbols: names.count(in: .symbols))
        }
    }

    /// A keyed operator in as many copies as it runs in here. Inlined, so that its loop is made where its type is known.
    @inline(__always)
    func keyed<O: KeyedOperator & ~Copyable>(
        _ vertex: CheckedVertex, of input: O.In.Type, _ make: () -> O
    ) -> [EdgeBase] {
        let edge = required(vertex, "in", as: O.In.self)
        return both(graph.add(vertex.name, shards: copies(of: vertex), onThreads: true, from: edge, make))
    }

    private func makeZScore<Input: Priced>(_ vertex: CheckedVertex, of: Input.Type) -> [EdgeBase] {
        let deviation: Deviation = vertex.settings.text("deviation") == "sample" ? .sample : .population
        return keyed(vertex, of: Input.self) {
            ZScore<Input>(window: Int(vertex.settings.integer("period")), deviation: deviation)
        }
    }

    func both<Out: Element, Side: Element>(_ outlets: Outlets<Out, Side>) -> [EdgeBase] { [outlets.out, outlets.side] }
}
