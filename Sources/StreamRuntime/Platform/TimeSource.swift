import Synchronization

/// Where a run takes the time from: the machine's clocks, or a clock that a simulation moves by hand.
public protocol TimeSource: Sendable {
    /// Nanoseconds since 1970-01-01 UTC. May step back and forth, as a machine's clock does.
    func now() -> Int64
    /// Nanoseconds since some instant; never goes back.
    func monotonic() -> Int64
}

/// The machine's clocks.
public struct SystemTime: TimeSource {
    public init() {}
    public func now() -> Int64 { WallClock.now() }
    public func monotonic() -> Int64 { TickClock.monotonic() }
}

/// The time of day as a run goes by it: the wall clock's, but it never goes back.
///
/// Where somebody sets the wall clock back, this one goes on at its own pace until the other has caught up: a clock that
/// stood still for an hour would stop every timer of the desk, and an order would not grow old. A step forward is followed.
public final class SteadyTime: Sendable {
    private let source: any TimeSource
    private let last: Mutex<(time: Int64, monotonic: Int64)>

    public init(_ source: any TimeSource = SystemTime()) {
        self.source = source
        last = Mutex((.min, source.monotonic()))
    }

    /// Nanoseconds since 1970-01-01 UTC.
    public func now() -> Int64 {
        let wall = source.now(), monotonic = source.monotonic()
        return last.withLock { last in
            let kept = last.time == .min ? wall : last.time + max(0, monotonic - last.monotonic)
            last = (max(kept, wall), max(last.monotonic, monotonic))
            return last.time
        }
    }
    /// It is no earlier than this: what an earlier run has put on record.
    /// - Returns: false when the wall clock is: how much time has passed since then is not known.
    @discardableResult public func reach(_ time: Int64) -> Bool {
        let wall = source.now(), monotonic = source.monotonic()
        last.withLock { $0 = (max($0.time, time, wall), monotonic) }
        return wall >= time
    }
}
