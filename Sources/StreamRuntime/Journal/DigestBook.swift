import PlainData

/// The digests of a day's outputs, as the run that recorded it saw them.
public struct DigestBook: Codable, Sendable, Equatable {
    public struct Mark: Codable, Sendable, Equatable {
        public var count: UInt64, sequence: UInt64, value: String
    }
    public struct Output: Codable, Sendable, Equatable {
        public var name: String, element: String
        public var count: UInt64, value: String
        public var marks: [Mark]
    }
    /// The last record that they cover.
    public var sequence: UInt64
    public var outputs: [Output]

    public init(_ graph: Graph, sequence: UInt64) {
        self.sequence = sequence
        outputs = graph.hashedEdges.map { edge in
            Output(
                name: edge.name, element: edge.elementName, count: edge.digest.count, value: hex(edge.digest.value),
                marks: edge.marks.map { Mark(count: $0.count, sequence: $0.sequence, value: hex($0.value)) })
        }
    }

    /// Where two books part: the output that does so at the lowest sequence.
    public struct Divergence: Sendable, Equatable, CustomStringConvertible {
        public var output: String
        /// The last sequence at which both were still known to agree, and the first at which they are known to differ.
        public var agreesUntil: UInt64, differsBy: UInt64
        public var recordedCount: UInt64, replayedCount: UInt64

        public var description: String {
            "\(output): first differs after record \(agreesUntil) and by record \(differsBy) "
                + "(\(recordedCount) elements recorded, \(replayedCount) replayed)"
        }
    }

    /// Nil when everything is the same.
    public func firstDivergence(from recorded: DigestBook) -> Divergence? {
        var first: Divergence?
        for old in recorded.outputs {
            guard let new = outputs.first(where: { $0.name == old.name }) else {
                return Divergence(output: old.name, agreesUntil: 0, differsBy: 0, recordedCount: old.count, replayedCount: 0)
            }
            guard new.count != old.count || new.value != old.value else { continue }
            var agreed: UInt64 = 0, differs = min(recorded.sequence, sequence)
            for (a, b) in zip(old.marks, new.marks) {
                guard a == b else {
                    differs = max(agreed, min(a.sequence, b.sequence))
                    break
                }
                agreed = a.sequence
            }
            let found = Divergence(
                output: old.name, agreesUntil: agreed, differsBy: differs, recordedCount: old.count, replayedCount: new.count)
            if first.map({ found.differsBy < $0.differsBy }) ?? true { first = found }
        }
        return first
    }
}

/// Sixteen hexadecimal digits.
public func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
