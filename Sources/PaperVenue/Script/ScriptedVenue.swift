import PlainData
import TradingModel

/// The matching engine with a script before it and behind it: what comes to the venue, what it says, and when.
///
///     requests ──▶ reception ──▶ MatchingEngine ──▶ transport ──▶ reports
///                  reject, ignore,      ▲           lose, duplicate,
///                  pending, delay       │           hold, delay
///                                  happenings: fill, bust, correct, end, restate, say, halt, quote, trade, auction
///
/// No clock: whoever calls says what time it is, in ns, and asks `nextDue` when it wants to be called again. Without a script it
/// is the engine and nothing else.
struct ScriptedVenue: ~Copyable {
    /// A report and whom it is for.
    struct Addressed {
        var report: ExecutionReport, client: Int32
        var isReplace = false
    }
    /// What the script does to a connection.
    enum Command: Equatable {
        /// Client −1: all.
        case disconnect(client: Int32, saysGoodbye: Bool)
        case admit(client: Int32)
    }

    let names: Names
    let script: VenueScript
    var engine: MatchingEngine
    /// Whether requests and reports wait here while a client is cut off; else its session keeps them.
    let keepsMail: Bool
    var latency: Latency

    var now: Int64 = .min
    /// How often each step has matched.
    var seen: [Int64]
    /// What is yet to come, by time and then by the order in which it was decided.
    var due: [Due] = []
    var dueCount: Int64 = 0
    /// Reports that leave after so many others.
    var held: [Due] = []
    /// Executions as they stand now; only where the script may take them back, or for a statement.
    var executions: [Fill] = []
    let keepsExecutions: Bool
    var owners: [TextID: Int32] = [:]
    /// Orders with a request that is not decided: their reports say so.
    var undecided: [TextID: OrdStatus] = [:]
    /// Until when each client is cut off.
    var away: [Int32: Int64] = [:]
    /// How far a step's own words may cause others.
    static let mostGenerations: UInt8 = 8

    var fresh: [ExecutionReport] = []
    private(set) var reports: [Addressed] = []
    private(set) var commands: [Command] = []
    /// What the script asked for and could not be done.
    var remarks: [String] = []

    init(
        _ configuration: MatchingConfiguration, instruments: InstrumentTable, script: VenueScript, names: Names,
        keepsMail: Bool = false, latency: Latency = Latency()
    ) {
        (self.names, self.script, self.keepsMail, self.latency) = (names, script, keepsMail, latency)
        engine = MatchingEngine(configuration, instruments: instruments)
        keepsExecutions = configuration.recordsFills
        seen = Array(repeating: 0, count: script.steps.count)
    }

    /// When something is to happen next; `.max` for never.
    var nextDue: Int64 { due.first?.time ?? .max }
    /// The lines of steps that never came to anything.
    var idleSteps: [String] { script.steps.indices.filter { seen[$0] == 0 }.map { script.steps[$0].place } }

    mutating func takeReports() -> [Addressed] {
        defer { reports.removeAll(keepingCapacity: true) }
        return reports
    }
    mutating func clearReports() { reports.removeAll(keepingCapacity: true) }
    mutating func takeCommands() -> [Command] {
        defer { commands.removeAll(keepingCapacity: true) }
        return commands
    }

    // MARK: What comes

    /// The venue opens: steps that wait for it are set.
    mutating func open(at time: Int64) {
        now = time
        trigger(.start, client: -1)
    }
    mutating func loggedOn(_ client: Int32, at time: Int64) {
        advance(to: time)
        trigger(.logon, client: client)
    }

    mutating func enter(_ request: OrderRequest, isPossResend: Bool, from client: Int32, at time: Int64) {
        advance(to: time)
        var request = request
        request.eventTime = now
        if !latency.entry.isNone {
            let arrival = latency.entry.arrival(of: now)
            if arrival > now { return schedule(Due(.arrival, at: arrival, request, isPossResend, client, step: -1)) }
        }
        arrive(request, isPossResend, client)
    }

    /// A request is at the venue.
    mutating func arrive(_ request: OrderRequest, _ isPossResend: Bool, _ client: Int32) {
        if script.isEmpty { return decide(request, isPossResend, client, step: -1) }
        if keepsMail, let back = away[client] ?? away[-1], back > now {
            return schedule(Due(.request, at: back, request, isPossResend, client, step: -1))
        }
        receive(request, isPossResend, client)
    }

    mutating func play(_ quote: Quote) {
        advance(to: quote.eventTime)
        engine.quote(quote, into: &fresh)
        sayFresh()
    }
    mutating func play(_ delta: BookDelta) {
        advance(to: delta.eventTime)
        engine.change(delta, into: &fresh)
        sayFresh()
    }
    mutating func play(_ trade: Trade) {
        advance(to: trade.eventTime)
        engine.trade(trade, into: &fresh)
        sayFresh()
    }
    /// The trading day ends; what was held back leaves.
    mutating func close(at time: Int64) {
        advance(to: time)
        engine.endOfDay(now, into: &fresh)
        sayFresh()
        engine.isClosed = true
        let waiting = held
        held = []
        for item in waiting { deliver(item.report, item.client, item.isReplace) }
    }

    /// Does all that is due up to `time`.
    mutating func advance(to time: Int64) {
        while let next = due.first, next.time <= time {
            due.removeFirst()
            now = max(now, next.time)
            perform(next)
        }
        now = max(now, time)
    }

    /// The clock is set: what is due keeps its distance.
    mutating func setClock(to time: Int64) {
        let change = time - now
        for i in due.indices where !due[i].isOfClock { due[i].time += change }
        due.sort { ($0.time, $0.order) < ($1.time, $1.order) }
        for client in away.keys.sorted() { away[client, default: 0] += change }
        now = time
    }

    // MARK: What leaves

    mutating func append(_ item: Addressed) {
        guard !latency.response.isNone else { return reports.append(item) }
        schedule(Due(.response, at: latency.response.arrival(of: now), item.report, item.client, item.isReplace))
    }
    mutating func arrived(_ item: Addressed) { reports.append(item) }
    mutating func append(_ command: Command) { commands.append(command) }

    /// Sends what the engine has just said.
    /// - Parameters:
    ///   - client: who asked; nil where nobody did.
    ///   - generation: how many steps deep the script is in its own words.
    mutating func sayFresh(to client: Int32? = nil, isReplace: Bool = false, generation: UInt8 = 0) {
        if keepsExecutions { executions += engine.takeFills() }
        guard !fresh.isEmpty else { return }
        let said = fresh
        fresh.removeAll(keepingCapacity: true)
        for report in said {
            if let client, report.execType == .new || report.execType == .pendingNew { owners[report.orderID] = client }
            send(report, to: client ?? owners[report.orderID] ?? 0, isReplace: isReplace, generation)
        }
    }
}
