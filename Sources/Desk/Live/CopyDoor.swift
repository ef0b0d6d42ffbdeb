import FIXRouter
import FIXSessions
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A `drop-copy` source of a live run: copies come in through the journal.
final class CopyDoor {
    private let copies: Ingress<ExecutionReport>
    private let session: DropCopySession
    /// MsgSeqNum of the last message on record, in this run and before: a checkpoint keeps it.
    private var journalled: UInt64 = 0
    private let hasOwnStore: Bool
    private let isUp: SeriesMetrics

    init(
        _ source: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ directory: DataDirectory?, _ run: DeskRunSettings,
        _ gauges: DeskGauges
    ) throws {
        let name = source.settings.text("session"), isUp = gauges.session(name)
        guard let port = assembly.port(source, as: ExecutionReport.self), let entry = assembly.topology.session(name) else {
            preconditionFailure("the session \(name) was checked to exist")
        }
        self.isUp = isUp
        var settings = try Route.settings(name, assembly.topology, directory, run.durability)
        settings.role = entry.text("role") == "acceptor" ? .acceptor : .initiator
        hasOwnStore = directory != nil && settings.storePath == directory?.fix
        let copies = engine.ingress(port, isService: true)
        self.copies = copies
        session = try DropCopySession(
            settings, names: assembly.names, symbols: try VenueHabits.quirks(name, entry).bySymbol,
            deliver: { copies.offerWaiting($0) }, isUp: { isUp.value = $0 ? 1 : 0 }, notify: run.notice)
        assembly.graph.each(source.name + ".heard", of: port.edge) { [unowned self] copy, _ in journalled = copy.msgSeqNum }
        engine.keep(CheckpointPart("copies/\(source.name)") { [unowned self] in $0.field(&journalled) })
    }

    /// Whoever sends the copies may come later: orders do not wait for it.
    func start() throws { try session.start(journalled: journalled, hasOwnStore: hasOwnStore) }
    func stop() {
        session.stop()
        isUp.value = 0
        copies.finish()
    }
}
