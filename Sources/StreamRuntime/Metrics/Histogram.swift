import PlainData

/// A log-linear histogram: 16 steps to each power of two, so every value is within 6.25 % of its bucket's floor.
///
/// One thread writes, any may read: a torn read shows one batch more or less, never a wrong past.
public final class Histogram: @unchecked Sendable {  // single writer; the buckets are words that readers may see late
    private let total: UnsafeMutablePointer<UInt64>, buckets: UnsafeMutablePointer<UInt64>
    /// Whoever owns the memory; nil for a histogram of its own.
    private let owner: CounterMemory?
    static let size = 64 * 16
    static let byteCount = size * 8

    public init() {
        owner = nil
        total = .allocate(capacity: Self.size + 1)
        total.initialize(repeating: 0, count: Self.size + 1)
        buckets = total + 1
    }
    /// A histogram in memory that is zero and lives as long as `owner`.
    init(sum: UnsafeMutablePointer<UInt64>, buckets: UnsafeMutableRawPointer, owner: CounterMemory) {
        (total, self.owner) = (sum, owner)
        self.buckets = buckets.bindMemory(to: UInt64.self, capacity: Self.size)
    }
    deinit { if owner == nil { total.deallocate() } }

    static func bucket(_ value: UInt64) -> Int {
        let power = 63 - max(value, 1).leadingZeroBitCount
        let step = power >= 4 ? Int((value >> UInt64(power - 4)) & 15) : Int(value & 15)
        return power * 16 + step
    }
    /// The least value of a bucket.
    static func floor(_ bucket: Int) -> UInt64 {
        let power = bucket / 16, step = UInt64(bucket % 16)
        return power >= 4 ? (1 << UInt64(power)) | (step << UInt64(power - 4)) : step
    }
    public func record(_ value: UInt64, count: Int = 1) {
        buckets[Self.bucket(value)] &+= UInt64(count)
        total.pointee &+= value &* UInt64(count)
    }

    public var count: UInt64 { (0..<Self.size).reduce(0) { $0 &+ buckets[$1] } }
    /// Of all that was recorded.
    public var sum: UInt64 { total.pointee }

    var figures: HistogramFigures {
        HistogramFigures(sum: sum, buckets: Array(UnsafeBufferPointer(start: buckets, count: Self.size)))
    }
    /// The value below which a share `p` of the recordings lies, nil when there are none.
    public func percentile(_ p: Double) -> UInt64? { figures.percentile(p) }
}

/// What a histogram held when it was read.
struct HistogramFigures: Sendable {
    var sum: UInt64 = 0
    var buckets: [UInt64] = []

    var count: UInt64 { buckets.reduce(0, &+) }

    func percentile(_ p: Double) -> UInt64? {
        let total = count
        guard total > 0 else { return nil }
        let wanted = max(1, UInt64((Double(total) * p).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, n) in buckets.enumerated() {
            seen &+= n
            if seen >= wanted { return Histogram.floor(bucket) }
        }
        return Histogram.floor(Histogram.size - 1)
    }

    /// How many values are certainly at most `limit`: those of the buckets that end there or before.
    func count(atMost limit: UInt64) -> UInt64 {
        var seen: UInt64 = 0
        for (bucket, n) in buckets.enumerated() where n > 0 {
            let next = bucket + 1 < Histogram.size ? Histogram.floor(bucket + 1) : .max
            if next &- 1 <= limit { seen &+= n }
        }
        return seen
    }
}
