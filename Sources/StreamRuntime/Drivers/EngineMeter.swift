import PlainData

/// What the engine counts around a batch: once a batch or once a group of records, never per element.
final class EngineMeter {
    let counters: Counters
    private let thread: ThreadMetrics
    private unowned let graph: Graph
    /// By source number; 0 is the sequencer itself.
    private var sources: [UnsafeMutablePointer<SourceCell>?] = [nil]
    private var loops: [Feed?] = [nil]
    /// Nil until somebody may ask: who hands effects over, or closes a loop.
    private var origins: Origins?
    private var wantsOrigins = false

    init(_ graph: Graph) { (self.graph, counters, thread) = (graph, graph.counters, graph.thread) }

    private func prepare() {
        sources = [nil] + graph.ports.map { graph.counters.source($0.name).cell }
        loops += Array(repeating: nil, count: sources.count - loops.count)
        if wantsOrigins { origins = Origins(batches: graph.batchesUnderWay, mayLag: graph.spills) }
    }

    /// The next batch: when its records came in, and how far its sources have come.
    func begins(_ groups: [JournalGroup], last: UInt64) {
        if sources.count <= graph.ports.count { prepare() }
        let cell = thread.cell
        var oldest = Int64.max, newest = Int64.min
        if let origins, let first = groups.first { origins.begin(first: first.first) }
        for group in groups {
            oldest = min(oldest, group.ingestTime)
            newest = max(newest, group.ingestTime &+ Int64(group.ingestOffsets?[group.count - 1] ?? 0))
            origins?.append(group, loop: loops[group.source])
            guard let source = sources[group.source] else { continue }
            source.pointee.records &+= UInt64(group.count)
            source.pointee.latest = max(source.pointee.latest, group.latest)
        }
        origins?.end(last &+ 1)
        (cell.pointee.oldestIngest, cell.pointee.newestIngest) = (oldest, newest)
        cell.pointee.records = last
    }
    /// Another batch of an earlier run is run again: its lag was then.
    func resumes(_ groups: [JournalGroup], last: UInt64) {
        begins(groups, last: last)
        (thread.cell.pointee.oldestIngest, thread.cell.pointee.newestIngest) = (0, 0)
    }
    func park() { thread.park() }
    func unpark() { thread.unpark() }

    /// Where the record began that has this sequence; on any thread that runs stages.
    func origin(of sequence: UInt64) -> Origin { origins?.origin(of: sequence) ?? Origin() }

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
    /// What goes round: the stage that takes it is plumbing, and what waits is the loop's edge.
    func watch<T: Element>(_ loop: LoopFeed<T>, of port: TypedPort<T>, behind stage: Stage) {
        stage.metrics.kind = .plumbing
        (loop.metrics, port.edge.isFedByRing) = (counters.edge(port.name), true)
        wantsOrigins = true
        if loops.count <= port.id { loops += Array(repeating: nil, count: port.id + 1 - loops.count) }
        loops[port.id] = loop
    }
    /// The queue behind a sink, which is named as the sink is. The stage in front of it is plumbing: its worker stands for
    /// the sink.
    /// - Parameter path: what the time from a source to the hand-over is shown as the way to; nil measures none.
    func watch<T: Element>(_ queue: TypedEffectQueue<T>, behind stage: Stage, path: String?) {
        let metrics = counters.edge(queue.name)
        queue.metrics = metrics
        metrics.capacity = queue.account.capacity
        stage.metrics.kind = .plumbing
        wantsOrigins = true
        counters.onSample {
            metrics.copy(queue.account)
            metrics.oldestIngestTime = queue.oldestIngestTime
        }
        guard let path else { return }
        queue.paths =
            [counters.path(from: "clock", to: path, isExpected: false)]
            + graph.ports.map { counters.path(from: $0.name, to: path, isExpected: $0.holdsWatermark && $0.lead == $0.id) }
    }
}

extension EdgeMetrics {
    func copy(_ account: EdgeAccount) {
        (total, taken, depth) = (account.offered, account.taken, Int(account.inFlight))
        (conflated, sampledOut) = (account.conflated, account.sampledOut)
        (shed, spilled) = (account.shed, account.spilled)
    }
}
