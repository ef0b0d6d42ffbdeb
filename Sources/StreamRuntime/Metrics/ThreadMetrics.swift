import CPlatform

/// A thread that runs stages: what it is at, since when, and how long it has slept or waited.
public final class ThreadMetrics: @unchecked Sendable {  // the thread writes; readers may see a batch late
    public let name: String
    let number: UInt64
    let cell: UnsafeMutablePointer<ThreadCell>
    private let owner: CounterMemory

    init(_ name: String, in memory: CounterMemory) {
        let (number, raw) = memory.append(.thread, texts: [name])
        cell = raw.bindMemory(to: ThreadCell.self, capacity: 1)
        (self.name, self.number, owner) = (name, number, memory)
    }

    /// The thread lives and has nothing to do.
    func park() {
        let now = cp_ticks()
        (cell.pointee.heartbeat, cell.pointee.parkedSince) = (now, now)
    }
    func unpark() {
        let now = cp_ticks(), since = cell.pointee.parkedSince
        cell.pointee.heartbeat = now
        cell.pointee.parkedSince = 0
        if since != 0, now > since { cell.pointee.parkedTicks &+= now &- since }
    }
    /// The batch that it runs next: when the engine's thread was given its records.
    func takes(_ ingest: (oldest: Int64, newest: Int64)) {
        (cell.pointee.oldestIngest, cell.pointee.newestIngest) = ingest
    }
    /// It lives.
    func beat() { cell.pointee.heartbeat = cp_ticks() }

    /// Only a full sink holds it up.
    func wait(_ now: UInt64) { cell.pointee.waitSince = now }
    func unwait(_ now: UInt64) {
        let since = cell.pointee.waitSince
        cell.pointee.waitSince = 0
        if since != 0, now > since { cell.pointee.waitTicks &+= now &- since }
    }
}
