import Glibc
import PlainData
import Synchronization

/// Where the sequencer takes one source's records from.
package class Feed {
    let port: SourcePort
    init(_ port: SourcePort) { self.port = port }

    /// What has come until now may be taken in this batch, and nothing later. Only under the doorway's lock.
    func look() {}
    /// When the next record came in; nil when none is there.
    var nextIngestTime: Int64? { nil }
    /// Appends to the batch what is ready and came in no later than `until`, at most `most` records.
    func take(most: Int, until: Int64, into batch: inout BatchBuilder) {}
    /// The records taken last were sequenced and run: their memory may be used again.
    func release() {}
    /// Of a loop: what set off record `i` of those taken last.
    func origin(_ i: Int) -> Origin { Origin() }
    /// The journal has the next `count` records already.
    package func drop(_ count: Int) {}
    /// What waits here and is a function of the journal.
    func state(_ coder: inout StateCoder) {}
    /// How many records wait here.
    var backlog: Int { 0 }
    /// Nothing more will ever come.
    var hasEnded: Bool { false }
    var isReady: Bool { false }
}

/// The time of day, for stamps of arrival and clock records alone: no operator sees it.
public enum WallClock {
    /// Nanoseconds since 1970-01-01 UTC.
    public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Takes from an ingress ring, where the elements lie.
class RingFeed<T: Element>: Feed {
    final let ingress: Ingress<T>
    private let view: RingView, elements: UnsafeMutablePointer<T>
    /// How many were taken and are not released, and how many there were at the last look.
    final var held = 0, visible = Int.max
    /// By element taken: nanoseconds since the arrival of the batch's first one from here.
    final let offsets: UnsafeMutablePointer<UInt32>

    init(_ port: TypedPort<T>, _ ingress: Ingress<T>) {
        (self.ingress, view, elements) = (ingress, ingress.ring.view, ingress.ring.elements)
        offsets = .allocate(capacity: ingress.ring.capacity)
        super.init(port)
    }
    deinit { offsets.deallocate() }

    override func look() { visible = view.count }
    override var nextIngestTime: Int64? {
        let (index, n) = view.ready(most: min(1, visible - held), skipping: held)
        return n > 0 ? view.words[index] : nil
    }
    override func take(most: Int, until: Int64, into batch: inout BatchBuilder) {
        let (index, ready) = view.ready(most: min(most, visible - held), skipping: held)
        guard ready > 0 else { return }
        let times = view.words + index, base = times[0], offsets = offsets + held
        var n = 0
        while n < ready, n == 0 || times[n] <= until {
            offsets[n] = UInt32(clamping: times[n] - base)
            n += 1
        }
        batch.append(
            port, UnsafeMutableRawPointer(elements + index), n, ingestTime: base, offsets: n > 1 ? UnsafePointer(offsets) : nil)
        held += n
    }
    override func release() {
        if held > 0 { view.release(held) }
        (held, visible) = (0, .max)
    }
    override var hasEnded: Bool { ingress.isFinished }
    override var isReady: Bool { view.count > 0 }
}

/// Something the sequencer reads when it likes: a file, a generator, a list.
public protocol PullSource<Output> {
    associatedtype Output: Element
    /// Fills the buffer from its start with the next elements, in order.
    /// - Returns: how many; 0 when there are no more.
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Output>) throws -> Int
}

/// A feed that is read when there is time, merged with the others of its kind by event time.
class PulledFeed: Feed {
    fileprivate(set) var failure: (any Error)?
    /// The event time of the next record; nil when there is none, or none that can be shown before `release`.
    var nextEventTime: Int64? { nil }
    /// The records taken in this batch still lie in the block, so the next one cannot be read yet.
    var mustRelease: Bool { false }
    /// Takes up to `most` records whose event time is at most `until`, and says how many.
    func take(most: Int, until: Int64, into batch: inout BatchBuilder) -> Int { 0 }
}

/// Takes from a source that is pulled, in blocks.
final class PullFeed<T: Element>: PulledFeed {
    private var source: any PullSource<T>
    private let buffer: UnsafeMutableBufferPointer<T>
    private var at = 0, have = 0, isExhausted = false, isLent = false

