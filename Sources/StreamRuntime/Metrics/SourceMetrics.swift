import CPlatform

/// One source: how far its time has come, and how its connection fares.
public final class SourceMetrics: @unchecked Sendable {  // plain words with one writer each
    /// What a connection is doing.
    public enum State: UInt64, Sendable, CaseIterable {
        case down = 0, connected, live, stale, ended
        /// Books: waiting for a first snapshot, or lost and waiting for another. An operator's word: not to be trusted.
        case snapshotting, recovering, forcedStale
    }
    public let name: String
    let number: UInt64
    let cell: UnsafeMutablePointer<SourceCell>
    private let owner: CounterMemory

    init(_ name: String, in memory: CounterMemory) {
        let (number, raw) = memory.append(.source, texts: [name])
        cell = raw.bindMemory(to: SourceCell.self, capacity: 1)
        cell.initialize(to: SourceCell())
        (self.name, self.number, owner) = (name, number, memory)
    }

    public var state: State {
        get { State(rawValue: cell.pointee.state) ?? .down }
        set {
            cell.pointee.isFeed = 1
            cell.pointee.state = newValue.rawValue
        }
    }
    /// Stretches of the venue's sequence that never came, and connections made after the first.
    public var gaps: UInt64 {
        get { cell.pointee.gaps }
        set { cell.pointee.gaps = newValue }
    }
    public var reconnects: UInt64 {
        get { cell.pointee.reconnects }
        set { cell.pointee.reconnects = newValue }
    }
}

/// The journal: what was appended and is not durable yet.
public final class JournalMetrics: @unchecked Sendable {
    // `appended` and the blocked time are the engine's, the rest is the journal's own thread's.
    let cell: UnsafeMutablePointer<JournalCell>
    private let owner: CounterMemory

    init(in memory: CounterMemory) {
        cell = memory.append(.journal, texts: ["journal"]).cell.bindMemory(to: JournalCell.self, capacity: 1)
        owner = memory
    }

    public func commitBegins() { cell.pointee.commitSince = cp_ticks() }
    /// - Parameter durable: the last record that is durable now.
    public func commitEnded(durable: UInt64) {
        let now = cp_ticks(), since = cell.pointee.commitSince
        cell.pointee.lastCommit = now > since ? now &- since : 0
        cell.pointee.commitSince = 0
        cell.pointee.busyTicks &+= cell.pointee.lastCommit
        cell.pointee.commits &+= 1
        cell.pointee.durable = durable
    }
    func startsAfter(_ sequence: UInt64) { (cell.pointee.appended, cell.pointee.durable) = (sequence, sequence) }
    func appended(_ sequence: UInt64) { cell.pointee.appended = sequence }
    /// The engine waits for the disk, and gets on.
    func block() { cell.pointee.blockedSince = cp_ticks() }
    func unblock() {
        let now = cp_ticks(), since = cell.pointee.blockedSince
        cell.pointee.blockedSince = 0
        if since != 0, now > since { cell.pointee.blockedTicks &+= now &- since }
    }
}

/// Checkpoints: how long the last one took and how large it is.
public final class CheckpointMetrics: @unchecked Sendable {  // one thread writes checkpoints
    let cell: UnsafeMutablePointer<CheckpointCell>
    private let owner: CounterMemory

    init(in memory: CounterMemory) {
        cell = memory.append(.checkpoint, texts: ["checkpoint"]).cell.bindMemory(to: CheckpointCell.self, capacity: 1)
        owner = memory
    }

    /// A checkpoint is begun.
    public func begin() { cell.pointee.since = cp_ticks() }
    /// It lies on the disk, whole.
    public func end(bytes: Int, sequence: UInt64) {
        let now = cp_ticks(), since = cell.pointee.since
        cell.pointee.last = since != 0 && now > since ? now &- since : 0
        (cell.pointee.since, cell.pointee.finished) = (0, now)
        (cell.pointee.bytes, cell.pointee.sequence) = (UInt64(max(0, bytes)), sequence)
        cell.pointee.count &+= 1
    }
    /// It was given up.
    public func fail() { cell.pointee.since = 0 }
}
