import PlainData
import Synchronization

extension TypedEffectQueue {
    /// A queue behind a sink, of the kind that the edge's policy asks for. Only `block`, and a `spill` that has found the
    /// disk full, ever make the engine wait.
    ///
    /// - Parameters:
    ///   - overflow: for a sink that only shows. There `conflate` keeps what `capacity` keys hold; more keys are shed.
    ///   - spill: where elements go that find no room in memory, until they are caught up; only with `block`.
    public static func make(
        _ name: String, capacity: Int = 65_536, wantsReplay: Bool = false, overflow: Overflow<T> = .block,
        spill: SpillPlace? = nil
    ) throws(JournalError) -> TypedEffectQueue<T> {
        if let spill { return try SpillQueue(name, capacity: capacity, wantsReplay: wantsReplay, spill) }
        switch overflow {
        case .block: return TypedEffectQueue(name, capacity: capacity, wantsReplay: wantsReplay)
        case .conflate(let key):
            return ConflatingQueue(name, ConflatingRing(capacity: capacity, key: key), wantsReplay: wantsReplay)
        case .sample(let sampling, let key):
            return DroppingQueue(name, capacity: capacity, wantsReplay: wantsReplay, Sampler(sampling, key: key))
        case .shed: return DroppingQueue(name, capacity: capacity, wantsReplay: wantsReplay, nil)
        }
    }
}

/// Leaves out what a sample does not keep, and what finds no room.
final class DroppingQueue<T: Element>: TypedEffectQueue<T>, @unchecked Sendable {
    // The sampler is the thread's that offers.
    private let sampler: Sampler<T>?
    private let sampledOut = Atomic<UInt64>(0), shed = Atomic<UInt64>(0)

    init(_ name: String, capacity: Int, wantsReplay: Bool, _ sampler: Sampler<T>?) {
        self.sampler = sampler
        super.init(name, Ring(capacity: capacity), wantsReplay: wantsReplay)
    }

    override func put(_ element: T, _ sequence: UInt64, _ origin: Origin) -> Bool {
        if let sampler, !sampler.keeps(element) {
            sampledOut.add(1, ordering: .relaxed)
        } else if !super.put(element, sequence, origin) {
            shed.add(1, ordering: .relaxed)
        }
        return true
    }
    override var account: EdgeAccount {
        var account = super.account
        (account.sampledOut, account.shed) = (sampledOut.load(ordering: .relaxed), shed.load(ordering: .relaxed))
        account.offered += account.dropped
        return account
    }
}

/// Keeps the latest of each key. An element leaves when its own record is durable, wherever it stands.
final class ConflatingQueue<T: Element>: TypedEffectQueue<T>, @unchecked Sendable {
    private let lock = Mutex<EdgeAccount>(EdgeAccount())
    // Guarded by `lock`.
    private let conflating: ConflatingRing<T>

    init(_ name: String, _ conflating: ConflatingRing<T>, wantsReplay: Bool) {
        self.conflating = conflating
        super.init(name, conflating.ring, wantsReplay: wantsReplay)
    }

    override func put(_ element: T, _ sequence: UInt64, _ origin: Origin) -> Bool {
        let word = Int64(bitPattern: sequence)
        lock.withLock { tally in
            tally.offered &+= 1
            switch conflating.offer(element, place: word, word: word) {
            case .added(let slot): origins[slot] = origin
            case .replaced(let slot):
                origins[slot] = origin
                tally.conflated &+= 1
            case .full: tally.shed &+= 1
            }
        }
        return true
    }
    override func drain(upTo last: UInt64, _ body: (UInt64, T) -> Void) -> Int {
        let limit = limit(last)
        var total = 0
        while true {
            let n = lock.withLock { _ in
                conflating.claim(most: 1_024) { _, sequence in UInt64(bitPattern: sequence) <= limit }
            }
            guard n > 0 else { return total }
            let (elements, _, _) = ring.peek(most: n), slot = ring.firstSlot
            for i in 0..<n {
                body(UInt64(bitPattern: conflating.word(i)), elements[i])
                handedOver(origins[slot + i])
            }
            ring.release(n)
            total += n
        }
    }
    override var account: EdgeAccount {
        lock.withLock { tally in
            var account = super.account
            (account.offered, account.conflated, account.shed) = (tally.offered, tally.conflated, tally.shed)
            return account
        }
    }
}
