import Clearance
import Desk
import FIXRouter
import FIXSessions
import Foundation
import Glibc
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Everything that a floor touches, and the floor itself: one process after the other, stepped by one thread.
///
/// What is real: the desk of `topologies/desk.yaml` with all its operators, the engine, the journal, the effects, the
/// router with its send protocol and recovery, the messages' encoder and decoder, the run that wires them, and replay.
/// What is simulated: the disk, the clocks, the feed, the FIX sessions and the network between them, and the venue.
final class SimulatedWorld: Connections, @unchecked Sendable {  // one thread steps a simulation
    /// How the process under test ends early.
    enum Death: Sendable {
        /// `kill -9`: what was written is there.
        case process
        /// The power fails: what was synced is there.
        case machine
    }
    struct Setup: Sendable {
        var seed: UInt64
        var durability = Durability.os
        var death = Death.process
        var events = 96
        /// How often the state is saved, nanoseconds.
        var checkpoints: Int64 = 4_000_000_000
        /// Changes to the desk's file, as `--set` takes them.
        var overrides: [String] = []
        var mutation: Mutation?
    }

    let setup: Setup
    let topology: CheckedTopology
    let fate = Fate()
    let time: SimulatedTime
    let disk: SimulatedDisk
    let link: SimulatedLink
    let venue: SimulatedVenue
    let tape: Tape
    /// How many events the venue has seen, and whether its day is over.
    var played = 0, isClosed = false
    /// Where the tape is.
    var position = 0
    private(set) var run: DeskRun?
    private(set) var feed: SimulatedFeed?
    private(set) var violations: [String] = []
    private(set) var notices: [String] = []
    private(set) var starts = 0
    /// Why the last start was refused; nil when it was not, or when the process died in it.
    private(set) var refusal: String?
    /// What happened, for who reads a failure: one line each.
    private(set) var log: [String] = []
    /// The sequence of each intent's record, as the process at hand knows it.
    private var intents: [String: UInt64] = [:]
    /// When each order was made, in true time, and of which record.
    private var made: [String: (at: Int64, of: UInt64)] = [:]
    private var lastWatermark = Int64.min, lastSettled: UInt64 = 0
    private var previousDurable: UInt64 = 0
    static let day = "/day"
    /// More turns than any day takes to come to rest: what moves on and on must not hang the test.
    static let mostTurns = 200_000

    init(_ setup: Setup) throws {
        self.setup = setup
        topology = try SimulatedDesk.topology(setup.overrides)
        time = SimulatedTime(start: Tape.start)
        disk = SimulatedDisk(fate: fate, seed: setup.seed ^ 0xD15C)
        link = SimulatedLink(fate: fate, time: time, seed: setup.seed ^ 0x11E7)
        venue = SimulatedVenue(link, seed: setup.seed ^ 0x7E40E)
        tape = Tape(seed: setup.seed ^ 0x7A9E, events: setup.events)
        (disk.mutation, link.mutation) = (setup.mutation, setup.mutation)
        venue.reportTime = Tape.start
    }

    func violated(_ what: String) {
        if violations.count < 20 { violations.append(what) }
        note("VIOLATION: \(what)")
    }
    func note(_ what: String) {
        if log.count < 2_000 { log.append("\(Double(time.elapsed / 1_000) / 1e6) s  \(what)") }
    }

    // MARK: The process

    var isRunning: Bool { run != nil && !fate.isDead }

    /// Starts a process on the day, new or not.
    /// - Returns: false when it died on the way, or could not start.
    func start() -> Bool {
        fate.begin()
        starts += 1
        refusal = nil
        disk.hasRefusedSync = false
        (lastWatermark, lastSettled, previousDurable) = (.min, 0, 0)
        var settings = DeskRunSettings(floorVersion: "simulated") { [weak self] in self?.notices.append($0) }
        (settings.data, settings.durability) = (Self.day, setup.durability)
        (settings.storage, settings.time, settings.hasThreads) = (disk, time, false)
        (settings.connections, settings.checkpointInterval) = (self, setup.checkpoints)
        do {
            let run = try DeskRun(topology, settings: settings)
            watch(run)
            try run.open()
            // The others went with the journal's tail: their ids may become another order's.
            intents = intents.filter { $0.value <= run.resumed }
            made = made.filter { $0.value.of <= run.resumed }
            if setup.mutation == .losesTheLoop { for loop in run.engine.loops { loop.drop(.max) } }
            run.engine.begin(journal: run.journal)
            self.run = run
        } catch {
            let isOwnDoing = fate.isDead
            died()
            if !isOwnDoing { refusal = "\(error)" }
            return false
        }
        return !fate.isDead
    }

    /// The process ends without a word, wherever it is.
    func kill() {
        fate.kill()
        died()
    }
    /// Cleans up behind a process that is dead.
    func died(deliversToVenue: Bool = true) {
        fate.kill()
        (run, feed) = (nil, nil)
        link.disconnect(deliversToVenue: deliversToVenue)
        switch setup.death {
        case .process: disk.processDied()
        case .machine: disk.powerFailed()
        }
    }

    // MARK: Its parts, each a turn

