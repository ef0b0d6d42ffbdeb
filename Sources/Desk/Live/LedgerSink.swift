import Ledger
import PlainData
import StreamRuntime
import Topology

/// Keeps the ledger in step with a running graph: a projection of the journal, so a restart rebuilds what is missing and
/// repeats nothing.
final class LedgerSink {
    private struct ThroughQueue: LedgerAttachment {
        let name: String, engine: Engine, effects: EffectThread

        func attach<T: Element>(_ edge: Edge<T>, _ body: @escaping (UInt64, T) -> Void) {
            let queue = effects.consumer("\(name).\(edge.name)", wantsReplay: true) { (sequence, element: T) in
                body(sequence, element)
            }
            engine.effect("\(name).\(edge.name)", from: edge, into: queue)
        }
    }
    private let projection: LedgerProjection
    /// What was settled when the last turn ended: by now every queue has handed over all of it, up to the record that a
    /// checkpoint holds this turn at.
    private var complete: UInt64 = 0
    private var nextLook: Int64 = 0

    init(
        _ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ effects: EffectThread, path: String,
        gauges: DeskGauges, time: any TimeSource
    ) throws {
        projection = try LedgerProjection(path: path, names: assembly.names)
        projection.attach(vertex, assembly, ThroughQueue(name: vertex.name, engine: engine, effects: effects))
        effects.onTurn(of: vertex.name) { [unowned self, unowned engine, unowned effects] in
            try projection.write(upTo: min(complete, effects.limit))
            complete = engine.settledSequence
            // A reconciliation is another process, and may come while the day goes on.
            guard time.monotonic() >= nextLook, let breaks = try? projection.ledger.openBreaks() else { return }
            nextLook = time.monotonic() + UTC.second
            gauges.openBreaks(breaks)
        }
    }

    /// Writes what is settled, up to a checkpoint's record or the run's last.
    func finish(at last: UInt64) throws { try projection.writeAll(upTo: last) }
}
