import CPlatform
import Glibc
import Synchronization

/// What one edge carries in one batch, on its way to another thread.
struct Block {
    var storage: UnsafeMutableRawPointer
    var sequences: UnsafeMutablePointer<UInt64>
    var ranks: UnsafeMutablePointer<Rank>?
    var capacity: Int
    var count = 0
    /// As an edge's: where it is dense, element i is record `first + i` and no sequences are stored.
    var isDense = false
    var first: UInt64 = 0
}
extension Block {
    init(room: Int, stride: Int, isRanked: Bool) {
        self.init(
            storage: .allocate(byteCount: max(1, room * stride), alignment: 64), sequences: .allocate(capacity: room),
            ranks: isRanked ? .allocate(capacity: room) : nil, capacity: room)
    }
    func deallocate() {
        storage.deallocate()
        sequences.deallocate()
        ranks?.deallocate()
    }
}

/// The way of one edge from one thread to another: a bounded single-producer single-consumer ring of blocks.
///
/// There is exactly one block a batch, an empty one too, so whoever has a batch's blocks has all of the batch. The producer
/// waits where the ring is full: that is the edge's backpressure. With a `spill` it does not: then a block is filled beside the
/// ring, and what has no room there, or comes while something lies on the disk, goes to the disk.
public final class BlockRing: @unchecked Sendable {
    // Blocks in head..<tail belong to the consumer, the others to the producer; both positions are atomic.
    /// The edge, and the threads that it joins.
    public let edge: String, from: String, to: String
    /// In batches.
    public let capacity: Int
    private let stride: Int
    private let blocks: UnsafeMutablePointer<Block>
    private let pad0 = InlineArray<15, UInt64>(repeating: 0)
    private let tail = Atomic<Int>(0)
    private let pad1 = InlineArray<15, UInt64>(repeating: 0)
    private let head = Atomic<Int>(0)
    private let pad2 = InlineArray<15, UInt64>(repeating: 0)
    private let grown = Atomic<Int>(0), room: Atomic<Int>
    private let blocked = Atomic<UInt64>(0), since = Atomic<UInt64>(0)
    private let put = Atomic<UInt64>(0), taken = Atomic<UInt64>(0)
    /// Where others see what lies in it, in elements.
    private let metrics: EdgeMetrics?
    /// Where blocks go that find no room. Set before the threads start.
    var spill: RingSpill? { didSet { makeBeside() } }
    /// With a spill: the block that is filled, the producer's; and whether it is still to be handed over.
    private var beside: UnsafeMutablePointer<Block>?, isFilled = false
    /// The consumer's: whether the block that it holds came from the disk, and its elements.
    private var hand: Int?
    private let isRanked: Bool

    /// - Parameter elements: for how many elements a block has room at first.
    init(
        edge: String, from: String, to: String, capacity: Int, elements: Int, stride: Int, isRanked: Bool = false,
        metrics: EdgeMetrics?
    ) {
        precondition(capacity > 0, "a ring between threads holds at least one batch")
        (self.edge, self.from, self.to, self.capacity, self.stride) = (edge, from, to, capacity, stride)
        (self.metrics, self.isRanked) = (metrics, isRanked)
        blocks = .allocate(capacity: capacity)
        let room = max(1, elements)
        self.room = Atomic(room)
        for i in 0..<capacity {
            (blocks + i).initialize(to: Block(room: room, stride: stride, isRanked: isRanked))
        }
    }
    deinit {
        for i in 0..<capacity { blocks[i].deallocate() }
        blocks.deallocate()
        beside?.pointee.deallocate()
        beside?.deallocate()
    }
    private func makeBeside() {
        guard beside == nil else { return }
        let block = UnsafeMutablePointer<Block>.allocate(capacity: 1)
        block.initialize(to: Block(room: room.load(ordering: .relaxed), stride: stride, isRanked: isRanked))
        beside = block
    }

    /// How many batches lie in it.
    public var depth: Int { tail.load(ordering: .acquiring) - head.load(ordering: .acquiring) }
    /// How often a block had to grow because a batch put more on the edge than one had held before.
    public var growths: Int { grown.load(ordering: .relaxed) }
    /// How long the producer has waited for room, in ticks; the wait that lasts at the moment is not in it.
    public var blockedTicks: UInt64 { blocked.load(ordering: .relaxed) }
    /// Since when the producer waits, in ticks; 0 while it does not.
    public var blockedSince: UInt64 { since.load(ordering: .relaxed) }

    // MARK: - The producer

    /// Whether the next block can be filled.
    var hasRoom: Bool { spill != nil || hasSlot }
    private var hasSlot: Bool { tail.load(ordering: .relaxed) - head.load(ordering: .acquiring) < capacity }
    /// The block that is being filled, when there is room.
    var back: UnsafeMutablePointer<Block> { beside ?? slot }
    private var slot: UnsafeMutablePointer<Block> { blocks + tail.load(ordering: .relaxed) % capacity }

