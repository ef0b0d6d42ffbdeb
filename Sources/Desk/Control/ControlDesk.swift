import Clearance
import Foundation
import Operators
import PlainData
import StreamRuntime
import Synchronization
import Topology
import TradingModel

/// A `commands` source of a live run: what people ask over the socket becomes records, and what compliance says of it is told
/// to them when it is durable.
///
/// `@unchecked Sendable`: all but the mutex is set before the server starts.
final class ControlDesk: @unchecked Sendable {
    static let socketName = "control.sock"
    private static let patienceSeconds = 15

    let names: Names, boards: [ControlBoard]
    /// What the sets of limits lie over.
    let baseLimits: Settings
    private let people: People, venues: [String]
    private let feeds: FeedSwitches, distrusted = DistrustedFeeds()
    private let commands: Ingress<DeskCommand>, orders: Ingress<OrderRequest>
    private let time: @Sendable () -> Int64
    private var server: ControlServer?
    private let staysOpen: Bool, hasSlicers: Bool
    /// Whether the run goes on for people's sake: orders wait for one, or the desk does.
    var waitsForPeople: Bool { staysOpen || boards.contains { !$0.waiting.isEmpty } }

    /// One that waits for its answer.
    private final class Question: @unchecked Sendable {  // touched under the desk's lock alone, but for the semaphore
        var left: Int, findings: [Finding] = [], record: UInt64 = 0
        let answered = DispatchSemaphore(value: 0)
        init(answers: Int) { left = answers }
    }
    private struct State {
        var next: UInt64, questions: [UInt64: Question] = [:], isClosed = false
    }
    private let state: Mutex<State>

    init(
        _ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ effects: EffectThread, _ feeds: FeedSwitches,
        _ run: DeskRunSettings
    ) throws {
        self.feeds = feeds
        guard let port = assembly.port(vertex, as: DeskCommand.self),
            let entered = assembly.port(vertex, 1, as: OrderRequest.self)
        else { preconditionFailure("the catalog gives \(vertex.name) two outputs") }
        (names, people, venues) = (assembly.names, People(vertex.settings), assembly.topology.sessions.map(\.name))
        baseLimits = assembly.topology.limits
        hasSlicers = assembly.topology.vertices.contains { OperatorKinds.slicers.contains($0.kind) || $0.kind == "algos" }
        staysOpen = !vertex.settings.boolean("ends")
        let doorway = Doorway()
        commands = engine.ingress(port, capacity: 1_024, isService: true, doorway: doorway)
        orders = engine.ingress(entered, capacity: 1_024, isService: true, doorway: doorway)
        // As the router does: over history the desk goes by the tape's time.
        let tape = engine.options.clockInterval == nil ? engine.eventTime : nil, clock = engine.clock
        time = { tape?.reached ?? clock.now() }
        let readers = assembly.answers.filter { $0.source == vertex.name }
        boards = readers.map(\.board)
        state = Mutex(State(next: UInt64(max(1, run.time.now()))))
        engine.keep(distrusted.watch(port.edge, in: assembly.graph))
        let record = effects.consumer("\(vertex.name).heard", capacity: 1_024) {
            [unowned self] (sequence, command: DeskCommand) in heard(command, sequence)
        }
        engine.effect("\(vertex.name).heard", from: port.edge, into: record)
        for reader in readers {
            let queue = effects.consumer("\(vertex.name).\(reader.name)", capacity: 4_096) {
                [unowned self] (sequence, answer: CommandAnswer) in take(answer, sequence)
            }
            engine.effect("\(vertex.name).\(reader.name)", from: reader.edge, into: queue)
        }
    }

    func listen(in directory: DataDirectory) throws {
        let server = ControlServer(path: directory.path + "/" + Self.socketName) { [unowned self] user, line in
            answer(user, line).line
        }
        do { try server.start() } catch {
            throw DeskRunError.venue("commands cannot be heard: \(error.description); nobody could stop this desk")
        }
        self.server = server
    }
    /// Whoever waits is told that nothing more will be heard.
    func stop() {
        let waiting = state.withLock { state in
            state.isClosed = true
            return Array(state.questions.values)
        }
        for question in waiting { question.answered.signal() }
        server?.stop()
        server = nil
    }

