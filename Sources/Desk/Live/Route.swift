import Clearance
import FIXRouter
import FIXSessions
import PlainData
import StreamRuntime
import Synchronization
import Topology
import TradingModel

/// A `fix` sink with the `fix` source of the same session: orders out, reports back, both through the journal.
final class Route {
    let session: String
    /// Nanoseconds of silence after which a run ends: while orders work, and when all are final.
    let wait: Int64, settle: Int64
    private let settings: FIXSessionSettings, quirks: SessionQuirks
    private let run: DeskRunSettings
    private let names: Names
    private let day: UInt64
    private unowned let engine: Engine
    private let reports: Ingress<ExecutionReport>
    /// What was asked for and heard so far, in this run and before: a checkpoint keeps it.
    private var recovery: RouterRecovery
    private var router: FIXRouter?
    private let teller = SessionTeller()
    private let isUp: SeriesMetrics

    init(
        _ sink: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ effects: EffectThread, _ directory: DataDirectory?,
        _ run: DeskRunSettings, _ gauges: DeskGauges
    ) throws {
        session = sink.settings.text("session")
        isUp = gauges.session(session)
        (self.run, self.engine, names, day) = (run, engine, assembly.names, assembly.day)
        settings = try Route.settings(session, assembly.topology, directory, run.durability)
        quirks =
            try assembly.topology.session(session).map { try VenueHabits.quirks(sink.settings.text("session"), $0) }
            ?? SessionQuirks()
        let source = assembly.topology.vertices.first {
            $0.role == .source && $0.kind == "fix" && $0.settings.text("session") == sink.settings.text("session")
        }
        guard let source, let port = assembly.port(source, as: ExecutionReport.self) else {
            throw DeskRunError.venue(
                "sink \(sink.name): no source reads the session \(session), so nobody would hear the venue; "
                    + "add sources: { reports: { kind: fix, session: \(session) } }")
        }
        reports = engine.ingress(port, isService: true)
        let limits = Route.limits(sink, assembly.topology)
        recovery = RouterRecovery(names: assembly.names, limits: limits)
        (wait, settle) = (sink.settings.duration("wait"), sink.settings.duration("settle"))
        let intents = assembly.required(sink, "in", as: ClearedOrder.self)
        guard intents.isPort else {
            throw DeskRunError.venue(
                "sink \(sink.name): an order is journalled before it leaves; read it through sources: "
                    + "{ intents: { kind: loop, of: \(sink.inputs.first?.reference ?? "slicer") } }")
        }
        // Before the router: it must know what an earlier run of the day asked for and heard before it sends anything.
        assembly.graph.each(sink.name + ".history", of: intents) { [unowned self, unowned engine] order, _ in
            recovery.intent(order, takenAt: engine.batchIngestTime)
        }
        assembly.graph.each(sink.name + ".heard", of: port.edge) { [unowned self] report, _ in recovery.report(report) }
        engine.keep(CheckpointPart("sink/\(sink.name)", version: 5) { [unowned self] in recovery.state(&$0) })
        let queue = effects.consumer(sink.name) { [unowned self, unowned engine] (sequence, order: ClearedOrder) in
            router?.submit(order, madeAt: engine.timeBeforeRestart(of: sequence))
        }
        engine.effect(sink.name, from: intents, into: queue, measuring: session)
    }

    private static func limits(_ sink: CheckedVertex, _ topology: CheckedTopology) -> SendLimits {
        var limits = SendLimits(answer: sink.settings.duration("ask"), orderAge: sink.settings.duration("age"))
        guard let session = topology.session(sink.settings.text("session")) else { return limits }
        let most = session.integer("unacknowledged")
        limits.pace = SendPace(
            messages: session.integerIfPresent("throttle").map { Int($0) },
            reserve: session.integerIfPresent("throttle_reserve").map { Int($0) }, unacknowledged: most > 0 ? Int(most) : nil)
        limits.questions = QuestionPolicy(rawValue: session.text("status")) ?? .order
        limits.massCancel = session.integerIfPresent("mass_cancel").map { Int($0) }
        limits.replaces = ReplacePolicy(rawValue: session.text("replaces")) ?? .one
        return limits
    }

