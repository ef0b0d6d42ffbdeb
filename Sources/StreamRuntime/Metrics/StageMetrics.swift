import CPlatform
import Synchronization

/// A log-linear histogram: 16 steps to each power of two, so every value is within 6.25 % of its bucket's floor.
///
/// One thread writes, any may read: a torn read shows one batch more or less, never a wrong past.
public final class Histogram: @unchecked Sendable {  // single writer; the buckets are words that readers may see late
    private let buckets: UnsafeMutablePointer<UInt64>
    static let size = 64 * 16

    public init() {
        buckets = .allocate(capacity: Self.size)
        buckets.initialize(repeating: 0, count: Self.size)
    }
    deinit { buckets.deallocate() }

    static func bucket(_ value: UInt64) -> Int {
        let power = 63 - max(value, 1).leadingZeroBitCount
        let step = power >= 4 ? Int((value >> UInt64(power - 4)) & 15) : Int(value & 15)
        return power * 16 + step
    }
    static func floor(_ bucket: Int) -> UInt64 {
        let power = bucket / 16, step = UInt64(bucket % 16)
        return power >= 4 ? (1 << UInt64(power)) | (step << UInt64(power - 4)) : step
    }
    public func record(_ value: UInt64, count: Int = 1) { buckets[Self.bucket(value)] &+= UInt64(count) }

    public var count: UInt64 { (0..<Self.size).reduce(0) { $0 &+ buckets[$1] } }

    /// The value below which a share `p` of the recordings lies, nil when there are none.
    public func percentile(_ p: Double) -> UInt64? {
        let total = count
        guard total > 0 else { return nil }
        let wanted = UInt64((Double(total) * p).rounded(.up))
        var seen: UInt64 = 0
        for bucket in 0..<Self.size {
            seen &+= buckets[bucket]
            if seen >= max(1, wanted) { return Self.floor(bucket) }
        }
        return Self.floor(Self.size - 1)
    }
}

/// What one stage did with its time. Ticks of the processor's counter; `TickClock` turns them into seconds.
public final class StageMetrics: @unchecked Sendable {  // the stage's thread writes; readers may see a batch late
    public private(set) var elements: UInt64 = 0
    public private(set) var runs: UInt64 = 0
    public private(set) var busyTicks: UInt64 = 0
    public private(set) var blockedTicks: UInt64 = 0
    /// Ticks per element: a batch's mean, counted once per element.
    public let latency = Histogram()

    func record(_ ticks: UInt64, elements n: Int) {
        runs &+= 1
        elements &+= UInt64(n)
        busyTicks &+= ticks
        if n > 0 { latency.record(max(1, ticks / UInt64(n)), count: n) }
    }
    func recordBlocked(since start: UInt64) {
        let now = cp_ticks()
        if now > start { blockedTicks &+= now &- start }
    }
}
