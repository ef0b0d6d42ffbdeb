import Glibc
import PlainData

/// The part of an edge that stages touch: plain data behind a pointer, because a class's stored properties cost an
/// exclusivity check and a reference count at each touch.
public struct EdgeHeader {
    @usableFromInline var storage: UnsafeMutableRawPointer
    @usableFromInline var sequences: UnsafeMutablePointer<UInt64>
    /// Among the copies of a sharded operator: each element's place among those of its record.
    @usableFromInline var ranks: UnsafeMutablePointer<Rank>?
    /// True when element i is record `first + i`: a source that has the batch to itself stores no sequences.
    @usableFromInline var isDense = false
    @usableFromInline var first: UInt64 = 1
    @usableFromInline var count = 0
    @usableFromInline var capacity: Int
    /// Every element of a lower sequence is here.
    @usableFromInline var frontier: UInt64 = 1
    /// How far each reader has come.
    @usableFromInline let cursors: UnsafeMutablePointer<Int>
    @usableFromInline var readers = 0
    @usableFromInline var isHashed = true
    @usableFromInline var digest = Digest()
    /// How many elements lie between two marks of the digest: doubled whenever there are too many.
    @usableFromInline var markInterval: UInt64 = EdgeBase.firstMarkInterval
    @usableFromInline var total: UInt64 = 0
    /// When its writer last ran, in ticks; 0 for a source's.
    @usableFromInline var readyAt: UInt64 = 0