    init(_ port: TypedPort<T>, _ source: any PullSource<T>, block: Int) {
        self.source = source
        buffer = .allocate(capacity: block)
        super.init(port)
    }
    deinit { buffer.deallocate() }

    private func refill() {
        guard at == have, !isExhausted, !isLent else { return }
        do {
            (at, have) = (0, try source.fill(buffer))
            isExhausted = have == 0
        } catch {
            (failure, at, have, isExhausted) = (error, 0, 0, true)
        }
    }
    override var nextEventTime: Int64? {
        refill()
        return at < have ? buffer[at].eventTime : nil
    }
    override var mustRelease: Bool { isLent && at == have && !isExhausted }
    override var hasEnded: Bool {
        refill()
        return at == have && isExhausted
    }
    override func release() { isLent = false }
    override func take(most: Int, until: Int64, into batch: inout BatchBuilder) -> Int {
        refill()
        guard let base = buffer.baseAddress else { return 0 }
        let most = min(most, have - at)
        var n = 0
        if until == .max { n = most } else { while n < most, buffer[at + n].eventTime <= until { n += 1 } }
        guard n > 0 else { return 0 }
        batch.append(port, UnsafeMutableRawPointer(base + at), n, ingestTime: batch.ingestTime, offsets: nil)
        at += n
        isLent = true
        return n
    }
}

/// Takes what another vertex emitted in an earlier batch: a cycle of the graph, closed through the journal.
///
/// It never makes the vertex's thread wait, as that would close the circle: it holds at most what the batches caused that
/// lie between two threads.
final class LoopFeed<T: Element>: Feed, @unchecked Sendable {
    // The thread of the vertex adds, the engine's takes: what they share is `waiting`, behind its lock.
    private let waiting = Mutex(Waiting())
    private let waitingCount = Atomic<Int>(0)
    private var taken: [T] = [], takenOrigins: [Origin] = []

    private struct Waiting {
        var elements: [T] = []
        /// Where each began. No state: they are a matter of this run.
        var origins: [Origin] = []
    }

    /// Where others see how much waits.
    var metrics: EdgeMetrics?

    private func change<R>(_ body: (inout Waiting) -> R) -> R {
        waiting.withLock { waiting in
            let result = body(&waiting)
            waitingCount.store(waiting.elements.count, ordering: .releasing)
            if let metrics {
                metrics.depth = waiting.elements.count
                metrics.oldestIngestTime = waiting.origins.first?.ingestTime ?? 0
            }
            return result
        }
    }
    override var backlog: Int { waitingCount.load(ordering: .acquiring) }
    func add(_ offer: Offer<T>, _ meter: EngineMeter) {
        change { waiting in
            for i in 0..<offer.count {
                waiting.elements.append(offer[i])
                waiting.origins.append(meter.origin(of: offer.sequence(i)))
            }
            metrics?.total += UInt64(offer.count)
        }
    }
    override func origin(_ i: Int) -> Origin { i < takenOrigins.count ? takenOrigins[i] : Origin() }
    /// Under the lock.
    private func take(_ n: Int, of waiting: inout Waiting) {
        takenOrigins.removeAll(keepingCapacity: true)
        takenOrigins.append(contentsOf: waiting.origins[0..<n])
        waiting.elements.removeFirst(n)
        waiting.origins.removeFirst(n)
        metrics?.taken += UInt64(n)
    }

    override func take(most: Int, until: Int64, into batch: inout BatchBuilder) {
        guard isReady else { return }
        taken.removeAll(keepingCapacity: true)
        let n = change { waiting in
            let n = min(most, waiting.elements.count)
            taken.append(contentsOf: waiting.elements[0..<n])
            take(n, of: &waiting)
            return n
        }
        taken.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { batch.append(port, copying: base, n) }
        }
    }
    override package func drop(_ count: Int) { change { take(min(count, $0.elements.count), of: &$0) } }
    override func state(_ coder: inout StateCoder) {
        change {
            coder.elements(&$0.elements)
            if !coder.isSaving { $0.origins = Array(repeating: Origin(), count: $0.elements.count) }
        }
    }
    override var isReady: Bool { waitingCount.load(ordering: .acquiring) > 0 }
    override var hasEnded: Bool { !isReady }
}
