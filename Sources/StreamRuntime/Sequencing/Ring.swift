import PlainData
import Synchronization

/// A bounded single-producer single-consumer ring of plain elements, each with one word beside it (an ingest time, a
/// sequence). The producer's credit is the free room: it never overwrites, it is told to wait.
public final class Ring<T: BitwiseCopyable>: @unchecked Sendable {
    // Slots in head..<tail belong to the consumer, the others to the producer; both positions are atomic.
    public let capacity: Int
    private let elements: UnsafeMutablePointer<T>, words: UnsafeMutablePointer<Int64>
    private let pad0 = InlineArray<15, UInt64>(repeating: 0)
    private let tail = Atomic<Int>(0)
    private let pad1 = InlineArray<15, UInt64>(repeating: 0)
    private let head = Atomic<Int>(0)
    private let pad2 = InlineArray<15, UInt64>(repeating: 0)

    /// - Parameter capacity: rounded up to a power of two.
    public init(capacity: Int) {
        var size = 16
        while size < capacity { size *= 2 }
        self.capacity = size
        elements = .allocate(capacity: size)
        words = .allocate(capacity: size)
    }
    deinit {
        elements.deallocate()
        words.deallocate()
    }

    public var count: Int { tail.load(ordering: .acquiring) - head.load(ordering: .acquiring) }

    /// Positions count on for ever: the consumer's next slot is `start`, the producer's is `end`.
    var start: Int { head.load(ordering: .acquiring) }
    var end: Int { tail.load(ordering: .acquiring) }
    /// Writes a slot again that the consumer has not come to, which somebody must have made sure of.
    func replace(_ position: Int, with element: T) { elements[position & (capacity - 1)] = element }

    /// The producer: puts the element in, or says that there is no room.
    public func offer(_ element: T, _ word: Int64) -> Bool {
        let at = tail.load(ordering: .relaxed)
        guard at - head.load(ordering: .acquiring) < capacity else { return false }
        (elements + (at & (capacity - 1))).initialize(to: element)
        (words + (at & (capacity - 1))).initialize(to: word)
        tail.store(at + 1, ordering: .releasing)
        return true
    }

    /// The consumer: what lies ready in one piece behind the first `skipping`, at most `most`.
    public func peek(
        most: Int, skipping: Int = 0
    ) -> (elements: UnsafeMutablePointer<T>, words: UnsafeMutablePointer<Int64>, count: Int) {
        let from = head.load(ordering: .relaxed) + skipping, index = from & (capacity - 1)
        let ready = min(tail.load(ordering: .acquiring) - from, capacity - index, most)
        return (elements + index, words + index, ready)
    }
    /// Any thread: how many elements went in and came out so far, and the word beside the oldest that waits, 0 when none does.
    func look() -> (total: Int, taken: Int, oldest: Int64) {
        let from = head.load(ordering: .acquiring), to = tail.load(ordering: .acquiring)
        guard to > from else { return (from, from, 0) }
        let word = words[from & (capacity - 1)]
        // Taken meanwhile, the slot may have been written anew.
        return (to, from, head.load(ordering: .acquiring) == from ? word : 0)
    }
    /// Where the next element goes, for the producer, and where the oldest lies, for the consumer.
    var nextSlot: Int { tail.load(ordering: .relaxed) & (capacity - 1) }
    var firstSlot: Int { head.load(ordering: .relaxed) & (capacity - 1) }
    public func release(_ n: Int) { head.store(head.load(ordering: .relaxed) + n, ordering: .releasing) }
}
