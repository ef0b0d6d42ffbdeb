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
