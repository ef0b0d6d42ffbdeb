import PlainData
import StreamRuntime

/// One graph under test with what came out of it.
///
///     let run = Harness()
///     let trades = run.graph.source("trades", Trade.self)
///     let bars = run.collect(run.graph.add("bars", TimeBars(length: UTC.second), from: trades.edge).out)
///     run.send(trade, to: trades)
///     run.end()
///     #expect(bars.elements == …)
public final class Harness {
    public let graph: Graph
    private var driver: GraphDriver?
    /// How many records each batch holds.
    public var cut: () -> Int
    private let hasClock: Bool

    public init(edgeCapacity: Int = 4_096, hasClock: Bool = false, cut: @escaping () -> Int = { 1_024 }) {
        graph = Graph(edgeCapacity: edgeCapacity)
        (self.cut, self.hasClock) = (cut, hasClock)
    }

    /// Made at first use, when the graph is whole.
    public var records: GraphDriver {
        if let driver { return driver }
        let made = GraphDriver(graph, hasClock: hasClock)
        driver = made
        return made
    }

    /// Keeps everything that passes the edge.
    public func collect<T: Element>(_ edge: Edge<T>) -> Collected<T> {
        let collected = Collected<T>()
        graph.sink(edge.name + ".collected\(graph.stages.count)", from: edge) { offer in
            for i in 0..<offer.count {
                collected.elements.append(offer[i])
                collected.sequences.append(offer.sequence(i))
            }
            return offer.count
        }
        return collected
    }

    /// Offers the elements as records and runs them.
    public func send<T: Element>(_ elements: T..., to port: TypedPort<T>) { send(all: elements, to: port) }
    public func send<T: Element>(all elements: [T], to port: TypedPort<T>) {
        records.offer(all: elements, to: port)
        run()
    }
    /// Time passes, by a clock record.
    public func advance(to time: Int64) {
        precondition(hasClock, "this run has no clock")
        records.tick(time)
        run()
    }
    public func end() {
        records.end()
        run()
    }
    public func run() { records.run(cut: cut) }

    /// The digest of every output, in the graph's order.
    public var digests: [Digest] { graph.hashedEdges.map(\.digest) }

    /// The whole run's state as bytes.
    public func checkpoint() -> [UInt8] {
        var coder = StateCoder()
        records.state(&coder)
        return coder.bytes
    }
    /// - Returns: whether the bytes were exactly those of such a graph.
    public func restore(_ bytes: [UInt8]) -> Bool {
        var coder = StateCoder(restoring: bytes)
        records.state(&coder)
        return coder.isAtEnd
    }
}

/// What passed one edge, with the sequences that caused it.
public final class Collected<T: Element> {
    public fileprivate(set) var elements: [T] = []
    public fileprivate(set) var sequences: [UInt64] = []
    private var taken = 0

    /// What came since the last call.
    public func fresh() -> [T] {
        defer { taken = elements.count }
        return Array(elements[taken...])
    }
}

/// Ways of cutting records into batches, which must not matter.
public enum Cuts {
    public static func every(_ n: Int) -> () -> Int { { n } }
    /// Now tiny, now large.
    public static func random(seed: UInt64) -> () -> Int {
        var random = SplitMix64(seed: seed)
        return { 1 + random.below(random.below(2) == 0 ? 4 : 300) }
    }
}
