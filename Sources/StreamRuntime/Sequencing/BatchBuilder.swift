import PlainData

/// Gathers the groups of the next batch: sequences are given here and nowhere else.
struct BatchBuilder {
    private(set) var groups: [JournalGroup] = []
    private(set) var first: UInt64 = 1
    private(set) var count = 0
    var ingestTime: Int64 = 0
    let capacity: Int
    /// Records that do not lie still elsewhere until the batch is done.
    private let copies: UnsafeMutableRawPointer, copiesBytes: Int
    private var copied = 0

    init(capacity: Int) {
        self.capacity = capacity
        copiesBytes = capacity * 512
        copies = .allocate(byteCount: copiesBytes, alignment: 64)
        groups.reserveCapacity(64)
    }
    func free() { copies.deallocate() }

    var room: Int { capacity - count }
    var end: UInt64 { first + UInt64(count) }

    mutating func begin(first: UInt64, ingestTime: Int64) {
        groups.removeAll(keepingCapacity: true)
        (self.first, self.ingestTime, count, copied) = (first, ingestTime, 0, 0)
    }
    mutating func append(
        _ port: SourcePort, _ records: UnsafeMutableRawPointer, _ n: Int, ingestTime: Int64, offsets: UnsafePointer<UInt32>?
    ) {
        append(
            source: port.id, stride: port.stride, records, n, latest: port.largestEventTime(records, n), ingestTime: ingestTime,
            offsets: offsets)
    }
    mutating func append(_ port: SourcePort, copying records: UnsafeMutableRawPointer, _ n: Int) {
        let bytes = (n * port.stride + 63) & ~63
        precondition(copied + bytes <= copiesBytes, "a batch copies more than its room")
        let place = copies + copied
        place.copyMemory(from: records, byteCount: n * port.stride)
        copied += bytes
        append(port, place, n, ingestTime: ingestTime, offsets: nil)
    }
    mutating func append(control records: [ControlRecord]) {
        let stride = MemoryLayout<ControlRecord>.stride, bytes = (records.count * stride + 63) & ~63
        precondition(copied + bytes <= copiesBytes, "a batch copies more than its room")
        let place = copies + copied
        records.withUnsafeBytes {
            if let base = $0.baseAddress { place.copyMemory(from: base, byteCount: records.count * stride) }
        }
        copied += bytes
        append(
            source: 0, stride: stride, place, records.count, latest: records.last?.eventTime ?? .min, ingestTime: ingestTime,
            offsets: nil)
    }
    private mutating func append(
        source: Int, stride: Int, _ records: UnsafeMutableRawPointer, _ n: Int, latest: Int64, ingestTime: Int64,
        offsets: UnsafePointer<UInt32>?
    ) {
        precondition(n <= room, "a batch holds at most \(capacity) records")
        groups.append(
            JournalGroup(
                source: source, stride: stride, count: n, first: end, records: records, latest: latest, ingestTime: ingestTime,
                ingestOffsets: offsets))
        count += n
    }

    /// Gives every record its sequence anew, from `sequence` on: something was sequenced in front of it.
    mutating func renumber(from sequence: UInt64) {
        var next = sequence
        for i in groups.indices {
            groups[i].first = next
            next += UInt64(groups[i].count)
        }
        first = sequence
    }
}
