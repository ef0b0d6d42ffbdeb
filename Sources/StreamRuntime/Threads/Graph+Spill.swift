import PlainData

/// Threads that may lag on the disk.
extension Graph {
    /// Feeds these threads through rings that go over to the disk when they are full, so that a burst there makes nobody
    /// wait. To be called when the graph is whole, and before it starts.
    ///
    /// One batch needs a block of every edge that a thread reads from another, so all of them spill together; and what
    /// reads from a thread that lags lags with it, so its rings spill too. Nothing else changes: what a record caused
    /// leaves when every thread has passed it.
    /// - Parameters:
    ///   - place: files are named `spill-EDGE@THREAD-N` there, with the place's name in front, and `@THREAD` for the batches.
    ///   - notice: is called, on the thread that writes, when the disk is full.
    public func spill(
        threads: Set<String>, into place: SpillPlace, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(JournalError) {
        precondition(!isStarted, "threads spill from their start")
        func make(_ name: String) throws(JournalError) -> RingSpill {
            var own = place
            own.name = (place.name + name).replacing("/", with: "_")
            return try RingSpill(name, own, notice: notice)
        }
        for group in lagging(threads) where group.spill == nil {
            group.spill = try make("@" + group.name)
            for way in group.imports { way.ring.spill = try make("\(way.ring.edge)@\(group.name)") }
        }
    }
    /// These and all that read from them, directly or through others.
    private func lagging(_ threads: Set<String>) -> [StageGroup] {
        var found = others.filter { threads.contains($0.name) }
        while true {
            let more = others.filter { group in
                !found.contains { $0 === group }
                    && group.imports.contains { way in found.contains { $0 === way.from } }
            }
            if more.isEmpty { return found }
            found += more
        }
    }

    /// Whether a thread may lag on the disk.
    public var spills: Bool { others.contains { $0.spill != nil } }
    /// Why a thread could not go on: what it had on the disk is damaged. The graph's threads have ended.
    public var failure: (any Error)? { stopping.failure }
}

extension StageGroup {
    /// When the thread has ended.
    func removeSpilled() {
        spill?.removeAll()
        for way in imports { way.ring.spill?.removeAll() }
    }
}
