import CPlatform
import PlainData

extension FloorFigures {
    /// This process's own.
    public init(_ counters: Counters) throws(CountersError) {
        self.init(try CountersReading(counters), at: .now, state: .alive)
    }

    /// Those of a process that may be alive, stopped or gone.
    public init(_ reading: CountersReading) {
        let header = reading.header, isHere = header.boot == ProcessState.boot
        let state = isHere ? ProcessState.of(header.process, start: header.processStart) : .gone
        var now = Instant.now
        // Ticks of another boot mean nothing here: go by the wall clock, from the last look at both.
        if !isHere, header.nanosecondsPerTick > 0 {
            let passed = max(0, Double(now.wall &- header.wall)) / header.nanosecondsPerTick
            now.ticks = header.ticks &+ UInt64(min(passed, 1e18))
        }
        self.init(reading, at: now, state: state)
    }

    /// - Parameter now: the moment of reading; a test's own.
    public init(_ reading: CountersReading, at now: Instant, state: ProcessState) {
        let frame = TimeFrame(reading.header, now: now, isGone: state == .gone)
        let header = reading.header
        process = Process(
            id: header.process, state: state, run: RunState(rawValue: header.state) ?? .starting,
            silentSeconds: frame.seconds(frame.lastSeen(reading), to: now.ticks),
            upSeconds: frame.seconds(header.startTicks, to: frame.end), windowSeconds: frame.window)
        let map = FloorMap(reading)
        operators = OperatorReading(reading, map, frame).operators
        edges = reading.edges.map { Self.edge($0, frame) }
        sources = reading.sources.map { Self.source($0, frame) }
        if let record = reading.journals.first { journal = Self.journal(record.cell, frame) }
        if let record = reading.checkpoints.first { checkpoint = Self.checkpoint(record.cell, frame) }
        paths = reading.paths.filter { $0.cell.isExpected != 0 || $0.histogram.count > 0 }.map {
            Path(from: $0.name, to: $0.texts.first ?? "", latency: $0.histogram)
        }
        series = reading.series.map { record in
            let pairs = stride(from: 1, to: max(1, record.texts.count - 1), by: 2).map {
                (record.texts[$0], record.texts[$0 + 1])
            }
            return Series(
                name: record.name, help: record.texts.first ?? "", labels: pairs, value: record.cell.value,
                isCounter: record.cell.isCounter != 0)
        }
        trouble = Trouble.of(reading, self, frame)
    }

    private static func edge(_ record: CountersReading.Record<EdgeCell>, _ frame: TimeFrame) -> Edge {
        let cell = record.cell
        let passed = cell.taken > frame.past(cell.history) ? Double(cell.taken &- frame.past(cell.history)) : 0
        let drain = cell.depth == 0 ? 0 : passed > 0 ? Double(cell.depth) * frame.window / passed : .infinity
        return Edge(
            name: record.name, depth: cell.depth, capacity: cell.capacity, total: cell.total, taken: cell.taken,
            oldestAge: cell.depth > 0 && cell.oldestIngest != 0 ? frame.age(cell.oldestIngest) : 0, drain: drain,
            blocked: frame.seconds(cell.blockedTicks) + frame.ongoing(cell.blockedSince), conflated: cell.conflated,
            sampledOut: cell.sampledOut, shed: cell.shed, spilled: cell.spilled)
    }

    private static func source(_ record: CountersReading.Record<SourceCell>, _ frame: TimeFrame) -> Source {
        let cell = record.cell
        var lag: Double?
        if cell.holds != 0 {
            lag =
                cell.latest == .min ? .infinity : frame.age(cell.latest.subtractingReportingOverflow(cell.lateness).partialValue)
        }
        return Source(
            name: record.name, records: cell.records, watermarkLag: lag,
            state: cell.isFeed != 0 ? SourceMetrics.State(rawValue: cell.state) ?? .down : nil, gaps: cell.gaps,
            reconnects: cell.reconnects)
    }

    private static func journal(_ cell: JournalCell, _ frame: TimeFrame) -> Journal {
        Journal(
            records: cell.appended, unsynced: cell.appended > cell.durable ? cell.appended &- cell.durable : 0,
            commits: cell.commits, commitSeconds: max(frame.seconds(cell.lastCommit), frame.ongoing(cell.commitSince)))
    }
    private static func checkpoint(_ cell: CheckpointCell, _ frame: TimeFrame) -> Checkpoint {
        Checkpoint(
            count: cell.count, seconds: cell.since != 0 ? frame.ongoing(cell.since) : frame.seconds(cell.last),
            bytes: cell.bytes, sequence: cell.sequence,
            ageSeconds: cell.count > 0 ? frame.seconds(cell.finished, to: frame.present) : nil)
    }
}

