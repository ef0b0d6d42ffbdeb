import PlainData
import Synchronization

/// Where a queue puts what it has no room for: files beside each other, named after it.
public struct SpillPlace: Sendable {
    public var storage: any Storage
    /// Must be there.
    public var folder: String
    public var name: String
    /// Elements in a block; two blocks are in memory.
    public var blockCapacity = 1_024
    /// How long one file gets, and past how many bytes in all the disk counts as full.
    public var segmentBytes = 64 << 20, mostBytes = Int.max

    public init(in folder: String, name: String, storage: any Storage = DiskStorage()) {
        (self.folder, self.name, self.storage) = (folder, name, storage)
    }
}

/// What lies on the disk of one element.
struct Spilled<T: Element>: BitwiseCopyable, Sendable {
    let element: T, origin: Origin
}

/// A queue whose surplus waits on the disk, in order, until the sink has caught up: then all is in memory again.
///
///     engine ─► ring ─────────────────────────► sink      while there is room
///     engine ─► tail ─► blocks on the disk ─► hand ─► sink    from the first element that finds none, until all is read
///
/// Memory: `capacity` elements, the tail and the hand, a block each. The thread that offers writes the blocks; nothing is
/// synced, so that is a copy into the page cache while the disk keeps up.
final class SpillQueue<T: Element>: TypedEffectQueue<T>, @unchecked Sendable {
    // The effect's thread has `hand` and what `failed` says; `lock` guards `tail`, which the thread that offers fills.
    private let file: SpillFile<SpillBlock<Spilled<T>>>, blockCapacity: Int
    private let lock = Mutex<Void>(())
    private var tail: SpillBlock<Spilled<T>>, hand: SpillBlock<Spilled<T>>
    /// While it is true the ring gets nothing more. The one that offers sets it, the effect's thread clears it when all is read.
    private let isSpilling = Atomic<Bool>(false)
    /// Elements outside the ring; and all of them that ever were.
    private let outside = Atomic<Int>(0), spilled = Atomic<UInt64>(0)
    /// Elements handed over from outside the ring.
    private let handed = Atomic<UInt64>(0)
    /// False after the disk was found full, until something was taken from there.
    private let mayTry = Atomic<Bool>(true)
    private let lost = Atomic<UInt64>(0), hasFailed = Atomic<Bool>(false)
    private var failed: (any Error)?
    /// Called when the disk is full, once each time, on the thread that offers.
    private var notice: @Sendable (String) -> Void = { _ in }

    init(_ name: String, capacity: Int, wantsReplay: Bool, _ place: SpillPlace) throws(JournalError) {
        file = try SpillFile(
            in: place.folder, name: place.name, storage: place.storage, segmentBytes: place.segmentBytes,
            mostBytes: place.mostBytes)
        blockCapacity = place.blockCapacity
        (tail, hand) = (SpillBlock(capacity: blockCapacity), SpillBlock(capacity: blockCapacity))
        super.init(name, Ring(capacity: capacity), wantsReplay: wantsReplay)
    }

    override func onNotice(_ notice: @escaping @Sendable (String) -> Void) { self.notice = notice }
    override var failure: (any Error)? { failed }
    override var depth: Int { ring.count + outside.load(ordering: .relaxed) }
    override var account: EdgeAccount {
        var account = super.account
        account.taken += handed.load(ordering: .relaxed)
        account.inFlight += UInt64(max(0, outside.load(ordering: .relaxed)))
        account.shed = lost.load(ordering: .relaxed)
        account.offered = account.taken + account.inFlight + account.shed
        account.onDisk = UInt64(file.elements)
        account.spilled = spilled.load(ordering: .relaxed)
        account.capacity = ring.capacity + 2 * blockCapacity
        return account
    }

    // MARK: - The thread that offers

    override func put(_ element: T, _ sequence: UInt64, _ origin: Origin) -> Bool {
        if !isSpilling.load(ordering: .acquiring), super.put(element, sequence, origin) { return true }
        if hasFailed.load(ordering: .acquiring) {  // the run ends; nobody will take it
            lost.add(1, ordering: .relaxed)
            return true
        }
        return lock.withLock { _ in
            isSpilling.store(true, ordering: .releasing)
            guard !tail.isFull || flush() else { return false }
            tail.append(Spilled(element: element, origin: origin), Int64(bitPattern: sequence))
            outside.add(1, ordering: .relaxed)
            spilled.add(1, ordering: .relaxed)
            return true
        }
    }
    /// Puts the full tail on the disk.
    private func flush() -> Bool {
        guard mayTry.load(ordering: .acquiring) else { return false }
        do throws(JournalError) { try file.append(tail) } catch {
            mayTry.store(false, ordering: .releasing)
            notice("\(name): \(error); it waits for the sink instead, and nothing is dropped")
            return false
        }
        tail.removeAll()
        return true
    }

    // MARK: - The effect's thread

    override func drain(upTo last: UInt64, _ body: (UInt64, T) -> Void) -> Int {
        let limit = limit(last)
        var total = 0
        while true {
            // Asked first: if it is so, whatever is in the ring is older than what is outside.
            let isSpilling = isSpilling.load(ordering: .acquiring)
            total += drainRing(limit, body)
            guard isSpilling, ring.count == 0 else { return total }
            total += drainHand(limit, body)
            guard hand.left == 0, refill() else { break }
        }
        if total > 0 { producer?.wake() }
        return total
    }
    private func drainHand(_ limit: UInt64, _ body: (UInt64, T) -> Void) -> Int {
        var n = 0
        while hand.left > 0, UInt64(bitPattern: hand.nextWord) <= limit {
            let word = hand.nextWord, next = hand.next()
            body(UInt64(bitPattern: word), next.element)
            handedOver(next.origin)
            n += 1
        }
        outside.subtract(n, ordering: .relaxed)
        handed.add(UInt64(n), ordering: .relaxed)
        return n
    }
    /// The next block into the hand: from the disk, or the tail when nothing is there.
    /// - Returns: false when all is read: then the ring is used again.
    private func refill() -> Bool {
        do {
            if try file.read(into: hand) {
                mayTry.store(true, ordering: .releasing)
                return true
            }
        } catch {
            failed = error
            hasFailed.store(true, ordering: .releasing)
            return false
        }
        return lock.withLock { _ in
            guard file.elements == 0 else { return true }  // written meanwhile
            guard tail.count > 0 else {
                isSpilling.store(false, ordering: .releasing)
                return false
            }
            hand.removeAll()
            swap(&tail, &hand)
            mayTry.store(true, ordering: .releasing)
            return true
        }
    }
}
