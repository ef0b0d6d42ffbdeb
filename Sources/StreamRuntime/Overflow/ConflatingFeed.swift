import PlainData
import Synchronization

/// Takes from an ingress that conflates.
final class ConflatingFeed<T: Element>: Feed {
    private let ingress: Ingress<T>, conflating: ConflatingRing<T>
    private var held = 0, visible = Int.max
    private let offsets: UnsafeMutablePointer<UInt32>

    init(_ port: TypedPort<T>, _ ingress: Ingress<T>, _ conflating: ConflatingRing<T>) {
        (self.ingress, self.conflating) = (ingress, conflating)
        offsets = .allocate(capacity: conflating.ring.capacity)
        super.init(port)
    }
    deinit { offsets.deallocate() }

    override func look() { visible = conflating.ring.count }
    override var nextIngestTime: Int64? {
        let (_, places, n) = conflating.ring.peek(most: min(1, visible - held), skipping: held)
        return n > 0 ? places[0] : nil
    }
    override func take(most: Int, until: Int64, into batch: inout BatchBuilder) {
        let most = min(most, visible - held)
        guard most > 0 else { return }
        var isFirst = true
        let n = ingress.doorway.newest.withLock { _ in
            conflating.claim(most: most) { place, _ in
                defer { isFirst = false }
                return isFirst || place <= until
            }
        }
        guard n > 0 else { return }
        // The journal says when the element itself came in, not when its place was taken.
        var base = Int64.max
        for i in held..<held + n { base = min(base, conflating.word(i)) }
        let offsets = offsets + held
        for i in 0..<n { offsets[i] = UInt32(clamping: conflating.word(held + i) - base) }
        let (elements, _, _) = conflating.ring.peek(most: n, skipping: held)
        batch.append(port, UnsafeMutableRawPointer(elements), n, ingestTime: base, offsets: n > 1 ? UnsafePointer(offsets) : nil)
        held += n
    }
    override func release() {
        if held > 0 { conflating.ring.release(held) }
        (held, visible) = (0, .max)
    }
    override var hasEnded: Bool { ingress.isFinished }
    override var isReady: Bool { conflating.ring.count > 0 }
}
