import Synchronization

/// How far event time has come, for any thread: the watermark of the last batch. It stays where it was when the day ends.
public final class EventTime: Sendable {
    private let time = Atomic<Int64>(.min)

    /// Nanoseconds since 1970; nil before the first record that tells time.
    public var reached: Int64? {
        let time = time.load(ordering: .relaxed)
        return time == .min ? nil : time
    }
    func reach(_ watermark: Int64) {
        if watermark != endOfTime { time.store(watermark, ordering: .relaxed) }
    }
}
