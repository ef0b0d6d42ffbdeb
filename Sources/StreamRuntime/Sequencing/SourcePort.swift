import PlainData

/// Where one stream of records enters the graph, whatever its type.
public class SourcePort {
    /// The number that its records carry in the journal; 0 is the sequencer itself.
    public let id: Int
    public let name: String
    public let elementName: String
    public let stride: Int
    public let lateness: Int64
    public let holdsWatermark: Bool
    /// The port whose progress this one shares: its own, or the main output of the same connection.
    public let lead: Int
    let base: EdgeBase
    /// The edge, whatever its element.
    public var edgeOfAnyType: EdgeBase { base }
    /// Records of one batch that do not lie side by side are gathered here.
    private var gathered: UnsafeMutableRawPointer?
    private var gatheredSequences: UnsafeMutablePointer<UInt64>?
    private var gatheredCount = 0, gatheredCapacity = 0

    init(id: Int, edge: EdgeBase, lateness: Int64, holdsWatermark: Bool, lead: Int) {
        (self.id, base, self.lateness, self.holdsWatermark, self.lead) = (id, edge, lateness, holdsWatermark, lead)
        (name, elementName, stride) = (edge.name, edge.elementName, edge.stride)
    }
    deinit {
        gathered?.deallocate()
        gatheredSequences?.deallocate()
    }

    /// The largest event time among `count` records.
    func largestEventTime(_ records: UnsafeRawPointer, _ count: Int) -> Int64 { .min }
    /// Writes the watermark that holds at each of `count` records. `lateness` is nil for a source that does not hold it.
    func watermarks(
        _ records: UnsafeRawPointer, _ count: Int, latest: Int64, lateness: Int64?, floor: Int64, watermark: Int64,
        into out: UnsafeMutablePointer<Int64>
    ) {}
    /// Writes the event time of each of `count` records.
    func eventTimes(_ records: UnsafeRawPointer, _ count: Int, into out: UnsafeMutablePointer<Int64>) {}
    /// One record's fields, as names and texts.
    public func described(_ record: UnsafeRawPointer, _ names: Names) -> (names: [String], values: [String]) { ([], []) }
    public func eventTime(_ record: UnsafeRawPointer) -> Int64 { 0 }

    /// Hands the batch's records to the edge: where they lie when they lie side by side, gathered otherwise.
    func feed(_ records: UnsafeMutableRawPointer, count: Int, first: UInt64, isOnly: Bool, frontier: UInt64) {
        guard base.hasReaders else {
            base.header.pointee.total += UInt64(count)  // counted, though nobody reads it
            return base.reach(frontier)
        }
        if isOnly { return base.adopt(records, nil, count: count, first: first, frontier: frontier) }
        gather(records, count: count, first: first)
    }
    private func gather(_ records: UnsafeMutableRawPointer, count: Int, first: UInt64) {
        if gatheredCount + count > gatheredCapacity {
            let capacity = max(4_096, 2 * (gatheredCount + count))
            let storage = UnsafeMutableRawPointer.allocate(byteCount: capacity * stride, alignment: 64)
            let sequences = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
            if let gathered, let gatheredSequences {
                storage.copyMemory(from: gathered, byteCount: gatheredCount * stride)
                sequences.update(from: gatheredSequences, count: gatheredCount)
                gathered.deallocate()
                gatheredSequences.deallocate()
            }
            (gathered, gatheredSequences, gatheredCapacity) = (storage, sequences, capacity)
        }
        guard let gathered, let gatheredSequences else { return }
        (gathered + gatheredCount * stride).copyMemory(from: records, byteCount: count * stride)
        for i in 0..<count { gatheredSequences[gatheredCount + i] = first + UInt64(i) }
        gatheredCount += count
    }
    /// Ends the batch for this source.
    func finishFeeding(frontier: UInt64) {
        if gatheredCount > 0, let gathered, let gatheredSequences {
            base.adopt(gathered, gatheredSequences, count: gatheredCount, first: 0, frontier: frontier)
            gatheredCount = 0
        }
        base.reach(frontier)
    }
}

