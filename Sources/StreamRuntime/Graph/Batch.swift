import PlainData

/// The watermark of the record that ends all input. Less than `Int64.max`, which means "no timer".
public let endOfTime = Int64.max - 1

/// A run of consecutive sequences `[first, end)` of the journal, with the watermark that holds at each.
///
/// Only the last watermark is always there. The others are made when somebody asks, which is when a timer falls
/// inside this batch: `fill` writes W(first), W(first + 1), … into the pointer it is given. Where all records are one
/// source's, their event times alone tell when a timer is due (`Ramp`), which is cheaper by far.
public final class Batch {
    @usableFromInline struct Header {
        @usableFromInline var first: UInt64 = 1, end: UInt64 = 1, lastWatermark = Int64.min, isFilled = false
        /// Every record of the batch has the last one's watermark.
        @usableFromInline var isConstant = false
    }
    @usableFromInline let header: UnsafeMutablePointer<Header>
    @usableFromInline let watermarks: UnsafeMutablePointer<Int64>
    private let fill: (UnsafeMutablePointer<Int64>) -> Void
    /// Writes the records' event times; called only where there is a ramp.
    private let times: (UnsafeMutablePointer<Int64>) -> Void
    /// Over a batch of one source, until its watermarks are made. `watermarks` holds event times once `haveTimes`.
    private var ramp: Ramp?, haveTimes = false
    /// What was searched for last: where it was found, and the newest event time up to there.
    private var found = (time: Int64.min, index: 0, latest: Int64.min)
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
        },
        times: @escaping (UnsafeMutablePointer<Int64>) -> Void = { _ in
            preconditionFailure("a batch without event times was asked for them")
        }
    ) {
        (self.capacity, self.fill, self.times) = (capacity, fill, times)
        watermarks = .allocate(capacity: capacity)
        header = .allocate(capacity: 1)
        header.initialize(to: Header())
    }
    deinit {
        watermarks.deallocate()
        header.deallocate()
    }

    /// - Parameters:
    ///   - isConstant: whether the watermark moved nowhere in this batch.
    ///   - ramp: how it rises, where every record is of one source.
    func set(first: UInt64, end: UInt64, lastWatermark: Int64, isConstant: Bool = false, ramp: Ramp? = nil) {
        precondition(end > first && end - first <= UInt64(capacity), "a batch holds 1 to \(capacity) records")
        header.pointee = Header(first: first, end: end, lastWatermark: lastWatermark, isConstant: isConstant)
        rise(ramp)
    }
    private func rise(_ ramp: Ramp?) {
        (self.ramp, haveTimes, found) = (ramp, false, (.min, 0, ramp?.latest ?? .min))
    }
    /// For another thread, which cannot see the sources' records: the watermarks, or what they are made of, go along where
    /// it may ask for one.
    func copy(from other: Batch, withWatermarks: Bool) {
        header.pointee = other.header.pointee
        header.pointee.isFilled = false
        ingest = other.ingest
        rise(nil)
        guard withWatermarks, !header.pointee.isConstant else { return }
        if let ramp = other.ramp {
            rise(ramp)
            haveTimes = true
            // Straight from the records, unless an operator of the sequencer's own thread has asked for them.
            guard other.haveTimes else { return other.times(watermarks) }
        } else {
            other.makeWatermarks()
            header.pointee.isFilled = true
        }
        watermarks.update(from: other.watermarks, count: Int(end - first))
    }
    func makeWatermarks() {
        guard !header.pointee.isFilled else { return }
        if header.pointee.isConstant {
            watermarks.update(repeating: lastWatermark, count: Int(end - first))
        } else if let ramp {
            makeTimes()
            ramp.rise(over: watermarks, count: Int(end - first))
            self.ramp = nil
        } else {
            fill(watermarks)
        }
        header.pointee.isFilled = true
    }
    private func makeTimes() {
        guard !haveTimes else { return }
        times(watermarks)
        haveTimes = true
    }
    @usableFromInline func watermark(at sequence: UInt64) -> Int64 {
        if let ramp, haveTimes, sequence == first + UInt64(found.index), found.time != .min { return ramp.level(found.latest) }
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
        if let ramp, !header.pointee.isConstant { return first + UInt64(climb(ramp, to: time)) }
        makeWatermarks()
        var low = 0, high = Int(end - first)
        while low < high {
            let middle = (low + high) / 2
            if watermarks[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return first + UInt64(low)
    }
    /// Most searches are for the time of the last one, by another operator, or for a later one.
    private func climb(_ ramp: Ramp, to time: Int64) -> Int {
        if time == found.time { return found.index }
        makeTimes()
        if time < found.time || found.time == .min {
            found = (time, 0, max(ramp.latest, watermarks[0]))
        } else {
            found.time = time
        }
        let last = Int(end - first) - 1
        while found.index < last, ramp.level(found.latest) < time {
            found.index += 1
            found.latest = max(found.latest, watermarks[found.index])
        }
        return found.index
    }
}

/// How the watermark rises over records of one source that holds it: what held before the first of them.
struct Ramp {
    /// The source's newest event time, and how far the watermark stays behind it; what the other sources allow; the watermark.
    let latest: Int64, lateness: Int64, floor: Int64, watermark: Int64

    /// The watermark where the source's newest event time is `latest`.
    @inline(__always) func level(_ latest: Int64) -> Int64 { max(watermark, min(floor, latest &- lateness)) }

    /// Turns the event times into the watermark at each record.
    func rise(over times: UnsafeMutablePointer<Int64>, count: Int) {
        var latest = latest
        for i in 0..<count {
            latest = max(latest, times[i])
            times[i] = level(latest)
        }
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
