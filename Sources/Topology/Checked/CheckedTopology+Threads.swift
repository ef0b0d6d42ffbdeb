extension CheckedTopology {
    /// The thread that runs what is given no other.
    public static let engineThread = "engine"

    /// The threads that run operators, the engine's first and then in the order of the graph, each with its operators. The copies of an operator have one
    /// more each, `NAME/0` and so on.
    public var threads: [(name: String, operators: [CheckedVertex])] {
        var found: [(name: String, operators: [CheckedVertex])] = []
        for vertex in vertices where vertex.role == .operator {
            if let at = found.firstIndex(where: { $0.name == vertex.thread }) {
                found[at].operators.append(vertex)
            } else {
                found.append((vertex.thread, [vertex]))
            }
        }
        return found.filter { $0.name == Self.engineThread } + found.filter { $0.name != Self.engineThread }
    }

    /// Whether any operator runs elsewhere than on the engine's thread, by itself.
    public var hasThreads: Bool { vertices.contains { $0.thread != Self.engineThread || $0.shards > 1 } }

    /// For people: `signals: bars × 4, rsi`. Empty where one thread runs all.
    public var threadLines: [String] {
        guard hasThreads else { return [] }
        return threads.map { "\($0.name): \($0.operators.map(\.nameWithShards).joined(separator: ", "))" }
    }
}

extension CheckedVertex {
    fileprivate var nameWithShards: String { shards > 1 ? "\(name) × \(shards)" : name }
}
