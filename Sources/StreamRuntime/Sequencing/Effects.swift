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

    public init(_ name: String, capacity: Int = 65_536, wantsReplay: Bool = false, wakeup: Wakeup? = nil) {
        (self.name, self.wantsReplay, ring, self.wakeup) = (name, wantsReplay, Ring(capacity: capacity), wakeup)
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
            let (elements, words, n) = ring.peek(most: 1_024)
            var taken = 0
            while taken < n, UInt64(bitPattern: words[taken]) <= limit {
                body(UInt64(bitPattern: words[taken]), elements[taken])
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