    /// - Returns: whether there was something to do.
    func turnEngine() -> Engine.Turn {
        guard let run, !fate.isDead else { return .idle }
        do {
            let turn = try run.engine.turn()
            if disk.hasRefusedSync { violated("the floor goes on after a sync of its journal has failed") }
            breakEarly(run)
            checkEngine(run)
            return turn
        } catch {
            if !fate.isDead { failed(error) }
            return .idle
        }
    }
    /// The disk refused a write or a sync: the run ends as it does then, and somebody makes room.
    private func failed(_ error: any Error) {
        guard case JournalError.io(_, let path, let code)? = error as? JournalError, code == ENOSPC || code == EIO else {
            return violated("the engine stopped: \(error)")
        }
        let reason = code == EIO ? "Input/output error" : "No space left on device"
        if !"\(error)".contains(path) || !"\(error)".contains(reason) { violated("an error without its name: \(error)") }
        disk.hasRefusedSync = false
        note("the run ends: \(error)")
        run?.fail()
        run?.close()
        died()
    }
    func turnJournal() -> Bool {
        guard let run, !fate.isDead else { return false }
        previousDurable = run.journal?.durableSequence ?? 0
        return run.journal?.turn() ?? false
    }
    func turnEffects() -> Bool {
        guard let run, !fate.isDead else { return false }
        let taken = run.effects.turn()
        if let error = run.effects.error, !fate.isDead { violated("an effect failed: \(error)") }
        return taken > 0
    }
    func turnCheckpoints() {
        guard let run, !fate.isDead else { return }
        run.checkpointer?.writeIfComplete()
    }
    func turnRouter() {
        guard let run, !fate.isDead else { return }
        run.turnRouters()
    }

    /// Ends the run in order, when the engine says that it has ended.
    /// - Returns: false when the process died on the way.
    func finish() -> Bool {
        guard let run, !fate.isDead else { return false }
        do {
            try run.engine.finish()
            try run.finish()
            run.close()
        } catch {
            if !fate.isDead { violated("the run does not end: \(error)") }
            return false
        }
        guard !fate.isDead else { return false }
        (self.run, feed) = (nil, nil)
        link.disconnect(deliversToVenue: true)
        return true
    }

    // MARK: Connections

    func feed(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ run: DeskRunSettings) throws -> any LiveFeed {
        let made = SimulatedFeed(vertex, assembly, engine)
        feed = made
        return made
    }
    func session(_ settings: FIXSessionSettings, _ handler: SessionHandler) throws(FIXEngineError) -> any RouterSession {
        let session = SimulatedSession(settings, handler, link)
        session.onSend = { [unowned self] in checkBeforeSending($0) }
        return session
    }
    func recovery(_ recovery: consuming RouterRecovery, _ names: Names) -> RouterRecovery {
        if setup.mutation == .forgetsTheDay { return RouterRecovery(names: names) }
        if setup.mutation == .forgetsExecIDs { recovery.execIDs = ExecIDFilter(names: names) }
        return recovery
    }

    // MARK: What must hold at every step

    private func watch(_ run: DeskRun) {
        for port in run.assembly.graph.ports {
            guard let port = port as? TypedPort<ClearedOrder> else { continue }
            let names = run.assembly.names
            run.assembly.graph.each(port.name + ".simulation", of: port.edge) { [unowned self] order, sequence in
                intents[order.clOrdID.text(names)] = sequence
            }
        }
        for stage in run.assembly.graph.stages {
            guard let edge = stage.outputs.first as? Edge<ClearedOrder> else { continue }
            let names = run.assembly.names
            run.assembly.graph.each(edge.name + ".made", of: edge) { [unowned self, unowned run] order, sequence in
                if !run.engine.isReplaying { made[order.clOrdID.text(names)] = (time.elapsed, sequence) }
            }
        }
    }

    /// What the mutations do to a run in progress.
    private func breakEarly(_ run: DeskRun) {
        switch setup.mutation {
        case .sendsBeforeDurable: for effect in run.engine.effects { effect.isDurable = true }
        case .sendsOneBatchEarly:
            let durable = run.journal?.durableSequence ?? 0
            if durable > previousDurable {
                for effect in run.engine.effects { effect.release(upTo: run.engine.nextSequence - 1) }
            }
        default: break
        }
    }

    private func checkBeforeSending(_ message: WireMessage) {
        guard message.type != .orderStatusRequest, let run, let id = message[.clOrdID] else { return }
        guard let sequence = intents[id] else { return violated("\(message.type) \(id) is sent without an intent on record") }
        let durable = run.journal?.durableSequence ?? 0
        let age = time.elapsed - (made[id]?.at ?? time.elapsed)
        if message.type == .newOrderSingle, age > 12_000_000_000 {
            violated("D \(id) is sent \(age / 1_000_000) ms after it was made")
        }
        if sequence > durable {
            violated("\(message.type) \(id) is sent when record \(durable) is durable, of record \(sequence)")
        }
    }
    private func checkEngine(_ run: DeskRun) {
        let engine = run.engine, watermark = engine.lastWatermark, settled = engine.settledSequence
        if watermark < lastWatermark { violated("the watermark went back from \(lastWatermark) to \(watermark)") }
        lastWatermark = watermark
        if settled < lastSettled { violated("the settled sequence went back from \(lastSettled) to \(settled)") }
        lastSettled = settled
        if let journal = run.journal, settled > journal.durableSequence {
            violated("record \(settled) is called settled when \(journal.durableSequence) is durable")
        }
        for effect in engine.effects where effect.depth > 65_536 { violated("effect \(effect.name) holds \(effect.depth)") }
    }
}
