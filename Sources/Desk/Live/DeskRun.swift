import PlainData
import Reconciler
import StreamRuntime
import Topology
import TradingModel

/// One run of a desk: live, or paced over files, recorded or not; it resumes a day that another run began.
public final class DeskRun {
    public let assembly: Assembly
    public let engine: Engine
    public let summary = DaySummary()
    public private(set) var records: UInt64 = 0
    public private(set) var resumed: UInt64 = 0
    public private(set) var seconds = 0.0

    let settings: DeskRunSettings
    private let directory: DataDirectory?
    private let manifest: DayManifest?
    public var effects: EffectThread { sinks.effects }
    private let sinks: DeskSinks
    private var feeds: [any LiveFeed] = []
    private var copies: [CopyDoor] = []
    /// Where people come in.
    private var controls: [ControlDesk] = []
    private let feedSwitches = FeedSwitches()
    /// Asked when the files have been read.
    private var fileNews: [() -> String?] = []
    /// The sources of the day have ended already, in an earlier run that was cut off then.
    private var onlyFinishes = false

    /// What those see who watch: the counters, in memory and in the day's `counters.bin`.
    public var counters: Counters { assembly.graph.counters }
    private let gauges: DeskGauges
    private var keeper: CountersKeeper?

    /// Takes checkpoints while the day is recorded.
    public internal(set) var checkpointer: Checkpointer?
    /// What the day goes on from, if there is one.
    private(set) var checkpoint: Checkpoint?

    /// Opens or creates the day and builds the graph; nothing runs yet.
    public init(_ topology: CheckedTopology, settings: DeskRunSettings) throws {
        self.settings = settings
        try NotCarried.check(topology, notice: settings.notice)
        let names = Names()
        directory = try settings.data.map { try DataDirectory($0, creating: true, storage: settings.storage) }
        try directory?.takeLock()
        manifest = try directory?.read(DayManifest.self, from: "manifest.json")
        if let manifest {
            guard manifest.topologyHash == topology.hash else {
                throw DeskRunError.otherTopology(
                    path: settings.data ?? "", recorded: "\(manifest.topologyName) (\(manifest.topologyHash))",
                    given: "\(topology.name) (\(topology.hash))")
            }
            DeskRun.prefill(names, manifest)
        }
        let today = UInt64(max(0, settings.time.now() / UTC.day - 18_262))  // 2020-01-01
        let isLive = topology.vertices.contains { $0.role == .source && ["websocket", "fix", "drop-copy"].contains($0.kind) }
        let isStepped = !isLive && topology.vertices.contains { $0.loop != nil }
        // In steps no batch begins before the last one is done everywhere: threads would only hand things over.
        if topology.hasThreads, isStepped {
            settings.notice("thread and shards are left out: files with loops run one event time at a time, on one thread")
        }
        assembly = Assembly(
            topology, names: names, day: manifest?.day ?? today, isThreaded: settings.hasThreads && !isStepped)
        var options = EngineOptions()
        options.clockInterval = (topology.clock.kind ?? (isLive ? .wall : .event)) == .wall ? topology.clock.every : nil
        options.speed = settings.speed
        options.endsDay = !isLive
        options.isStepped = isStepped
        engine = Engine(assembly.graph, names: names, options: options, time: settings.time)
        sinks = DeskSinks(assembly, engine, settings, directory)
        gauges = DeskGauges(topology, assembly.graph.counters, floorVersion: settings.floorVersion)
        summary.gauges = gauges
        counters.isSampling = false  // the graph is not whole yet
        if let directory, manifest == nil { try begin(directory, topology, names, options) }
        _ = names.takeFresh()  // the topology's own names are in the manifest
    }

    static func prefill(_ names: Names, _ manifest: DayManifest) {
        for symbol in manifest.symbols { _ = names.symbol(symbol) }
        for text in manifest.texts { _ = names.text(text) }
        _ = names.takeFresh()
    }

    private func begin(_ directory: DataDirectory, _ topology: CheckedTopology, _ names: Names, _ options: EngineOptions) throws {
        try directory.write(topology.canonicalText.utf8, to: "topology.yaml")
        let manifest = DayManifest(
            floorVersion: settings.floorVersion, topologyName: topology.name, topologyHash: topology.hash, day: assembly.day,
            startedAt: UTC.text(settings.time.now()), durability: settings.durability, clockInterval: options.clockInterval,
            sources: assembly.graph.ports,
            symbols: (1..<max(1, names.count(in: .symbols))).map { names.text(UInt32($0), in: .symbols) },
            texts: (1..<max(1, names.count(in: .texts))).map { names.text(UInt32($0), in: .texts) })
        try directory.write(manifest, to: "manifest.json")
    }

