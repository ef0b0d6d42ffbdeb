import PlainData

/// The two outputs of a vertex.
public struct Outlets<Out: Element, Side: Element> {
    public let out: Edge<Out>, side: Edge<Side>
    @inlinable init(_ out: Edge<Out>, _ side: Edge<Side>) { (self.out, self.side) = (out, side) }
}

/// The stages in topological order, and the edges between them. One thread runs them all, unless some are given another
/// (`on(thread:)`); which thread runs what changes no output.
///
///     let graph = Graph()
///     let trades = graph.source("trades", Trade.self)
///     let bars = graph.add("bars", TimeBars(length: .seconds(60)), from: trades.edge)
///     graph.add("rsi", RSI(period: 14), from: bars.out)
public final class Graph {
    /// In the order of their making, whichever thread runs them.
    public private(set) var stages: [Stage] = []
    public private(set) var ports: [SourcePort] = []
    /// How many elements an edge holds at first. Smaller is kinder to the cache, larger is fewer sweeps.
    public let edgeCapacity: Int
    /// How many batches may lie between two threads.
    public let ringCapacity: Int
    /// Off only to measure what measuring costs.
    public var isMeasured = true
    /// What the stages and edges count in.
    public let counters: Counters

    /// What the engine's thread runs, and what the others do, in the order of their first mention.
    let main: StageGroup
    var others: [StageGroup] = []
    /// The thread that `on(thread:)` says.
    var building: StageGroup?
    let halts = HaltBook()
    let stopping = StopSignal()
    var isStarted = false, isAbandoned = false
    /// The last record that the other threads were given.
    var handedOn: UInt64 = 0
    /// Called again and again on the engine's thread while it waits for the others.
    var onWait: () -> Void = {}

    public init(edgeCapacity: Int = 4_096, ringCapacity: Int = 8, counters: Counters = Counters()) {
        (self.edgeCapacity, self.ringCapacity, self.counters) = (edgeCapacity, ringCapacity, counters)
        main = StageGroup(Self.engineThread, counters, halts, stopping)
        counters.onSample { [weak self] in self?.sampleEdges() }
    }
    deinit { stop() }

    /// How many elements a certain edge holds, where it is not `edgeCapacity`. Set before the edge is made.
    public var capacities: [String: Int] = [:]

    @inlinable public func edge<T: Element>(_ name: String, _: T.Type = T.self) -> Edge<T> {
        let edge = Edge<T>(name, capacity: capacities[name] ?? edgeCapacity)
        register(edge)
        return edge
    }
    @usableFromInline func register(_ edge: EdgeBase) {
        adopt(edge, by: building ?? main)
        if edge.elementName != Nothing.elementName { edge.metrics = counters.edge(edge.name) }
    }
    func adopt(_ edge: EdgeBase, by group: StageGroup) {
        edge.home = group
        group.edges.append(edge)
    }
    @usableFromInline func append(_ stage: Stage) { append(stage, to: building ?? main) }
    private func append(_ stage: Stage, to group: StageGroup) {
        appendPart(stage, to: group)
        stages.append(stage)
    }
    /// A stage that is no vertex of its own: part of the one that is appended next.
    @usableFromInline func appendPart(_ stage: Stage, to group: StageGroup) {
        precondition(!isStarted || others.isEmpty, "\(stage.name) was added to a graph whose threads run")
        stage.order = stages.count
        stage.metrics.cell.pointee.thread = group.thread.number
        group.add(stage)
    }

    /// Declares a source.
    /// - Parameters:
    ///   - lateness: how far behind its own newest event an element may come, in nanoseconds.
    ///   - holdsWatermark: false for a source that may stay silent, such as a venue's reports.
    ///   - sharing: another output of the same connection, whose progress in time is this one's too.
    @inlinable @discardableResult
    public func source<T: Element>(
        _ name: String, _ type: T.Type, lateness: Int64 = 0, holdsWatermark: Bool = true, sharing: SourcePort? = nil
    ) -> TypedPort<T> {
        let edge: Edge<T> = edge(name), id = ports.count + 1
        let port = TypedPort(
            id: id, edge: edge, lateness: lateness, holdsWatermark: holdsWatermark, lead: sharing?.lead ?? id,
            newest: { newestEventTime($0, $1, of: T.self) }, fill: { $0.fill(of: T.self) },
            times: { eventTimes($0, $1, of: T.self, into: $2) })
        register(port, edge)
        return port
    }
    @usableFromInline func register(_ port: SourcePort, _ edge: EdgeBase) {
        precondition(!ports.contains { $0.name == port.name }, "two sources are named \(port.name)")
        edge.isHashed = false
        edge.isPort = true
        precondition(edge.home === main, "the source \(port.name) belongs to the engine's thread")
        ports.append(port)
        let source = counters.source(port.name).cell
        source.pointee.lateness = port.lateness
        source.pointee.holds = port.holdsWatermark && port.lead == port.id ? 1 : 0
    }

