import PlainData
import Synchronization

/// One side of a ring. Positions count on for ever: the slot is the position modulo the capacity.
@usableFromInline struct RingSide: ~Copyable {
    @usableFromInline let position = Atomic<Int>(0)
    /// Where this side saw the other one last.
    @usableFromInline var seen = 0
    @usableFromInline init() {}
}

/// How far both sides of a ring are, and the words beside its elements: plain pointers, whatever the element. Reading them
/// counts no references and looks up no type, as reading through the ring does from code that is written for any element: a
/// reference that two threads count goes to and fro between their processors.
@usableFromInline struct RingView: @unchecked Sendable {  // `Ring` says who touches what
    @usableFromInline let words: UnsafeMutablePointer<Int64>, capacity: Int
    @usableFromInline let producer: UnsafeMutablePointer<RingSide>, consumer: UnsafeMutablePointer<RingSide>

    @inlinable var count: Int { end - start }
    @inlinable var start: Int { consumer.pointee.position.load(ordering: .acquiring) }
    @inlinable var end: Int { producer.pointee.position.load(ordering: .acquiring) }

    /// The consumer: where what lies ready in one piece behind the first `skipping` begins, and how much it is, at most `most`.
    @inlinable @inline(__always) func ready(most: Int, skipping: Int) -> (index: Int, count: Int) {
        let from = consumer.pointee.position.load(ordering: .relaxed) &+ skipping, index = from & (capacity &- 1)
        if consumer.pointee.seen &- from < most {
            consumer.pointee.seen = producer.pointee.position.load(ordering: .acquiring)
        }
        return (index, min(consumer.pointee.seen &- from, capacity &- index, most))
    }
    /// The consumer: its first `n` elements were taken; their slots are the producer's again.
    @inlinable func release(_ n: Int) {
        consumer.pointee.position.store(consumer.pointee.position.load(ordering: .relaxed) &+ n, ordering: .releasing)
    }
}

/// A bounded single-producer single-consumer ring of plain elements, each with one word beside it (an ingest time, a
/// sequence). The producer's credit is the free room: it never overwrites, it is told to wait.
///
/// Each side has a line of memory of its own and remembers where it saw the other last, so that it looks at the other's
/// line only when what it knew is used up: once a batch where there is one.
public final class Ring<T: BitwiseCopyable>: @unchecked Sendable {
    // Slots in start..<end belong to the consumer, the others to the producer; both positions are atomic, and `seen` is
    // touched by the side alone whose it is.
    public let capacity: Int
    @usableFromInline let mask: Int
    @usableFromInline let elements: UnsafeMutablePointer<T>, words: UnsafeMutablePointer<Int64>
    @usableFromInline let producer: UnsafeMutablePointer<RingSide>, consumer: UnsafeMutablePointer<RingSide>
    /// For whoever keeps the ring itself too.
    @usableFromInline let view: RingView
    private let sides: UnsafeMutableRawPointer

    /// - Parameter capacity: rounded up to a power of two.
    public init(capacity: Int) {
        var size = 16
        while size < capacity { size *= 2 }
        (self.capacity, mask) = (size, size - 1)
        elements = .allocate(capacity: size)
        words = .allocate(capacity: size)
        // The processor fetches lines in pairs: 128 bytes keep two sides apart, and others' memory from either.
        sides = .allocate(byteCount: 512, alignment: 128)
        producer = (sides + 128).bindMemory(to: RingSide.self, capacity: 1)
        consumer = (sides + 256).bindMemory(to: RingSide.self, capacity: 1)
        view = RingView(words: words, capacity: capacity, producer: producer, consumer: consumer)
        producer.initialize(to: RingSide())
        consumer.initialize(to: RingSide())
    }
    deinit {
        producer.deinitialize(count: 1)
        consumer.deinitialize(count: 1)
        sides.deallocate()
        elements.deallocate()
        words.deallocate()
    }

