import CPlatform

/// What one stage did with its time. Ticks of the processor's counter; `TickClock` turns them into seconds.
public final class StageMetrics: @unchecked Sendable {  // the stage's thread writes; readers may see a batch late
    public let name: String
    /// Time per element: a batch's mean, counted once per element.
    public let latency: Histogram
    let number: UInt64
    let cell: UnsafeMutablePointer<StageCell>
    private let owner: CounterMemory

    init(_ name: String, _ kind: StageKind, in memory: CounterMemory) {
        let (number, raw) = memory.append(.stage, texts: [name])
        cell = raw.bindMemory(to: StageCell.self, capacity: 1)
        (self.name, self.number, owner) = (name, number, memory)
        let sum = raw.assumingMemoryBound(to: UInt64.self) + (MemoryLayout<StageCell>.size / 8 - 1)
        latency = Histogram(sum: sum, buckets: raw + MemoryLayout<StageCell>.size, owner: memory)
        cell.pointee.kind = kind.rawValue
    }

    public var elements: UInt64 { cell.pointee.elements }
    public var runs: UInt64 { cell.pointee.runs }
    public var busyTicks: UInt64 { cell.pointee.busyTicks }
    public var blockedTicks: UInt64 { cell.pointee.blockedTicks }
    public var kind: StageKind {
        get { StageKind(rawValue: cell.pointee.kind) ?? .operator }
        set { cell.pointee.kind = newValue.rawValue }
    }

    /// One run of the stage, from `before` to `after`.
    /// - Parameters:
    ///   - inputAt: when its input was there.
    ///   - ingestTime: when the newest record of the batch came in, nanoseconds since 1970.
    @inline(__always)
    func ran(from before: UInt64, to after: UInt64, elements n: Int, inputAt: UInt64, ingestTime: Int64) {
        let ticks = after > before ? after &- before : 0
        cell.pointee.runs &+= 1
        cell.pointee.elements &+= UInt64(n)
        cell.pointee.busyTicks &+= ticks
        cell.pointee.finished = after
        cell.pointee.localTicks = after > inputAt ? after &- inputAt : 0
        cell.pointee.handledIngest = ingestTime
        if n > 0 { latency.record(max(1, ticks / UInt64(n)), count: n) }
    }
    /// It waits for room from now on.
    func block(_ now: UInt64) { if cell.pointee.blockedSince == 0 { cell.pointee.blockedSince = now } }
    func unblock(_ now: UInt64) {
        let since = cell.pointee.blockedSince
        guard since != 0 else { return }
        cell.pointee.blockedSince = 0
        if now > since { cell.pointee.blockedTicks &+= now &- since }
    }
    @inline(__always) var isBlocked: Bool { cell.pointee.blockedSince != 0 }
}

/// What carries a sink's effects out, on a thread that is not the engine's.
public final class WorkerMetrics: @unchecked Sendable {  // the worker's thread writes; readers may see a turn late
    public let stage: StageMetrics
    private var cell: UnsafeMutablePointer<StageCell> { stage.cell }

    init(_ stage: StageMetrics) { self.stage = stage }

    public func begin() { cell.pointee.busySince = cp_ticks() }
    /// - Parameters:
    ///   - n: how many elements were carried out.
    ///   - ingestTime: when the record that caused the last one came in; 0 where nobody knows.
    public func end(elements n: Int, ingestTime: Int64 = 0) {
        let now = cp_ticks(), since = cell.pointee.busySince
        stage.ran(
            from: since, to: now, elements: n, inputAt: since,
            ingestTime: n > 0 && ingestTime != 0 ? ingestTime : cell.pointee.handledIngest)
        cell.pointee.busySince = 0
    }
}
