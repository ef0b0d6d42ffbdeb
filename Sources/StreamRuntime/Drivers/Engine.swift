import CPlatform
import PlainData
import Synchronization

/// The single writer: takes what its sources have, gives each record its sequence, journals it, runs the graph, and
/// releases effects when their cause is durable. Not an actor: one thread owns it from `run` to its end.
public final class Engine {
    public let graph: Graph
    public let names: Names
    public let options: EngineOptions
    /// Where the engine's thread sleeps: woken by anything that brings work, makes room or durability.
    public var wakeup: Wakeup { graph.wakeup }
    public private(set) var journal: JournalWriter?
    public internal(set) var nextSequence: UInt64 = 1
    public internal(set) var batches: UInt64 = 0
    /// Called after every batch with the last sequence and the watermark; for progress lines and summaries.
    public var onBatch: ((UInt64, Int64) -> Void)?
    /// Whether everything that was begun is finished; asked when all sources have ended.
    public var isQuiescent: () -> Bool = { true }
    public internal(set) var effects: [any EffectQueue] = []

    var arrivals = Arrivals()
    var pulled: PulledMerge
    var entrances: [(name: String, account: () -> EdgeAccount)] = []
    var idleWatches: [IdleWatch] = []
    private var stepWatch = StepWatch()
    /// Called when the machine's clock was found to have been set, with the nanoseconds.
    public var onClockStep: ((Int64) -> Void)?
    package var loops: [Feed] = []
    private(set) var kept: [CheckpointPart] = []
    /// Takes checkpoints while the engine runs; nil takes none. Set before `run`.
    public var checkpointer: Checkpointer?
    private let stopping = StopFlag()
    /// Up to here everything is durable and the effects were told so.
    let released = Atomic<UInt64>(0)
    private var runner: BatchRunner?
    private var builder: BatchBuilder
    private var nextClock: Int64 = 0
    private var spinning = SpinBudget()
    /// How many batches held more than the sequencer's own records: a clock that ticks is no news.
    public private(set) var newsCount: UInt64 = 0
    /// When the batch at hand came in, now or when it was recorded; nanoseconds since 1970.
    public var batchIngestTime: Int64 { ingestTime.load(ordering: .relaxed) }
    let ingestTime = Atomic<Int64>(0)
    public let eventTime = EventTime()
    /// Whether the loops still hold what an earlier run left in them, and when its last record came in.
    private var hasLeftovers = false, leftoverTime: Int64 = 0
    private let leftoverEnd = Atomic<UInt64>(0), madeAt = Atomic<Int64>(0)

    let time: any TimeSource
    /// The time of day that this run goes by.
    public let clock: SteadyTime
    lazy var meter = EngineMeter(graph)
    /// Called while a batch waits for room in an effect's queue; a simulation makes some, since no thread does.
    public var whileBlocked: () -> Void = {}

    public init(
        _ graph: Graph, names: Names, options: EngineOptions = EngineOptions(), time: any TimeSource = SystemTime()
    ) {
        (self.graph, self.names, self.options, self.time) = (graph, names, options, time)
        clock = SteadyTime(time)
        pulled = PulledMerge(options)
        builder = BatchBuilder(capacity: max(64, options.batch))
        graph.onWait = { [unowned self] in
            publishDurable()
            whileBlocked()
        }
    }
    deinit {
        graph.stop()
        graph.onWait = {}
        builder.free()
    }

    /// State beside the graph's that is a function of the journal too: a summary, what a router must know after a restart.
    public func keep(_ part: CheckpointPart) { kept.append(part) }
    /// True while the recorded part of the day is run again: nothing leaves.
    public internal(set) var isReplaying = false

    /// Any thread: up to here everything is durable and every effect of it lies in its queue.
    public var settledSequence: UInt64 { min(released.load(ordering: .acquiring), graph.settledSequence) }

    /// For any thread: finish the batch at hand, then shut down.
    public var stopper: @Sendable () -> Void {
        { [stopping, wakeup] in
            stopping.isSet.store(true, ordering: .releasing)
            wakeup.wake()
        }
    }
    private final class StopFlag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    /// The watermark after the last batch.
    public var lastWatermark: Int64 { runner?.tracker.watermark ?? .min }

    func makeRunner() -> BatchRunner {
        if let runner { return runner }
        let made = BatchRunner(graph, sources: graph.ports, hasClock: options.clockInterval != nil, batchCapacity: options.batch)
        runner = made
        return made
    }

    /// Sequences, journals and runs until every source has ended or `stop` is called. Returns after the last batch is
    /// durable and every effect has been handed over.
    public func run(journal: JournalWriter?) throws {
        // Whatever happens, no other thread runs the graph when this has returned.
        defer { graph.stop() }
        begin(journal: journal)
        running: while true {
            switch try turn() {
            case .worked: continue
            case .idle: park()
            case .ended: break running
            }
        }
        try finish()
    }