    /// Adds elements behind those that the block has.
    func append(_ header: UnsafeMutablePointer<EdgeHeader>, from: Int, count n: Int) {
        let block = back, at = block.pointee.count
        if at + n > block.pointee.capacity { grow(block, to: at + n) }
        memcpy(block.pointee.storage + at * stride, header.pointee.storage + from * stride, n * stride)
        if header.pointee.isDense {
            precondition(at == 0, "a dense edge has its whole batch at once")
            block.pointee.isDense = true
            block.pointee.first = header.pointee.first &+ UInt64(from)
        } else {
            memcpy(block.pointee.sequences + at, header.pointee.sequences + from, n * 8)
        }
        if let ranks = block.pointee.ranks, let from = header.pointee.ranks.map({ $0 + from }) {
            memcpy(ranks + at, from, n * MemoryLayout<Rank>.stride)
        }
        block.pointee.count = at + n
    }
    private func grow(_ block: UnsafeMutablePointer<Block>, to wanted: Int) {
        let larger = max(wanted, 2 * block.pointee.capacity), count = block.pointee.count
        let storage = UnsafeMutableRawPointer.allocate(byteCount: larger * stride, alignment: 64)
        let sequences = UnsafeMutablePointer<UInt64>.allocate(capacity: larger)
        memcpy(storage, block.pointee.storage, count * stride)
        memcpy(sequences, block.pointee.sequences, count * 8)
        if let old = block.pointee.ranks {
            let ranks = UnsafeMutablePointer<Rank>.allocate(capacity: larger)
            memcpy(ranks, old, count * MemoryLayout<Rank>.stride)
            old.deallocate()
            block.pointee.ranks = ranks
        }
        block.pointee.storage.deallocate()
        block.pointee.sequences.deallocate()
        (block.pointee.storage, block.pointee.sequences, block.pointee.capacity) = (storage, sequences, larger)
        grown.store(grown.load(ordering: .relaxed) + 1, ordering: .relaxed)
        room.store(max(larger, room.load(ordering: .relaxed)), ordering: .relaxed)
    }

    /// Empties the next block, which nobody else has when there is room; hands it over.
    func begin() {
        back.pointee.count = 0
        back.pointee.isDense = false
        isFilled = true
    }
    /// - Returns: false when it must be called again: what has no room has none on the disk either.
    func publish() -> Bool {
        if let beside, let spill {
            guard isFilled else { return true }
            let count = UInt64(beside.pointee.count)
            if spill.isWaiting || !hasSlot {
                guard spill.write({ beside.pointee.write(to: $0, stride: stride) }) else { return false }
                put.store(put.load(ordering: .relaxed) &+ count, ordering: .relaxed)
                isFilled = false
                return true
            }
            swap(&slot.pointee, &beside.pointee)
            isFilled = false
            spill.found()
        }
        put.store(put.load(ordering: .relaxed) &+ UInt64(slot.pointee.count), ordering: .relaxed)
        tail.store(tail.load(ordering: .relaxed) + 1, ordering: .releasing)
        return true
    }

    /// The producer begins to wait, or has waited.
    func block(_ now: UInt64) { since.store(now, ordering: .relaxed) }
    func unblock(_ now: UInt64) {
        let start = since.load(ordering: .relaxed)
        since.store(0, ordering: .relaxed)
        if now > start { blocked.store(blocked.load(ordering: .relaxed) &+ (now &- start), ordering: .relaxed) }
    }

    // MARK: - The consumer

    var isReady: Bool { lies || spill?.isWaiting ?? false }
    private var lies: Bool { tail.load(ordering: .acquiring) > head.load(ordering: .relaxed) }
    private var front: UnsafeMutablePointer<Block> { blocks + head.load(ordering: .relaxed) % capacity }
    /// The oldest block, when one is there: what lies in the ring is older than all on the disk.
    func open() throws -> Block {
        guard let spill else { return front.pointee }
        // Asked first: what came into the ring since then may be younger than what lies on the disk.
        let isWaiting = spill.isWaiting
        if lies || !isWaiting { return front.pointee }
        let page = try spill.read()
        hand = page.count
        return Block(reading: page, stride: stride, isRanked: isRanked)
    }
    func release() {
        if let spill, let count = hand {
            hand = nil
            taken.store(taken.load(ordering: .relaxed) &+ UInt64(count), ordering: .relaxed)
            return spill.release()
        }
        taken.store(taken.load(ordering: .relaxed) &+ UInt64(front.pointee.count), ordering: .relaxed)
        head.store(head.load(ordering: .relaxed) + 1, ordering: .releasing)
    }

    // MARK: - Whoever looks

    func sample(oldestIngest: Int64) {
        guard let metrics else { return }
        let out = taken.load(ordering: .relaxed), into = max(out, put.load(ordering: .relaxed))
        (metrics.total, metrics.taken, metrics.depth) = (into, out, Int(into &- out))
        metrics.capacity = capacity * room.load(ordering: .relaxed)
        metrics.oldestIngestTime = into > out ? oldestIngest : 0
        metrics.spilled = spill?.elements ?? 0
        (metrics.cell.pointee.blockedTicks, metrics.cell.pointee.blockedSince) = (blockedTicks, blockedSince)
    }
}

/// The producer's end: a reader of the edge that copies what is new into the block at hand.
struct Export {
    let edge: EdgeBase, ring: BlockRing
    private let slot: Int

    init(_ edge: EdgeBase, _ ring: BlockRing) { (self.edge, self.ring, slot) = (edge, ring, edge.addReader()) }

    func take() {
        let header = edge.header, from = header.pointee.cursors[slot], count = header.pointee.count
        guard count > from else { return }
        ring.append(header, from: from, count: count - from)
        header.pointee.cursors[slot] = count
    }
}

/// The consumer's end: an edge whose elements are read in the block where they lie.
struct Import {
    /// The edge that this one continues, and the group that makes it.
    let origin: EdgeBase, from: StageGroup
    let edge: EdgeBase, ring: BlockRing

    func adopt(frontier: UInt64) throws {
        let block = try ring.open()
        edge.adopt(
            block.storage, block.isDense ? nil : block.sequences, ranks: block.ranks, count: block.count, first: block.first,
            frontier: frontier)
    }
}