    @inlinable @inline(__always) func sequence(_ index: Int) -> UInt64 {
        isDense ? first &+ UInt64(truncatingIfNeeded: index) : sequences[index]
    }
    /// The first index at or after `from` whose sequence is at least `sequence`.
    @usableFromInline func lowerBound(_ sequence: UInt64, from: Int) -> Int {
        if isDense {
            let wanted = sequence <= first ? 0 : Int(clamping: sequence - first)
            return min(count, max(from, wanted))
        }
        var low = from, high = count
        while low < high {
            let middle = (low + high) / 2
            if sequences[middle] >= sequence { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// What a digest was after `count` elements, the last of which had `sequence`.
public struct DigestMark: Equatable, Sendable {
    public private(set) var count: UInt64, sequence: UInt64, value: UInt64
    public init(count: UInt64, sequence: UInt64, value: UInt64) {
        (self.count, self.sequence, self.value) = (count, sequence, value)
    }
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&count)
        coder.field(&sequence)
        coder.field(&value)
    }
}

/// What lies on one edge in this batch: a plain buffer, read by any number of stages of the same thread.
///
/// Not a ring: it is empty again after each batch, so it has no wrap, no atomics and no copy for a fan-out.
public class EdgeBase {
    static let mostReaders = 32
    /// How many elements lie between two marks of the digest while there are few.
    @usableFromInline static let firstMarkInterval: UInt64 = 1_024
    /// The most marks that an edge keeps: then every second one goes, so that a day of any length has a bounded list.
    static let mostMarks = 1_024

    @usableFromInline let header: UnsafeMutablePointer<EdgeHeader>
    public let name: String
    public let elementName: String
    public private(set) var marks: [DigestMark] = []
    /// How often this edge had to grow because one record put more on it than it could hold.
    public private(set) var growths = 0
    /// What handling one element or one firing puts here at most: with less room than that its writer does not go on.
    private var mostAtOnce = 1
    let stride: Int
    private var ownStorage: UnsafeMutableRawPointer, ownSequences: UnsafeMutablePointer<UInt64>
    private var ownRanks: UnsafeMutablePointer<Rank>?

    init(name: String, elementName: String, capacity: Int, stride: Int) {
        (self.name, self.elementName, self.stride) = (name, elementName, stride)
        ownStorage = .allocate(byteCount: max(1, capacity * stride), alignment: 64)
        ownSequences = .allocate(capacity: max(1, capacity))
        let cursors = UnsafeMutablePointer<Int>.allocate(capacity: Self.mostReaders)
        cursors.initialize(repeating: 0, count: Self.mostReaders)
        header = .allocate(capacity: 1)
        header.initialize(to: EdgeHeader(storage: ownStorage, sequences: ownSequences, capacity: capacity, cursors: cursors))
    }
    deinit {
        ownStorage.deallocate()
        ownSequences.deallocate()
        ownRanks?.deallocate()
        header.pointee.cursors.deallocate()
        header.deallocate()
    }

    public var digest: Digest { header.pointee.digest }
    /// How many elements have passed.
    public var total: UInt64 { header.pointee.total }
    public var capacity: Int { header.pointee.capacity }
    /// Where others see how this edge fares; nil where nothing ever passes.
    var metrics: EdgeMetrics?
    /// True for a source whose elements wait in a ring of their own, which shows them.
    var isFedByRing = false
    /// Whether this is a source's edge rather than a stage's.
    public internal(set) var isPort = false
    /// Sources need no digest: the journal has its checksums.
    public var isHashed: Bool {
        get { header.pointee.isHashed }
        set { header.pointee.isHashed = newValue }
    }
    public var hasReaders: Bool { header.pointee.readers > 0 }
    /// The group whose thread makes what this edge carries.
    unowned var home: StageGroup?
    /// Whether this is the part of an edge on another thread than its home's.
    var isContinuation = false

    /// At build: its elements carry ranks.
    func makeRanks() {
        let ranks = UnsafeMutablePointer<Rank>.allocate(capacity: max(1, header.pointee.capacity))
        (ownRanks, header.pointee.ranks) = (ranks, ranks)
    }
    func addReader() -> Int {
        precondition(header.pointee.readers < Self.mostReaders, "edge \(name) has more than \(Self.mostReaders) readers")
        header.pointee.readers += 1
        return header.pointee.readers - 1
    }

    /// Drops what every reader has taken. Something is left only where a merge waits for its other input.
    func settle() {
        let count = header.pointee.count
        guard count > 0 else { return }
        var low = count
        for i in 0..<header.pointee.readers { low = min(low, header.pointee.cursors[i]) }
        guard low > 0 else { return }
        if low < count { keep(from: low) }
        header.pointee.count = count - low
        for i in 0..<header.pointee.readers { header.pointee.cursors[i] -= low }
    }
    private func keep(from low: Int) {
        let n = header.pointee.count - low
        if header.pointee.isDense { header.pointee.first += UInt64(low) }
        if header.pointee.storage != ownStorage {  // somebody else's memory, perhaps read-only: step over
            header.pointee.storage += low * stride
            if !header.pointee.isDense { header.pointee.sequences += low }
            header.pointee.ranks = header.pointee.ranks.map { $0 + low }
            return
        }
        memmove(ownStorage, ownStorage + low * stride, n * stride)
        if !header.pointee.isDense { memmove(ownSequences, ownSequences + low, n * 8) }
        if let ownRanks { memmove(ownRanks, ownRanks + low, n * MemoryLayout<Rank>.stride) }
    }

    /// Reads elements where they lie: in a ring, a mapped journal, a decoder's buffer. They must stay there until the
    /// batch is done.
    func adopt(
        _ elements: UnsafeMutableRawPointer, _ sequences: UnsafeMutablePointer<UInt64>?, ranks: UnsafeMutablePointer<Rank>? = nil,
        count: Int, first: UInt64, frontier: UInt64
    ) {
        precondition(header.pointee.count == 0, "an edge takes new elements only when the old ones are taken")
        header.pointee.storage = elements
        if let sequences { header.pointee.sequences = sequences }
        header.pointee.ranks = ranks
        header.pointee.isDense = sequences == nil
        header.pointee.first = first
        header.pointee.count = count
        header.pointee.frontier = frontier
        header.pointee.total += UInt64(count)
    }
    /// Says that nothing more comes below `sequence`.
    func reach(_ sequence: UInt64) { header.pointee.frontier = sequence }

    /// Whether the writer has stopped for want of room. What lies in somebody else's memory, as a source's edge does, never has.
    var lacksRoom: Bool { !isPort && !isContinuation && header.pointee.capacity - header.pointee.count < mostAtOnce }

    /// At build: an operator says how much it emits at once, and its edges hold at least that.
    @usableFromInline func makeRoom(for most: Int) {
        mostAtOnce = most
        while header.pointee.capacity < most { double() }
    }
    /// Doubles the room, and counts it.
    func grow() {
        double()
        growths += 1
    }
    /// Only between the runs of stages: they hold pointers while they run.
    private func double() {
        precondition(header.pointee.storage == ownStorage, "only an edge of its own memory grows")
        let count = header.pointee.count, larger = 2 * header.pointee.capacity
        let storage = UnsafeMutableRawPointer.allocate(byteCount: max(1, larger * stride), alignment: 64)
        let sequences = UnsafeMutablePointer<UInt64>.allocate(capacity: larger)
        memcpy(storage, ownStorage, count * stride)
        memcpy(sequences, ownSequences, count * 8)
        ownStorage.deallocate()
        ownSequences.deallocate()
        (ownStorage, ownSequences) = (storage, sequences)
        if let old = ownRanks {
            let ranks = UnsafeMutablePointer<Rank>.allocate(capacity: larger)
            memcpy(ranks, old, count * MemoryLayout<Rank>.stride)
            old.deallocate()
            (ownRanks, header.pointee.ranks) = (ranks, ranks)
        }
        header.pointee.storage = storage
        header.pointee.sequences = sequences
        header.pointee.capacity = larger
    }

    @usableFromInline func appendMark(_ digest: Digest, _ sequence: UInt64) {
        marks.append(DigestMark(count: digest.count, sequence: sequence, value: digest.value))
        guard marks.count == Self.mostMarks else { return }
        // In place, from the front: what is left lies at multiples of the doubled interval.
        for i in 0..<Self.mostMarks / 2 { marks[i] = marks[2 * i + 1] }
        marks.removeLast(Self.mostMarks / 2)
        header.pointee.markInterval *= 2
    }
    @usableFromInline func unhashedBeforeMark(_ count: UInt64) -> Int {
        let interval = header.pointee.markInterval  // a power of two
        return Int(interval &- (count & (interval &- 1)))
    }

    /// Opens the element's type again, for those who hold the edge without it.
    public func accept(_ visitor: some EdgeVisitor) {}

    func state(_ coder: inout StateCoder) {
        header.pointee.digest.state(&coder)
        coder.field(&header.pointee.total)
        coder.field(&header.pointee.markInterval)
        var count = UInt32(marks.count)
        coder.field(&count)
        guard count <= Self.mostMarks else { return }
        if !coder.isSaving { marks = Array(repeating: DigestMark(count: 0, sequence: 0, value: 0), count: Int(count)) }
        for i in marks.indices { marks[i].state(&coder) }
    }
}

/// Somebody who wants to know an edge with its element's type.
public protocol EdgeVisitor {
    func visit<T: Element>(_ edge: Edge<T>)
}

/// An edge that carries elements of one type.
public final class Edge<T: Element>: EdgeBase {
    @inlinable var base: UnsafeMutablePointer<T> { header.pointee.storage.assumingMemoryBound(to: T.self) }

    public init(_ name: String, capacity: Int) {
        super.init(name: name, elementName: T.elementName, capacity: capacity, stride: MemoryLayout<T>.stride)
    }

    override public func accept(_ visitor: some EdgeVisitor) { visitor.visit(self) }

    /// Ends a stage's run: what it appended becomes visible, hashed and counted.
    @inlinable func publish(_ newCount: Int, frontier: UInt64) {
        let count = header.pointee.count
        header.pointee.frontier = frontier
        guard newCount > count else { return }
        if header.pointee.isHashed {
            var digest = header.pointee.digest, from = count
            let sequences = header.pointee.sequences, elements = base
            while from < newCount {  // one round, but where a mark falls inside
                let n = min(newCount - from, unhashedBeforeMark(digest.count))
                digest.add(n, sequences + from, elements + from)
                from += n
                if digest.count & (header.pointee.markInterval &- 1) == 0 { appendMark(digest, sequences[from - 1]) }
            }
            header.pointee.digest = digest
        }
        header.pointee.total &+= UInt64(newCount - count)
        header.pointee.count = newCount
    }
}
