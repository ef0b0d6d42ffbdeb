import StreamRuntime

/// The clocks of a simulation: but for the moment that it takes to look at one, they stand still until somebody moves them.
public final class SimulatedTime: TimeSource, @unchecked Sendable {  // one thread steps a simulation
    /// Nanoseconds that have truly passed since the simulation began.
    public private(set) var elapsed: Int64 = 0
    /// What somebody, or NTP, has added to the wall clock: negative where it was set back.
    public var stepped: Int64 = 0
    let start: Int64

    public init(start: Int64) { self.start = start }

    public func now() -> Int64 {
        elapsed += 40
        return start + elapsed + stepped
    }
    public func monotonic() -> Int64 { elapsed }
    public func advance(by nanoseconds: Int64) { elapsed += max(0, nanoseconds) }
    public func advance(to elapsed: Int64) { self.elapsed = max(self.elapsed, elapsed) }
}
