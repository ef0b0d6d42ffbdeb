import FIXRouter
import FIXSessions
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// The `fix` source and the `fix` sink of a session that an EMS opens: parents in, reports out, both through the journal.
final class ParentDoor {
    private let entries: Ingress<ParentEntry>
    private let session: ParentSession
    /// MsgSeqNum of the last message on record, in this run and before: a checkpoint keeps it.
    private var journalled: UInt64 = 0
    /// Whether what the session's store has counted must be on record: it is the day's own.
    private let hasOwnStore: Bool
    private let isUp: SeriesMetrics

    /// - Parameter checkpoint: what the day goes on from, if there is one.
    init(
        _ sink: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ effects: EffectThread, _ directory: DataDirectory?,
        _ run: DeskRunSettings, _ gauges: DeskGauges, from checkpoint: Checkpoint?
    ) throws {
        let name = sink.settings.text("session"), topology = assembly.topology
        let isUp = gauges.session(name)
        self.isUp = isUp
        var settings = try Route.settings(name, topology, directory, run.durability)
        // What is told stays true: whoever missed it gets it again.
        (settings.role, settings.gapFilled) = (.acceptor, [])
        hasOwnStore = directory != nil && settings.storePath == directory?.fix
        let source = topology.vertices.first {
            $0.role == .source && $0.kind == "fix" && $0.settings.text("session") == name
        }
        guard let source, let port = assembly.port(source, as: ParentEntry.self) else {
            preconditionFailure("the session \(name) was checked to have a source")
        }
        let booked = source.settings.text("strategy")
        let entries = engine.ingress(port), clock = engine.clock
        self.entries = entries
        // Over history the desk goes by the tape's time.
        let tape = engine.options.clockInterval == nil ? engine.eventTime : nil
        session = try ParentSession(
            settings, names: assembly.names, strategy: assembly.names.text(booked.isEmpty ? settings.target : booked),
            place: checkpoint?.part(DeskRun.part(sink))?.bytes, clock: { tape?.reached ?? clock.now() },
            deliver: { entries.offerWaiting($0) }, isUp: { isUp.value = $0 ? 1 : 0 }, notify: run.notice)
        assembly.graph.each(source.name + ".heard", of: port.edge) { [unowned self] entry, _ in journalled = entry.msgSeqNum }
        engine.keep(CheckpointPart("parents/\(source.name)") { [unowned self] in $0.field(&journalled) })
        // What the recorded part of the day brings again has its old ids: what of it was said is known by them.
        let queue = effects.consumer(sink.name, wantsReplay: true) { [session] (_, report: ParentReport) in session.post(report) }
        effects.keep(CheckpointPart(DeskRun.part(sink)) { [session] coder in session.state(&coder) })
        engine.effect(sink.name, from: assembly.required(sink, "in", as: ParentReport.self), into: queue)
    }

    func start() throws { try session.start(journalled: journalled, hasOwnStore: hasOwnStore) }
    func stop() {
        session.stop()
        isUp.value = 0
        entries.finish()
    }
}
