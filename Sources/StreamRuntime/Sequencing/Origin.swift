import Synchronization

/// Where something began: the source whose record set it off, and when that came in, nanoseconds since 1970; 0 when nobody
/// knows. What went round a loop has the origin of what set the loop's record off.
struct Origin: BitwiseCopyable {
    var ingestTime: Int64 = 0
    /// The source's number; 0 is the sequencer's own clock.
    var source: UInt32 = 0
}

/// The records of the last few batches, so that what comes of one can be followed back to its origin, on any thread that
/// runs stages.
final class Origins: @unchecked Sendable {
    // The engine's thread writes the slot of a new batch; others read those of batches that they run. There are more slots
    // than batches can be under way, so no slot is written while it is read; `end` hands it over.
    private struct Span {
        var end: UInt64 = 0
        var origin = Origin()
        var offsets: UnsafePointer<UInt32>?
        var first: UInt64 = 0
    }
    private struct Slot: ~Copyable {
        var first: UInt64 = 0
        let end = Atomic<UInt64>(0)
        var spans: UnsafeMutablePointer<Span>, count = 0, capacity = 64

        init() { spans = .allocate(capacity: 64) }
        deinit { spans.deallocate() }

        mutating func append(_ span: Span) {
            if count == capacity {
                let larger = UnsafeMutablePointer<Span>.allocate(capacity: 2 * capacity)
                larger.update(from: spans, count: count)
                spans.deallocate()
                (spans, capacity) = (larger, 2 * capacity)
            }
            (spans + count).initialize(to: span)
            count += 1
        }
        /// The last span that begins at or before `sequence`.
        func origin(of sequence: UInt64) -> Origin {
            var low = 0, high = count
            while low < high {
                let middle = (low + high) / 2
                if spans[middle].end > sequence { high = middle } else { low = middle + 1 }
            }
            guard low < count, spans[low].first <= sequence else { return Origin() }
            var origin = spans[low].origin
            if let offsets = spans[low].offsets { origin.ingestTime &+= Int64(offsets[Int(sequence &- spans[low].first)]) }
            return origin
        }
    }
    private let slots: UnsafeMutablePointer<Slot>, slotCount: Int
    /// The engine's thread writes it; the others begin their search there.
    private let newest = Atomic<Int>(0)
    /// Records that lie in a ring are known one by one only while the engine holds them: longer than any other thread may
    /// take. Then the first of a group stands for all.
    private let keepsOffsets: Bool
    /// With a thread that may lag on the disk, further than there are slots: then the lock keeps a slot from being written
    /// while it is read, and records that are too far back have no origin.
    private let mayLag: Bool
    private let lock = Mutex<Void>(())

    /// - Parameter batches: how many can be under way at once; 1 where one thread runs all.
    init(batches: Int, mayLag: Bool = false) {
        self.mayLag = mayLag
        slotCount = batches + 2
        keepsOffsets = batches == 1
        slots = .allocate(capacity: slotCount)
        for i in 0..<slotCount { (slots + i).initialize(to: Slot()) }
    }
    deinit {
        slots.deinitialize(count: slotCount)
        slots.deallocate()
    }

    // MARK: The engine's thread, once a batch

    func begin(first: UInt64) {
        let at = (newest.load(ordering: .relaxed) + 1) % slotCount
        if mayLag {
            lock.withLock { _ in slots[at].end.store(0, ordering: .relaxed) }
        } else {
            slots[at].end.store(0, ordering: .relaxed)
        }
        (slots[at].first, slots[at].count) = (first, 0)
        newest.store(at, ordering: .releasing)
    }
    /// - Parameter loop: who knows the origins of the records, where they came round.
    func append(_ group: JournalGroup, loop: Feed?) {
        let newest = newest.load(ordering: .relaxed)
        if let loop {
            for i in 0..<group.count {
                let first = group.first &+ UInt64(i)
                slots[newest].append(Span(end: first &+ 1, origin: loop.origin(i), offsets: nil, first: first))
            }
        } else {
            slots[newest].append(
                Span(
                    end: group.first &+ UInt64(group.count),
                    origin: Origin(ingestTime: group.ingestTime, source: UInt32(group.source)),
                    offsets: keepsOffsets ? group.ingestOffsets : nil, first: group.first))
        }
    }
    func end(_ sequence: UInt64) {
        slots[newest.load(ordering: .relaxed)].end.store(sequence, ordering: .releasing)
    }

    // MARK: Any thread that runs stages

    func origin(of sequence: UInt64) -> Origin {
        mayLag ? lock.withLock { _ in find(sequence) } : find(sequence)
    }
    private func find(_ sequence: UInt64) -> Origin {
        let newest = newest.load(ordering: .acquiring)
        for back in 0..<slotCount {
            let at = (newest + slotCount - back) % slotCount
            if slots[at].end.load(ordering: .acquiring) > sequence, slots[at].first <= sequence {
                return slots[at].origin(of: sequence)
            }
        }
        return Origin()
    }
}
