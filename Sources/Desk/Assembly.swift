import Operators
import PlainData
import Reconciler
import StreamRuntime
import Topology
import TradingModel

/// A checked topology as a graph: every source a port, every operator a stage. Sinks and feeds are attached by whoever
/// runs it, because a replay, a backtest and a live desk differ in nothing else.
public final class Assembly {
    public let topology: CheckedTopology
    public let names: Names
    public let instruments: InstrumentTable
    public let graph: Graph
    /// Days since 2020-01-01: part of every ClOrdID.
    public let day: UInt64
    /// By vertex and output, as the checked topology numbers them.
    private var outputs: [[EdgeBase]]
    /// What sees the decisions of each compliance vertex; empty but where decisions are to be explained.
    public private(set) var witnesses: [String: ComplianceWitness] = [:]
    /// Who answers the commands of which source.
    var answers: [AnsweringCompliance] = []
    /// How many executions wait for their drop copies.
    var copyBoards: [CopyBoard] = []
    private let isExplained: Bool
    /// Whether `thread` and `shards` are carried out. They change no output, so a run that is no faster for them is built
    /// without.
    private let isThreaded: Bool
    /// What orders are booked under where no strategy is named.
    let strategy: String

    /// - Parameters:
    ///   - names: empty, or filled from a journal; the topology's own symbols are interned first, in its order.
    ///   - isExplained: whether the vertices that decide keep what they decided by.
    ///   - twin: the topology whose name and vertices' numbers are kept, so that orders which two topologies have in common
    ///     have the same ids and are booked alike.
    ///   - isThreaded: whether operators run on the threads, and in the copies, that the topology says; else one thread runs
    ///     them all. Then what reads several edges must guard what it shares between them.
    public init(
        _ topology: CheckedTopology, names: Names, day: UInt64, isExplained: Bool = false,
        numberedLike twin: CheckedTopology? = nil, isThreaded: Bool = false
    ) {
        precondition(!(isExplained && isThreaded), "decisions are explained on one thread")
        (self.topology, self.names, self.day, self.isExplained) = (topology, names, day, isExplained)
        self.isThreaded = isThreaded
        strategy = (twin ?? topology).name
        instruments = Assembly.instruments(topology, names)
        graph = Graph()
        outputs = Array(repeating: [], count: topology.vertices.count)
        // In front of a sink and behind a source a capacity is that of the queue which stands there.
        for vertex in topology.vertices where vertex.role == .operator {
            for edge in vertex.inputs where topology.vertices[edge.producer].role == .operator {
                guard let capacity = edge.capacity else { continue }
                let name = edge.reference
                graph.capacities[name] = max(graph.capacities[name] ?? 0, capacity)
            }
        }
        for (number, vertex) in topology.vertices.enumerated() {
            switch vertex.role {
            case .source: outputs[number] = makePorts(vertex).map(\.edgeOfAnyType)
            case .operator:
                outputs[number] = graph.on(thread: isThreaded ? vertex.thread : nil) {
                    makeStage(vertex, Self.number(of: vertex, number, in: twin))
                }
            case .sink: break
            }
        }
    }

    private static func instruments(_ topology: CheckedTopology, _ names: Names) -> InstrumentTable {
        var table = InstrumentTable()
        for entry in topology.instruments {
            let isOthers = entry.name == Kinds.otherInstruments
            let terms = Instrument(
                symbol: isOthers ? SymbolID(rawValue: 0) : names.symbol(entry.name),
                tickSize: Price(checked: entry.settings.decimal("tick")),
                lotSize: Quantity(checked: entry.settings.decimal("lot")),
                currency: names.text(entry.settings.text("currency")))
            if isOthers { table.others = terms } else { table.define(terms) }
        }
        return table
    }

    /// A vertex's number, which goes into the ids of its orders.
    private static func number(of vertex: CheckedVertex, _ own: Int, in twin: CheckedTopology?) -> Int {
        guard let twin else { return own }
        return twin.vertices.firstIndex { $0.name == vertex.name } ?? twin.vertices.count + own
    }