    /// A session as the topology has it.
    static func settings(
        _ name: String, _ topology: CheckedTopology, _ directory: DataDirectory?, _ durability: Durability
    ) throws -> FIXSessionSettings {
        guard let session = topology.session(name) else { preconditionFailure("the session \(name) was checked to exist") }
        guard let version = FIXVersion(rawValue: session.text("version")) else {
            preconditionFailure("the version of session \(name) was checked to be carried")
        }
        var settings = FIXSessionSettings(
            role: .initiator, version: version, sender: session.text("sender"), target: session.text("target"),
            host: session.text("host"), port: Int(session.integer("port")),
            heartbeatSeconds: Int(session.duration("heartbeat") / UTC.second),
            storePath: session.textIfPresent("store") ?? directory?.fix, resetOnLogon: session.boolean("reset"),
            reconnectSeconds: session.durationIfPresent("reconnect").map { Int($0 / UTC.second) } ?? 1)
        // The session would bring a cancel back before its order, which it never brings back. The router sends it again, behind it.
        settings.gapFilled.insert(.orderCancelRequest)
        settings.syncsStore = durability == .disk
        settings.logsMessages = session.boolean("log")
        settings.logonFields = try VenueHabits.logonFields(name, session)
        settings.dictionaryPath = session.textIfPresent("dictionary")
        settings.transportDictionaryPath = session.textIfPresent("transport_dictionary")
        if session.boolean("tls") {
            settings.tls = FIXTLS(
                ca: session.textIfPresent("ca"), certificate: session.textIfPresent("certificate"),
                key: session.textIfPresent("key"))
        }
        return settings
    }

    /// Whether a request waits for the venue's word.
    var isBusy: Bool { (router?.statistics.pending ?? 0) > 0 }

    /// Connects and waits for the logon: a desk that cannot trade should say so at once.
    func start() throws {
        let (reports, notice, clock) = (reports, run.notice, engine.clock)
        // Over history the desk goes by the tape's time: what the router puts on record must not lie years ahead of it.
        let tape = engine.options.clockInterval == nil ? engine.eventTime : nil
        let eventTime: @Sendable () -> Int64 = { tape?.reached ?? clock.now() }
        var history = recovery.copy(names: names)
        // Set back while nobody looked, the wall clock cannot tell how long ago an order was made.
        history.distrustAges(after: clock.reach(engine.batchIngestTime) ? run.time.now() : .min)
        let router = try FIXRouter(
            settings, names: names, recovery: run.connections.recovery(history, names), clock: { clock.now() },
            deliver: { reports.offerWaiting($0) },
            notify: { [teller, isUp] event in
                switch event {
                case .loggedOn: isUp.value = 1
                case .loggedOut: isUp.value = 0
                default: break
                }
                if let line = teller.line(for: event) { notice(line) }
            }, eventTime: eventTime, storeProvesSince: run.connections.storeProvesSince(run.durability), quirks: quirks,
            hasThread: run.hasThreads,
            connect: run.connections.session)
        // Ids of other days are of other journals.
        let lost = router.lost.filter { $0.clOrdID.rawValue >> 52 == day }
        guard lost.isEmpty else { throw DeskRunError.lostRequests(session: session, lost.map { $0.clOrdID.text(names) }) }
        try router.start()
        self.router = router
        guard run.hasThreads else { return }  // who steps a run by hand lets it log on when it likes
        do { try router.waitForLogon(seconds: run.logonSeconds) } catch {
            router.stop(graceMilliseconds: 0)
            throw DeskRunError.venue("\(error)")
        }
    }
    func turn() { router?.turn() }
    func stop() {
        router?.stop()
        isUp.value = 0
        reports.finish()
    }
}

/// Says what a person should know of a session, once: the engine's own chatter stays out, and a venue that is not there is
/// not announced every second.
private final class SessionTeller: Sendable {
    private let last = Mutex("")

    func line(for notice: RouterNotice) -> String? {
        if case .session(let event) = notice, case .note = event.kind { return nil }
        let line = "\(notice)"
        return last.withLock { last in
            guard line != last else { return nil }
            last = line
            return line
        }
    }
}
