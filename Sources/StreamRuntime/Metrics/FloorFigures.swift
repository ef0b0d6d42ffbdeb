import CPlatform
import PlainData

/// What the counters say of a floor: computed when read, so that what stands still is seen to stand still.
///
/// Shares are of the last ten seconds or so, from the history that the floor keeps of itself; of the whole run where there
/// is none, or when it has ended. Lags and ages are as of the moment of reading.
public struct FloorFigures: Sendable {
    /// The moment of reading.
    public struct Instant: Sendable {
        public var ticks: UInt64, wall: Int64
        public init(ticks: UInt64, wall: Int64) { (self.ticks, self.wall) = (ticks, wall) }
        public static var now: Instant { Instant(ticks: cp_ticks(), wall: WallClock.now()) }
    }
    public struct Process: Sendable {
        public var id: Int64, state: ProcessState, run: RunState
        /// Since the floor last showed that it lives, and since it was started; the window that the shares are of.
        public var silentSeconds: Double, upSeconds: Double, windowSeconds: Double
    }
    public struct Operator: Sendable {
        public var name: String
        public var kind: Kind
        /// Shares of the window; their sum is 1.
        public var busy = 0.0, idle = 1.0, backpressured = 0.0
        /// Elements handled a second, over the window.
        public var elementsPerSecond = 0.0
        public var elementsIn: UInt64 = 0, elementsOut: UInt64 = 0, elementsLate: UInt64 = 0
        /// What this operator adds, and the way from the source; seconds.
        public var localLag = 0.0, globalLag = 0.0
        /// How long it has been at the same run, seconds; 0 while it is not at work.
        public var atWorkSeconds = 0.0
        public var isBottleneck = false
        var latency = HistogramFigures()
        var nanosecondsPerUnit = 1.0

        public enum Kind: String, Sendable {
            case `operator`, sink
            /// The engine's own work, and the journal's.
            case own
        }
        /// Seconds per element below which a share `p` of them lies; nil before the first.
        public func latency(_ p: Double) -> Double? { latency.percentile(p).map { Double($0) * nanosecondsPerUnit / 1e9 } }
    }
    public struct Edge: Sendable {
        public var name: String
        /// Elements that wait, the most that can, and all that came and went.
        public var depth: UInt64, capacity: UInt64, total: UInt64, taken: UInt64
        /// Of the oldest element that waits; how long the edge takes to empty at the pace of late; how long its writer waited.
        public var oldestAge: Double, drain: Double, blocked: Double
        public var conflated: UInt64, sampledOut: UInt64, shed: UInt64, spilled: UInt64
    }
    public struct Source: Sendable {
        public var name: String
        public var records: UInt64
        /// How far its watermark lies behind the clock; nil for a source that does not hold it, infinite before its first word.
        public var watermarkLag: Double?
        /// Nil for a source that is no connection.
        public var state: SourceMetrics.State?
        public var gaps: UInt64, reconnects: UInt64
    }
    public struct Journal: Sendable {
        public var records: UInt64 = 0, unsynced: UInt64 = 0, commits: UInt64 = 0
        /// The last commit, or the one under way when that takes longer already.
        public var commitSeconds = 0.0
    }
    public struct Checkpoint: Sendable {
        public var count: UInt64 = 0, seconds = 0.0, bytes: UInt64 = 0, sequence: UInt64 = 0
        /// Since the last one was done; nil before the first.
        public var ageSeconds: Double?
    }
    public struct Path: Sendable {
        public var from: String, to: String
        var latency = HistogramFigures()
        public var count: UInt64 { latency.count }
        public func latency(_ p: Double) -> Double? { latency.percentile(p).map { Double($0) / 1e9 } }
    }
    public struct Series: Sendable {
        public var name: String, help: String, labels: [(String, String)], value: Double, isCounter: Bool
    }

    public internal(set) var process: Process
    public internal(set) var operators: [Operator] = []
    public internal(set) var edges: [Edge] = []
    public internal(set) var sources: [Source] = []
    public internal(set) var journal = Journal()
    public internal(set) var checkpoint = Checkpoint()
    public internal(set) var paths: [Path] = []
    public internal(set) var series: [Series] = []
    /// Why the floor does not get on; nil while it does.
    public internal(set) var trouble: String?

    public var bottleneck: String? { operators.first(where: \.isBottleneck)?.name }

    /// The names of the engine's own work and of the journal's, which no vertex can have.
    public static let sequencer = "(sequencer)", journalName = "(journal)"
}
