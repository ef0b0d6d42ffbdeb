import PlainData

/// Runs one journal through two graphs and finds the first element in which an output differs: the operator, the
/// sequence, the field, and both values.
public final class SideBySide {
    public struct Difference: Sendable, CustomStringConvertible, Equatable {
        public var output: String
        public var sequence: UInt64
        /// Nil when one of the two has an element that the other has not.
        public var field: String?
        public var recorded: String, replayed: String

        public var description: String {
            if let field { return "\(output): record \(sequence), field \(field): recorded \(recorded), replayed \(replayed)" }
            return "\(output): record \(sequence), every field: recorded \(recorded), replayed \(replayed)"
        }
    }

    /// What one output emitted in the stretch at hand.
    private final class Tape {
        var rows: [(sequence: UInt64, names: [String], values: [String])] = []
    }
    private let tapes: [(name: String, old: Tape, new: Tape)]
    private let graphs: [Graph]

    /// Watches every output that both graphs have. To be made before either runs.
    public init(_ recorded: Graph, _ replayed: Graph, names: Names) {
        var tapes: [(String, Tape, Tape)] = []
        for old in recorded.hashedEdges {
            guard let new = replayed.hashedEdges.first(where: { $0.name == old.name && $0.elementName == old.elementName }) else {
                continue
            }
            let pair = (old.name, Tape(), Tape())
            Self.watch(old, in: recorded, pair.1, names)
            Self.watch(new, in: replayed, pair.2, names)
            tapes.append(pair)
        }
        self.tapes = tapes
        graphs = [recorded, replayed]
    }

    /// Records an edge's elements as texts.
    private struct Recorder: EdgeVisitor {
        let graph: Graph, tape: Tape, names: Names
        func visit<T: Element>(_ edge: Edge<T>) {
            graph.sink(edge.name + ".tape", from: edge) { offer in
                for i in 0..<offer.count {
                    let row = offer[i].described(names)
                    tape.rows.append((offer.sequence(i), row.names, row.values))
                }
                return offer.count
            }
        }
    }
    private static func watch(_ edge: EdgeBase, in graph: Graph, _ tape: Tape, _ names: Names) {
        edge.accept(Recorder(graph: graph, tape: tape, names: names))
    }

    /// Compares what both emitted since the last call; both must have run the same records.
    public func compare() -> Difference? {
        for graph in graphs { graph.drain() }
        var first: Difference?
        for (name, old, new) in tapes {
            if let found = Self.compare(name, old, new), first.map({ found.sequence < $0.sequence }) ?? true { first = found }
            old.rows.removeAll(keepingCapacity: true)
            new.rows.removeAll(keepingCapacity: true)
        }
        return first
    }

    private static func compare(_ name: String, _ old: Tape, _ new: Tape) -> Difference? {
        for i in 0..<max(old.rows.count, new.rows.count) {
            guard i < old.rows.count else {
                return Difference(
                    output: name, sequence: new.rows[i].sequence, field: nil, recorded: "nothing", replayed: line(new.rows[i]))
            }
            guard i < new.rows.count else {
                return Difference(
                    output: name, sequence: old.rows[i].sequence, field: nil, recorded: line(old.rows[i]), replayed: "nothing")
            }
            let (a, b) = (old.rows[i], new.rows[i])
            if a.sequence != b.sequence {
                let isOld = a.sequence < b.sequence
                return Difference(
                    output: name, sequence: min(a.sequence, b.sequence), field: nil, recorded: isOld ? line(a) : "nothing",
                    replayed: isOld ? "nothing" : line(b))
            }
            for (k, value) in a.values.enumerated() where value != b.values[k] {
                return Difference(output: name, sequence: a.sequence, field: a.names[k], recorded: value, replayed: b.values[k])
            }
        }
        return nil
    }
    private static func line(_ row: (sequence: UInt64, names: [String], values: [String])) -> String {
        zip(row.names, row.values).map { "\($0)=\($1)" }.joined(separator: " ")
    }
}
