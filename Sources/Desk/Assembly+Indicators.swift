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

    private func columns<C: Columns>(_ vertex: CheckedVertex, _ edge: EdgeBase, _ type: C.Type) -> [EdgeBase] {
        guard let rows = edge as? Edge<Reading<C>> else { preconditionFailure("\(vertex.name) makes \(C.elementName)") }
        return C.names.enumerated().map { index, name in
            isRead(vertex.name, output: index + 1) ? graph.add("\(vertex.name).\(name)", Column<C>(index), from: rows).out : edge
        }
    }

    private func isRead(_ vertex: String, output: Int) -> Bool {
        topology.vertices.contains { reader in
            let edges = reader.inputs + (reader.loop.map { [$0] } ?? [])
            return edges.contains { $0.output == output && $0.producerName == vertex }
        }
    }
}
