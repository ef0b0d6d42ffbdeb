import StreamRuntime

/// The state of a floor for people: what `/metrics.json`, the status page and `floor top` show. Durations are seconds;
/// what is unknown or without end is left out.
public struct FloorReport: Codable, Sendable {
    public struct Process: Codable, Sendable {
        public var id: Int64
        /// `alive`, `stopped` or `gone`; and what the run says of itself: `running`, `ended` …
        public var state: String, run: String
        public var silent: Double, up: Double
        /// The window that all shares and rates are of.
        public var window: Double
    }
    public struct Operator: Codable, Sendable {
        public var name: String, kind: String
        public var busy: Double, idle: Double, backpressured: Double
        public var elementsIn: UInt64, elementsOut: UInt64, late: UInt64
        public var rate: Double
        public var latencyP50: Double?, latencyP99: Double?
        public var localLag: Double, globalLag: Double
        public var isBottleneck: Bool
    }
    public struct Edge: Codable, Sendable {
        public var name: String
        public var depth: UInt64, capacity: UInt64, total: UInt64, taken: UInt64
        public var oldestAge: Double
        /// Left out where something waits and nothing is taken.
        public var drain: Double?
        public var blocked: Double
        public var conflated: UInt64, sampledOut: UInt64, shed: UInt64, spilled: UInt64
    }
    public struct Source: Codable, Sendable {
        public var name: String
        public var records: UInt64
        public var watermarkLag: Double?
        /// Left out for a source that is no connection.
        public var state: String?
        public var gaps: UInt64, reconnects: UInt64
    }
    public struct Journal: Codable, Sendable {
        public var records: UInt64, unsynced: UInt64, commits: UInt64, commit: Double
    }
    public struct Checkpoint: Codable, Sendable {
        public var count: UInt64, sequence: UInt64, bytes: UInt64, duration: Double, age: Double?
    }
    public struct Path: Codable, Sendable {
        public var from: String, to: String, count: UInt64, p50: Double?, p99: Double?
    }
    /// A figure of the desk's, as the metrics name it.
    public struct Series: Codable, Sendable {
        public var name: String, labels: [String: String], value: Double
    }

    public var process: Process
    public var trouble: String?
    public var bottleneck: String?
    public var operators: [Operator]
    public var edges: [Edge]
    public var sources: [Source]
    public var journal: Journal
    public var checkpoint: Checkpoint
    public var paths: [Path]
    public var series: [Series]

    public init(_ figures: FloorFigures) {
        let process = figures.process
        self.process = Process(
            id: process.id, state: "\(process.state)", run: "\(process.run)", silent: process.silentSeconds,
            up: process.upSeconds, window: process.windowSeconds)
        (trouble, bottleneck) = (figures.trouble, figures.bottleneck)
        operators = figures.operators.map {
            Operator(
                name: $0.name, kind: $0.kind.rawValue, busy: $0.busy, idle: $0.idle, backpressured: $0.backpressured,
                elementsIn: $0.elementsIn, elementsOut: $0.elementsOut, late: $0.elementsLate, rate: $0.elementsPerSecond,
                latencyP50: $0.latency(0.5), latencyP99: $0.latency(0.99), localLag: $0.localLag, globalLag: $0.globalLag,
                isBottleneck: $0.isBottleneck)
        }
        edges = figures.edges.map {
            Edge(
                name: $0.name, depth: $0.depth, capacity: $0.capacity, total: $0.total, taken: $0.taken, oldestAge: $0.oldestAge,
                drain: $0.drain.isFinite ? $0.drain : nil, blocked: $0.blocked, conflated: $0.conflated,
                sampledOut: $0.sampledOut, shed: $0.shed, spilled: $0.spilled)
        }
        sources = figures.sources.map {
            Source(
                name: $0.name, records: $0.records, watermarkLag: $0.watermarkLag.flatMap { $0.isFinite ? $0 : nil },
                state: $0.state.map { "\($0)" }, gaps: $0.gaps, reconnects: $0.reconnects)
        }
        let (journal, checkpoint) = (figures.journal, figures.checkpoint)
        self.journal = Journal(
            records: journal.records, unsynced: journal.unsynced, commits: journal.commits, commit: journal.commitSeconds)
        self.checkpoint = Checkpoint(
            count: checkpoint.count, sequence: checkpoint.sequence, bytes: checkpoint.bytes, duration: checkpoint.seconds,
            age: checkpoint.ageSeconds)
        paths = figures.paths.map {
            Path(from: $0.from, to: $0.to, count: $0.count, p50: $0.latency(0.5), p99: $0.latency(0.99))
        }
        series = figures.series.map { series in
            Series(
                name: series.name, labels: Dictionary(series.labels) { first, _ in first },
                value: series.value.isFinite ? series.value : 0)
        }
    }

    /// A label of the one series of that name.
    func label(_ label: String, of name: String) -> String? { series.first { $0.name == name }?.labels[label] }
}