/// A source of one element type.
///
/// The loops over raw records are closures made where the type is known: a method of a generic class is reached through
/// its vtable, which runs it unspecialised, at several times the cost of the operator behind it.
public final class TypedPort<T: Element>: SourcePort {
    public let edge: Edge<T>
    private let newest: (UnsafeRawPointer, Int) -> Int64
    private let fill: (WatermarkRun) -> Void
    private let times: (UnsafeRawPointer, Int, UnsafeMutablePointer<Int64>) -> Void

    @usableFromInline init(
        id: Int, edge: Edge<T>, lateness: Int64, holdsWatermark: Bool, lead: Int,
        newest: @escaping (UnsafeRawPointer, Int) -> Int64, fill: @escaping (WatermarkRun) -> Void,
        times: @escaping (UnsafeRawPointer, Int, UnsafeMutablePointer<Int64>) -> Void
    ) {
        (self.edge, self.newest, self.fill, self.times) = (edge, newest, fill, times)
        super.init(id: id, edge: edge, lateness: lateness, holdsWatermark: holdsWatermark, lead: lead)
    }

    override func largestEventTime(_ records: UnsafeRawPointer, _ count: Int) -> Int64 { newest(records, count) }
    override func watermarks(
        _ records: UnsafeRawPointer, _ count: Int, latest: Int64, lateness: Int64?, floor: Int64, watermark: Int64,
        into out: UnsafeMutablePointer<Int64>
    ) {
        fill(
            WatermarkRun(
                records: records, count: count, latest: latest, lateness: lateness, floor: floor, watermark: watermark, out: out))
    }
    override func eventTimes(_ records: UnsafeRawPointer, _ count: Int, into out: UnsafeMutablePointer<Int64>) {
        times(records, count, out)
    }
    override public func described(_ record: UnsafeRawPointer, _ names: Names) -> (names: [String], values: [String]) {
        record.assumingMemoryBound(to: T.self).pointee.described(names)
    }
    override public func eventTime(_ record: UnsafeRawPointer) -> Int64 {
        record.assumingMemoryBound(to: T.self).pointee.eventTime
    }
}

@inlinable func newestEventTime<T: Element>(_ records: UnsafeRawPointer, _ count: Int, of type: T.Type) -> Int64 {
    let elements = records.assumingMemoryBound(to: type)
    // Four at a time: one maximum need not wait for the one before.
    var (a, b, c, d) = (Int64.min, Int64.min, Int64.min, Int64.min), i = 0
    while i &+ 4 <= count {
        a = max(a, elements[i].eventTime)
        b = max(b, elements[i &+ 1].eventTime)
        c = max(c, elements[i &+ 2].eventTime)
        d = max(d, elements[i &+ 3].eventTime)
        i &+= 4
    }
    while i < count {
        a = max(a, elements[i].eventTime)
        i &+= 1
    }
    return max(max(a, b), max(c, d))
}

@inlinable func eventTimes<T: Element>(
    _ records: UnsafeRawPointer, _ count: Int, of type: T.Type, into out: UnsafeMutablePointer<Int64>
) {
    let elements = records.assumingMemoryBound(to: type)
    for i in 0..<count { out[i] = elements[i].eventTime }
}

/// Records of one source side by side, and what holds before the first of them.
@usableFromInline struct WatermarkRun {
    @usableFromInline let records: UnsafeRawPointer, count: Int
    /// `lateness` is nil for a source that does not hold the watermark.
    @usableFromInline let latest: Int64, lateness: Int64?, floor: Int64, watermark: Int64
    @usableFromInline let out: UnsafeMutablePointer<Int64>

    /// Writes the watermark that holds at each record.
    @inlinable func fill<T: Element>(of type: T.Type) {
        let elements = records.assumingMemoryBound(to: type)
        var (latest, watermark) = (latest, watermark)
        for i in 0..<count {
            latest = max(latest, elements[i].eventTime)
            let bound = lateness.map { min(floor, latest &- $0) } ?? floor
            if bound != .max { watermark = max(watermark, bound) }
            out[i] = watermark
        }
    }
}

extension SourcePort {
    /// How many records have come, whether anybody reads them or not.
    public var total: UInt64 { base.total }
}
