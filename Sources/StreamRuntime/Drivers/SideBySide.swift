import PlainData

/// Runs one journal through two graphs and finds, for each output that both have, the first element in which they differ:
/// the sequence, the field, and both values.
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

    /// What one output emitted in the stretch at hand. Elements become texts only where they differ.
    private final class Tape {
        var sequences: [UInt64] = []
        /// Of the sequence and all fields.
        var hashes: [UInt64] = []
        /// The fields of an element of the stretch, and how to forget the stretch.
        var described: (Int) -> (names: [String], values: [String]) = { _ in ([], []) }
        var words: (Int) -> [UInt64] = { _ in [] }
        var forget: () -> Void = {}
        /// Off once the output has differed: from then on nothing is kept.
        var isOn = true

        func clear() {
            sequences.removeAll(keepingCapacity: true)
            hashes.removeAll(keepingCapacity: true)
            forget()
        }
    }
    private let tapes: [(name: String, old: Tape, new: Tape)]
    private let graphs: [Graph]
    /// The first difference of each output that has one by now.
    public private(set) var differences: [Difference] = []

    /// Watches every output that both graphs have. To be made before either runs.
    /// - Parameter isWatching: false where the two run together only later; `watch` begins then.
    public init(_ recorded: Graph, _ replayed: Graph, names: Names, isWatching: Bool = true) {
        var tapes: [(String, Tape, Tape)] = []
        for old in recorded.hashedEdges {
            guard let new = replayed.hashedEdges.first(where: { $0.name == old.name && $0.elementName == old.elementName }) else {
                continue
            }
            let pair = (old.name, Tape(), Tape())
            old.accept(Recorder(graph: recorded, tape: pair.1, names: names))
            new.accept(Recorder(graph: replayed, tape: pair.2, names: names))
            tapes.append(pair)
        }
        self.tapes = tapes
        graphs = [recorded, replayed]
        if !isWatching { set(false) }
    }
    /// From the next record on.
    public func watch() { set(true) }
    private func set(_ isOn: Bool) {
        for (_, old, new) in tapes { (old.isOn, new.isOn) = (isOn, isOn) }
    }

    private struct Recorder: EdgeVisitor {
        final class Elements<T> { var list: [T] = [] }
        let graph: Graph, tape: Tape, names: Names

        func visit<T: Element>(_ edge: Edge<T>) {
            let tape = tape, names = names, elements = Elements<T>()
            tape.described = { elements.list[$0].described(names) }
            tape.words = { FieldWords(elements.list[$0]).words }
            tape.forget = { elements.list.removeAll(keepingCapacity: true) }
            graph.sink(edge.name + ".tape", from: edge) { offer in
                guard tape.isOn else { return offer.count }
                for i in 0..<offer.count {
                    var hash = FieldHash()
                    hash.mix(offer.sequence(i))
                    offer[i].fields(&hash)
                    tape.sequences.append(offer.sequence(i))
                    tape.hashes.append(hash.value)
                    elements.list.append(offer[i])
                }
                return offer.count
            }
        }
    }

    /// Compares what both emitted since the last call; both must have run the same records.
    /// - Returns: the earliest of the differences that are new; an output that has differed once is not looked at again.
    public func compare() -> Difference? {
        for graph in graphs { graph.drain() }
        var first: Difference?
        for (name, old, new) in tapes where old.isOn {
            if let found = Self.compare(name, old, new) {
                differences.append(found)
                (old.isOn, new.isOn) = (false, false)
                if first.map({ found.sequence < $0.sequence }) ?? true { first = found }
            }
            old.clear()
            new.clear()
        }
        return first
    }

    private static func compare(_ name: String, _ old: Tape, _ new: Tape) -> Difference? {
        for i in 0..<max(old.hashes.count, new.hashes.count) {
            let (a, b) = (i < old.hashes.count ? old.hashes[i] : 0, i < new.hashes.count ? new.hashes[i] : 0)
            if i < old.hashes.count, i < new.hashes.count, a == b { continue }
            let sequences = (
                i < old.hashes.count ? old.sequences[i] : UInt64.max, i < new.hashes.count ? new.sequences[i] : UInt64.max
            )
            guard sequences.0 == sequences.1 else {
                let isOld = sequences.0 < sequences.1
                return Difference(
                    output: name, sequence: min(sequences.0, sequences.1), field: nil, recorded: isOld ? line(old, i) : "nothing",
                    replayed: isOld ? "nothing" : line(new, i))
            }
            let (was, now) = (old.described(i), new.described(i))
            // By their words, as the digests see them: a minus zero reads like a zero.
            let field = zip(old.words(i), new.words(i)).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
            return Difference(
                output: name, sequence: sequences.0, field: was.names[field], recorded: was.values[field],
                replayed: now.values[field])
        }
        return nil
    }
    private static func line(_ tape: Tape, _ row: Int) -> String {
        let all = tape.described(row)
        return zip(all.names, all.values).map { "\($0)=\($1)" }.joined(separator: " ")
    }
}

/// The fields as the digest takes them.
private struct FieldWords: FieldVisitor {
    private(set) var words: [UInt64] = []

    init(_ element: some Element) { element.fields(&self) }
    mutating func time(_ name: StaticString, _ nanoseconds: Int64) { words.append(UInt64(bitPattern: nanoseconds)) }
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) { words.append(value.word) }
}
