import Foundation
import Ledger
import PlainData
import StreamRuntime
import Topology

extension RecordedDay {
    private struct FromGraph: LedgerAttachment {
        let graph: Graph
        func attach<T: Element>(_ edge: Edge<T>, _ body: @escaping (UInt64, T) -> Void) {
            graph.each(edge.name + ".ledger", of: edge) { body($1, $0) }
        }
    }

    /// The day's ledger, made anew from the journal where the file is missing or behind.
    ///
    /// - Returns: nil when the topology has no ledger.
    public func ledger() throws -> Ledger? {
        let topology = try topology(nil, [])
        guard let vertex = topology.vertices.first(where: { $0.role == .sink && $0.kind == "ledger" }) else { return nil }
        let journal = try reader()
        while try journal.next() != nil {}
        try LedgerProjection.removeIfAhead(directory.ledger, of: journal.nextSequence - 1)
        let run = try assemble(topology)
        let projection = try LedgerProjection(path: directory.ledger, names: run.assembly.names)
        projection.attach(vertex, run.assembly, FromGraph(graph: run.assembly.graph))
        try run.replay.run(reader())
        try projection.writeAll(upTo: run.replay.lastSequence)
        return projection.ledger
    }
}
