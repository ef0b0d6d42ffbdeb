import PlainData
import Synchronization

/// What waits to leave the floor until its cause is durable, whatever its element.
public protocol EffectQueue: AnyObject {
    var name: String { get }
    /// True when nothing is kept, so that nothing need be waited for.
    var isDurable: Bool { get set }
    /// Every record up to this sequence is durable.
    func release(upTo sequence: UInt64)
    var depth: Int { get }
    /// Any thread: what has become of every element so far.
    var account: EdgeAccount { get }
}

/// The elements of one effect on their way from the engine to the thread that carries them out. When it is full the engine
/// waits; others of this kind spill or drop instead (`makeEffectQueue`).
public class TypedEffectQueue<T: Element>: EffectQueue, @unchecked Sendable {
    // The engine's thread offers, one other takes; what they share is the ring and atomics.
    public let name: String
    /// Whether the recorded part of a resumed day is shown to it too: a projection needs it, a router must know what
    /// was asked for before the crash.
    public final let wantsReplay: Bool
    final let ring: Ring<T>, view: RingView
    private final let released = Atomic<UInt64>(0)
    private final let free = Atomic<Bool>(false)
    private final let refusals = Atomic<UInt64>(0)
    final var wakeup: Wakeup?
    /// Where the thread sleeps that offers: woken when room was made.
    final var producer: Wakeup?
    /// Where others see how full it is; its waits for room are counted by who offers.
    final var metrics: EdgeMetrics?
    /// Beside each slot of the ring, where its element began; nothing where no element has been yet.
    final let origins: UnsafeMutablePointer<Origin>
    /// By source number, where the time to the hand-over is counted; empty where nobody asks.
    final var paths: [PathMetrics] = []
    /// When the cause of the last element handed over came in, nanoseconds since 1970; for the effect's thread.
    private(set) final var handledIngestTime: Int64 = 0

    public convenience init(_ name: String, capacity: Int = 65_536, wantsReplay: Bool = false, wakeup: Wakeup? = nil) {
        self.init(name, Ring(capacity: capacity), wantsReplay: wantsReplay, wakeup: wakeup)
    }
    init(_ name: String, _ ring: Ring<T>, wantsReplay: Bool, wakeup: Wakeup? = nil) {
        (self.name, self.wantsReplay, self.ring, self.wakeup) = (name, wantsReplay, ring, wakeup)
        view = ring.view
        origins = .allocate(capacity: ring.capacity)
        origins.initialize(repeating: Origin(), count: ring.capacity)
    }
    deinit { origins.deallocate() }

    /// Any thread: when the cause of the oldest element that waits came in; 0 when none does, or nobody knows.
    final var oldestIngestTime: Int64 { view.count > 0 ? origins[ring.firstSlot].ingestTime : 0 }
    final func handedOver(_ origin: Origin) {
        handledIngestTime = origin.ingestTime
        guard origin.ingestTime != 0, Int(origin.source) < paths.count else { return }
        paths[Int(origin.source)].latency.record(UInt64(max(0, WallClock.now() - origin.ingestTime)))
    }

    public final var isDurable: Bool {
        get { free.load(ordering: .relaxed) }
        set { free.store(newValue, ordering: .relaxed) }
    }
    public final func release(upTo sequence: UInt64) {
        if sequence > released.load(ordering: .relaxed) {
            released.store(sequence, ordering: .releasing)
            if depth > 0 { wakeup?.wake() }
        }
    }
    /// The last record of which something may leave now.
    /// - Parameter last: nothing of a later one, whatever may leave.
    final func limit(_ last: UInt64) -> UInt64 {
        min(last, free.load(ordering: .relaxed) ? UInt64.max : released.load(ordering: .acquiring))
    }

    public var depth: Int { view.count }
    public var account: EdgeAccount {
        var account = EdgeAccount()
        let (total, taken, _) = ring.look()
        (account.offered, account.taken, account.inFlight) = (UInt64(total), UInt64(taken), UInt64(total - taken))
        (account.refused, account.capacity) = (refusals.load(ordering: .relaxed), ring.capacity)
        account.blockedTicks = metrics?.blockedTicks ?? 0
        return account
    }
    /// Takes whom to tell when the queue does something else than it was asked for: a line for a person. Before the run.
    public func onNotice(_ notice: @escaping @Sendable (String) -> Void) {}
    /// What went wrong with the queue itself, in `drain`.
    var failure: (any Error)? { nil }

    /// The thread that offers: takes an element of record `sequence`.
    /// - Returns: false when there is no room: it must be offered again, and before the next one.
    final func offer(_ element: T, _ sequence: UInt64, _ origin: Origin) -> Bool {
        let isTaken = put(element, sequence, origin)
        if !isTaken { refusals.add(1, ordering: .relaxed) }
        return isTaken
    }
    func put(_ element: T, _ sequence: UInt64, _ origin: Origin) -> Bool {
        guard ring.hasRoom else { return false }
        origins[ring.nextSlot] = origin
        return ring.offer(element, Int64(bitPattern: sequence))
    }

    /// The effect's thread: hands over, in order, what may leave.
    /// - Parameter last: nothing of a later record, whatever may leave.
    /// - Returns: how many there were.
    @discardableResult public func drain(upTo last: UInt64 = .max, _ body: (UInt64, T) -> Void) -> Int {
        drainRing(limit(last), body)
    }
    final func drainRing(_ limit: UInt64, _ body: (UInt64, T) -> Void) -> Int {
        var total = 0
        while true {
            let (elements, words, n) = ring.peek(most: 1_024), slot = ring.firstSlot
            var taken = 0
            while taken < n, UInt64(bitPattern: words[taken]) <= limit {
                body(UInt64(bitPattern: words[taken]), elements[taken])
                handedOver(origins[slot + taken])
                taken += 1
            }
            ring.release(taken)
            total += taken
            if taken == 0 || taken < n {
                if total > 0 { producer?.wake() }
                return total
            }
        }
    }
}