/// Turns the counters' ticks into seconds, as of one moment of reading.
struct TimeFrame {
    private let header: CountersHeader
    /// Up to when the floor can have been at something: now, or when it ended or was last seen. Ticks.
    let end: UInt64
    /// Up to when what waits has waited: now, or when the floor ended.
    let present: UInt64
    private let wall: Int64
    /// Where the window begins, and which slot of the histories is of then.
    private let begin: UInt64
    private let slot: Int?
    /// Seconds.
    let window: Double

    init(_ header: CountersHeader, now: FloorFigures.Instant, isGone: Bool) {
        self.header = header
        let run = RunState(rawValue: header.state)
        let hasEnded = (run == .ended || run == .failed) && header.endTicks != 0
        end = hasEnded ? header.endTicks : isGone ? header.ticks : now.ticks
        present = hasEnded ? header.endTicks : now.ticks
        let scale = header.nanosecondsPerTick
        let perTick = scale.isFinite && scale > 0 && scale < 1e6 ? scale : 0
        nanosecondsPerTick = perTick
        func since(_ ticks: UInt64, _ other: UInt64) -> Double {
            (ticks >= other ? Double(ticks &- other) : -Double(other &- ticks)) * perTick
        }
        wall = hasEnded ? Self.moved(header.wall, since(header.endTicks, header.ticks)) : now.wall
        // The slot that will be overwritten next is left alone.
        let slots = UInt64(CountersHeader.historySlots), samples = header.samples
        let oldest = samples < slots ? 0 : Int((samples &+ 1) % slots)
        var chosen: Int?
        if !hasEnded, samples > 0, header.sampleTicks[oldest] > header.startTicks, header.sampleTicks[oldest] < end {
            chosen = oldest
        }
        slot = chosen
        begin = chosen.map { header.sampleTicks[$0] } ?? header.startTicks
        window = end > begin ? max(Double(end &- begin) * perTick / 1e9, 1e-9) : 1e-9
    }
    let nanosecondsPerTick: Double

    private static func moved(_ wall: Int64, _ nanoseconds: Double) -> Int64 {
        wall &+ Int64(max(-9e18, min(9e18, nanoseconds.isNaN ? 0 : nanoseconds)))
    }

    func seconds(_ ticks: UInt64) -> Double { Double(ticks) * nanosecondsPerTick / 1e9 }
    func seconds(_ from: UInt64, to: UInt64) -> Double { to > from ? seconds(to &- from) : 0 }
    /// How long something that began at `since` goes on, while the floor can be at it; 0 when it is not.
    func ongoing(_ since: UInt64) -> Double { since == 0 ? 0 : seconds(since, to: end) }
    /// How long something has waited that began to at `since`.
    func waiting(_ since: UInt64) -> Double { since == 0 ? 0 : seconds(since, to: present) }
    /// How long ago a time of day was, in seconds.
    func age(_ wall: Int64) -> Double { max(0, Double(self.wall) - Double(wall)) / 1e9 }
    /// The time of day at `ticks`, nanoseconds since 1970.
    func wall(at ticks: UInt64) -> Double {
        let passed = ticks >= header.ticks ? Double(ticks &- header.ticks) : -Double(header.ticks &- ticks)
        return Double(header.wall) + passed * nanosecondsPerTick
    }
    /// What a history held when the window began.
    func past<let n: Int, T: BitwiseCopyable>(_ history: InlineArray<n, T>, or start: T) -> T {
        slot.map { $0 < n ? history[$0] : start } ?? start
    }
    func past(_ history: InlineArray<10, UInt64>) -> UInt64 { past(history, or: 0) }
    /// The share of the window that lies between two cumulative figures, and what goes on.
    func share(_ now: UInt64, since past: UInt64, ongoing since: UInt64 = 0) -> Double {
        let seconds = (now > past ? self.seconds(now &- past) : 0) + self.ongoing(since)
        return min(1, max(0, seconds / window))
    }
    /// When the floor last showed that it lives: its keeper's look at the clocks, or its threads.
    func lastSeen(_ reading: CountersReading) -> UInt64 { reading.header.ticks }
}