    @inlinable public var count: Int { view.count }
    @inlinable var start: Int { view.start }
    @inlinable var end: Int { view.end }
    /// Writes a slot again that the consumer has not come to, which somebody must have made sure of.
    func replace(_ position: Int, with element: T) { elements[position & mask] = element }

    /// The producer: how many of `wanted` there is room for.
    @inlinable @inline(__always) func room(_ at: Int, _ wanted: Int) -> Int {
        if capacity &- (at &- producer.pointee.seen) < wanted {
            producer.pointee.seen = consumer.pointee.position.load(ordering: .acquiring)
        }
        return min(wanted, capacity &- (at &- producer.pointee.seen))
    }

    /// The producer: puts the element in, or says that there is no room.
    @inlinable public func offer(_ element: T, _ word: Int64) -> Bool {
        let at = producer.pointee.position.load(ordering: .relaxed)
        guard room(at, 1) > 0 else { return false }
        (elements + (at & mask)).initialize(to: element)
        (words + (at & mask)).initialize(to: word)
        producer.pointee.position.store(at &+ 1, ordering: .releasing)
        return true
    }

    /// The producer: puts in as many of the elements as there is room for, the first ones, all with the same word beside
    /// them. The consumer sees all of them at once.
    /// - Returns: how many.
    @inlinable public func offer(contentsOf offered: UnsafeBufferPointer<T>, _ word: Int64) -> Int {
        let at = producer.pointee.position.load(ordering: .relaxed)
        let n = room(at, offered.count)
        guard n > 0, let source = offered.baseAddress else { return 0 }
        let index = at & mask, first = min(n, capacity &- index)
        (elements + index).update(from: source, count: first)
        (words + index).update(repeating: word, count: first)
        if first < n {
            elements.update(from: source + first, count: n &- first)
            words.update(repeating: word, count: n &- first)
        }
        producer.pointee.position.store(at &+ n, ordering: .releasing)
        return n
    }

    /// The same, with a word beside each element that is one more than that of the element before.
    func offer(contentsOf offered: UnsafeBufferPointer<T>, risingFrom word: Int64) -> Int {
        let at = producer.pointee.position.load(ordering: .relaxed)
        let n = room(at, offered.count)
        guard n > 0, let source = offered.baseAddress else { return 0 }
        let index = at & mask, first = min(n, capacity &- index)
        (elements + index).update(from: source, count: first)
        if first < n { elements.update(from: source + first, count: n &- first) }
        for i in 0..<n { words[(at &+ i) & mask] = word &+ Int64(i) }
        producer.pointee.position.store(at &+ n, ordering: .releasing)
        return n
    }

    /// The consumer: what lies ready in one piece behind the first `skipping`, at most `most`.
    @inlinable public func peek(
        most: Int, skipping: Int = 0
    ) -> (elements: UnsafeMutablePointer<T>, words: UnsafeMutablePointer<Int64>, count: Int) {
        let (index, count) = view.ready(most: most, skipping: skipping)
        return (elements + index, words + index, count)
    }
    /// The consumer: its first `n` elements were taken; their slots are the producer's again.
    @inlinable public func release(_ n: Int) { view.release(n) }

    /// Any thread: how many elements went in and came out so far, and the word beside the oldest that waits, 0 when none does.
    func look() -> (total: Int, taken: Int, oldest: Int64) {
        let from = start, to = end
        guard to > from else { return (from, from, 0) }
        let word = words[from & mask]
        // Taken meanwhile, the slot may have been written anew.
        return (to, from, start == from ? word : 0)
    }
    /// For the producer: whether the next element goes in, and where; and where the oldest lies, for the consumer.
    var hasRoom: Bool { room(producer.pointee.position.load(ordering: .relaxed), 1) > 0 }
    var nextSlot: Int { producer.pointee.position.load(ordering: .relaxed) & mask }
    var firstSlot: Int { consumer.pointee.position.load(ordering: .relaxed) & mask }
}
