import PlainData

extension Graph {
    /// The most copies of one operator.
    public static let mostShards = 64

    /// Adds one operator as several copies, each with the keys that fall to it. Its outputs are those of one copy, whatever
    /// their number, and so is its state in a checkpoint.
    ///
    ///                ┌─ name/0 ─┐
    ///     input ─────┼─ name/1 ─┼─── name, name.side
    ///                └─ name/2 ─┘
    ///
    /// - Parameters:
    ///   - onThreads: whether each copy has a thread of its own, `name/0` and so on, which alone makes copies worth their
    ///     while. The elements are split where `input` is made, and put together on the thread that is being built
    ///     (`on(thread:)`), which must not be one that makes `input`.
    ///   - make: a copy. Called `shards` times.
    @inlinable @discardableResult
    public func add<O: KeyedOperator & ~Copyable>(
        _ name: String, shards: Int, onThreads: Bool = false, from input: Edge<O.In>, _ make: () -> O
    ) -> Outlets<O.Out, O.Side> {
        precondition(shards >= 1 && shards <= Self.mostShards, "\(name): \(shards) shards; 1 to \(Self.mostShards) can be")
        if shards == 1 { return add(name, make(), from: input) }
        let outlets: Outlets<O.Out, O.Side> = outlets(name, O.sideName)
        let before = onThreads ? homeGroup(of: input) : buildingGroup
        let parts = (0..<shards).map { makePart("\(name)/\($0)", O.In.self, before) }
        let whole = bring(input, to: before), scatter = Scatter<O>(whole, parts)
        appendPart(
            Stage(
                "\(name)/split", [], [], reads: [whole], writes: parts, inlets: scatter.inlets, timers: nil,
                metrics: plumbing("\(name)/split"), run: { _ in scatter.run() }, code: { _ in },
                versions: StateVersions(1, oldest: 1)), of: name, to: before)
        var cells: [ShardCell<O>] = [], outs: [EdgeBase] = [], sides: [EdgeBase] = []
        for k in 0..<shards {
            let group = onThreads ? self.group(named: "\(name)/\(k)") : buildingGroup
            let part = bring(parts[k], to: group)
            let out = makePart("\(name)/\(k)", O.Out.self, group)
            let side = makePart("\(name)/\(k).\(O.sideName)", O.Side.self, group)
            count(out, side)
            let cell = ShardCell(make(), part, out, side)
            out.makeRoom(for: max(cell.most, cell.mostPerTimer))
            side.makeRoom(for: max(cell.most, cell.mostPerTimer))
            appendPart(
                Stage(
                    "\(name)/\(k)", [], [], reads: [part], writes: [out, side], inlets: cell.inlets, timers: cell.timers,
                    metrics: metrics("\(name)/\(k)", [], [out, side]), run: { cell.run($0) }, code: { _ in },
                    versions: StateVersions(1, oldest: 1)), of: name, to: group)
            cells.append(cell)
            outs.append(bring(out, to: buildingGroup))
            sides.append(bring(side, to: buildingGroup))
        }
        let sharded = Sharded(cells, outs + sides)
        let out = Gather(sharded.inlets, shards, into: outlets.out)
        let side = Gather(sharded.inlets + shards, shards, into: outlets.side)
        append(
            Stage(
                name, [input], [outlets.out, outlets.side], reads: outs + sides, inlets: sharded.inlets,
                timers: nil, metrics: metrics(name, [input], [outlets.out, outlets.side]),
                run: { _ in min(out.run(), side.run()) }, code: { sharded.code(&$0) },
                versions: StateVersions(O.stateVersion, oldest: O.oldestStateVersion)))
        return outlets
    }

    @inlinable func outlets<Out: Element, Side: Element>(_ name: String, _ side: String) -> Outlets<Out, Side> {
        Outlets(edge(name), edge(name + "." + side))
    }
    @usableFromInline var buildingGroup: StageGroup { building ?? main }
    @usableFromInline func homeGroup(of edge: EdgeBase) -> StageGroup { edge.home ?? main }

    /// A stage that is no vertex of its own.
    @usableFromInline func appendPart(_ stage: Stage, of vertex: String, to group: StageGroup) {
        stage.vertex = vertex
        appendPart(stage, to: group)
    }
    /// An edge that only the copies know.
    @usableFromInline func makePart<T: Element>(_ name: String, _: T.Type, _ group: StageGroup) -> Edge<T> {
        let edge = Edge<T>(name, capacity: edgeCapacity)
        edge.isHashed = false
        edge.makeRanks()
        adopt(edge, by: group)
        return edge
    }
    /// What a copy puts out is counted as an operator's is.
    @usableFromInline func count(_ out: EdgeBase, _ side: EdgeBase) {
        for edge in [out, side] where edge.elementName != Nothing.elementName { edge.metrics = counters.edge(edge.name) }
    }
    @usableFromInline func plumbing(_ name: String) -> StageMetrics { counters.stage(name, .plumbing) }
}