    /// Any thread may call it: drain, checkpoint and come back from `run`.
    public var stop: @Sendable () -> Void {
        { [patience = sinks.patience, stop = engine.stopper] in
            patience.end(afterNanoseconds: 2 * UTC.second)  // the engine may be waiting for a display that nobody reads
            stop()
        }
    }

    /// Runs until the sources end or `stop` is called.
    public func run() throws {
        defer { close() }
        try open()
        do { try engine.run(journal: journal) } catch {
            fail()
            throw error
        }
        try finish()
    }

    /// Instead of `finish`, where the engine could not go on: `close` comes next.
    package func fail() { stopFeeds() }

    private var started: Int64 = 0
    public private(set) var journal: JournalWriter?

    /// The first part of `run`: what was recorded is run again, the venues are connected, and nothing else has moved yet.
    public func open() throws {
        if let directory, manifest != nil {
            try LedgerProjection.removeIfAhead(directory.ledger, of: lastRecord(directory))
            checkpoint = try newestCheckpoint(directory)
        }
        attachLoops()
        try sinks.attach(from: checkpoint, gauges)
        for vertex in assembly.topology.vertices where vertex.role == .source && vertex.kind == "drop-copy" {
            copies.append(try CopyDoor(vertex, assembly, engine, directory, settings, gauges))
        }
        try attachControls()
        summary.watch(assembly)
        engine.keep(CheckpointPart("summary", version: 3) { [summary] in summary.state(&$0) })
        try assembly.graph.spill(threads: assembly.spillingThreads, into: sinks.spillPlace(""), notice: settings.notice)
        if let directory, settings.durability != .none, let interval = settings.checkpointInterval {
            attachCheckpointer(directory, every: interval)
        }
        try showCounters()
        if settings.hasThreads { sinks.start() } else { engine.whileBlocked = { [effects] in effects.turn() } }
        if let directory { journal = try openJournal(directory) }
        gauges.recount(summary)
        do { if !onlyFinishes { try startFeeds() } } catch {
            stopSessions()
            throw error
        }
        engine.onClockStep = { [settings] nanoseconds in
            settings.notice(
                "this machine's clock was set by \(Double(nanoseconds) / 1e9) s; on record, and times of arrival jump")
        }
        started = settings.time.monotonic()
        counters.state = .running
        var lastNews = started, seen: UInt64 = 0
        engine.isQuiescent = { [unowned self] in
            if engine.newsCount != seen { (seen, lastNews) = (engine.newsCount, settings.time.monotonic()) }
            if controls.contains(where: \.waitsForPeople) { return false }
            let waitsForParents = engine.options.clockInterval != nil && summary.hasWorkingParents
            // Where no venue is connected, nothing more will be heard of an order.
            guard !sinks.routes.isEmpty else { return true }
            // Its copies tell whether the day is whole; time makes a break of what has none.
            if engine.options.clockInterval != nil, assembly.copyBoards.contains(where: { $0.waiting > 0 }) { return false }
            let isOpen = summary.hasOpenOrders || waitsForParents || sinks.routes.contains(where: \.isBusy)
            let silence = settings.time.monotonic() - lastNews
            return silence >= (sinks.routes.map { isOpen ? $0.wait : $0.settle }.max() ?? 0)
        }
    }

    /// The routers' part of a run without threads.
    package func turnRouters() { for route in sinks.routes { route.turn() } }

    /// The last part of `run`, when the engine has finished.
    public func finish() throws {
        counters.state = .draining
        // What is durable leaves before the sessions end: an order that waited until tomorrow would have a stale price.
        effects.finish()
        stopFeeds()
        sinks.finishDisplays()
        for news in fileNews { news().map(settings.notice) }
        seconds = Double(settings.time.monotonic() - started) / 1e9
        records = engine.nextSequence - 1
        if let error = sinks.error { throw error }
        try sinks.finish(at: records)
        if let directory {
            try directory.write(DigestBook(assembly.graph, sequence: records), to: "checkpoints/digests.json")
            checkpointer?.writeLast(engine.checkpointParts.save() + effects.checkpointParts.save(), at: records)
        }
        counters.state = .ended
        directory?.unlock()
    }

    /// Ends the threads, whatever became of the run.
    public func close() {
        journal?.close()
        effects.finish()
        sinks.finishDisplays()
        checkpointer?.close()
        if counters.state != .ended { counters.state = .failed }
        keeper?.finish()
    }

