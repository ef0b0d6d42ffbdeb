import PlainData

/// A bounded queue in which the latest element of a key stands in the place of the first one waiting.
///
///     offer A1 B1 A2    →  A2 B1
///     close A, offer A3 →  A2 B1 A3
///
/// A ring whose waiting slots may be written again: those at and after `claimed`. The reader claims slots before it looks
/// into them. Whoever uses it holds one lock around `offer`, `close` and `claim`; places never change and need none.
final class ConflatingRing<T: Element> {
    let ring: Ring<T>
    private let key: @Sendable (T) -> UInt32
    /// By key: one more than the position of its last slot; 0 when that one is closed.
    private var slots = Dense<Int>(repeating: 0)
    /// By slot: the word of the element there now. The ring's own word is the place's, which is the first one's.
    private let words: UnsafeMutablePointer<Int64>
    /// Positions below belong to the reader.
    private var claimed = 0

    /// Where in the ring the element lies now.
    enum Outcome { case added(Int), replaced(Int), full }

    init(capacity: Int, key: @escaping @Sendable (T) -> UInt32) {
        (ring, self.key) = (Ring(capacity: capacity), key)
        words = .allocate(capacity: ring.capacity)
        words.initialize(repeating: 0, count: ring.capacity)
    }
    deinit { words.deallocate() }

    private func at(_ position: Int) -> Int { position & (ring.capacity - 1) }

    /// - Parameters:
    ///   - place: what orders the queue; the first one waiting keeps its own.
    ///   - word: what goes with the element.
    func offer(_ element: T, place: Int64, word: Int64) -> Outcome {
        let key = Int(key(element)), slot = slots.value(key) - 1
        if slot >= claimed {
            ring.replace(slot, with: element)
            words[at(slot)] = word
            return .replaced(at(slot))
        }
        let position = ring.end
        guard ring.offer(element, place) else { return .full }
        words[at(position)] = word
        slots[key] = position + 1
        return .added(at(position))
    }
    /// The element of this key that waits stays as it is; the next one comes behind it.
    func close(_ key: UInt32) { if slots.value(Int(key)) != 0 { slots[Int(key)] = 0 } }

    /// The reader takes hold of up to `most` elements, those at the front for which `mayTake` says yes.
    /// - Returns: how many there are, behind those it holds already.
    func claim(most: Int, while mayTake: (_ place: Int64, _ word: Int64) -> Bool) -> Int {
        let held = claimed - ring.start, (_, places, ready) = ring.peek(most: most, skipping: held)
        var n = 0
        while n < ready, mayTake(places[n], words[at(claimed + n)]) { n += 1 }
        claimed += n
        return n
    }
    /// The word of an element that the reader holds, counted from the first of them.
    func word(_ index: Int) -> Int64 { words[at(ring.start + index)] }
}
