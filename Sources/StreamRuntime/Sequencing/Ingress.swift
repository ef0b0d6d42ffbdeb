import CPlatform
import Glibc
import PlainData
import Synchronization

/// The end of an ingress that a feed's own thread holds: decoders, sessions and people offer elements here.
///
/// Memory: `capacity` elements, whatever comes and however long nobody takes it; where there are keys, a word for each.
public final class Ingress<T: Element>: @unchecked Sendable {
    // The ring has one producer at a time: whoever holds the doorway's lock, which guards all that is `var` too.
    let ring: Ring<T>
    let doorway: Doorway
    let wakeup: Wakeup
    /// True for a connection that answers: a run does not wait for its end.
    let isService: Bool

    private let overflow: Overflow<T>
    private let conflating: ConflatingRing<T>?
    private let sampler: Sampler<T>?
    /// What an element that gets in ends elsewhere.
    private var barriers: [(T) -> Void] = []
    /// Whatever comes is put in as it is, and nothing else follows from it: several may be put in at once.
    private var isPlain = false
    private var tally = EdgeAccount(), blockedSince: UInt64 = 0
    /// Where others see how full the ring is; its waits for room are counted under the doorway's lock.
    var metrics: EdgeMetrics?
    private let finished = Atomic<Bool>(false)
    /// Nil for the machine's clock, so that a live feed calls nothing erased for an element.
    private let time: (any TimeSource)?

    init(
        capacity: Int, isService: Bool, overflow: Overflow<T>, doorway: Doorway, wakeup: Wakeup, time: (any TimeSource)? = nil
    ) {
        (self.isService, self.overflow, self.doorway, self.wakeup, self.time) = (isService, overflow, doorway, wakeup, time)
        var conflating: ConflatingRing<T>?, sampler: Sampler<T>?
        switch overflow {
        case .block: isPlain = true
        case .shed: break
        case .conflate(let key): conflating = ConflatingRing(capacity: capacity, key: key)
        case .sample(let sampling, let key): sampler = Sampler(sampling, key: key)
        }
        (self.conflating, self.sampler) = (conflating, sampler)
        ring = conflating?.ring ?? Ring(capacity: capacity)
    }

    /// The sequencer's side of it.
    func makeFeed(_ port: TypedPort<T>) -> Feed {
        let feed = conflating.map { ConflatingFeed(port, self, $0) } ?? RingFeed(port, self)
        doorway.add(feed)
        return feed
    }

    /// Whatever gets in here ends the conflation of its key there: the next element of that key stands behind it. Both must
    /// have one doorway. To be said before anything is offered.
    public func closes<Other: Element>(_ other: Ingress<Other>, key: @escaping @Sendable (T) -> UInt32) {
        precondition(other.doorway === doorway, "only what comes in through one doorway has an order")
        guard let conflating = other.conflating else { return }
        isPlain = false
        barriers.append { conflating.close(key($0)) }
    }

    private enum Outcome { case added, handled, refused }

    /// Puts an element in front of the sequencer, stamped with the time of its arrival.
    /// - Returns: false when there is no room: stop reading and offer it again. Nothing is dropped but what the ingress was
    ///   told to drop, and that is counted.
    public func offer(_ element: T, ingestTime: Int64? = nil) -> Bool {
        let now = ingestTime ?? time?.now() ?? WallClock.now()
        let outcome = doorway.newest.withLock { newest in
            let stamp = newest < now ? now : newest &+ 1
            let outcome = admit(element, stamp, now)
            if outcome == .added { newest = stamp }
            return outcome
        }
        if outcome == .added { wakeup.wake() }
        return outcome != .refused
    }

    /// Puts elements in front of the sequencer, one after the other, until there is no room: one lock and one look at the
    /// clock for all of them.
    /// - Returns: how many, the first ones; the others are to be offered again.
    public func offer(contentsOf elements: UnsafeBufferPointer<T>) -> Int {
        let now = time?.now() ?? WallClock.now()
        var handled = 0, added = false
        doorway.newest.withLock { newest in
            if isPlain {
                let stamp = newest < now ? now : newest &+ 1
                handled = putAll(elements, stamp)
                added = handled > 0
                if added { newest = stamp &+ Int64(handled &- 1) }
                return
            }
            while handled < elements.count {
                let stamp = newest < now ? now : newest &+ 1
                let outcome = admit(elements[handled], stamp, now)
                if outcome == .refused { return }
                if outcome == .added { (newest, added) = (stamp, true) }
                handled += 1
            }
        }
        if added { wakeup.wake() }
        return handled
    }

    /// Under the doorway's lock: as many as there is room for, the first one with this stamp.
    private func putAll(_ elements: UnsafeBufferPointer<T>, _ stamp: Int64) -> Int {
        let count = ring.offer(contentsOf: elements, risingFrom: stamp)
        tally.offered &+= UInt64(count)
        if count > 0, blockedSince != 0 { endBlock() }
        if count < elements.count {
            tally.refused &+= 1
            beginBlock()
        }
        return count
    }

    /// Under the doorway's lock.
    private func admit(_ element: T, _ stamp: Int64, _ now: Int64) -> Outcome {
        let outcome = store(element, stamp, now)
        if outcome == .refused {
            tally.refused &+= 1
            beginBlock()
            return outcome
        }
        tally.offered &+= 1
        if blockedSince != 0 { endBlock() }
        if outcome == .added { for barrier in barriers { barrier(element) } }
        return outcome
    }
    private func store(_ element: T, _ stamp: Int64, _ now: Int64) -> Outcome {
        if let conflating {
            switch conflating.offer(element, place: stamp, word: now) {
            case .added: return .added
            case .full: return .refused
            case .replaced:
                tally.conflated &+= 1
                return .handled
            }
        }
        if let sampler, !sampler.keeps(element) {
            tally.sampledOut &+= 1
            return .handled
        }
        if ring.offer(element, stamp) { return .added }
        guard !overflow.canRefuse else { return .refused }
        tally.shed &+= 1
        return .handled
    }
    private func beginBlock() {
        guard blockedSince == 0 else { return }
        blockedSince = cp_ticks()
        metrics?.block(blockedSince)
    }
    private func endBlock() {
        let now = cp_ticks()
        metrics?.unblock(now)
        if now > blockedSince { tally.blockedTicks &+= now &- blockedSince }
        blockedSince = 0
    }

    /// Offers until there is room: for a thread that may stand still.
    public func offerWaiting(_ element: T) {
        while !offer(element) { usleep(200) }
    }
    /// Nothing more will come from here.
    public func finish() {
        finished.store(true, ordering: .releasing)
        wakeup.wake()
    }
    public var depth: Int { ring.count }
    public var capacity: Int { ring.capacity }
    /// How many elements will be taken for certain before one must be offered again. Only the reader makes it larger.
    public var credit: Int { overflow.canRefuse ? ring.capacity - ring.count : .max }
    /// How often somebody had to wait.
    public var refused: UInt64 { account.refused }
    /// What has become of every element so far. Any thread; exact, since nobody offers meanwhile.
    public var account: EdgeAccount {
        doorway.newest.withLock { _ in
            var account = tally
            let taken = ring.start
            (account.taken, account.inFlight, account.capacity) = (UInt64(taken), UInt64(ring.end - taken), ring.capacity)
            let now = cp_ticks()
            if blockedSince != 0, now > blockedSince { account.blockedTicks &+= now &- blockedSince }
            return account
        }
    }
    var isFinished: Bool { (isService || finished.load(ordering: .acquiring)) && ring.count == 0 }
}