    /// In how many copies a vertex runs here.
    func copies(of vertex: CheckedVertex) -> Int { isThreaded ? vertex.shards : 1 }

    /// The threads that read from another with `overflow: spill`: in copies, each copy does.
    var spillingThreads: Set<String> {
        guard isThreaded else { return [] }
        var found: Set<String> = []
        for vertex in topology.vertices where vertex.role == .operator {
            guard vertex.inputs.contains(where: { $0.policy == .spill && topology.joinsThreads($0, vertex) }) else { continue }
            if vertex.shards > 1 {
                found.formUnion((0..<vertex.shards).map { "\(vertex.name)/\($0)" })
            } else {
                found.insert(vertex.thread)
            }
        }
        return found
    }

    func witness(of vertex: String) -> ComplianceWitness? {
        guard isExplained else { return nil }
        let witness = ComplianceWitness()
        witnesses[vertex] = witness
        return witness
    }

    /// One port for each output of a source; the first leads in time.
    private func makePorts(_ vertex: CheckedVertex) -> [SourcePort] {
        let holds = vertex.kind == "file" || vertex.kind == "websocket"
        let lateness = vertex.settings.has("lateness") ? vertex.settings.duration("lateness") : 0
        var lead: SourcePort?
        return vertex.outputs.enumerated().map { index, output in
            // Books and bars that nobody reads do not come in: they would fill the journal. Nor does what few files have.
            let least = vertex.kind == "websocket" ? 2 : vertex.kind == "file" ? 4 : .max
            if index > least, !isRead(vertex, index), let lead { return lead }
            let name = index == 0 ? vertex.name : vertex.name + "." + output.name
            let port =
                isOutOfTime(vertex, index)
                ? makePort(name, Elements.type(named: output.element), lateness, false, nil)
                : makePort(name, Elements.type(named: output.element), lateness, holds, lead)
            lead = lead ?? port
            return port
        }
    }
    private func makePort<T: Element>(_ name: String, _ type: T.Type, _ lateness: Int64, _ holds: Bool, _ lead: SourcePort?)
        -> SourcePort
    {
        graph.source(name, type, lateness: lateness, holdsWatermark: holds, sharing: lead)
    }

    /// The edge that a vertex reads.
    public func edge(_ edge: CheckedEdge) -> EdgeBase { outputs[edge.producer][edge.output] }

    /// The edge that an input reads, with its type; nil for an optional input that is not read.
    public func input<T: Element>(_ vertex: CheckedVertex, _ port: String, as type: T.Type) -> Edge<T>? {
        guard let read = vertex.input(port) else { return nil }
        guard let typed = edge(read) as? Edge<T> else {
            preconditionFailure("\(vertex.name) reads \(read.element) at \(port), which was checked to be \(T.elementName)")
        }
        return typed
    }
    /// The same for an input that the catalog requires.
    func required<T: Element>(_ vertex: CheckedVertex, _ port: String, as type: T.Type) -> Edge<T> {
        guard let edge = input(vertex, port, as: type) else {
            preconditionFailure("\(vertex.name) has no input \(port), which the catalog requires")
        }
        return edge
    }
    /// The port that a source's output feeds.
    public func port<T: Element>(_ vertex: CheckedVertex, _ output: Int = 0, as type: T.Type) -> TypedPort<T>? {
        let name = output == 0 ? vertex.name : vertex.name + "." + vertex.outputs[output].name
        return graph.ports.first { $0.name == name } as? TypedPort<T>
    }
}

extension Price {
    /// A decimal that the topology's check has read already.
    init(checked text: String) {
        guard let price = try? Price(text) else { preconditionFailure("\(text) was checked to be a price") }
        self = price
    }
}

extension Quantity {
    init(checked text: String) {
        guard let quantity = try? Quantity(text) else { preconditionFailure("\(text) was checked to be a quantity") }
        self = quantity
    }
}

extension Notional {
    init(checked text: String) {
        guard let amount = try? Notional(text) else { preconditionFailure("\(text) was checked to be an amount") }
        self = amount
    }
}
