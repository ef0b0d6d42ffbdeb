import Clearance
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Why an order: what it came of, record by record, and what came of it.
public struct Lineage {
    public let order: ClOrdID
    public let topology: CheckedTopology
    public let names: Names
    public let instruments: InstrumentTable
    /// Days since 2020-01-01.
    public let day: UInt64
    /// The last record that the answer takes into account, and whether the day has ended there.
    public let lastSequence: UInt64, hasEnded: Bool
    /// Who is writing the day at the moment, as in `process 4711`.
    public let writer: String?
    /// What is known of it, causes before effects: by record, and upstream first within one.
    public let steps: [LineageStep]
    /// The compliance decisions about the order and those that it works for, with every check.
    public let decisions: [ComplianceWitness.Decision]
    let consequences: Set<ObjectIdentifier>

    init(_ run: LineageRun, _ order: ClOrdID, lastSequence: UInt64, hasEnded: Bool, writer: String?) {
        let assembly = run.assembly
        (self.order, topology, names, day) = (order, assembly.topology, assembly.names, assembly.day)
        (instruments, self.lastSequence, self.hasEnded) = (assembly.instruments, lastSequence, hasEnded)
        (self.writer, decisions) = (writer, run.decisions)
        consequences = Set(run.consequences.map { ObjectIdentifier($0) })
        steps = Self.closure(of: run.consequences)
    }

    /// The steps with all that they came of, each once, causes first.
    private static func closure(of roots: [LineageStep]) -> [LineageStep] {
        struct Place: Hashable { var output: String, number: UInt64 }
        var found: [Place: LineageStep] = [:], open = roots
        while let step = open.popLast() {
            let place = Place(output: step.output, number: step.number)
            // The same element may be there as a value alone.
            if let seen = found[place], !seen.isValueOnly || step.isValueOnly { continue }
            found[place] = step
            open += step.sources
        }
        return found.values.sorted {
            ($0.sequence, $0.rank, $0.output, $0.number) < ($1.sequence, $1.rank, $1.output, $1.number)
        }
    }

    /// Whether a step came of the order, rather than the order of it.
    public func isConsequence(_ step: LineageStep) -> Bool { consequences.contains(ObjectIdentifier(step)) }

    /// The text of an id.
    public func text(_ id: ClOrdID) -> String { id.text(names) }
}

extension RecordedDay {
    /// Which pass over the journal a long explanation is in, and how far.
    public typealias LineageProgress = (_ pass: String, _ sequence: UInt64) -> Void

    /// Every order that the day has by now.
    public func orders(progress: LineageProgress = { _, _ in }) throws -> (index: OrderIndex, names: Names) {
        let found = try index(progress)
        return (found.index, found.names)
    }

    /// Explains the order that a text means: its id, or an ending of one.
    ///
    /// Reads the journal as it is, without the day's lock, so that a day can be asked while it runs. Two passes: one finds
    /// the order and its family, one follows them.
    /// - Throws: `WhyError`, `JournalError`, `TopologyRefusal`.
    public func why(_ text: String, progress: LineageProgress = { _, _ in }) throws -> Lineage {
        let found = try index(progress)
        let order: ClOrdID
        do { order = try found.index.find(text, names: found.names) } catch {
            throw otherReason(text, found) ?? error
        }
        var family = found.index.family(of: order)
        // An order can come of other instruments' elements; those are followed in a pass of their own.
        for attempt in 1...3 {
            let run = try LineageRun(self, assembleOwn(isExplained: true), family: family, followsAll: attempt == 3)
            try run.run(until: found.last) { progress("following", $0) }
            if !run.missed.isSubset(of: family.symbols), attempt < 3 {
                family.symbols.formUnion(run.missed)
                continue
            }
            return Lineage(
                run, order, lastSequence: found.last, hasEnded: found.hasEnded, writer: DayWriter.holder(of: directory))
        }
        preconditionFailure("the third pass follows every instrument")
    }

    /// Why an id that is well formed is none of this day's.
    private func otherReason(_ text: String, _ found: FoundOrders) -> WhyError? {
        guard let id = ClOrdID(ownText: text), let day = id.day, let vertex = id.vertex, let cause = id.sequence else {
            return nil
        }
        if day != manifest.day { return .otherDay(text, day, here: manifest.day) }
        if cause > found.last { return .notYet(text, cause: cause, last: found.last) }
        let makers = found.topology.vertices.enumerated().filter {
            ["drift", "algos"].contains($0.element.kind) || OperatorKinds.slicers.contains($0.element.kind)
        }
        if !makers.contains(where: { UInt64($0.offset % 64) == vertex }) {
            return .otherVertex(text, vertex, makers: makers.map(\.element.name))
        }
        return nil
    }

    private struct FoundOrders {
        var index: OrderIndex, names: Names, topology: CheckedTopology, last: UInt64, hasEnded: Bool
    }

    /// The first pass: what orders there are.
    private func index(_ progress: LineageProgress) throws -> FoundOrders {
        let run = try assembleOwn(), reader = try reader()
        let taker = IndexTaker(run.assembly)
        var last: UInt64 = 0, hasEnded = false
        try run.replay.run(reader) { block in
            (last, hasEnded) = (block.end - 1, block.lastWatermark == endOfTime)
            progress("looking", last)
        }
        return FoundOrders(
            index: taker.index, names: run.assembly.names, topology: run.assembly.topology, last: last, hasEnded: hasEnded)
    }

    /// The day's own graph, with the names as the manifest has them; the journal's come as it is read.
    private func assembleOwn(isExplained: Bool = false) throws -> Run {
        let names = Names()
        DeskRun.prefill(names, manifest)
        return try assemble(topology(nil, []), names: names, isExplained: isExplained)
    }
}

/// Sees every element that names an order.
private final class IndexTaker {
    private(set) var index = OrderIndex()

    init(_ assembly: Assembly) {
        precondition(!assembly.graph.hasThreads, "orders are indexed on one thread")
        let vertices = Set(assembly.topology.vertices.map(\.name))
        for port in assembly.graph.ports { watch(port.edgeOfAnyType, port.name, assembly.graph) }
        for stage in assembly.graph.stages where vertices.contains(stage.name) {
            for edge in stage.outputs { watch(edge, stage.name, assembly.graph) }
        }
    }

    private func watch(_ edge: EdgeBase, _ vertex: String, _ graph: Graph) {
        func each<E: Element>(_ edge: Edge<E>, _ request: @escaping (E) -> OrderRequest?) {
            graph.each(edge.name + ".orders", of: edge) { [unowned self] element, sequence in
                index.take(ElementKeys(element), request(element), sequence, vertex)
            }
        }
        switch edge {
        case let edge as Edge<OrderRequest>: each(edge) { $0 }
        case let edge as Edge<ClearedOrder>: each(edge) { $0.request }
        case let edge as Edge<ExecutionReport>: each(edge) { _ in nil }
        default: break
        }
    }
}
