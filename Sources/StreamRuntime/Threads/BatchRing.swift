import Synchronization

/// The batches themselves on their way to another thread: where they end, and the watermarks where somebody there may ask.
final class BatchRing: @unchecked Sendable {
    // Slots in head..<tail belong to the consumer, the others to the producer; both positions are atomic.
    private let slots: UnsafeMutablePointer<Batch>, capacity: Int
    /// When the first record of the batch in each slot came in: for whoever looks, while the slots are at work.
    private let ingests: UnsafeMutablePointer<Atomic<Int64>>
    private let pad0 = InlineArray<15, UInt64>(repeating: 0)
    private let tail = Atomic<Int>(0)
    private let pad1 = InlineArray<15, UInt64>(repeating: 0)
    private let head = Atomic<Int>(0)
    private let pad2 = InlineArray<15, UInt64>(repeating: 0)

    init(capacity: Int) {
        self.capacity = capacity
        slots = .allocate(capacity: capacity)
        ingests = .allocate(capacity: capacity)
        for i in 0..<capacity {
            (slots + i).initialize(to: Batch(capacity: 0))
            (ingests + i).initialize(to: Atomic(0))
        }
    }
    deinit {
        slots.deinitialize(count: capacity)
        slots.deallocate()
        ingests.deinitialize(count: capacity)
        ingests.deallocate()
    }

    // MARK: - The producer

    var hasRoom: Bool { tail.load(ordering: .relaxed) - head.load(ordering: .acquiring) < capacity }

    func push(_ batch: Batch, withWatermarks: Bool) {
        let at = tail.load(ordering: .relaxed) % capacity, slot = slots + at
        if withWatermarks, slot.pointee.capacity < Int(batch.end - batch.first) { slot.pointee = Batch(capacity: batch.capacity) }
        slot.pointee.copy(from: batch, withWatermarks: withWatermarks)
        ingests[at].store(batch.ingest.oldest, ordering: .relaxed)
        tail.store(tail.load(ordering: .relaxed) + 1, ordering: .releasing)
    }

    // MARK: - The consumer

    var isReady: Bool { tail.load(ordering: .acquiring) > head.load(ordering: .relaxed) }
    var front: Batch { slots[head.load(ordering: .relaxed) % capacity] }
    func release() { head.store(head.load(ordering: .relaxed) + 1, ordering: .releasing) }

    // MARK: - Whoever looks

    /// When the first record of the oldest batch came in that is not done; 0 where all are.
    var oldestIngest: Int64 {
        let at = head.load(ordering: .acquiring)
        return tail.load(ordering: .acquiring) > at ? ingests[at % capacity].load(ordering: .relaxed) : 0
    }
}