    /// What came of a turn.
    public enum Turn: Sendable {
        /// A batch was run; there may be more at once.
        case worked
        /// There was nothing to do.
        case idle
        /// Every source has ended, or somebody asked to stop: `finish` comes next.
        case ended
    }

    /// The first third of `run`, for whoever steps the engine by hand.
    public func begin(journal: JournalWriter?) {
        self.journal = journal
        _ = makeRunner()
        (hasLeftovers, leftoverTime) = (!options.isStepped, batchIngestTime)
        // Set back while nobody looked, the machine's clock cannot tell how long ago that was.
        madeAt.store(clock.reach(batchIngestTime) ? batchIngestTime : .min / 4, ordering: .relaxed)
        nextClock = options.clockInterval == nil ? .max : clock.now()
        for effect in effects {
            // What a replay has put there may leave: it must not wait for the first commit of this run.
            effect.release(upTo: journal?.durableSequence ?? 0)
            effect.isDurable = journal == nil
        }
    }

    /// Once an operator could not go on, on whichever thread: the first of all, when every thread has come as far.
    var haltOfAll: Halt? {
        guard runner?.halt != nil else { return nil }
        graph.drain()
        return runner?.halt
    }
    private func throwIfHalted() throws {
        if let failure = graph.failure { throw failure }
        guard let halt = haltOfAll else { return }
        journal?.flush()
        publishDurable()
        graph.settle()
        throw halt
    }

    /// One batch, if there is anything. Waits for nothing but the graph's other threads.
    public func turn() throws -> Turn {
        if let error = journal?.error { throw error }
        let hadWork = step(makeRunner())
        if let failure = pulled.failure { throw failure }
        try throwIfLoopGrows()
        try throwIfHalted()
        if stopping.isSet.load(ordering: .acquiring) { return .ended }
        if hadWork { return .worked }
        if arrivals.haveEnded, pulled.haveEnded {
            graph.drain()
            try throwIfHalted()
            if loops.allSatisfy(\.hasEnded), isQuiescent() { return .ended }
        }
        publishDurable()
        return .idle
    }

    /// Ends the day where its sources did, and waits until everything is durable.
    public func finish() throws {
        if options.endsDay, !stopping.isSet.load(ordering: .acquiring) {
            try finishDay(makeRunner())
        }
        graph.drain()
        try throwIfHalted()
        journal?.flush()
        if let error = journal?.error { throw error }
        publishDurable()
        graph.settle()
    }

    private func park() {
        var limit = min(nextClock == .max ? Int64(50_000_000) : max(0, nextClock - clock.now()), 50_000_000)
        if let wait = pulled.delay(clock.now()) { limit = min(limit, wait) }
        meter.park()
        defer { meter.unpark() }
        wakeup.wait(nanoseconds: max(1_000, limit), learning: &spinning) {
            arrivals.isReady || loops.contains(where: \.isReady) || stopping.isSet.load(ordering: .relaxed)
        }
    }

    /// What leaves is durable, and no later than what every operator has come to: one of them may yet halt.
    /// - Parameter more: whether another batch follows at once.
    private func publishDurable(more: Bool = false) {
        // What another batch follows can go with that one's journal, where nothing waits to leave.
        journal?.commit(more: more && effects.allSatisfy { $0.depth == 0 })
        let passed = graph.passed  // before the halt is looked at: whoever says that it has passed a record has told
        let durable = min(journal?.durableSequence ?? .max, passed, graph.halts.sequence)
        if journal != nil { for effect in effects { effect.release(upTo: durable) } }
        released.store(durable, ordering: .releasing)
    }

    /// One batch.
    private func step(_ runner: BatchRunner) -> Bool {
        let now = clock.now()
        if takeLeftovers() { return commitBatch(runner, now, isLeftover: true) }
        builder.begin(first: nextSequence, ingestTime: now)
        for loop in loops where builder.room > 0 { loop.take(most: builder.room / 2 + 1, until: .max, into: &builder) }
        if options.isStepped {
            // One kind of input at a time, and none before what the last one caused has come to rest. History is looked
            // at first: a simulated venue answers orders when the next prices are known, and before the graph sees them.
            if builder.count == 0 {
                pulled.look()
                arrivals.take(into: &builder)
            }
            if builder.count == 0 { pulled.take(now, into: &builder) }
        } else {
            if let step = stepWatch.step(now: time.now(), monotonic: time.monotonic()), builder.room > 0 {
                builder.append(control: [.step(by: step, now: now)])
                if nextClock != .max { nextClock = now }  // set back, the next would be long in coming
                onClockStep?(step)
            }
            if now >= nextClock, let interval = options.clockInterval, builder.room > 0 {
                builder.append(control: [ControlRecord(.clock, eventTime: now)])
                nextClock = max(nextClock + interval, now)
            }
            // A file that has been read to its end says nothing of the time any more: from here on the clock does.
            if nextClock != .max {
                for lead in pulled.endedLeads where builder.room > 0 && runner.tracker.holds(lead) {
                    builder.append(control: [ControlRecord(.idle, eventTime: now, id: UInt32(lead))])
                }
            }
            for i in idleWatches.indices where builder.room > 0 {
                let holds = runner.tracker.holds(idleWatches[i].lead)
                if let decision = idleWatches[i].decide(now: now, holds: holds) { builder.append(control: [decision]) }
            }
            if !isLooping() {
                arrivals.take(into: &builder)
                pulled.take(now, into: &builder)
            }
            for i in idleWatches.indices { idleWatches[i].noteRecords(of: builder.groups) }
        }
        return commitBatch(runner, now)
    }

