import FIXRouter
import Foundation
import PlainData
import Reconciler
import StreamRuntime
import Topology
import TradingModel

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
    /// Seconds without news after the feeds have ended in which orders may still become final.
    public var graceSeconds = 30.0
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

/// Why a run could not begin or go on.
public enum DeskRunError: Error, CustomStringConvertible {
    case otherTopology(path: String, recorded: String, given: String)
    case dayHasEnded(path: String)
    case venue(String)
    case journalOfOtherSources(path: String)

    public var description: String {
        switch self {
        case .otherTopology(let path, let recorded, let given):
            "\(path): holds a day of topology \(recorded), not of \(given); choose another --data, or replay it with --topology"
        case .dayHasEnded(let path): "\(path): the day there has ended; choose another --data, or floor replay \(path)"
        case .venue(let reason): reason
        case .journalOfOtherSources(let path): "\(path): the recorded sources are not this topology's"
        }
    }
}

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
    public let effects: EffectThread
    /// Carries out what only shows, so that a terminal which stands still holds up nothing else. The same as `effects` where
    /// every part is stepped by hand.
    private let displays: EffectThread
    private let patience = Patience()
    private var finishers: [() throws -> Void] = []
    private var feeds: [any LiveFeed] = []
    private var routes: [Route] = []
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
        assembly = Assembly(topology, names: names, day: manifest?.day ?? today)
        var options = EngineOptions()
        let isLive = topology.vertices.contains { $0.role == .source && ($0.kind == "websocket" || $0.kind == "fix") }
        options.clockInterval = (topology.clock.kind ?? (isLive ? .wall : .event)) == .wall ? topology.clock.every : nil
        options.speed = settings.speed
        options.endsDay = !isLive
        options.isStepped = !isLive && topology.vertices.contains { $0.loop != nil }
        engine = Engine(assembly.graph, names: names, options: options, time: settings.time)
        effects = EffectThread(engine: engine.wakeup, counters: assembly.graph.counters)
        gauges = DeskGauges(topology, assembly.graph.counters, floorVersion: settings.floorVersion)
        summary.gauges = gauges
        displays =
            settings.hasThreads
            ? EffectThread(engine: engine.wakeup, counters: assembly.graph.counters, name: "displays") : effects
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
    public var stop: @Sendable () -> Void { engine.stopper }

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
        try attachSinks()
        summary.watch(assembly)
        engine.keep(CheckpointPart("summary") { [summary] in summary.state(&$0) })
        if let directory, settings.durability != .none, let interval = settings.checkpointInterval {
            attachCheckpointer(directory, every: interval)
        }
        try showCounters()
        (effects.onFailure, displays.onFailure) = (engine.stopper, engine.stopper)
        if settings.hasThreads {
            effects.start()
            if hasDisplays { displays.start() }
        } else {
            engine.whileBlocked = { [effects] in effects.turn() }
        }
        if let directory { journal = try openJournal(directory) }
        gauges.recount(summary)
        do { if !onlyFinishes { try startFeeds() } } catch {
            for route in routes { route.stop() }
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
            let waitsForParents = engine.options.clockInterval != nil && summary.hasWorkingParents
            // Where no venue is connected, nothing more will be heard of an order.
            guard !routes.isEmpty else { return true }
            guard summary.hasOpenOrders || waitsForParents || routes.contains(where: \.isBusy) else { return true }
            return Double(settings.time.monotonic() - lastNews) > settings.graceSeconds * 1e9
        }
    }

    /// The routers' part of a run without threads.
    package func turnRouters() { for route in routes { route.turn() } }

    /// The last part of `run`, when the engine has finished.
    public func finish() throws {
        counters.state = .draining
        // What is durable leaves before the sessions end: an order that waited until tomorrow would have a stale price.
        effects.finish()
        stopFeeds()
        finishDisplays()
        seconds = Double(settings.time.monotonic() - started) / 1e9
        records = engine.nextSequence - 1
        if let error = effects.error ?? displays.error { throw error }
        for finish in finishers { try finish() }
        if let directory {
            try directory.write(DigestBook(assembly.graph, sequence: records), to: "checkpoints/digests.json")
            checkpointer?.writeLast(engine.checkpointParts.save() + effects.checkpointParts.save(), at: records)
        }
        counters.state = .ended
        directory?.unlock()
    }

    /// Shows what is left, to whoever still reads.
    private func finishDisplays() {
        patience.end(afterNanoseconds: 2 * UTC.second)
        displays.finish()
    }

    /// Ends the threads, whatever became of the run.
    public func close() {
        journal?.close()
        effects.finish()
        finishDisplays()
        checkpointer?.close()
        if counters.state != .ended { counters.state = .failed }
        keeper?.finish()
    }

    /// The graph is whole: from now on it can be looked at, while what was recorded is run again and after.
    private func showCounters() throws {
        let named = Set(assembly.topology.vertices.map(\.name))
        for stage in assembly.graph.stages where !named.contains(stage.name) { stage.metrics.kind = .plumbing }
        if let directory, let ledger = try LedgerProjection.breaks(directory.ledger) {
            for kind in BreakClass.allCases { gauges.openBreaks(kind, ledger[kind.code] ?? 0) }
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

    private var hasDisplays: Bool { assembly.topology.vertices.contains { $0.kind == "csv" && $0.isDisplay } }

    private func attachSinks() throws {
        for vertex in assembly.topology.vertices where vertex.role == .sink {
            switch vertex.kind {
            case "csv":
                guard let read = vertex.inputs.first else { continue }
                if vertex.isDisplay {
                    try attachDisplay(vertex, read, Elements.type(named: read.element))
                } else {
                    try attachCSV(vertex, read, Elements.type(named: read.element))
                }
            case "null":
                guard let read = vertex.inputs.first else { continue }
                attachNull(vertex, assembly.edge(read), Elements.type(named: read.element))
            case "fix": routes.append(try Route(vertex, assembly, engine, effects, directory, settings, gauges))
            case "ledger":
                guard let directory else {
                    settings.notice("\(vertex.name): no ledger without --data; nothing of this run is kept")
                    continue
                }
                let ledger = try LedgerSink(vertex, assembly, engine, effects, path: directory.ledger)
                finishers.append { [unowned self] in try ledger.finish(at: records) }
                effects.keep(
                    CheckpointPart(DeskRun.part(vertex)) { [unowned self] coder in
                        var reached = checkpointer?.barrier ?? records
                        do { try ledger.finish(at: reached) } catch { reached = .max }  // nobody can go on from that
                        coder.field(&reached)
                    })
            default: preconditionFailure("the catalog has a sink \(vertex.kind) that nothing attaches")
            }
        }
    }
    private func attachCSV<T: Element>(_ vertex: CheckedVertex, _ read: CheckedEdge, _ type: T.Type) throws {
        let edge = assembly.required(vertex, read.port, as: T.self)
        let path = vertex.settings.text("path")
        let start = checkpoint?.part(DeskRun.part(vertex)).map(DeskRun.position) ?? 0
        let writer = try CSVWriter<T>(path, names: assembly.names, keeping: start)
        // A file is whole after a restart: what the replayed records bring is written (again).
        let queue = try makeQueue(vertex, read, of: T.self, wantsReplay: true)
        effects.carry(queue) { (_, element: T) in try writer.write(element) }
        effects.onTurn(of: vertex.name) { try writer.flush() }
        effects.keep(
            CheckpointPart(DeskRun.part(vertex)) { coder in
                var position = (try? writer.position()) ?? .max  // nobody can go on from that
                coder.field(&position)
            })
        engine.effect(vertex.name, from: edge, into: queue)
    }
    /// Standard output: no part of the day, so nobody's past is shown again.
    private func attachDisplay<T: Element>(_ vertex: CheckedVertex, _ read: CheckedEdge, _ type: T.Type) throws {
        let writer = try CSVWriter<T>(vertex.settings.text("path"), names: assembly.names, patience: patience)
        let queue = try makeQueue(vertex, read, of: T.self, wantsReplay: false)
        displays.carry(queue) { (_, element: T) in try writer.write(element) }
        displays.onTurn(of: vertex.name) { try writer.flush() }
        finishers.append { [settings] in
            guard writer.unread > 0 else { return }
            settings.notice("\(vertex.name): nobody read standard output; \(writer.unread) bytes of rows were not shown")
        }
        engine.effect(vertex.name, from: assembly.required(vertex, read.port, as: T.self), into: queue)
    }
    private func attachNull<T: Element>(_ vertex: CheckedVertex, _ edge: EdgeBase, _ type: T.Type) {
        guard let edge = edge as? Edge<T> else { return }
        assembly.graph.sink(vertex.name, from: edge) { $0.count }
    }

    private func startFeeds() throws {
        // FIX first: its descriptors must be small numbers (QuickFIX waits with select).
        for route in routes { try route.start() }
        for vertex in assembly.topology.vertices where vertex.role == .source {
            switch vertex.kind {
            case "file":
                counters.source(vertex.name).state = .live
                try FileFeeds.attach(vertex, assembly, to: engine)
            case "websocket":
                let feed = try settings.connections.feed(vertex, assembly, engine, settings)
                feeds.append(feed)
                try feed.start()
            default: break
            }
        }
    }
    private func stopFeeds() {
        for feed in feeds { feed.stop() }
        for vertex in assembly.topology.vertices where vertex.role == .source && vertex.kind == "file" {
            counters.source(vertex.name).state = .ended
        }
        for route in routes { route.stop() }
    }
}

/// A connection that offers elements from a thread of its own.
package protocol LiveFeed {
    func start() throws
    func stop()
}
