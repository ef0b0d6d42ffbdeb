import CPlatform
import Glibc

/// Turns the processor's ticks into nanoseconds, measured once against the monotonic clock.
public struct TickClock: Sendable {
    public let nanosecondsPerTick: Double

    /// Takes 10 ms.
    public init() {
        let (ticks, time) = (cp_ticks(), Self.monotonic())
        usleep(10_000)
        nanosecondsPerTick = Double(Self.monotonic() - time) / Double(max(1, cp_ticks() &- ticks))
    }
    public func nanoseconds(_ ticks: UInt64) -> Double { Double(ticks) * nanosecondsPerTick }

    /// Measured once for the process.
    static let shared = TickClock()
    /// An instant in both: the first look at this.
    static let origin = (ticks: cp_ticks(), time: monotonic())

    public static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
