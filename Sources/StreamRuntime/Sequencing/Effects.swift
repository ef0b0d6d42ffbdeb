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
}

/// The elements of one effect on their way from the engine to the thread that carries them out.
public final class TypedEffectQueue<T: Element>: EffectQueue, @unchecked Sendable {
    // The engine's thread offers, one other takes; what they share is the ring and two atomics.
    public let name: String
    /// Whether the recorded part of a resumed day is shown to it too: a projection needs it, a router must know what
    /// was asked for before the crash.
    public let wantsReplay: Bool
    let ring: Ring<T>
    private let released = Atomic<UInt64>(0)
    private let free = Atomic<Bool>(false)
    var wakeup: Wakeup?
    /// Where the thread sleeps that offers: woken when room was made.
    var producer: Wakeup?
    /// Where others see how full it is; its waits for room are counted by who offers.
    var metrics: EdgeMetrics?
    /// Beside each slot of the ring, where its element began; nothing where no element has been yet.
    private let origins: UnsafeMutablePointer<Origin>
    /// By source number, where the time to the hand-over is counted; empty where nobody asks.
    var paths: [PathMetrics] = []
    /// When the cause of the last element handed over came in, nanoseconds since 1970; for the effect's thread.
    private(set) var handledIngestTime: Int64 = 0

    public init(_ name: String, capacity: Int = 65_536, wantsReplay: Bool = false, wakeup: Wakeup? = nil) {
        (self.name, self.wantsReplay, ring, self.wakeup) = (name, wantsReplay, Ring(capacity: capacity), wakeup)
        origins = .allocate(capacity: ring.capacity)
    }
    deinit { origins.deallocate() }

    /// The engine's thread: puts an element in, or says that there is no room.
    func offer(_ element: T, _ sequence: UInt64, _ origin: Origin) -> Bool {
        guard ring.hasRoom else { return false }
        origins[ring.nextSlot] = origin
        return ring.offer(element, Int64(bitPattern: sequence))
    }
    /// Any thread: when the cause of the oldest element that waits came in; 0 when none does, or nobody knows.
    var oldestIngestTime: Int64 { ring.count > 0 ? origins[ring.firstSlot].ingestTime : 0 }
    private func handedOver(_ origin: Origin) {
        handledIngestTime = origin.ingestTime
        guard origin.ingestTime != 0, Int(origin.source) < paths.count else { return }
        paths[Int(origin.source)].latency.record(UInt64(max(0, WallClock.now() - origin.ingestTime)))
    }

    public var isDurable: Bool {
        get { free.load(ordering: .relaxed) }
        set { free.store(newValue, ordering: .relaxed) }
    }
    public func release(upTo sequence: UInt64) {
        if sequence > released.load(ordering: .relaxed) {
            released.store(sequence, ordering: .releasing)
            if ring.count > 0 { wakeup?.wake() }
        }
    }
    public var depth: Int { ring.count }

    /// The effect's thread: hands over, in order, what may leave.
    /// - Parameter last: nothing of a later record, whatever may leave.
    /// - Returns: how many there were.
    @discardableResult public func drain(upTo last: UInt64 = .max, _ body: (UInt64, T) -> Void) -> Int {
        let limit = min(last, free.load(ordering: .relaxed) ? UInt64.max : released.load(ordering: .acquiring))
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
