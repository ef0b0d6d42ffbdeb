import PlainData

/// The watermark of the record that ends all input. Less than `Int64.max`, which means "no timer".
public let endOfTime = Int64.max - 1

/// A run of consecutive sequences `[first, end)` of the journal, with the watermark that holds at each.
///
/// Only the last watermark is always there. The others are made when somebody asks, which is when a timer falls
/// inside this batch: `fill` writes W(first), W(first + 1), … into the pointer it is given.
public final class Batch {
    @usableFromInline struct Header {
        @usableFromInline var first: UInt64 = 1, end: UInt64 = 1, lastWatermark = Int64.min, isFilled = false
        /// Every record of the batch has the last one's watermark.
        @usableFromInline var isConstant = false
    }
    @usableFromInline let header: UnsafeMutablePointer<Header>
    @usableFromInline let watermarks: UnsafeMutablePointer<Int64>
    private let fill: (UnsafeMutablePointer<Int64>) -> Void
    /// The first record at which an operator could not go on. Never forgotten: no batch comes after.
    private(set) var halt: Halt?
    public let capacity: Int
    /// When the first and the last of its records came in, nanoseconds since 1970: for whoever measures.
    var ingest: (oldest: Int64, newest: Int64) = (0, 0)
    @inlinable public var first: UInt64 { header.pointee.first }
    @inlinable public var end: UInt64 { header.pointee.end }
    @inlinable public var lastWatermark: Int64 { header.pointee.lastWatermark }

    public init(
        capacity: Int,
        fill: @escaping (UnsafeMutablePointer<Int64>) -> Void = { _ in
            preconditionFailure("a batch without watermarks was asked for one")
        }
    ) {
        (self.capacity, self.fill) = (capacity, fill)
        watermarks = .allocate(capacity: capacity)
        header = .allocate(capacity: 1)
        header.initialize(to: Header())
    }
    deinit {
        watermarks.deallocate()
        header.deallocate()
    }

    /// - Parameter isConstant: whether the watermark moved nowhere in this batch.
    public func set(first: UInt64, end: UInt64, lastWatermark: Int64, isConstant: Bool = false) {
        precondition(end > first && end - first <= UInt64(capacity), "a batch holds 1 to \(capacity) records")
        header.pointee = Header(first: first, end: end, lastWatermark: lastWatermark, isConstant: isConstant)
    }
    /// For another thread, which cannot see the sources' records: the watermarks go along where it may ask for one.
    func copy(from other: Batch, withWatermarks: Bool) {
        header.pointee = other.header.pointee
        header.pointee.isFilled = false
        ingest = other.ingest
        guard withWatermarks, !header.pointee.isConstant else { return }
        other.makeWatermarks()
        watermarks.update(from: other.watermarks, count: Int(end - first))
        header.pointee.isFilled = true
    }
    func makeWatermarks() {
        guard !header.pointee.isFilled else { return }
        if header.pointee.isConstant {
            watermarks.update(repeating: lastWatermark, count: Int(end - first))
        } else {
            fill(watermarks)
        }
        header.pointee.isFilled = true
    }
    @usableFromInline func watermark(at sequence: UInt64) -> Int64 {
        makeWatermarks()
        return watermarks[Int(sequence - first)]
    }
    /// An operator can't go on at `sequence`. Of several the earliest counts, of one record the operator that comes first.
    @usableFromInline func stop(at sequence: UInt64, _ reason: String) {
        if halt.map({ sequence < $0.sequence }) ?? true { halt = Halt(vertex: "", sequence: sequence, reason: reason) }
    }
    /// Who it was, once its run is over.
    func name(_ vertex: String) { if halt?.vertex == "" { halt?.vertex = vertex } }

    /// The first sequence of this batch whose watermark is at or past `time`, which the last one is.
    @usableFromInline func search(_ time: Int64) -> UInt64 {
        makeWatermarks()
        var low = 0, high = Int(end - first)
        while low < high {
            let middle = (low + high) / 2
            if watermarks[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return first + UInt64(low)
    }
}

/// An operator that cannot go on, and where: a function of the journal like any output.
public struct Halt: Error, Hashable, Sendable, CustomStringConvertible {
    public internal(set) var vertex: String
    public let sequence: UInt64
    public let reason: String

    public var description: String {
        "\(vertex) halted at record \(sequence): \(reason). Nothing that a later record caused has left"
    }
}
