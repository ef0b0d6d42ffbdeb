import PlainData
import StreamRuntime

/// How a topology is run.
public struct DeskRunSettings: Sendable {
    /// The day's data directory; nil keeps nothing.
    public var data: String?
    public var durability = Durability.os
    /// 1 is the pace of the recording; nil as fast as possible.
    public var speed: Double?
    /// A checkpoint is taken after so many nanoseconds, or so many records, whichever comes first; nil takes none.
    public var checkpointInterval: Int64? = 10 * UTC.second
    public var checkpointRecords: UInt64 = 4_000_000
    public var floorVersion: String
    /// Seconds to wait for a venue's logon before the run is given up.
    public var logonSeconds = 10
    /// Where the day lies and what tells the time: a simulation has its own.
    public var storage: any Storage = DiskStorage()
    public var time: any TimeSource = SystemTime()
    /// False for a run whose every part is stepped by hand: no thread is started.
    public var hasThreads = true
    /// True when the counters' history is kept even without a data directory: somebody watches.
    public var isWatched = false
    package var connections: any Connections = Sockets()
    /// Called with lines that a person should read.
    public var notice: @Sendable (String) -> Void

    public init(floorVersion: String, notice: @escaping @Sendable (String) -> Void) {
        (self.floorVersion, self.notice) = (floorVersion, notice)
    }
}
