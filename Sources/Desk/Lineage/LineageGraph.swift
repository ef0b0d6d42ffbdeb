import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A day's graph with every edge watched: which element of which edge came of what.
final class LineageGraph {
    /// One stage, its edges as tapes.
    final class WatchedStage {
        let stage: Stage, watch: StageWatch, rank: Int
        /// What it handles at each input, with the input's name; nil where nothing can pass.
        let inputs: [(port: String, tape: EdgeTape?)]
        let outputs: [EdgeTape?]
        /// False for plumbing between vertices, which is not shown.
        let isVertex: Bool
        /// How many elements of the main and the second output have been told apart by now.
        var made: (UInt64, UInt64) = (0, 0)

        init(_ stage: Stage, rank: Int, inputs: [(String, EdgeTape?)], outputs: [EdgeTape?], isVertex: Bool) {
            (self.stage, self.rank, self.inputs, self.outputs) = (stage, rank, inputs, outputs)
            self.isVertex = isVertex
            watch = stage.watched()
        }
    }
    /// A source. What comes by a loop was put out by `loop` before, one for one.
    final class WatchedPort {
        let port: SourcePort, tape: EdgeTape?, loop: EdgeTape?
        /// Steps of the loop's producer whose records have not come yet, by number.
        var pending: [UInt64: LineageStep] = [:]
        /// Makes an element of a record's bytes.
        let load: (UnsafeRawPointer) -> any Element

        init(_ port: SourcePort, tape: EdgeTape?, loop: EdgeTape?) {
            (self.port, self.tape, self.loop) = (port, tape, loop)
            let loader = Loader()
            port.edgeOfAnyType.accept(loader)
            load = loader.made.load
            if loop != nil { tape?.isEager = true }
        }
        private struct Loader: EdgeVisitor {
            final class Made { var load: (UnsafeRawPointer) -> any Element = { _ in Nothing() } }
            let made = Made()
            func visit<T: Element>(_ edge: Edge<T>) { made.load = { $0.loadUnaligned(as: T.self) } }
        }
    }

    let assembly: Assembly
    private(set) var stages: [WatchedStage] = []
    private(set) var ports: [WatchedPort] = []
    private var tapes: [ObjectIdentifier: EdgeTape] = [:]
    /// Edges that lie behind a loop: what was done before comes back on them.
    private var fed: Set<ObjectIdentifier> = []

    /// - Parameter symbols: the instruments whose newest elements are kept; nil for all.
    init(_ assembly: Assembly, symbols: Set<SymbolID>?) {
        precondition(!assembly.graph.hasThreads, "what comes of what is followed on one thread")
        self.assembly = assembly
        let graph = assembly.graph
        let made = graph.stages
        let read = Set(made.flatMap { $0.inputs.map(ObjectIdentifier.init) })
        for port in graph.ports {
            let edge = port.edgeOfAnyType
            let vertex = topology.vertices.first { port.name == $0.name || port.name.hasPrefix($0.name + ".") }
            if vertex?.loop != nil { fed.insert(ObjectIdentifier(edge)) }
            let isRead = read.contains(ObjectIdentifier(edge))
            if isRead { attach(edge, vertex?.name ?? port.name, vertex?.kind ?? "", 0, symbols) }
        }
        for (place, stage) in made.enumerated() {
            let vertex = topology.vertex(stage.name)
            let isFed = stage.inputs.contains { fed.contains(ObjectIdentifier($0)) }
            for edge in stage.outputs where edge.elementName != Nothing.elementName {
                attach(edge, stage.name, vertex?.kind ?? "", place + 1, symbols)
                if isFed { fed.insert(ObjectIdentifier(edge)) }
            }
            let inputs = stage.inputs.enumerated().map { number, edge in
                (inputName(vertex, number), tapes[ObjectIdentifier(edge)])
            }
            stages.append(
                WatchedStage(
                    stage, rank: place + 1, inputs: inputs,
                    outputs: stage.outputs.map { tapes[ObjectIdentifier($0)] },
                    isVertex: vertex != nil))
        }
        ports = graph.ports.map { port in
            let loop = topology.vertex(port.name)?.loop
            return WatchedPort(
                port, tape: tapes[ObjectIdentifier(port.edgeOfAnyType)],
                loop: loop.flatMap { tapes[ObjectIdentifier(assembly.edge($0))] })
        }
    }

    private var topology: CheckedTopology { assembly.topology }

    private func inputName(_ vertex: CheckedVertex?, _ number: Int) -> String {
        guard let vertex, number < vertex.inputs.count else { return "in" }
        return vertex.inputs[number].port
    }

    func isFed(_ tape: EdgeTape) -> Bool { fedTapes.contains(ObjectIdentifier(tape)) }
    private lazy var fedTapes: Set<ObjectIdentifier> = Set(
        fed.compactMap { edge in tapes[edge].map { ObjectIdentifier($0) } })

    private func attach(_ edge: EdgeBase, _ vertex: String, _ kind: String, _ rank: Int, _ symbols: Set<SymbolID>?) {
        let taker = Taker(vertex: vertex, kind: kind, rank: rank, symbols: symbols, graph: assembly.graph)
        edge.accept(taker)
        tapes[ObjectIdentifier(edge)] = taker.made.tape
    }

    private struct Taker: EdgeVisitor {
        final class Made { var tape: EdgeTape? }
        let vertex: String, kind: String, rank: Int, symbols: Set<SymbolID>?, graph: Graph
        let made = Made()

        func visit<T: Element>(_ edge: Edge<T>) {
            let tape = TypedTape<T>(edge.name, vertex: vertex, kind: kind, rank: rank, symbols: symbols)
            made.tape = tape
            graph.sink(edge.name + ".lineage", from: edge) { offer in
                tape.take(offer)
                return offer.count
            }
        }
    }

    func endBlock(_ record: (UInt64) -> LineageRecord) { for tape in allTapes { tape.endBlock(record) } }
    private lazy var allTapes: [EdgeTape] = {
        var found: [EdgeTape] = ports.compactMap(\.tape)
        for stage in stages { found += stage.outputs.compactMap { $0 } }
        return found
    }()
}
