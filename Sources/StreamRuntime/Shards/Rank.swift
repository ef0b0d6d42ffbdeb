/// Where an output of a sharded operator stands among those of one record, as if one copy had made them: outputs of several
/// copies share a sequence when one record put several elements on the edge that the operator reads.
///
/// One copy first fires the timers that the record's watermark reached (phase 0), by time and key; then it handles element i
/// of the record (2i + 1), and right after it the timers that the element set for the past (2i + 2).
@usableFromInline struct Rank: Comparable {
    @usableFromInline var phase: UInt32, key: UInt32
    @usableFromInline var time: Int64
    @inlinable init(phase: UInt32, time: Int64 = 0, key: UInt32 = 0) {
        (self.phase, self.time, self.key) = (phase, time, key)
    }
    @inlinable static func < (a: Rank, b: Rank) -> Bool {
        if a.phase != b.phase { return a.phase < b.phase }
        if a.time != b.time { return a.time < b.time }
        return a.key < b.key
    }
}

/// Which of `count` copies has a key. Never Swift's hash, which differs from process to process.
@inlinable @inline(__always) func shard(of key: Int, among count: Int) -> Int {
    let hash = (UInt64(truncatingIfNeeded: key) &* 0x9E37_79B9_7F4A_7C15) &>> 32
    return Int(truncatingIfNeeded: (hash &* UInt64(truncatingIfNeeded: count)) &>> 32)
}
