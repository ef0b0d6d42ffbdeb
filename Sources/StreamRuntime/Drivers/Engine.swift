import CPlatform
import Glibc
import PlainData
import Synchronization

/// How a run goes: what is not part of the graph.
public struct EngineOptions: Sendable {
    /// The most records that one batch takes. Results never depend on it, except where the graph has loops: there the
    /// journal says where the loop's records came.
    public var batch = 1_024
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

    public init() {}
}

/// The single writer: takes what its sources have, gives each record its sequence, journals it, runs the graph, and
/// releases effects when their cause is durable. Not an actor: one thread owns it from `run` to its end.
public final class Engine {
    public let graph: Graph
    public let names: Names
    public var options: EngineOptions
    /// Where the engine's thread sleeps: woken by anything that brings work, makes room or durability.
    public var wakeup: Wakeup { graph.wakeup }
    public private(set) var journal: JournalWriter?
    public private(set) var nextSequence: UInt64 = 1
    public private(set) var batches: UInt64 = 0
    /// What pulled the plug, if a source failed.
    public private(set) var failure: (any Error)?
    /// Called after every batch with the last sequence and the watermark; for progress lines and summaries.
    public var onBatch: ((UInt64, Int64) -> Void)?
    /// Whether everything that was begun is finished; asked when all sources have ended.
    public var isQuiescent: () -> Bool = { true }
    public private(set) var effects: [any EffectQueue] = []

    private var feeds: [Feed] = []
    private var doorways: [Doorway] = []
    private var entrances: [(name: String, account: () -> EdgeAccount)] = []
    private var pulled: [PulledFeed] = []
    private var idleWatches: [IdleWatch] = []
    private var stepWatch = StepWatch()
    /// Called when the machine's clock was found to have been set, with the nanoseconds.
    public var onClockStep: ((Int64) -> Void)?
    package private(set) var loops: [Feed] = []
    private(set) var kept: [CheckpointPart] = []
    /// Takes checkpoints while the engine runs; nil takes none. Set before `run`.
    public var checkpointer: Checkpointer?
    private let stopping = StopFlag()
    /// Up to here everything is durable and the effects were told so.
    private let released = Atomic<UInt64>(0)
    private var runner: BatchRunner?
    private var builder: BatchBuilder
    private var nextClock: Int64 = 0
    private var paceOrigin: (wall: Int64, event: Int64)?
    /// How many batches held more than the sequencer's own records: a clock that ticks is no news.
    public private(set) var newsCount: UInt64 = 0
    /// When the batch at hand came in, now or when it was recorded; nanoseconds since 1970.
    public var batchIngestTime: Int64 { ingestTime.load(ordering: .relaxed) }
    private let ingestTime = Atomic<Int64>(0)
    /// Whether the loops still hold what an earlier run left in them, and when its last record came in.
    private var hasLeftovers = false, leftoverTime: Int64 = 0
    private let leftoverEnd = Atomic<UInt64>(0), madeAt = Atomic<Int64>(0)

    private let time: any TimeSource
    /// The time of day that this run goes by.
    public let clock: SteadyTime
    private lazy var meter = EngineMeter(graph)
    /// Called while a batch waits for room in an effect's queue; a simulation makes some, since no thread does.
    public var whileBlocked: () -> Void = {}