    @inlinable @discardableResult
    public func add<O: Operator & ~Copyable>(_ name: String, _ op: consuming O, from input: Edge<O.In>) -> Outlets<O.Out, O.Side>
    {
        add(name, Body1(op), [input])
    }
    @inlinable @discardableResult
    public func add<O: Operator2 & ~Copyable>(
        _ name: String, _ op: consuming O, from a: Edge<O.First>, and b: Edge<O.Second>
    ) -> Outlets<O.Out, O.Side> {
        add(name, Body2(op), [a, b])
    }
    @inlinable @discardableResult
    public func add<O: Operator3 & ~Copyable>(
        _ name: String, _ op: consuming O, from a: Edge<O.First>, _ b: Edge<O.Second>, _ c: Edge<O.Third>
    ) -> Outlets<O.Out, O.Side> {
        add(name, Body3(op), [a, b, c])
    }
    @inlinable @discardableResult
    public func add<O: Operator4 & ~Copyable>(
        _ name: String, _ op: consuming O, from a: Edge<O.First>, _ b: Edge<O.Second>, _ c: Edge<O.Third>, _ d: Edge<O.Fourth>
    ) -> Outlets<O.Out, O.Side> {
        add(name, Body4(op), [a, b, c, d])
    }

    @inlinable @inline(__always)
    func add<B: Body & ~Copyable>(_ name: String, _ body: consuming B, _ inputs: [EdgeBase]) -> Outlets<B.Out, B.Side> {
        let out = edge(name, B.Out.self), side = edge(name + "." + B.sideName, B.Side.self)
        let reads = inputs.map(brought)
        let cell = Cell(body, reads, out, side)
        out.makeRoom(for: max(cell.most, cell.mostPerTimer))
        side.makeRoom(for: max(cell.most, cell.mostPerTimer))
        append(
            Stage(
                name, inputs, [out, side], reads: reads, inlets: cell.inlets, timers: cell.timers,
                metrics: metrics(name, inputs, [out, side]), run: { cell.run($0) }, code: { cell.code(&$0) },
                versions: B.versions, watch: { cell.watch = $0 }))
        return Outlets(out, side)
    }

    /// Hands every element of `input`, with its sequence, to `take`, which returns how many it took: fewer than it
    /// was offered when its own room ran out, and then it is asked again.
    ///
    /// `take` runs on the thread that `on(thread:)` says, else on the one that makes `input`. Sinks on several threads that
    /// share what they write to must guard it.
    @discardableResult
    public func sink<T: Element>(_ name: String, from input: Edge<T>, take: @escaping (Offer<T>) -> Int) -> Stage {
        let group = building ?? input.home ?? main
        let reads = [bring(input, to: group)], inlets = makeInlets(reads)
        let run: (Batch) -> UInt64 = { batch in
            let header = inlets[0].header, at = inlets[0].cursor
            let n = header.pointee.count - at
            if n > 0 {
                let taken = take(Offer(header: header, from: at, count: n))
                precondition(taken >= 0 && taken <= n, "a sink took more than it was offered")
                header.pointee.cursors[inlets[0].slot] = at + taken
                if taken < n { return header.pointee.sequence(at + taken) }
            }
            return header.pointee.frontier
        }
        let stage = Stage(
            name, [input], [], reads: reads, inlets: inlets, timers: nil, metrics: metrics(name, [input], []), run: run,
            code: { _ in }, versions: StateVersions(1, oldest: 1))
        append(stage, to: group)
        return stage
    }

    /// At a batch boundary nothing is in flight, so this is the operators' state, their timers and their digests: in the
    /// order in which the stages were made, so that the bytes do not tell which thread ran what.
    public func checkpoint(_ coder: inout StateCoder) {
        drain()
        for stage in stages { stage.state(&coder) }
    }

    /// The same by operator, and how many records each source has had: the graph's parts of a checkpoint. Sinks have none
    /// of their own here, so that a replay, which has no sinks, finds the same parts as the run that saved them.
    public var checkpointParts: [CheckpointPart] {
        ports.map { port in CheckpointPart("source/\(port.name)") { port.base.state(&$0) } }
            + stages.filter { !$0.outputs.isEmpty }.map { stage in
                CheckpointPart("operator/\(stage.name)", version: stage.versions.newest, oldest: stage.versions.oldest) {
                    stage.state(&$0)
                }
            }
    }
    /// After a restore: everything before `sequence` is done, for those too who have no state.
    func resume(at sequence: UInt64) {
        for group in [main] + others {
            for stage in group.stages where stage.outputs.isEmpty { stage.live.pointee.frontier = sequence }
        }
        for port in ports { port.base.reach(sequence) }
        begin(after: sequence - 1)
    }

    /// Every operator's outputs with their digests, in the graph's order.
    public var hashedEdges: [EdgeBase] { stages.flatMap(\.outputs).filter { $0.elementName != Nothing.elementName } }
}

/// Elements that a sink may take, with the sequences that caused them.
public struct Offer<T: Element> {
    let header: UnsafeMutablePointer<EdgeHeader>
    let from: Int
    public let count: Int

    public subscript(i: Int) -> T { elements(header, of: T.self)[from + i] }
    public func sequence(_ i: Int) -> UInt64 { header.pointee.sequence(from + i) }
}
