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
    /// Where batches go that find no room, as the blocks do (`BlockRing`).
    private let spill: RingSpill?
    /// The last record of the last batch handed over: the producer's.
    private var last: UInt64 = 0
    /// What came from the disk last: the consumer's; and since when it has waited, for whoever looks.
    private var hand: Batch?, isFromDisk = false
    private let handIngest = Atomic<Int64>(0)

    init(capacity: Int, spill: RingSpill? = nil) {
        (self.capacity, self.spill) = (capacity, spill)
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

    var hasRoom: Bool { spill != nil || hasSlot }
    private var hasSlot: Bool { tail.load(ordering: .relaxed) - head.load(ordering: .acquiring) < capacity }

    /// - Returns: false when it must be called again: what has no room has none on the disk either.
    func push(_ batch: Batch, withWatermarks: Bool) -> Bool {
        if let spill {
            if last == batch.end &- 1 { return true }
            if spill.isWaiting || !hasSlot {
                guard spill.write({ batch.write(to: $0, withWatermarks: withWatermarks) }) else { return false }
                last = batch.end &- 1
                return true
            }
            last = batch.end &- 1
            spill.found()
        }
        let at = tail.load(ordering: .relaxed) % capacity, slot = slots + at
        if withWatermarks, slot.pointee.capacity < Int(batch.end - batch.first) { slot.pointee = Batch(capacity: batch.capacity) }
        slot.pointee.copy(from: batch, withWatermarks: withWatermarks)
        ingests[at].store(batch.ingest.oldest, ordering: .relaxed)
        tail.store(tail.load(ordering: .relaxed) + 1, ordering: .releasing)
        return true
    }

    // MARK: - The consumer

    var isReady: Bool { lies || spill?.isWaiting ?? false }
    private var lies: Bool { tail.load(ordering: .acquiring) > head.load(ordering: .relaxed) }
    /// The oldest batch, when one is there.
    func open() throws -> Batch {
        let isWaiting = spill?.isWaiting ?? false  // asked first, as in `BlockRing`
        guard let spill, isWaiting, !lies else { return slots[head.load(ordering: .relaxed) % capacity] }
        let batch = try Batch.read(spill.read(), into: hand)
        (hand, isFromDisk) = (batch, true)
        handIngest.store(batch.ingest.oldest, ordering: .relaxed)
        return batch
    }
    func release() {
        if isFromDisk {
            isFromDisk = false
            spill?.release()
            return
        }
        head.store(head.load(ordering: .relaxed) + 1, ordering: .releasing)
    }

    // MARK: - Whoever looks

    /// When the first record of the oldest batch came in that is not done; 0 where all are.
    var oldestIngest: Int64 {
        let at = head.load(ordering: .acquiring)
        if tail.load(ordering: .acquiring) > at { return ingests[at % capacity].load(ordering: .relaxed) }
        return spill?.isWaiting == true ? handIngest.load(ordering: .relaxed) : 0
    }
}
