/// How event time is cut into windows. Every window is half open, `[start, end)`, in UTC nanoseconds since the epoch: what
/// lies exactly on an end belongs to what begins there.
public struct WindowShape: Sendable {
    /// Of a session, its gap.
    @usableFromInline let length: Int64
    /// From one window's start to the next one's.
    @usableFromInline let every: Int64
    @usableFromInline let isSession: Bool

    private init(_ length: Int64, _ every: Int64, isSession: Bool) {
        precondition(length > 0 && length < 1 << 60, "windows of \(length) ns")
        precondition(every > 0 && every <= length, "windows of \(length) ns every \(every) ns leave time out")
        precondition(length / every <= Self.mostShared, "an element would be in \(length / every) windows")
        (self.length, self.every, self.isSession) = (length, every, isSession)
    }

    /// Side by side, one beginning where the other ends, and one beginning at the epoch.
    public static func tumbling(_ length: Int64) -> WindowShape { WindowShape(length, length, isSession: false) }
    /// One beginning every `every`, and one of them at the epoch: an element is in `length / every` of them.
    public static func sliding(_ length: Int64, every: Int64) -> WindowShape { WindowShape(length, every, isSession: false) }
    /// From an instrument's first element until nothing has come of it for `gap`, which belongs to the session.
    public static func session(gap: Int64) -> WindowShape { WindowShape(gap, gap, isSession: true) }

    /// The most windows that one element may be in.
    public static var mostShared: Int64 { 1_024 }

    /// A stretch of time that lies in the same windows from its start to its end.
    @usableFromInline struct Pane {
        @usableFromInline let start: Int64, end: Int64
        /// The ends of the first and the last window that hold it.
        @usableFromInline let firstEnd: Int64, lastEnd: Int64
        @inlinable init(_ start: Int64, _ end: Int64, _ firstEnd: Int64, _ lastEnd: Int64) {
            (self.start, self.end, self.firstEnd, self.lastEnd) = (start, end, firstEnd, lastEnd)
        }
    }

    /// The pane of `time`: between two windows' starts, cut once more where windows end in between.
    ///
    /// Source: Krishnamurthy, Wu & Franklin, "On-the-fly sharing for streamed aggregation", SIGMOD 2006, paired windows.
    @inlinable func pane(of time: Int64) -> Pane {
        let start = time >= 0 ? time / every * every : (time + 1) / every * every - every
        let cut = length % every, isAfter = time - start >= cut
        let from = isAfter ? start + cut : start, until = isAfter ? start + every : start + cut
        return Pane(from, until, start + length - (length - 1 - (from - start)) / every * every, start + length)
    }
}