    /// Whether what goes round must be taken before anything new is.
    private func isLooping() -> Bool { loops.contains { $0.backlog >= options.mostLooping } }
    /// What a loop makes of its own must not fill the memory.
    private func throwIfLoopGrows() throws {
        for loop in loops where loop.backlog >= 16 * options.mostLooping {
            throw LoopOverflow(loop: loop.port.name, waiting: loop.backlog)
        }
    }

    /// What waited in the loops when an earlier run ended came in then, not now, and so did what it causes: an order that
    /// was made before a restart is as old as its cause. It comes to rest before anything new is taken.
    private func takeLeftovers() -> Bool {
        guard hasLeftovers else { return false }
        graph.drain()
        hasLeftovers = loops.contains(where: \.isReady)
        guard hasLeftovers else { return false }
        builder.begin(first: nextSequence, ingestTime: leftoverTime)
        for loop in loops where builder.room > 0 { loop.take(most: builder.room / 2 + 1, until: .max, into: &builder) }
        return true
    }
    /// Any thread that was handed an element of this record: when its cause came in, where that was before a restart and the
    /// record after it; nil for all others.
    public func timeBeforeRestart(of sequence: UInt64) -> Int64? {
        sequence <= leftoverEnd.load(ordering: .relaxed) ? madeAt.load(ordering: .relaxed) : nil
    }

    private func commitBatch(_ runner: BatchRunner, _ now: Int64, isLeftover: Bool = false) -> Bool {
        // New texts must come before the first record that can mention them.
        let fresh = names.takeFresh()
        if !fresh.isEmpty { runTexts(fresh, runner) }
        guard builder.count > 0 else { return !fresh.isEmpty }
        if builder.groups.contains(where: { $0.source != 0 }) { newsCount += 1 }
        if isLeftover { leftoverEnd.store(builder.end - 1, ordering: .relaxed) }
        commit(builder, runner)
        arrivals.release()
        pulled.release()
        checkpointIfDue(now: now)
        return true
    }

    /// Texts go in a batch of their own, before the batch at hand, whose records move up accordingly.
    private func runTexts(_ fresh: [Names.Definition], _ runner: BatchRunner) {
        var texts = BatchBuilder(capacity: 1_024)
        defer { texts.free() }
        var records = fresh.flatMap { ControlRecord.records(of: $0, eventTime: builder.ingestTime) }[...]
        while !records.isEmpty {
            texts.begin(first: nextSequence, ingestTime: builder.ingestTime)
            texts.append(control: Array(records.prefix(1_024)))
            records = records.dropFirst(1_024)
            commit(texts, runner)
        }
        builder.renumber(from: nextSequence)
    }

    private func commit(_ batch: BatchBuilder, _ runner: BatchRunner) {
        journal?.append(
            first: batch.first, count: batch.count, lastWatermark: runner.watermark(after: batch.groups),
            ingestTime: batch.ingestTime, groups: batch.groups)
        nextSequence = batch.end
        batches += 1
        ingestTime.store(batch.ingestTime, ordering: .relaxed)
        meter.begins(batch.groups, last: batch.end - 1)
        runner.run(batch.groups, first: batch.first, count: batch.count) {
            publishDurable()
            whileBlocked()
            cp_pause()
        }
        if options.isStepped { graph.drain() }
        eventTime.reach(runner.tracker.watermark)
        publishDurable(more: loops.contains(where: \.isReady))
        onBatch?(nextSequence - 1, runner.tracker.watermark)
    }

    /// The record whose watermark is the end of time: pending timers fire, and what they cause is run to its end.
    private func finishDay(_ runner: BatchRunner) throws {
        if runner.tracker.watermark != endOfTime {  // a crash can lie between that record and what it caused
            builder.begin(first: nextSequence, ingestTime: clock.now())
            builder.append(control: [ControlRecord(.end, eventTime: builder.ingestTime)])
            commit(builder, runner)
        }
        graph.drain()
        while loops.contains(where: \.isReady) {
            _ = step(runner)
            graph.drain()
            try throwIfLoopGrows()
        }
    }
}
