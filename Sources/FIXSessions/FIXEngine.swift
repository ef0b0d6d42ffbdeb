internal import CQuickFIX
internal import Glibc
internal import Synchronization

/// FIX sessions of one role over TCP, carried by QuickFIX: logon, heartbeats, sequence numbers, resend, reconnect.
///
/// An initiator engine carries one session, an acceptor engine any number of sessions on one port. `start()` returns at
/// once; the session logs on, and on again, by itself until `stop()`. A process may have several engines.
///
/// QuickFIX waits with `select()`, so FIX must be started while the process has few files open (descriptors below 1024).
public final class FIXEngine: Sendable {
    public let settings: [FIXSessionSettings]
    private let callbacks: FIXCallbacks
    /// The address of the C engine. QuickFIX guards its sessions with locks of its own; the pointer never changes.
    private let address: UInt
    private let phase: Mutex<Phase> = Mutex(.made)

    private enum Phase {
        case made, started, stopped
    }

    /// Reads the settings and opens the stores; no socket yet. Throws `badSetting`, `badSessions` or `engineRefused`.
    public init(_ settings: [FIXSessionSettings], handler: any FIXHandler) throws(FIXEngineError) {
        guard let first = settings.first else { throw .badSessions(reason: "no session was given") }
        guard settings.allSatisfy({ $0.role == first.role }) else {
            throw .badSessions(reason: "initiators and acceptors cannot share an engine; make one for each")
        }
        guard first.role == .acceptor || settings.count == 1 else {
            throw .badSessions(reason: "an initiator engine carries one session, not \(settings.count); make one for each")
        }
        guard first.role == .initiator || Set(settings.map(\.host)).count == 1 else {
            throw .badSessions(reason: "the sessions of one engine listen on one address")
        }
        guard Set(settings.map(\.port)).count == 1, Set(settings.map { $0.storePath == nil }).count == 1 else {
            throw .badSessions(reason: "the sessions of one engine share a port, and store all in files or all in memory")
        }
        guard Set(settings.map(\.tls)).count == 1, Set(settings.map(\.syncsStore)).count == 1 else {
            throw .badSessions(reason: "the sessions of one engine share their certificates, and how their stores are synced")
        }
        guard Set(settings.map(\.name)).count == settings.count else {
            throw .badSessions(reason: "two sessions have the same name")
        }
        var text = first.engineText()
        for session in settings { text += try session.sessionText() }

        self.settings = settings
        callbacks = FIXCallbacks(handler: handler, settings: settings)
        var table = callbacks.table()
        let role = first.role == .initiator ? QF_INITIATOR : QF_ACCEPTOR
        let store = first.storePath == nil ? QF_IN_MEMORY : first.syncsStore ? QF_ON_DISK : QF_IN_FILE
        if first.role == .acceptor { qf_listen_at(Int32(first.port), first.host) }
        guard let engine = qf_create(text, role, store, first.tls != nil, &table) else {
            throw .engineRefused(session: first.name, reason: lastEngineError())
        }
        for (number, session) in settings.enumerated() where qf_bind(engine, session.name) != Int32(number) {
            let reason = lastEngineError()
            qf_destroy(engine)
            throw .engineRefused(session: session.name, reason: reason)
        }
        for (number, session) in settings.enumerated() {
            for (tag, value) in session.logonFields.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                qf_add_logon_field(engine, Int32(number), tag.rawValue, value)
            }
        }
        callbacks.attach(engine)
        address = UInt(bitPattern: engine)
    }

    deinit {
        stop(graceMilliseconds: 0)
        qf_destroy(engine)
    }

    private var engine: OpaquePointer {
        guard let pointer = OpaquePointer(bitPattern: address) else { preconditionFailure("an engine's address is never zero") }
        return pointer
    }

    private func session(_ id: FIXSessionID) -> FIXSession {
        precondition(settings.indices.contains(Int(id.rawValue)), "the engine carries no session \(id.rawValue)")
        return FIXSession(id: id, name: settings[Int(id.rawValue)].name, engine: engine)
    }

    /// The sessions, in the order of the settings.
    public var sessions: [FIXSessionID] { settings.indices.map { FIXSessionID(rawValue: Int32($0)) } }

    /// Listens, or begins to connect. Throws `engineRefused`, for example when the port is taken.
    public func start() throws(FIXEngineError) {
        let isFirst = phase.withLock { phase in
            guard phase == .made else { return false }
            phase = .started
            return true
        }
        precondition(isFirst, "a FIX engine starts once; make a new one")
        guard qf_start(engine) == 0 else {
            let reason = lastEngineError()
            phase.withLock { $0 = .stopped }
            throw .engineRefused(session: settings[0].name, reason: "port \(settings[0].port): \(reason)")
        }
    }

    /// Logs out, waits at most the grace time for the peers' answers, closes and joins the engine's threads. After it no
    /// callback comes. A second call does nothing. Never from a callback.
    public func stop(graceMilliseconds: Int = 3000, reason: String = "") {
        precondition(!qf_in_callback(), "a FIX engine is not stopped from one of its callbacks: it would wait for itself")
        let wasRunning = phase.withLock { phase in
            defer { phase = .stopped }
            return phase == .started
        }
        guard wasRunning else { return }
        if graceMilliseconds > 0 {
            for id in sessions { qf_logout(engine, id.rawValue, reason) }
            var waited = 0
            while waited < graceMilliseconds, sessions.contains(where: { isLoggedOn($0) }) {
                usleep(5000)
                waited += 5
            }
        }
        qf_stop(engine)
    }

    /// Cuts a session's connection, with or without a Logout; nobody can log on to it until it is admitted again. Never from a
    /// callback.
    public func shut(_ id: FIXSessionID, saysGoodbye: Bool, reason: String = "") {
        qf_logout(engine, id.rawValue, reason)
        if !saysGoodbye { qf_disconnect(engine, id.rawValue) }
    }
    /// Lets a session that was shut log on again.
    public func admit(_ id: FIXSessionID) { qf_logon(engine, id.rawValue) }

    public func isLoggedOn(_ id: FIXSessionID = FIXSessionID(rawValue: 0)) -> Bool { session(id).isLoggedOn }

    /// The MsgSeqNum of our next message, and the one we expect next from the peer.
    public func nextSeqNums(_ id: FIXSessionID = FIXSessionID(rawValue: 0)) -> (sender: Int, target: Int) {
        session(id).nextSeqNums
    }

    /// The operator's way out when the two sides disagree for good ("MsgSeqNum too low"): sets what we send next and
    /// what we expect next. Not while logged on.
    public func setNextSeqNums(
        sender: Int, target: Int, of id: FIXSessionID = FIXSessionID(rawValue: 0)
    ) throws(FIXEngineError) {
        precondition(sender > 0 && target > 0, "sequence numbers start at 1")
        guard qf_set_next_seq_nums(engine, id.rawValue, Int32(clamping: sender), Int32(clamping: target)) == 0 else {
            throw .engineRefused(session: session(id).name, reason: lastEngineError())
        }
    }

    /// What of our own messages the store still has, from MsgSeqNum `first` to `last`: those with a ClOrdID, in order.
    public func stored(
        from first: Int, through last: Int, of id: FIXSessionID = FIXSessionID(rawValue: 0)
    ) throws(FIXEngineError) -> [FIXStoredMessage] {
        guard first <= last else { return [] }
        let found = FIXStoredMessage.List()
        let context = Unmanaged.passUnretained(found).toOpaque()
        let status = qf_stored(engine, id.rawValue, Int32(clamping: first), Int32(clamping: last), context) { context, raw in
            Unmanaged<FIXStoredMessage.List>.fromOpaque(context).takeUnretainedValue().add(FIXMessageView(raw: raw))
        }
        guard status == 0 else { throw .engineRefused(session: session(id).name, reason: lastEngineError()) }
        return found.messages
    }

    /// Sends an application message from any thread; throws `notLoggedOn`, `withheld` or `sendFailed`. Blocks while the
    /// peer does not read and the socket is full.
    @discardableResult
    public func send(
        _ message: borrowing FIXMessageBuilder, to id: FIXSessionID = FIXSessionID(rawValue: 0),
        policy: FIXSendPolicy = .onlyWhenLoggedOn
    ) throws(FIXEngineError) -> FIXSent {
        try session(id).send(message, policy: policy)
    }

    /// What this thread sends inside of `body` may leave together, in fewer and larger segments; all of it has left at the end.
    public func together(_ body: () -> Void) {
        qf_gather()
        defer { qf_push() }
        body()
    }
}
