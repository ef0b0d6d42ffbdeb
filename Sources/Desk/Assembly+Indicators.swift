import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    /// An indicator's stage, and behind it one for each of its columns that is read by itself. Inlined, so that its loop is made
    /// where its type is known.
    @inline(__always)
    func indicated<I: Indicator>(_ vertex: CheckedVertex, _ make: () -> I) -> [EdgeBase] where I.Input: Observation {
        let edges = keyed(vertex, of: I.Input.self) { Indicated(make(), symbols: names.count(in: .symbols)) }
        guard let rows = I.Value.self as? any Columns.Type else { return [edges[0]] }
        return [edges[0]] + columns(vertex, edges[0], rows)
    }

    /// An average or a strength: of bars by operators of their own, of trades and signals as any indicator.
    func makeSmoothed(_ vertex: CheckedVertex) -> [EdgeBase] {
        let period = vertex.settings.period, element = vertex.input("in")?.element
        if vertex.kind == "ema" {
            let seed = vertex.settings.averageSeed
            return element == Bar.elementName
                ? keyed(vertex, of: Bar.self) { EMA(period: period, seed: seed) }
                : indicatedOfNumber(vertex, ExponentialAverage(period: period, seed: seed))
        }
        if vertex.settings.text("method") == "cutler" { return indicatedOfNumber(vertex, CutlerRSI(period: period)) }
        return element == Bar.elementName
            ? keyed(vertex, of: Bar.self) { RSI(period: period) } : indicatedOfNumber(vertex, WilderRSI(period: period))
    }
    /// An indicator of one number, by what the vertex reads.
    @inline(__always)
    func indicatedOfNumber<I: Indicator>(_ vertex: CheckedVertex, _ make: @autoclosure () -> I) -> [EdgeBase]
    where I.Input == Double {
        switch vertex.input("in")?.element {
        case Trade.elementName: indicated(vertex) { Of<I, Trade>(make()) }
        case Signal.elementName: indicated(vertex) { Of<I, Signal>(make()) }
        default: indicated(vertex) { Of<I, Bar>(make()) }
        }
    }

    private func columns<C: Columns>(_ vertex: CheckedVertex, _ edge: EdgeBase, _ type: C.Type) -> [EdgeBase] {
        guard let rows = edge as? Edge<Reading<C>> else { preconditionFailure("\(vertex.name) makes \(C.elementName)") }
        return C.names.enumerated().map { index, name in
            isRead(vertex.name, output: index + 1) ? graph.add("\(vertex.name).\(name)", Column<C>(index), from: rows).out : edge
        }
    }

    func isRead(_ vertex: String, output: Int) -> Bool {
        topology.vertices.contains { reader in
            let edges = reader.inputs + (reader.loop.map { [$0] } ?? [])
            return edges.contains { $0.output == output && $0.producerName == vertex }
        }
    }
}
