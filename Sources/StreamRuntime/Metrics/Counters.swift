import CPlatform
import PlainData
import Synchronization

/// Every counter of one floor: memory that its threads write with plain stores, and that others read when they like.
///
/// Whoever counts asks once for what it counts in and keeps it: `edge("trades").shed += 1` is a store behind a pointer.
/// A name is asked for any number of times and is one record. The figures that a reader sees are made by `FloorFigures`.
public final class Counters: @unchecked Sendable {  // the registry is guarded by `registry`; the words have one writer each
    let memory = CounterMemory()
    public let journal: JournalMetrics
    public let checkpoints: CheckpointMetrics

    private struct Registry {
        var threads: [String: ThreadMetrics] = [:]
        var workers: [String: WorkerMetrics] = [:]
        var edges: [String: EdgeMetrics] = [:]
        var sources: [String: SourceMetrics] = [:]
        var series: [String: SeriesMetrics] = [:]
        var paths: [String: PathMetrics] = [:]
        var samplers: [Sampler] = []
    }
    private struct Sampler: @unchecked Sendable {  // called by one thread at a time, under `sampling`
        let body: () -> Void
    }
    private let registry = Mutex(Registry())
    private let sampling = Mutex<Void>(())
    private let samples = Atomic<Bool>(true)

    public init() {
        journal = JournalMetrics(in: memory)
        checkpoints = CheckpointMetrics(in: memory)
        let identity = ProcessIdentity.own, header = memory.header
        header.pointee.layout = CellKind.layoutHash
        (header.pointee.process, header.pointee.processStart, header.pointee.boot) = (
            identity.process, identity.start, identity.boot
        )
        header.pointee.checksum = UInt64(cp_crc32c(0, header, CountersHeader.constantBytes))
        (header.pointee.ticks, header.pointee.wall) = (cp_ticks(), WallClock.now())
        (header.pointee.startTicks, header.pointee.startWall) = (header.pointee.ticks, header.pointee.wall)
    }

    /// The thread of that name.
    public func thread(_ name: String) -> ThreadMetrics {
        registry.withLock { found(&$0.threads, name) { ThreadMetrics(name, in: memory) } }
    }
    /// A new stage. Two may have one name: a sink's plumbing and its worker.
    func stage(_ name: String, _ kind: StageKind) -> StageMetrics { StageMetrics(name, kind, in: memory) }
    /// What carries the effects of the sink of that name out.
    public func worker(_ name: String) -> WorkerMetrics {
        registry.withLock { found(&$0.workers, name) { WorkerMetrics(stage(name, .worker)) } }
    }
    public func edge(_ name: String) -> EdgeMetrics {
        registry.withLock { found(&$0.edges, name) { EdgeMetrics(name, in: memory) } }
    }
    public func source(_ name: String) -> SourceMetrics {
        registry.withLock { found(&$0.sources, name) { SourceMetrics(name, in: memory) } }
    }

    /// A figure that goes up and down, or a counter, by its metric's name and labels: for rooms above.
    /// - Parameter help: what it means, for whoever reads the metrics.
    public func gauge(_ name: String, _ labels: [(String, String)] = [], help: String) -> SeriesMetrics {
        series(name, labels, help, isCounter: false)
    }
    public func counter(_ name: String, _ labels: [(String, String)] = [], help: String) -> SeriesMetrics {
        series(name, labels, help, isCounter: true)
    }
    private func series(_ name: String, _ labels: [(String, String)], _ help: String, isCounter: Bool) -> SeriesMetrics {
        let key = ([name] + labels.flatMap { [$0.0, $0.1] }).joined(separator: "\u{0}")
        return registry.withLock {
            found(&$0.series, key) { SeriesMetrics(name, labels, help, isCounter: isCounter, in: memory) }
        }
    }

    /// How long it takes from one place to another.
    /// - Parameter isExpected: whether it is shown before anything has passed.
    public func path(from: String, to: String, isExpected: Bool = true) -> PathMetrics {
        registry.withLock {
            found(&$0.paths, from + "\u{0}" + to) { PathMetrics(from: from, to: to, isExpected: isExpected, in: memory) }
        }
    }

    private func found<T>(_ known: inout [String: T], _ key: String, _ make: () -> T) -> T {
        if let there = known[key] { return there }
        let made = make()
        known[key] = made
        return made
    }

    /// What the run is doing, for those who look from outside.
    public var state: RunState {
        get { RunState(rawValue: memory.header.pointee.state) ?? .starting }
        set {
            if newValue == .ended || newValue == .failed { memory.header.pointee.endTicks = cp_ticks() }
            memory.header.pointee.state = newValue.rawValue
        }
    }

    /// Something to be called whenever somebody looks, on the looker's thread: it copies figures that other memory holds
    /// (a ring's depth) to where they are read. It may keep only what lives as long as this.
    func onSample(_ body: @escaping () -> Void) {
        let sampler = Sampler(body: body)
        registry.withLock { $0.samplers.append(sampler) }
    }

    /// False while what is sampled is still being put together.
    public var isSampling: Bool {
        get { samples.load(ordering: .acquiring) }
        set { samples.store(newValue, ordering: .releasing) }
    }

    /// Any thread but the engine's: brings the figures that are not written as they change up to now.
    public func sample() {
        sampling.withLock { _ in
            if isSampling { for sampler in registry.withLock({ $0.samplers }) { sampler.body() } }
            calibrate()
        }
    }

    /// Looks at both clocks at once. The longer ago the start, the better the ratio.
    private func calibrate() {
        let header = memory.header
        let (ticks, wall) = (cp_ticks(), WallClock.now())
        let passed = TickClock.monotonic() - TickClock.origin.time
        header.pointee.nanosecondsPerTick =
            passed > 50_000_000
            ? Double(passed) / Double(max(1, cp_ticks() &- TickClock.origin.ticks)) : TickClock.shared.nanosecondsPerTick
        (header.pointee.ticks, header.pointee.wall) = (ticks, wall)
    }
}

/// One figure of another room's. One thread writes it.
public final class SeriesMetrics: @unchecked Sendable {
    private let cell: UnsafeMutablePointer<SeriesCell>
    private let owner: CounterMemory

    init(_ name: String, _ labels: [(String, String)], _ help: String, isCounter: Bool, in memory: CounterMemory) {
        let texts = [name, help] + labels.flatMap { [$0.0, $0.1] }
        cell = memory.append(.series, texts: texts).cell.bindMemory(to: SeriesCell.self, capacity: 1)
        cell.pointee.isCounter = isCounter ? 1 : 0
        owner = memory
    }
    public var value: Double {
        get { cell.pointee.value }
        set { cell.pointee.value = newValue }
    }
}

/// The time from one place to another, one count for each thing that passed.
public final class PathMetrics: @unchecked Sendable {
    /// Nanoseconds.
    public let latency: Histogram
    private let owner: CounterMemory

    init(from: String, to: String, isExpected: Bool, in memory: CounterMemory) {
        let raw = memory.append(.path, texts: [from, to]).cell
        raw.assumingMemoryBound(to: PathCell.self).pointee.isExpected = isExpected ? 1 : 0
        let sum = raw.assumingMemoryBound(to: UInt64.self) + (MemoryLayout<PathCell>.size / 8 - 1)
        latency = Histogram(sum: sum, buckets: raw + MemoryLayout<PathCell>.size, owner: memory)
        owner = memory
    }
}
