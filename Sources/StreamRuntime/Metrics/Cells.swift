import PlainData

// The memory that counters live in: plain words behind pointers, each with one writer. Times are ticks of the processor's
// counter unless a name says otherwise; "since" is 0 while the thing is not happening. Nothing here is computed: readers
// do that, when they read, so that a figure grows while its writer stands still.

/// A thread that runs stages: the engine's, or one that a topology names.
struct ThreadCell {
    /// When the thread last said that it lives: at every batch, and every time it wakes.
    var heartbeat: UInt64 = 0
    /// The stage at work, by record number, and since when; 0 between batches: the thread's own work, or its sleep.
    var running: UInt64 = 0, since: UInt64 = 0
    /// Asleep for want of anything to do.
    var parkedTicks: UInt64 = 0, parkedSince: UInt64 = 0
    /// Waiting for room in an effect's queue.
    var waitTicks: UInt64 = 0, waitSince: UInt64 = 0
    /// Batches begun and ended; while they differ, one is being run. When the last one was begun.
    var begun: UInt64 = 0, ended: UInt64 = 0
    var batchStart: UInt64 = 0
    /// Records sequenced.
    var records: UInt64 = 0
    /// When the first and the last record of the batch at hand came in, nanoseconds since 1970; 0 when unknown.
    var oldestIngest: Int64 = 0, newestIngest: Int64 = 0
    /// When the oldest record came in that the engine's thread has handed on to this one and that it has not done, in
    /// nanoseconds since 1970; 0 where there is none. Written by whoever looks.
    var waitingIngest: Int64 = 0
    /// The stages' own time, all of them: what the thread did besides is its own work.
    var stageTicks: UInt64 = 0
    var history = InlineArray<10, Sample>(repeating: Sample())

    struct Sample {
        var parked: UInt64 = 0, waiting: UInt64 = 0, stages: UInt64 = 0, records: UInt64 = 0
    }
}

/// An operator, a sink, or what carries a sink's effects out.
struct StageCell {
    /// `StageKind`; the thread it runs on, the edges it reads (a sink's worker none), and those it writes, as numbers of
    /// records.
    var kind: UInt64 = 0, thread: UInt64 = 0
    var inputs = InlineArray<8, UInt64>(repeating: 0)
    var output: UInt64 = 0, side: UInt64 = 0

    var runs: UInt64 = 0, elements: UInt64 = 0
    var busyTicks: UInt64 = 0
    /// Of a worker with no thread's cell to say so.
    var busySince: UInt64 = 0
    var blockedTicks: UInt64 = 0, blockedSince: UInt64 = 0
    /// When the last run ended, how long after its input was there, and when the newest record that it handled came in,
    /// nanoseconds since 1970.
    var finished: UInt64 = 0, localTicks: UInt64 = 0, handledIngest: Int64 = 0
    var history = InlineArray<10, Sample>(repeating: Sample())
    /// The ticks of all elements, then how many took how long, in the buckets of `Histogram`.
    var latencySum: UInt64 = 0

    struct Sample {
        var busy: UInt64 = 0, blocked: UInt64 = 0, elements: UInt64 = 0
    }
}

/// A bounded place where elements wait: between stages, in front of the sequencer, behind a sink.
struct EdgeCell {
    /// Who writes it, as the number of a stage's record; 0 for a source.
    var producer: UInt64 = 0
    var depth: UInt64 = 0, capacity: UInt64 = 0
    /// Elements that went in and came out.
    var total: UInt64 = 0, taken: UInt64 = 0
    /// When the oldest one waiting came into the floor, nanoseconds since 1970; 0 when none waits.
    var oldestIngest: Int64 = 0
    /// How long its writer has waited for room.
    var blockedTicks: UInt64 = 0, blockedSince: UInt64 = 0
    var conflated: UInt64 = 0, sampledOut: UInt64 = 0, shed: UInt64 = 0, spilled: UInt64 = 0
    var history = InlineArray<10, UInt64>(repeating: 0)
}

struct SourceCell {
    var records: UInt64 = 0
    /// The newest event time seen, and how far behind it an element may come, nanoseconds; `Int64.min` before the first.
    var latest = Int64.min, lateness: Int64 = 0
    /// 1 where the source holds the watermark.
    var holds: UInt64 = 0
    /// 1 where it is a connection of its own, which can be up or down.
    var isFeed: UInt64 = 0
    var state: UInt64 = 0
    var gaps: UInt64 = 0, reconnects: UInt64 = 0
}

struct JournalCell {
    /// The last record that was appended, and the last that is durable.
    var appended: UInt64 = 0, durable: UInt64 = 0
    var commits: UInt64 = 0
    /// The write and flush under way, and how long the last one took.
    var commitSince: UInt64 = 0, lastCommit: UInt64 = 0
    var busyTicks: UInt64 = 0
    /// How long the engine has waited for the disk.
    var blockedTicks: UInt64 = 0, blockedSince: UInt64 = 0
    var history = InlineArray<10, Sample>(repeating: Sample())

    struct Sample {
        var busy: UInt64 = 0, blocked: UInt64 = 0
    }
}

struct CheckpointCell {
    var count: UInt64 = 0
    /// The one being written, and how long the last one took.
    var since: UInt64 = 0, last: UInt64 = 0
    /// How large the last one was, which record it covers, and when it was done.
    var bytes: UInt64 = 0, sequence: UInt64 = 0, finished: UInt64 = 0
}

/// A figure that another room keeps: orders by state, sessions, breaks.
struct SeriesCell {
    var value = 0.0
    /// 1 for a counter, 0 for a gauge.
    var isCounter: UInt64 = 0
}

/// How long it took from one place to another, in nanoseconds.
struct PathCell {
    /// 1 where it is shown before anything has passed.
    var isExpected: UInt64 = 0
    var sum: UInt64 = 0
}

/// What a record of the counters is.
enum CellKind: UInt32, CaseIterable {
    case thread = 1, stage, edge, source, journal, checkpoint, series, path

    var byteCount: Int {
        switch self {
        case .thread: MemoryLayout<ThreadCell>.size
        case .stage: MemoryLayout<StageCell>.size + Histogram.byteCount
        case .edge: MemoryLayout<EdgeCell>.size
        case .source: MemoryLayout<SourceCell>.size
        case .journal: MemoryLayout<JournalCell>.size
        case .checkpoint: MemoryLayout<CheckpointCell>.size
        case .series: MemoryLayout<SeriesCell>.size
        case .path: MemoryLayout<PathCell>.size + Histogram.byteCount
        }
    }

    /// A number that changes with any field of any cell, so that a reader of another layout refuses instead of misreading.
    static let layoutHash: UInt64 = {
        let cells: [Any] = [
            CountersHeader(), ThreadCell(), StageCell(), EdgeCell(), SourceCell(), JournalCell(), CheckpointCell(), SeriesCell(),
            PathCell(), ThreadCell.Sample(), StageCell.Sample(), JournalCell.Sample(),
        ]
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for cell in cells {
            let fields = Mirror(reflecting: cell).children.map { "\($0.label ?? ""):\(type(of: $0.value))" }
            for byte in "\(type(of: cell))(\(fields.joined(separator: ",")))".utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
        }
        return hash
    }()
}

/// What part a stage plays.
public enum StageKind: UInt64, Sendable {
    case `operator` = 1
    /// A sink whose work is done where the stage runs.
    case sink
    /// The part of a sink that carries effects out, on a thread of its own.
    case worker
    /// Plumbing that no topology names.
    case plumbing
}