    public init(
        _ graph: Graph, names: Names, options: EngineOptions = EngineOptions(), time: any TimeSource = SystemTime()
    ) {
        (self.graph, self.names, self.options, self.time) = (graph, names, options, time)
        clock = SteadyTime(time)
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

    /// A source that offers when it likes, from a thread of its own.
    /// - Parameters:
    ///   - isService: true for a connection that answers, such as a venue's: the run ends without its end.
    ///   - overflow: what becomes of more than is taken.
    ///   - doorway: the one that it shares with other outputs of its connection.
    public func ingress<T: Element>(
        _ port: TypedPort<T>, capacity: Int = 65_536, isService: Bool = false, overflow: Overflow<T> = .block,
        doorway: Doorway = Doorway()
    ) -> Ingress<T> {
        let ingress = Ingress<T>(
            capacity: capacity, isService: isService, overflow: overflow, doorway: doorway, wakeup: wakeup,
            time: time is SystemTime ? nil : time)
        feeds.append(ingress.makeFeed(port))
        doorways.append(doorway)
        entrances.append((port.name, { ingress.account }))
        meter.watch(ingress, of: port)
        return ingress
    }
    /// Any thread, at any time: what has become of the elements offered at each entrance.
    public var entranceAccounts: [NamedAccount] { entrances.map { NamedAccount($0.name, $0.account()) } }
    /// After so many nanoseconds without a record, a source that offers when it likes holds the watermark back no longer,
    /// until it speaks again. Both decisions are journalled. To be said after the `ingress` of all outputs of its connection.
    public func setIdleTimeout(of port: SourcePort, _ nanoseconds: Int64) {
        let own = feeds.filter { $0.port.lead == port.lead }
        precondition(port.holdsWatermark && !own.isEmpty && nanoseconds > 0, "\(port.name) has no ingress to be watched")
        idleWatches.append(IdleWatch(lead: port.lead, feeds: own, timeout: nanoseconds))
    }
    /// A source that is read when there is time, merged with the others of its kind by event time.
    public func pull<T: Element>(_ port: TypedPort<T>, _ source: any PullSource<T>) {
        let feed = PullFeed(port, source, block: options.batch)
        pulled.append(feed)
    }
    /// Closes a cycle of the graph: what `edge` carries becomes records of `port` in the next batch.
    public func loop<T: Element>(_ port: TypedPort<T>, of edge: Edge<T>) {
        let feed = LoopFeed<T>(port)
        loops.append(feed)
        let stage = graph.sink(port.name + ".loop", from: edge) { [wakeup, meter] offer in
            feed.add(offer, meter)
            wakeup.wake()
            return offer.count
        }
        meter.watch(feed, of: port, behind: stage)
    }
    /// An effect on the outside world: `queue` gets every element with its sequence, and hands it on when durable.
    /// - Parameter path: the name under which the time from a source to the hand-over is measured; nil measures none.
    public func effect<T: Element>(
        _ name: String, from edge: Edge<T>, into queue: TypedEffectQueue<T>, measuring path: String? = nil
    ) {
        effects.append(queue)
        queue.producer = graph.wakeup(of: edge)
        let outlet = EffectOutlet(queue, meter)
        let stage = graph.sink(name, from: edge) { [unowned self] offer in
            if isReplaying, !queue.wantsReplay { return offer.count }
            return outlet.take(offer, upTo: graph.halts.sequence, mayLag: graph.hasThreads)
        }
        outlet.stage = stage
        graph.add(outlet, of: stage)
        meter.watch(queue, behind: stage, path: path)
    }
    /// State beside the graph's that is a function of the journal too: a summary, what a router must know after a restart.
    public func keep(_ part: CheckpointPart) { kept.append(part) }
    /// True while the recorded part of the day is run again: nothing leaves.
    public private(set) var isReplaying = false

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

    /// The state is that after record `sequence`.
    func resumed(after sequence: UInt64) {
        nextSequence = sequence + 1
        released.store(sequence, ordering: .releasing)
        graph.resume(at: nextSequence)
    }

    /// Runs what an earlier run of the same day recorded, so that this one goes on from there: all of it, or, after
    /// `restore`, what follows the checkpoint; the reader must stand there.
    /// - Returns: the last record.
    @discardableResult
    public func resume(from reader: JournalReader) throws -> UInt64 {
        isReplaying = true
        for effect in effects { effect.isDurable = true }  // it was, before
        defer {
            graph.drain()
            isReplaying = false
        }
        let runner = makeRunner()
        ingestTime.store(reader.lastIngestTime, ordering: .relaxed)
        var texts = TextAssembler()
        while let block = try reader.next() {
            for group in reader.groups where group.source == 0 { try defineTexts(group, &texts, names) }
            // What a vertex emitted becomes a record in a later batch, if the run came that far: the rest waits still.
            for group in reader.groups {
                for loop in loops where loop.port.id == group.source {
                    graph.drain()
                    loop.drop(group.count)
                }
            }
            ingestTime.store(block.ingestTime, ordering: .relaxed)
            meter.resumes(reader.groups, last: block.end - 1)
            runner.run(reader.groups, first: block.first, count: block.count) {
                whileBlocked()
                cp_pause()
            }
            nextSequence = block.end
            batches += 1
            released.store(block.end - 1, ordering: .releasing)
            if let halt = haltOfAll { throw halt }
        }
        graph.settle()
        released.store(nextSequence - 1, ordering: .releasing)
        if let halt = runner.halt { throw halt }
        return nextSequence - 1
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
    private var haltOfAll: Halt? {
        guard runner?.halt != nil else { return nil }
        graph.drain()
        return runner?.halt
    }
    private func throwIfHalted() throws {
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
        if let failure { throw failure }
        try throwIfHalted()
        if stopping.isSet.load(ordering: .acquiring) { return .ended }
        if hadWork { return .worked }
        if feeds.allSatisfy(\.hasEnded), pulled.allSatisfy(\.hasEnded) {
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
            finishDay(makeRunner())
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
        if let wait = paceDelay() { limit = min(limit, wait) }
        meter.park()
        defer { meter.unpark() }
        wakeup.wait(nanoseconds: max(1_000, limit)) {
            feeds.contains(where: \.isReady) || loops.contains(where: \.isReady) || stopping.isSet.load(ordering: .relaxed)
        }
    }

    /// What leaves is durable, and no later than what every operator has come to: one of them may yet halt.
    private func publishDurable() {
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
                for feed in pulled { _ = feed.nextEventTime }
                takeArrived()
            }
            if builder.count == 0 { takePulled(now) }
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
            for i in idleWatches.indices where builder.room > 0 {
                let holds = runner.tracker.holds(idleWatches[i].lead)
                if let decision = idleWatches[i].decide(now: now, holds: holds) { builder.append(control: [decision]) }
            }
            takeArrived()
            takePulled(now)
            for i in idleWatches.indices { idleWatches[i].noteRecords(of: builder.groups) }
        }
        return commitBatch(runner, now)
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
        for feed in feeds { feed.release() }
        for feed in pulled { feed.release() }
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
        publishDurable()
        onBatch?(nextSequence - 1, runner.tracker.watermark)
    }

    /// Merges what has been offered by the time of arrival, ties in the order of declaration.
    private func takeArrived() {
        for doorway in doorways { doorway.look() }
        while builder.room > 0 {
            var chosen: Feed?, time = Int64.max, following = Int64.max
            for feed in feeds {
                guard let next = feed.nextIngestTime else { continue }
                if chosen == nil || next < time {
                    (chosen, time, following) = (feed, next, chosen == nil ? .max : time)
                } else {
                    following = min(following, next)
                }
            }
            guard let chosen else { return }
            chosen.take(most: builder.room, until: following, into: &builder)
        }
    }

    /// Merges the pulled sources by event time, ties in the order of their declaration.
    private func takePulled(_ now: Int64) {
        guard !pulled.isEmpty else { return }
        let horizon = paceHorizon(now)
        var stepTime: Int64?
        while builder.room > 0, !pulled.contains(where: \.mustRelease) {
            var chosen: Int?, time = Int64.max, following = Int64.max
            for (i, feed) in pulled.enumerated() {
                guard let next = feed.nextEventTime else { continue }
                if chosen == nil || next < time {
                    (chosen, time, following) = (i, next, chosen == nil ? .max : time)
                } else {
                    following = min(following, next)
                }
            }
            guard let chosen, time <= horizon else { break }
            if options.isStepped {
                if let stepTime, time > stepTime { break }
                stepTime = time
            }
            // This source may run until another's next record comes before its own; ties go to the earlier source.
            var until = min(horizon, following)
            if following != .max, let tie = pulled.firstIndex(where: { $0.nextEventTime == following }), tie < chosen,
                until == following
            {
                until -= 1
            }
            if options.isStepped { until = min(until, time) }
            guard pulled[chosen].take(most: builder.room, until: max(until, time), into: &builder) > 0 else { break }
        }
        for feed in pulled where feed.failure != nil { failure = feed.failure }
    }

    private func paceHorizon(_ now: Int64) -> Int64 {
        guard let speed = options.speed else { return .max }
        guard let origin = paceOrigin else {
            guard let first = pulled.compactMap(\.nextEventTime).min() else { return .max }
            paceOrigin = (now, first)
            return first
        }
        return origin.event + Int64(Double(now - origin.wall) * speed)
    }
    private func paceDelay() -> Int64? {
        guard let speed = options.speed, let origin = paceOrigin, let next = pulled.compactMap(\.nextEventTime).min() else {
            return nil
        }
        return origin.wall + Int64(Double(next - origin.event) / speed) - clock.now()
    }

    /// The record whose watermark is the end of time: pending timers fire, and what they cause is run to its end.
    private func finishDay(_ runner: BatchRunner) {
        if runner.tracker.watermark != endOfTime {  // a crash can lie between that record and what it caused
            builder.begin(first: nextSequence, ingestTime: clock.now())
            builder.append(control: [ControlRecord(.end, eventTime: builder.ingestTime)])
            commit(builder, runner)
        }
        graph.drain()
        while loops.contains(where: \.isReady) {
            _ = step(runner)
            graph.drain()
        }
    }
}

func defineTexts(_ group: JournalGroup, _ texts: inout TextAssembler, _ names: Names) throws(JournalError) {
    for i in 0..<group.count {
        let record = group.records.load(fromByteOffset: i * group.stride, as: ControlRecord.self)
        guard record.kind == .text, let definition = texts.take(record) else { continue }
        guard names.define(definition) else {
            throw .otherText(sequence: group.first + UInt64(i), number: definition.id, text: definition.text)
        }
    }
}
