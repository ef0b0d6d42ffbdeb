import Foundation
import PlainData
import Publishing
import StreamRuntime
import Topology
import TradingModel

/// The sinks of one run, and the two threads that carry out what they ask for.
final class DeskSinks {
    let effects: EffectThread
    /// Carries out what only shows, so that a terminal which stands still holds up nothing else. The same as `effects` where
    /// every part is stepped by hand.
    private let displays: EffectThread
    let patience = Patience()
    /// Called at the end with the run's last record.
    private var finishers: [(UInt64) throws -> Void] = []
    /// The sinks that are a venue's, with the sources of their sessions.
    private(set) var routes: [Route] = []

    /// The sessions that an EMS opens.
    private(set) var doors: [ParentDoor] = []

    /// Where sinks of kind `stream` publish.
    private var hubs: [StreamHub] = []

    private let assembly: Assembly, engine: Engine, settings: DeskRunSettings, directory: DataDirectory?

    init(_ assembly: Assembly, _ engine: Engine, _ settings: DeskRunSettings, _ directory: DataDirectory?) {
        (self.assembly, self.engine, self.settings, self.directory) = (assembly, engine, settings, directory)
        let counters = assembly.graph.counters
        effects = EffectThread(engine: engine.wakeup, counters: counters)
        displays =
            settings.hasThreads ? EffectThread(engine: engine.wakeup, counters: counters, name: "displays") : effects
        (effects.onFailure, displays.onFailure) = (engine.stopper, engine.stopper)
    }

    func start() {
        effects.start()
        if assembly.topology.vertices.contains(where: { $0.role == .sink && $0.isDisplay }) { displays.start() }
    }

    var error: (any Error)? { effects.error ?? displays.error }

    /// Shows what is left, to whoever still reads.
    func finishDisplays() {
        patience.end(afterNanoseconds: 2 * UTC.second)
        displays.finish()
        for hub in hubs { hub.stop() }
    }
    /// When both threads have finished.
    func finish(at last: UInt64) throws { for finish in finishers { try finish(last) } }

    // MARK: - One by one

