import PlainData
import Synchronization

/// Takes from an ingress that conflates: what it takes hold of can no longer be replaced.
final class ConflatingFeed<T: Element>: RingFeed<T> {
    private let conflating: ConflatingRing<T>

    init(_ port: TypedPort<T>, _ ingress: Ingress<T>, _ conflating: ConflatingRing<T>) {
        self.conflating = conflating
        super.init(port, ingress)
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
}
