import CPlatform
import PlainData

/// One vertex of the graph, its operator's type erased once, by closures that are made where the type is known.
public final class Stage {
    /// Plain data behind a pointer, like an edge's.
    struct Live {
        /// This stage has done everything below.
        var frontier: UInt64 = 1
    }
    public let name: String
    public let inputs: [EdgeBase], outputs: [EdgeBase]
    /// The inputs as this stage's thread has them: themselves, or what comes of them from another thread.
    let reads: [EdgeBase]
    /// Every edge that it fills, those too that no other vertex can read.
    let writes: [EdgeBase]
    /// Its place among all stages of the graph.
    var order = 0
    /// The vertex that it is or is a part of.
    var vertex: String
    public let metrics: StageMetrics
    let live: UnsafeMutablePointer<Live>
    let run: (Batch) -> UInt64
    let code: (inout StateCoder) -> Void
    private let setWatch: (StageWatch) -> Void
    let versions: StateVersions
    private let inlets: UnsafeMutablePointer<Inlet>
    private let timers: UnsafeMutablePointer<TimerQueue>?

    @usableFromInline init(
        _ name: String, _ inputs: [EdgeBase], _ outputs: [EdgeBase], reads: [EdgeBase], writes: [EdgeBase]? = nil,
        inlets: UnsafeMutablePointer<Inlet>,
        timers: UnsafeMutablePointer<TimerQueue>?, metrics: StageMetrics, run: @escaping (Batch) -> UInt64,
        code: @escaping (inout StateCoder) -> Void, versions: StateVersions,
        watch: @escaping (StageWatch) -> Void = { _ in }
    ) {
        (self.name, self.inputs, self.outputs, self.run) = (name, inputs, outputs, run)
        (self.code, self.versions) = (code, versions)
        (self.writes, vertex) = (writes ?? outputs, name)
        (self.reads, self.inlets, self.timers, setWatch) = (reads, inlets, timers, watch)
        self.metrics = metrics
        live = .allocate(capacity: 1)
        live.initialize(to: Live())
    }
    deinit { live.deallocate() }

    /// Whether its operator may set timers or ask what the time is.
    var hasTimers: Bool { timers != nil }

    /// A batch that brings this stage nothing only moves its frontier: no call through the closure.
    @inline(__always) func skips(_ lastWatermark: Int64) -> Bool {
        guard let timers, timers.pointee.nextTime > lastWatermark else { return false }
        var frontier = UInt64.max
        for k in 0..<reads.count {
            let header = inlets[k].header
            guard header.pointee.count == inlets[k].cursor else { return false }
            frontier = min(frontier, header.pointee.frontier)
        }
        live.pointee.frontier = frontier
        for edge in writes { edge.reach(frontier) }
        return true
    }

    /// Whether elements of its input `k` wait for it.
    func hasUntaken(_ k: Int) -> Bool { inlets[k].header.pointee.count > inlets[k].cursor }
    /// A sink that left elements where they were: its own room has run out.
    var isFullSink: Bool { writes.isEmpty && hasUntaken(0) }

    /// Whether a stage that has not come to the batch's end waits for room; else it waits for another's output.
    func isOutOfRoom() -> Bool { writes.isEmpty ? hasUntaken(0) : writes.contains(where: \.lacksRoom) }

    /// When its input was there: at the batch's start, or when the last of those that it reads from had run.
    @inline(__always) func inputAt(_ start: UInt64) -> UInt64 {
        var at = start
        for k in 0..<inputs.count { at = max(at, inlets[k].header.pointee.readyAt) }
        return at
    }
    @inline(__always) func outputReady(_ now: UInt64) { for output in outputs { output.header.pointee.readyAt = now } }

    /// How many elements its readers' cursors have passed in this batch.
    @inline(__always) func taken() -> Int {
        var sum = 0
        for k in 0..<reads.count { sum &+= inlets[k].cursor }
        return sum
    }

    /// Tells, from the next record on, what each of this stage's outputs came of. Results do not change; the run is slower.
    public func watched() -> StageWatch {
        let watch = StageWatch(inputs: inputs.count)
        setWatch(watch)
        return watch
    }

    /// The operator, its timers, and how far its outputs have come.
    func state(_ coder: inout StateCoder) {
        coder.field(&live.pointee.frontier)
        code(&coder)
        for edge in outputs {
            edge.state(&coder)
            if !coder.isSaving { edge.reach(live.pointee.frontier) }
        }
    }
}