    /// - Parameter checkpoint: what the day goes on from, if there is one.
    func attach(from checkpoint: Checkpoint?, _ gauges: DeskGauges) throws {
        for vertex in assembly.topology.vertices where vertex.role == .sink {
            switch vertex.kind {
            case "csv":
                guard let read = vertex.inputs.first else { continue }
                if vertex.isDisplay {
                    try attachDisplay(vertex, read, Elements.type(named: read.element))
                } else {
                    try attachCSV(vertex, read, checkpoint, Elements.type(named: read.element))
                }
            case "null":
                guard let read = vertex.inputs.first else { continue }
                attachNull(vertex, assembly.edge(read), Elements.type(named: read.element))
            case "stream":
                guard let read = vertex.inputs.first else { continue }
                try attachStream(vertex, read, Elements.type(named: read.element))
            case "fix" where vertex.inputs.first?.element == ParentReport.elementName:
                doors.append(
                    try ParentDoor(vertex, assembly, engine, effects, directory, settings, gauges, from: checkpoint))
            case "fix": routes.append(try Route(vertex, assembly, engine, effects, directory, settings, gauges))
            case "ledger":
                guard let directory else {
                    settings.notice("\(vertex.name): no ledger without --data; nothing of this run is kept")
                    continue
                }
                try attachLedger(vertex, directory.ledger, gauges)
            default: preconditionFailure("the catalog has a sink \(vertex.kind) that nothing attaches")
            }
        }
    }
    private func attachCSV<T: Element>(
        _ vertex: CheckedVertex, _ read: CheckedEdge, _ checkpoint: Checkpoint?, _ type: T.Type
    ) throws {
        let edge = assembly.required(vertex, read.port, as: T.self)
        let path = DeskRun.path(of: vertex, directory)
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
        finishers.append { [settings] _ in
            guard writer.unread > 0 else { return }
            settings.notice("\(vertex.name): nobody read standard output; \(writer.unread) bytes of rows were not shown")
        }
        engine.effect(vertex.name, from: assembly.required(vertex, read.port, as: T.self), into: queue)
    }
    private func attachStream<T: Element>(_ vertex: CheckedVertex, _ read: CheckedEdge, _ type: T.Type) throws {
        let hub = try hub(vertex)
        let topic = hub.topic(
            vertex.name, of: T.self, names: assembly.names, backlog: Int(vertex.settings.integer("backlog")),
            slow: SlowClients(rawValue: vertex.settings.text("slow")) ?? .conflate, counters: assembly.graph.counters
        ) { symbolKey($0) }
        settings.notice("\(vertex.name): published on ws://\(hub.host):\(hub.port); http://\(hub.host):\(hub.port) shows it")
        let queue = try makeQueue(vertex, read, of: T.self, wantsReplay: false)
        displays.carry(queue) { (sequence, element: T) in topic.publish(sequence, element) }
        displays.onTurn(of: vertex.name) { topic.flush() }
        engine.effect(vertex.name, from: assembly.required(vertex, read.port, as: T.self), into: queue)
    }
    /// The one that listens there; each asked-for port 0 is a port of its own.
    private func hub(_ vertex: CheckedVertex) throws -> StreamHub {
        let settings = vertex.settings, (host, port) = (settings.text("host"), UInt16(settings.integer("port")))
        let origins = settings.has("origins") ? settings.texts("origins") : [], token = try StreamToken(vertex).value
        if port != 0, let open = hubs.first(where: { $0.host == host && $0.port == port }) {
            guard open.asks(origins: origins, token: token) else {
                throw DeskRunError.venue("sink \(vertex.name): another sink on port \(port) has another token or other origins")
            }
            return open
        }
        let hub = try StreamHub(host: host, port: port, origins: origins, token: token)
        hubs.append(hub)
        return hub
    }
    private func attachNull<T: Element>(_ vertex: CheckedVertex, _ edge: EdgeBase, _ type: T.Type) {
        guard let edge = edge as? Edge<T> else { return }
        assembly.graph.sink(vertex.name, from: edge) { $0.count }
    }
    private func attachLedger(_ vertex: CheckedVertex, _ path: String, _ gauges: DeskGauges) throws {
        let ledger = try LedgerSink(
            vertex, assembly, engine, effects, path: path, gauges: gauges, time: settings.time)
        finishers.append { try ledger.finish(at: $0) }
        effects.keep(
            CheckpointPart(DeskRun.part(vertex)) { [unowned engine] coder in
                var reached = engine.checkpointer?.barrier ?? engine.nextSequence - 1
                do { try ledger.finish(at: reached) } catch { reached = .max }  // nobody can go on from that
                coder.field(&reached)
            })
    }

    // MARK: - Their queues

    /// The queue in front of a sink, as the edge that it reads asks for it.
    private func makeQueue<T: Element>(
        _ sink: CheckedVertex, _ edge: CheckedEdge, of type: T.Type, wantsReplay: Bool
    ) throws -> TypedEffectQueue<T> {
        // A sink that is no display has the policy of the source that it reads where the source comes in, not here.
        let overflow = sink.isDisplay ? Overflow<T>(edge.policy, edge.sampling) { symbolKey($0) } : .block
        let queue = try TypedEffectQueue.make(
            sink.name, capacity: edge.capacity ?? 65_536, wantsReplay: wantsReplay, overflow: overflow,
            spill: edge.policy == .spill ? spillPlace(sink.name) : nil)
        queue.onNotice(settings.notice)
        return queue
    }
    /// In the day's directory, or else in the temporary folder.
    func spillPlace(_ name: String) -> SpillPlace {
        if let path = settings.data { return SpillPlace(in: path, name: name, storage: settings.storage) }
        let folder = FileManager.default.temporaryDirectory.path
        return SpillPlace(in: folder, name: "floor-\(ProcessInfo.processInfo.processIdentifier)-\(name)")
    }
}
