/// How a run goes: what is not part of the graph.
public struct EngineOptions: Sendable {
    /// The most records that one batch takes. Results never depend on it, except where the graph has loops: there the
    /// journal says where the loop's records came.
    public var batch = 4_096
    /// Every so many nanoseconds a clock record; nil for a run in which only the data tells the time.
    public var clockInterval: Int64?
    /// How fast pulled sources run against the wall clock: 1 is the pace of the recording; nil as fast as they can.
    public var speed: Double?
    /// Whether the end of all sources is the end of the day, so that pending timers fire. False for a live desk, where
    /// it is a shutdown, and the day goes on from there.
    public var endsDay = true
    /// Runs one event time at a time, and whatever it causes to its end before the next: how history is run, so that what
    /// happens does not depend on where a batch was cut.
    public var isStepped = false
    /// While so many elements of a loop wait for their records, sources wait too. Sixteen times as many end the run: nothing
    /// but the loop itself can have made them.
    public var mostLooping = 65_536

    public init() {}
}
