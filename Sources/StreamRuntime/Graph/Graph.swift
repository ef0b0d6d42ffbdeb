import CPlatform
import PlainData

/// The two outputs of a vertex.
public struct Outlets<Out: Element, Side: Element> {
    public let out: Edge<Out>, side: Edge<Side>
    @inlinable init(_ out: Edge<Out>, _ side: Edge<Side>) { (self.out, self.side) = (out, side) }
}

/// The stages of one thread in topological order, and the edges between them.
///
///     let graph = Graph()
///     let trades = graph.source("trades", Trade.self)
///     let bars = graph.add("bars", TimeBars(length: .seconds(60)), from: trades.edge)
///     graph.add("rsi", RSI(period: 14), from: bars.out)
public final class Graph {
    public private(set) var stages: [Stage] = []
    public private(set) var ports: [SourcePort] = []
    private(set) var edges: [EdgeBase] = []
    /// How many elements an edge holds at first. Smaller is kinder to the cache, larger is fewer sweeps.
    public let edgeCapacity: Int
    /// Off only to measure what measuring costs.
    public var isMeasured = true
    /// What the stages and edges count in.
    public let counters: Counters
    /// The thread that runs these stages.
    let thread: ThreadMetrics
    /// For each stage, those from which elements can come to it; made when first asked for.
    var upstream: [[Int]] = []
    /// The stages that a full sink downstream holds up at the moment, while they have nothing to do themselves.
    var held: [Bool] = []

    public init(edgeCapacity: Int = 4_096, counters: Counters = Counters(), thread: String = "engine") {
        (self.edgeCapacity, self.counters, self.thread) = (edgeCapacity, counters, counters.thread(thread))
        counters.onSample { [weak self] in self?.sampleEdges() }
    }

    /// How many elements a certain edge holds, where it is not `edgeCapacity`. Set before the edge is made.
    public var capacities: [String: Int] = [:]

    @inlinable public func edge<T: Element>(_ name: String, _: T.Type = T.self) -> Edge<T> {
        let edge = Edge<T>(name, capacity: capacities[name] ?? edgeCapacity)
        register(edge)
        return edge
    }
    @usableFromInline func register(_ edge: EdgeBase) {
        edges.append(edge)
        if edge.elementName != Nothing.elementName { edge.metrics = counters.edge(edge.name) }
    }
    @usableFromInline func append(_ stage: Stage) {
        stages.append(stage)
        upstream = []
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
            newest: { newestEventTime($0, $1, of: T.self) }, fill: { $0.fill(of: T.self) })
        register(port, edge)
        return port
    }
    @usableFromInline func register(_ port: SourcePort, _ edge: EdgeBase) {
        precondition(!ports.contains { $0.name == port.name }, "two sources are named \(port.name)")
        edge.isHashed = false
        edge.isPort = true
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
        let cell = Cell(body, inputs, out, side)
        out.makeRoom(for: max(cell.most, cell.mostPerTimer))
        side.makeRoom(for: max(cell.most, cell.mostPerTimer))
        append(
            Stage(
                name, inputs, [out, side], inlets: cell.inlets, timers: cell.timers,
                metrics: metrics(name, inputs, [out, side]), run: { cell.run($0) }, code: { cell.code(&$0) },
                versions: B.versions, watch: { cell.watch = $0 }))
        return Outlets(out, side)
    }

    /// Hands every element of `input`, with its sequence, to `take`, which returns how many it took: fewer than it
    /// was offered when its own room ran out, and then it is asked again.
    @discardableResult
    public func sink<T: Element>(_ name: String, from input: Edge<T>, take: @escaping (Offer<T>) -> Int) -> Stage {
        let inlets = makeInlets([input])
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
            name, [input], [], inlets: inlets, timers: nil, metrics: metrics(name, [input], []), run: run,
            code: { _ in }, versions: StateVersions(1, oldest: 1))
        append(stage)
        return stage
    }

    /// Runs every stage over the batch, upstream first: one sweep, unless an edge filled up or a sink had no room;
    /// then again, each stage from where it stopped.
    /// - Parameter wait: called when only a sink's want of room holds things up.
    public func process(_ batch: Batch, wait: () -> Void = {}) {
        let end = batch.end, lastWatermark = batch.lastWatermark, isMeasured = self.isMeasured
        let live = thread.cell
        var before: UInt64 = 0
        if isMeasured { before = beginBatch() }
        while true {
            var isDone = true, moved = false, isSinkFull = false
            for at in stages.indices {
                let stage = stages[at]
                let state = stage.live
                let old = state.pointee.frontier
                guard old < end else { continue }
                if stage.skips(lastWatermark) {
                    if state.pointee.frontier < end { isDone = false }
                    if state.pointee.frontier != old { moved = true }
                    continue
                }
                let taken = stage.taken()
                if isMeasured { live.pointee.running = stage.metrics.number }
                let reached = stage.run(batch)
                state.pointee.frontier = reached
                if batch.halt != nil { batch.name(stage.name) }
                let handled = stage.taken() &- taken
                let hasMoved = handled > 0 || reached != old
                if hasMoved { moved = true }
                if reached < end {
                    isDone = false
                    if stage.isFullSink { isSinkFull = true }
                }
                if isMeasured {  // one clock read per stage and batch: the end of this is the start of the next
                    let after = cp_ticks()
                    live.pointee.since = after
                    if hasMoved {  // an attempt in vain is neither work nor the end of its waiting
                        if after > before { live.pointee.stageTicks &+= after &- before }
                        if stage.metrics.isBlocked { stage.unblock(before) }
                        stage.metrics.ran(from: before, to: after, elements: handled)
                    }
                    if reached < end, stage.isOutOfRoom() { stage.block(after) }
                    before = after
                }
            }
            for at in edges.indices { edges[at].settle() }
            if isDone { break }
            if moved {
                if live.pointee.waitSince != 0 { release(before) }
            } else if isSinkFull || !growBlockedEdges(end) {
                // While a sink has no room everything may wait for it; growing edges would only hide that.
                if isMeasured, live.pointee.waitSince == 0 { hold(end, before) }
                wait()
                if isMeasured { before = cp_ticks() }
            }
        }
        if isMeasured { endBatch(before) }
    }

    /// The record that the slowest stage has come to.
    var frontier: UInt64 { stages.reduce(.max) { min($0, $1.live.pointee.frontier) } }

    /// One record can put more on an edge into a merge than the edge holds; the merge waits for its other input, which
    /// waits for the same operator. Then the edge grows: counted, never lost.
    ///
    /// Where nothing moves and no sink is full, following the operators that lack room downstream ends at such a merge, so
    /// this always finds one.
    private func growBlockedEdges(_ end: UInt64) -> Bool {
        var grown = false
        for stage in stages where stage.inputs.count > 1 && stage.live.pointee.frontier < end {
            for (k, edge) in stage.inputs.enumerated() where stage.hasUntaken(k) && edge.lacksRoom {
                edge.grow()
                grown = true
            }
        }
        return grown
    }

    /// At a batch boundary nothing is in flight, so this is the operators' state, their timers and their digests.
    public func checkpoint(_ coder: inout StateCoder) {
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
        for stage in stages where stage.outputs.isEmpty { stage.live.pointee.frontier = sequence }
        for port in ports { port.base.reach(sequence) }
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
