import PlainData

/// Runs batches of records through a graph: the part that the live engine and a replay share, so that they cannot differ.
final class BatchRunner {
    let graph: Graph
    private(set) var tracker: WatermarkTracker
    private let byID: [SourcePort?]
    private var batch: Batch
    private var occurrences: [Int]

    // What `fill` needs to make the watermarks of the batch at hand.
    private final class Memory {
        var groups: [JournalGroup] = []
        var tracker: WatermarkTracker
        init(_ tracker: WatermarkTracker) { self.tracker = tracker }
    }
    private let memory: Memory

    /// - Parameters:
    ///   - sources: for each number in the journal, the port that takes its records; nil drops them (a what-if replay
    ///     whose topology has no such source).
    init(_ graph: Graph, sources: [SourcePort?], hasClock: Bool, batchCapacity: Int) {
        self.graph = graph
        byID = [nil] + sources
        tracker = WatermarkTracker(graph.ports, hasClock: hasClock)
        occurrences = Array(repeating: 0, count: byID.count)
        let memory = Memory(tracker)
        self.memory = memory
        memory.tracker.own()
        batch = Self.batch(batchCapacity, memory, byID)
    }
    private static func batch(_ capacity: Int, _ memory: Memory, _ ports: [SourcePort?]) -> Batch {
        Batch(capacity: capacity) { out in
            fill(memory.groups, ports, &memory.tracker, out)
        } times: { out in
            guard let group = memory.groups.first else { return }
            ports[group.source]?.eventTimes(group.records, group.count, into: out)
        }
    }

    /// Where the batch is one source's alone, and that source holds the watermark.
    private func ramp(_ groups: [JournalGroup]) -> Ramp? {
        guard groups.count == 1, let group = groups.first, let port = byID[group.source], tracker.holds(port.id) else {
            return nil
        }
        let lateness = tracker.lateness(port.id)
        // A time at the very end of the calendar is none to wait for: it takes the long way.
        guard group.latest < .max - lateness else { return nil }
        return Ramp(
            latest: tracker.latest(port.id), lateness: lateness, floor: tracker.floor(except: port.id),
            watermark: tracker.watermark)
    }

    /// Writes the watermark of every record of the batch. Once a batch: it takes the tracker with it to the batch's end.
    private static func fill(
        _ groups: [JournalGroup], _ ports: [SourcePort?], _ tracker: inout WatermarkTracker, _ out: UnsafeMutablePointer<Int64>
    ) {
        var at = 0
        for group in groups {
            if group.source == 0 {
                for i in 0..<group.count {
                    take(group.records.load(fromByteOffset: i * group.stride, as: ControlRecord.self), ports, &tracker)
                    out[at + i] = tracker.watermark
                }
            } else if let port = ports[group.source] {
                port.watermarks(
                    group.records, group.count, latest: tracker.latest(port.id),
                    lateness: tracker.holds(port.id) ? tracker.lateness(port.id) : nil,
                    floor: tracker.floor(except: port.id), watermark: tracker.watermark, into: out + at)
                tracker.advance(port.id, to: group.latest)
            } else {
                for i in 0..<group.count { out[at + i] = tracker.watermark }
            }
            at += group.count
        }
    }

    /// - Parameter ports: by the journal's numbers, which are another topology's in a what-if.
    private static func take(_ record: ControlRecord, _ ports: [SourcePort?], _ tracker: inout WatermarkTracker) {
        let port = Int(record.id) < ports.count ? ports[Int(record.id)] : nil
        switch record.kind {
        case .clock: tracker.advance(0, to: record.eventTime)
        case .idle: if let port { tracker.setIdle(port.id) }
        case .active: if let port { tracker.setHolding(port.id) }
        case .end: tracker.end()
        case .text, .step, nil: break
        }
    }

    /// The watermark after these groups, computed from their newest event times alone.
    func watermark(after groups: [JournalGroup]) -> Int64 {
        var tracker = self.tracker
        Self.advance(&tracker, groups, byID)
        return tracker.watermark
    }
    private static func advance(_ tracker: inout WatermarkTracker, _ groups: [JournalGroup], _ ports: [SourcePort?]) {
        for group in groups {
            if group.source == 0 {
                for i in 0..<group.count {
                    take(group.records.load(fromByteOffset: i * group.stride, as: ControlRecord.self), ports, &tracker)
                }
            } else if let port = ports[group.source] {
                tracker.advance(port.id, to: group.latest)
            }
        }
    }

    /// Runs the graph over one batch of consecutive records.
    func run(_ groups: [JournalGroup], first: UInt64, count: Int, wait: () -> Void = {}) {
        if count > batch.capacity { batch = Self.batch(max(count, 2 * batch.capacity), memory, byID) }
        memory.groups = groups
        memory.tracker.become(tracker)
        let before = tracker.watermark, ramp = ramp(groups)
        Self.advance(&tracker, groups, byID)
        let end = first + UInt64(count)
        batch.set(first: first, end: end, lastWatermark: tracker.watermark, isConstant: tracker.watermark == before, ramp: ramp)
        for group in groups where group.source > 0 { occurrences[group.source] += 1 }
        for group in groups where group.source > 0 {
            byID[group.source]?.feed(
                group.records, count: group.count, first: group.first, isOnly: occurrences[group.source] == 1, frontier: end)
        }
        for at in 1..<byID.count {
            occurrences[at] = 0
            byID[at]?.finishFeeding(frontier: end)
        }
        for port in graph.ports where !byID.contains(where: { $0 === port }) { port.finishFeeding(frontier: end) }
        graph.process(batch, wait: wait)
        memory.groups = []  // the owner refills its list in place only while nobody else holds it
    }

    /// The state of a run at a batch boundary: watermarks, operators, timers and digests.
    func state(_ coder: inout StateCoder) {
        tracker.state(&coder)
        graph.checkpoint(&coder)
    }
    /// A source that the journal does not have holds no watermark.
    func ignore(_ port: SourcePort) { if port.lead == port.id { tracker.setIdle(port.id) } }
    /// Goes on from another's progress in time: each source from where the one of its name stands.
    func adopt(_ other: BatchRunner) {
        let pairs = graph.ports.compactMap { port in
            other.graph.ports.first { $0.name == port.name }.map { (own: port.id, other: $0.id) }
        }
        tracker.adopt(other.tracker, [(own: 0, other: 0)] + pairs)
    }
    /// Set when an operator could not go on.
    var halt: Halt? { graph.halts.halt }
    func watermarks(_ coder: inout StateCoder) { tracker.state(&coder) }
}
