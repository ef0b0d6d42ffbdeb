import CPlatform
import PlainData

/// What is counted around the stages' runs: rare, or once a batch, so kept out of the loop.
extension Graph {
    /// The counters of a new stage.
    @usableFromInline func metrics(_ name: String, _ inputs: [EdgeBase], _ outputs: [EdgeBase]) -> StageMetrics {
        let metrics = counters.stage(name, outputs.isEmpty ? .sink : .operator)
        for (i, edge) in inputs.enumerated() where i < 8 { metrics.cell.pointee.inputs[i] = edge.metrics?.number ?? 0 }
        for (i, edge) in outputs.enumerated() {
            guard let own = edge.metrics else { continue }
            own.cell.pointee.producer = metrics.number
            if i == 0 { metrics.cell.pointee.output = own.number } else { metrics.cell.pointee.side = own.number }
        }
        return metrics
    }

    /// The engine's.
    var thread: ThreadMetrics { main.thread }

    /// Copies what edges hold to where it is read. Called on a reader's thread: it may see an edge a moment late.
    func sampleEdges() {
        for group in [main] + others { group.sampleEdges() }
    }
}

extension StageGroup {
    /// - Returns: the time in ticks.
    func beginBatch() -> UInt64 {
        let now = cp_ticks(), cell = thread.cell
        cell.pointee.since = now
        cell.pointee.heartbeat = now
        cell.pointee.batchStart = now
        cell.pointee.begun &+= 1
        return now
    }
    func endBatch(_ now: UInt64) {
        let cell = thread.cell
        if cell.pointee.waitSince != 0 { release(now) }
        cell.pointee.running = 0
        cell.pointee.ended &+= 1
    }

    /// Only sinks without room keep the batch from its end: everything upstream of them waits for them, the rest for input.
    func hold(_ end: UInt64, _ now: UInt64) {
        for (at, stage) in stages.enumerated() where stage.live.pointee.frontier < end && stage.metrics.isBlocked {
            holdUpstream(of: at, now)
        }
        thread.wait(now)
    }
    /// Between batches: what comes of `stage` has no room, in a ring or in a queue.
    func hold(behind stage: Stage?, _ now: UInt64) {
        defer { thread.wait(now) }
        guard let stage, let at = stages.firstIndex(where: { $0 === stage }) else { return }
        holdUpstream(of: at, now)
        if !stage.metrics.isBlocked {
            stage.metrics.block(now)
            held[at] = true
        }
    }
    private func holdUpstream(of at: Int, _ now: UInt64) {
        if upstream.count != stages.count { findUpstream() }
        for above in upstream[at] where !stages[above].metrics.isBlocked {
            stages[above].metrics.block(now)
            held[above] = true
        }
    }
    func release(_ now: UInt64) {
        thread.unwait(now)
        for at in held.indices where held[at] {
            stages[at].metrics.unblock(now)
            held[at] = false
        }
    }

    private func findUpstream() {
        held = Array(repeating: false, count: stages.count)
        upstream = []
        for stage in stages {
            var above: Set<Int> = []
            for (at, other) in stages.enumerated().prefix(upstream.count) {
                let feeds = other.writes.contains { edge in stage.reads.contains { $0 === edge } }
                if feeds { above.formUnion([at] + upstream[at]) }
            }
            upstream.append(above.sorted())
        }
    }

    func sampleEdges() {
        let oldest = thread.cell.pointee.oldestIngest
        for edge in edges where !edge.isContinuation { edge.sample(oldestIngest: oldest) }
    }
}

extension Stage {
    /// It has stopped for want of room on an output, or in what it hands over to.
    func block(_ now: UInt64) {
        guard !metrics.isBlocked else { return }
        metrics.block(now)
        for edge in writes where edge.lacksRoom { edge.metrics?.block(now) }
    }
    func unblock(_ now: UInt64) {
        metrics.unblock(now)
        for edge in writes { edge.metrics?.unblock(now) }
    }
}

extension EdgeBase {
    func sample(oldestIngest: Int64) {
        guard let metrics, !isFedByRing else { return }
        let count = header.pointee.count
        var taken = count
        for i in 0..<header.pointee.readers { taken = min(taken, header.pointee.cursors[i]) }
        let depth = header.pointee.readers == 0 ? 0 : min(header.pointee.capacity, max(0, count - max(0, taken)))
        metrics.capacity = header.pointee.capacity
        metrics.depth = depth
        metrics.total = header.pointee.total
        metrics.taken = header.pointee.total &- UInt64(depth)
        metrics.oldestIngestTime = depth > 0 ? oldestIngest : 0
    }
}
