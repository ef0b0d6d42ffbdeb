import PlainData

/// What the engine counts around a batch: once a batch or once a group of records, never per element.
final class EngineMeter {
    let counters: Counters
    private let thread: ThreadMetrics
    /// By source number; 0 is the sequencer itself.
    private var sources: [UnsafeMutablePointer<SourceCell>?] = [nil]

    init(_ graph: Graph) {
        (counters, thread) = (graph.counters, graph.thread)
        for port in graph.ports { sources.append(graph.counters.source(port.name).cell) }
    }

    /// The next batch: when its records came in, and how far its sources have come.
    func begins(_ groups: [JournalGroup], first: UInt64, count: Int) {
        let cell = thread.cell
        var oldest = Int64.max, newest = Int64.min
        for group in groups {
            oldest = min(oldest, group.ingestTime)
            newest = max(newest, group.ingestTime &+ Int64(group.ingestOffsets?[group.count - 1] ?? 0))
            guard group.source < sources.count, let source = sources[group.source] else { continue }
            source.pointee.records &+= UInt64(group.count)
            source.pointee.latest = max(source.pointee.latest, group.latest)
        }
        cell.pointee.previousNewest = cell.pointee.newestIngest
        (cell.pointee.oldestIngest, cell.pointee.newestIngest) = (oldest, newest)
        cell.pointee.records = first &+ UInt64(count) &- 1
    }
    /// Another batch of an earlier run is run again.
    func resumes(_ groups: [JournalGroup], last: UInt64) {
        begins(groups, first: last, count: 1)
        (thread.cell.pointee.oldestIngest, thread.cell.pointee.newestIngest) = (0, 0)
    }
    func park() { thread.park() }
    func unpark() { thread.unpark() }

    /// The ring in front of a source, whose figures stand for the source's edge.
    func watch<T: Element>(_ ingress: Ingress<T>, of port: TypedPort<T>) {
        let metrics = counters.edge(port.name), ring = ingress.ring
        (ingress.metrics, port.edge.isFedByRing) = (metrics, true)
        metrics.capacity = ring.capacity
        counters.onSample {
            metrics.copy(ingress.account)
            metrics.oldestIngestTime = ring.look().oldest
        }
    }
    /// The queue behind a sink, which is named as the sink is. The stage in front of it is plumbing: its worker stands for
    /// the sink.
    func watch<T: Element>(_ queue: TypedEffectQueue<T>, behind stage: Stage?) {
        let metrics = counters.edge(queue.name), ring = queue.ring
        queue.metrics = metrics
        metrics.capacity = ring.capacity
        stage?.metrics.kind = .plumbing
        counters.onSample {
            let (total, taken, _) = ring.look()
            (metrics.total, metrics.taken, metrics.depth) = (UInt64(total), UInt64(taken), total - taken)
        }
    }
}

extension EdgeMetrics {
    func copy(_ account: EdgeAccount) {
        (total, taken, depth) = (account.offered, account.taken, Int(account.inFlight))
        (conflated, shed, spilled) = (account.conflated, account.shed &+ account.sampledOut, account.spilled)
    }
}