    // MARK: The effects' thread

    private func take(_ answer: CommandAnswer, _ sequence: UInt64) {
        let done = state.withLock { state -> Question? in
            guard let question = state.questions[answer.number] else { return nil }
            question.findings.append(answer.finding)
            question.record = sequence
            if answer.isLast == 1 { question.left -= 1 }
            return question.left == 0 ? question : nil
        }
        done?.answered.signal()
    }

    /// What no compliance answers is done when it is on record.
    private func heard(_ command: DeskCommand, _ sequence: UInt64) {
        guard command.verb == .distrust || command.verb == .trust else { return }
        let question = state.withLock { state -> Question? in
            state.questions[command.number]?.left = 0
            state.questions[command.number]?.record = sequence
            return state.questions[command.number]
        }
        question?.answered.signal()
    }

    // MARK: A person's thread

    private func answer(_ user: Int64, _ line: [UInt8]) -> ControlReply {
        do throws(ControlFlaw) {
            let request = try ControlRequest(line: line)
            let who = try people.name(of: user, stated: ControlRequest.name(request.who, "--as"))
            try people.check(who, may: request.verb)
            if request.verb == .pending { return pending() }
            if request.verb == .limits, request.text == nil, request.limit == nil { return limitsInForce() }
            let why = try ControlRequest.remark(request.why, "--why")
            if request.verb == .distrust || request.verb == .trust { return try trust(request, who, why) }
            return request.verb.isOrder ? try enter(request, who, why) : try obey(request, who, why)
        } catch { return .error(error.description) }
    }

    private func ask(answers: Int, _ offer: (UInt64) -> Void) throws(ControlFlaw) -> Question {
        let question = Question(answers: answers)
        let number = state.withLock { state -> UInt64? in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.questions[state.next] = question
            return state.next
        }
        guard let number else { throw ControlFlaw(description: "the floor is ending; nothing was done") }
        offer(number)
        let came = question.answered.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success
        let isWhole = state.withLock { state in
            state.questions[number] = nil
            return question.left == 0
        }
        guard came, isWhole else {
            throw ControlFlaw(
                description: "it is before the desk, and no answer came within \(Self.patienceSeconds) s or before the end; "
                    + "floor pending shows whether it was done")
        }
        return question
    }

    /// A feed that is not trusted is so at once, and on record, so that a run that resumes the day does not trust it either.
    private func trust(_ request: ControlRequest, _ who: String, _ why: String) throws(ControlFlaw) -> ControlReply {
        let source = request.scope ?? "", isForced = request.verb == .distrust
        try feeds.check(source)
        var command = DeskCommand(
            eventTime: time(), verb: isForced ? .distrust : .trust, who: names.text(who), why: names.text(why))
        command.name = names.text(source)
        if isForced { feeds.set(source, isForcedStale: true, "\(who): \(why)") }
        let asked = command
        let question = try ask(answers: 1) { number in
            var numbered = asked
            numbered.number = number
            commands.offerWaiting(numbered)
        }
        if !isForced { feeds.set(source, isForcedStale: false, "\(who): \(why)") }
        var reply = ControlReply(
            "OK",
            isForced
                ? "\(source): not trusted any more, nor its books, until floor trust \(source)" : "\(source): trusted again")
        reply.record = question.record
        return reply
    }
    /// Told before the feed connects: what an earlier run of the day heard of it.
    func remind(_ source: String) {
        for entry in distrusted.all where names.text(of: entry.source) == source {
            feeds.set(source, isForcedStale: true, "\(names.text(of: entry.who)): \(names.text(of: entry.why))")
        }
    }

