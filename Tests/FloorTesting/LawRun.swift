import PlainData
import StreamRuntime

/// One run of the laws' graph, with all that came out of it.
final class LawRun {
    private let graph: Graph, driver: GraphDriver, script: Laws.Script, records: Int
    private var outputs: [LawOutput] = [], done = 0

    /// - Parameter probed: whether operators, instead of sinks, look at the outputs; they see the watermark too.
    init(_ laws: Laws, edgeCapacity: Int = 512, copies: Int = 1, probed: Bool = false) {
        graph = Graph(edgeCapacity: edgeCapacity)
        script = laws.build(graph, copies)
        records = laws.records
        for edge in graph.hashedEdges {
            let keeper = Keeper(edge, graph, probed)
            edge.accept(keeper)
            outputs.append(keeper.output)
        }
        driver = GraphDriver(graph, hasClock: laws.hasClock, batchCapacity: 1_024)
    }

    var canPass: Bool { script.pass != nil }
    var digests: [Digest] { outputs.map(\.edge.digest) }
    /// What went backwards, if anything did.
    var fall: String? { outputs.lazy.compactMap(\.fall).first }

    /// Runs the records up to number `end`, from where the run is, or from `start` where it was restored.
    /// - Parameter passing: a record that no operator is to see.
    /// - Returns: false when that record is nothing that an operator would have seen.
    @discardableResult func run(
        from start: Int? = nil, until end: Int? = nil, passing: Int? = nil, cut: () -> Int = { 1_024 }
    ) -> Bool {
        if let start { done = start }
        var hasPassed = true
        let end = end ?? records
        for at in done..<max(done, end) {
            guard at == passing, let pass = script.pass else {
                script.offer(at, driver)
                continue
            }
            let before = driver.sequence
            pass(at, driver)
            hasPassed = driver.sequence > before
            if !hasPassed { script.offer(at, driver) }
        }
        driver.run(cut: cut)
        done = max(done, end)
        return hasPassed
    }

    func save() -> [UInt8] {
        var coder = StateCoder()
        driver.state(&coder)
        return coder.bytes
    }
    func restore(_ bytes: [UInt8]) -> Bool {
        var coder = StateCoder(restoring: bytes)
        driver.state(&coder)
        for output in outputs { output.skipped = Int(output.edge.total) }
        return coder.isAtEnd
    }

    func compare(with expected: LawRun, _ law: Laws.Law, _ how: String) throws {
        for (came, wanted) in zip(outputs, expected.outputs) where came.edge.digest != wanted.edge.digest {
            throw Laws.Broken(law, how + ", " + came.difference(from: wanted))
        }
    }

    private struct Keeper: EdgeVisitor {
        let output: LawOutput, graph: Graph, probed: Bool
        init(_ edge: EdgeBase, _ graph: Graph, _ probed: Bool) {
            (output, self.graph, self.probed) = (LawOutput(edge), graph, probed)
        }
        func visit<T: Element>(_ edge: Edge<T>) {
            let output = output, name = "\(edge.name) of the laws"
            let kept = Kept<T>()
            output.describe = { kept.elements[$0].described(output.names) }
            if probed {
                graph.add(name, Probe(output: output, kept: kept), from: edge)
            } else {
                graph.sink(name, from: edge) { offer in
                    for i in 0..<offer.count { output.take(offer[i], offer.sequence(i), nil, kept) }
                    return offer.count
                }
            }
        }
    }
}

/// What passed one edge.
private final class LawOutput {
    let edge: EdgeBase, names = Names()
    /// How many elements had passed before this run began to look.
    var skipped = 0
    var describe: (Int) -> (names: [String], values: [String]) = { _ in ([], []) }
    private var sequences: [UInt64] = [], watermark = Int64.min
    private(set) var fall: String?

    init(_ edge: EdgeBase) { self.edge = edge }

    func take<T: Element>(_ element: T, _ sequence: UInt64, _ watermark: Int64?, _ kept: Kept<T>) {
        if fall == nil, let last = sequences.last, last > sequence {
            fall = "output \(edge.name) goes from record \(last) back to record \(sequence)"
        }
        if fall == nil, let watermark, watermark < self.watermark {
            fall = "at output \(edge.name) the watermark falls from \(self.watermark) to \(watermark) with record \(sequence)"
        }
        self.watermark = watermark ?? self.watermark
        sequences.append(sequence)
        kept.elements.append(element)
    }

    /// Where this output parts from the other, which has all of its elements.
    func difference(from wanted: LawOutput) -> String {
        let both = min(sequences.count, wanted.sequences.count - skipped)
        for at in 0..<max(0, both) {
            let (came, other) = (describe(at), wanted.describe(at + skipped))
            let differing = zip(came.names, zip(came.values, other.values)).filter { $1.0 != $1.1 }.map(\.0)
            let moved = sequences[at] != wanted.sequences[at + skipped]
            guard moved || !differing.isEmpty else { continue }
            return "output \(edge.name) differs at its element \(at + skipped + 1)"
                + " in \((differing + (moved ? ["the record that caused it"] : [])).joined(separator: ", ")):\n"
                + "  expected  \(wanted.line(at + skipped))\n  came      \(line(at))"
        }
        let (came, count) = (skipped + sequences.count, wanted.sequences.count)
        let extra = came > count ? "\n  the first extra   \(line(count - skipped))" : ""
        let missing = came < count ? "\n  the first missing \(wanted.line(came))" : ""
        return "output \(edge.name) has \(came) elements instead of \(count)" + extra + missing
    }
    private func line(_ at: Int) -> String {
        let element = describe(at)
        return "record \(sequences[at]): " + zip(element.names, element.values).map { "\($0)=\($1)" }.joined(separator: " ")
    }
}

private final class Kept<T: Element> { var elements: [T] = [] }

/// Looks at an output as an operator sees it.
private struct Probe<T: Element>: Operator, ~Copyable {
    let output: LawOutput, kept: Kept<T>
    mutating func process(_ element: T, into out: inout Emitter<Nothing, Nothing>) {
        output.take(element, out.sequence, out.watermark, kept)
    }
}
