import PlainData

/// What a thread puts into effect queues at the end of a batch that had more for them than they had room.
class Remainder {
    /// Moves what there is room for. What a halt has cut off never leaves, so it is dropped.
    /// - Returns: whether nothing is left.
    func flush(upTo last: UInt64) -> Bool { true }
    var isEmpty: Bool { true }
    /// The stage that fills it, which holds it.
    unowned var stage: Stage?
}

/// The engine's end of an effect: a sink that fills the queue.
///
/// A graph of one thread lets the sink stand still until there is room, in the middle of a batch. With several threads it
/// must not: what an element causes leaves when *every* thread has finished its batch without a halt, so a batch that waited
/// for room would wait for itself. What the queue has no room for lies here until the thread's next batch, which waits.
final class EffectOutlet<T: Element>: Remainder {
    private let queue: TypedEffectQueue<T>
    private let meter: EngineMeter
    private var elements: [T] = [], sequences: [UInt64] = [], origins: [Origin] = [], at = 0

    init(_ queue: TypedEffectQueue<T>, _ meter: EngineMeter) { (self.queue, self.meter) = (queue, meter) }

    override var isEmpty: Bool { at == elements.count }

    /// - Parameters:
    ///   - last: the last record before a halt.
    ///   - mayLag: whether the sink takes everything, room or not.
    /// - Returns: how many of the offer it took.
    func take(_ offer: Offer<T>, upTo last: UInt64, mayLag: Bool) -> Int {
        var taken = 0
        if isEmpty || flush(upTo: last) {
            while taken < offer.count {
                guard offer.sequence(taken) <= last else { return offer.count }
                let sequence = offer.sequence(taken)
                guard queue.offer(offer[taken], sequence, meter.origin(of: sequence)) else { break }
                taken += 1
            }
        }
        if taken > 0 { queue.wakeup?.wake() }
        guard taken < offer.count else {
            queue.metrics?.unblock()
            return taken
        }
        queue.metrics?.block()
        guard mayLag else { return taken }
        for i in taken..<offer.count where offer.sequence(i) <= last {
            elements.append(offer[i])
            sequences.append(offer.sequence(i))
            origins.append(meter.origin(of: offer.sequence(i)))
        }
        return offer.count
    }

    override func flush(upTo last: UInt64) -> Bool {
        let start = at
        while at < elements.count {
            if sequences[at] <= last { guard queue.offer(elements[at], sequences[at], origins[at]) else { break } }
            at += 1
        }
        if at > start { queue.wakeup?.wake() }
        guard at == elements.count else { return false }
        elements.removeAll(keepingCapacity: true)
        sequences.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        at = 0
        queue.metrics?.unblock()
        return true
    }
}