    private func enter(_ request: ControlRequest, _ who: String, _ why: String) throws(ControlFlaw) -> ControlReply {
        if request.verb.isHold, !hasSlicers {
            throw ControlFlaw(description: "\(request.verb): this topology has no slicer, so nothing of it works by a schedule")
        }
        let given = request.order ?? ""
        let id = given.isEmpty ? "M" + ClOrdID(rawValue: UInt64(WallClock.now())).ownText : given
        let now = time(), order = try request.orderRequest(id: id, names: names, at: now)
        let question = try ask(answers: 1) { number in
            commands.offerWaiting(
                DeskCommand(
                    eventTime: now, number: number, verb: .order, who: names.text(who), why: names.text(why), order: order.clOrdID
                ))
            orders.offerWaiting(order)
        }
        let outcome = question.findings.last?.outcome ?? .block
        var reply = ControlReply(outcome.text(names), "\(request.verb) \(id): \(outcome.text(names))")
        if outcome == .review { reply.message += "; it waits for somebody else: floor approve \(id)" }
        (reply.record, reply.order) = (question.record, id)
        reply.findings = question.findings.dropLast().map(told)
        return reply
    }

    private func obey(_ request: ControlRequest, _ who: String, _ why: String) throws(ControlFlaw) -> ControlReply {
        let verbs: [ControlRequest.Verb: DeskCommand.Verb] = [
            .kill: .kill, .reduce: .reduce, .rearm: .rearm, .approve: .approve, .reject: .reject, .limit: .limit,
            .limits: .limit,
        ]
        guard let verb = verbs[request.verb] else { throw ControlFlaw(description: "\(request.verb) is no command") }
        let isOfOrder = verb == .approve || verb == .reject
        var command = DeskCommand(eventTime: time(), verb: verb, who: names.text(who), why: names.text(why))
        if isOfOrder {
            let id = try ControlRequest.name(request.order, "the order")
            guard !id.isEmpty else {
                throw ControlFlaw(description: "\(verb): name the order; floor pending lists those that wait")
            }
            command.order = ControlRequest.id(id, names)
            if verb == .approve {
                guard let terms = request.terms.flatMap({ UInt64($0, radix: 16) }), let limits = request.limits else {
                    throw ControlFlaw(
                        description: "approve \(id): say which terms and limits were seen, as floor pending shows them")
                }
                (command.terms, command.limits) = (terms, limits)
            }
        } else if verb == .limit {
            command =
                request.verb == .limits
                ? try set(request, command) : try request.changed(command, names: names, at: command.eventTime)
        } else {
            command = try request.scoped(command, names: names, venues: venues)
        }
        let asked = command
        let question = try ask(answers: boards.count) { number in
            var numbered = asked
            numbered.number = number
            commands.offerWaiting(numbered)
        }
        let acts = question.findings.filter(\.check.isAct), isDone = acts.contains { $0.outcome == .ok }
        var reply = ControlReply(isDone ? "OK" : "BLOCK", message(request, acts, isDone))
        reply.record = question.record
        // Where one compliance has done it, what the others do not have is no news.
        let news = question.findings.filter { !$0.check.isAct && !(isDone && $0.check == .pending) }
        reply.findings = news.map(told)
        return reply
    }
    private func message(_ request: ControlRequest, _ acts: [Finding], _ isDone: Bool) -> String {
        let about = request.order ?? request.scope ?? request.limit ?? ""
        switch (request.verb, isDone) {
        case (.kill, true):
            let count = acts.reduce(0) { $0 + ($1.measured.isNaN ? 0 : Int($1.measured)) }
            return
                "\(about): stopped, \(count) order\(count == 1 ? "" : "s") to cancel; only floor rearm \(about) lets orders pass again"
        case (.reduce, true): return "\(about): only orders that make a position smaller pass, until floor rearm \(about)"
        case (.rearm, true): return "\(about): armed again"
        case (.rearm, false): return "\(about): no switch is thrown for it; floor pending lists those that are"
        case (.limits, true) where request.text == nil: return "limits \(about): taken away; what held before holds again"
        case (.limits, true): return "limits of \(request.scope ?? "the file"): set" + (acts.last.map(Self.version) ?? "")
        case (.limit, true): return "\(about) \(request.amount ?? ""): set" + (request.until.map { ", until \($0)" } ?? "")
        case (.approve, true): return "\(about): approved"
        case (.reject, true): return "\(about): refused, it will not leave"
        default: return "\(about): not done"
        }
    }
}