    /// The graph is whole: from now on it can be looked at, while what was recorded is run again and after.
    private func showCounters() throws {
        let named = Set(assembly.topology.vertices.map(\.name))
        for stage in assembly.graph.stages where !named.contains(stage.name) { stage.metrics.kind = .plumbing }
        if let directory, let ledger = try LedgerProjection.breaks(directory.ledger) {
            gauges.openBreaks(ledger)
        }
        (counters.isSampling, counters.state) = (true, .resuming)
        guard settings.hasThreads, directory != nil || settings.isWatched else { return }
        keeper = CountersKeeper(counters, path: directory?.counters, notice: settings.notice)
    }

    /// Replays what an earlier run recorded, cuts an unfinished tail off, and opens a new segment behind it.
    private func openJournal(_ directory: DataDirectory) throws -> JournalWriter? {
        let reader = try JournalReader(directory: directory.journal, storage: directory.storage)
        if let manifest {
            guard manifest.sources == assembly.graph.ports.map(DayManifest.Source.init) else {
                throw DeskRunError.journalOfOtherSources(path: directory.path)
            }
            if let checkpoint {
                try engine.restore(checkpoint)
                guard try reader.skip(through: checkpoint.sequence) else {
                    preconditionFailure("the journal was seen to reach record \(checkpoint.sequence)")
                }
            }
            resumed = try engine.resume(from: reader)
            if engine.lastWatermark == endOfTime {
                // Ended in order when its digests cover it all; else what the end caused may still be to come.
                let book = try directory.read(DigestBook.self, from: "checkpoints/digests.json")
                guard (book?.sequence ?? 0) < resumed else { throw DeskRunError.dayHasEnded(path: directory.path) }
                onlyFinishes = true
            }
            if let tail = reader.tail {
                settings.notice("\(tail); cut off")
                try reader.repair()
            }
            if resumed > 0 {
                let origin = checkpoint.map { ", from the checkpoint of record \($0.sequence)" } ?? ""
                settings.notice("resumed after record \(resumed)\(origin)")
            }
        }
        guard settings.durability != .none else { return nil }
        return try JournalWriter(
            directory: directory.journal, topologyHash: UInt64(assembly.topology.hash, radix: 16) ?? 0,
            nextSequence: engine.nextSequence, lastSegment: reader.segments.last ?? 0, durability: settings.durability,
            onDurable: engine.wakeup, storage: directory.storage, hasThread: settings.hasThreads,
            metrics: assembly.graph.counters.journal)
    }

    // MARK: - The graph's doors

    private func attachLoops() {
        for vertex in assembly.topology.vertices {
            guard let loop = vertex.loop else { continue }
            attachLoop(vertex, assembly.edge(loop), Elements.type(named: loop.element))
        }
    }
    private func attachLoop<T: Element>(_ vertex: CheckedVertex, _ edge: EdgeBase, _ type: T.Type) {
        guard let edge = edge as? Edge<T>, let port = assembly.port(vertex, as: T.self) else {
            preconditionFailure("the loop \(vertex.name) carries \(T.elementName), which was checked")
        }
        engine.loop(port, of: edge)
    }

    private func attachControls() throws {
        for vertex in assembly.topology.vertices where vertex.role == .source && vertex.kind == "commands" {
            guard directory != nil, settings.hasThreads else {
                settings.notice("\(vertex.name): without --data there is no socket, so nobody can command this run")
                continue
            }
            guard controls.isEmpty else { throw DeskRunError.venue("source \(vertex.name): a desk has one source of commands") }
            controls.append(try ControlDesk(vertex, assembly, engine, effects, feedSwitches, settings))
        }
    }
    private func startFeeds() throws {
        // FIX first: its descriptors must be small numbers (QuickFIX waits with select).
        for route in sinks.routes { try route.start() }
        for door in sinks.doors { try door.start() }
        for door in copies { try door.start() }
        if let directory { for control in controls { try control.listen(in: directory) } }
        for vertex in assembly.topology.vertices where vertex.role == .source {
            switch vertex.kind {
            case "file":
                counters.source(vertex.name).state = .live
                fileNews.append(try FileFeeds.attach(vertex, assembly, to: engine))
            case "websocket":
                let feed = try settings.connections.feed(vertex, assembly, engine, settings)
                feeds.append(feed)
                feed.listen(to: feedSwitches)
                for control in controls { control.remind(vertex.name) }
                try feed.start()
            default: break
            }
        }
    }
    private func stopFeeds() {
        for control in controls { control.stop() }
        for feed in feeds { feed.stop() }
        for vertex in assembly.topology.vertices where vertex.role == .source && vertex.kind == "file" {
            counters.source(vertex.name).state = .ended
        }
        stopSessions()
    }
    /// Parents first: nothing more is asked for.
    private func stopSessions() {
        for door in sinks.doors { door.stop() }
        for route in sinks.routes { route.stop() }
        for door in copies { door.stop() }
    }
}
