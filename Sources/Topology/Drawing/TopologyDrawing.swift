/// A checked topology as a picture: `floor graph FILE --format svg|dot|mermaid`.
public enum TopologyDrawing {
    public enum Format: String, Sendable, CaseIterable {
        /// A picture by itself, laid out here; no other tool is needed.
        case svg
        /// For Graphviz.
        case dot
        /// For Markdown that draws Mermaid.
        case mermaid
    }

    /// The picture's text. The same topology gives the same bytes.
    public static func draw(_ topology: CheckedTopology, as format: Format) -> String {
        let graph = DrawnGraph(topology)
        return switch format {
        case .svg: SVGDrawing(graph: graph, layout: GraphLayout(graph)).text
        case .dot: DotDrawing(graph: graph).text
        case .mermaid: MermaidDrawing(graph: graph).text
        }
    }
}

/// What all formats draw: boxes and arrows.
struct DrawnGraph {
    struct Node {
        let name: String
        let kind: String
        let role: Role
        let isLoop: Bool
        /// Parameters for the tooltip, one a line.
        let details: [String]
    }

    struct Edge {
        let from: Int
        let to: Int
        /// The producer's output, to tell apart arrows that leave from different places.
        let output: Int
        /// The output's name unless it is the main one, and what the edge does when it is full unless it waits.
        let startLabel: String
        /// The reader's input unless it is the plain `in`.
        let endLabel: String
        let element: String
        /// Whether it comes back through the sequencer: drawn dashed, and not part of the order from left to right.
        let isLoop: Bool

        /// Both labels in one, for formats that have one.
        var label: String { [startLabel, endLabel].filter { !$0.isEmpty }.joined(separator: " → ") }
    }

    let title: String
    let subtitle: String
    let nodes: [Node]
    let edges: [Edge]

    init(title: String, subtitle: String, nodes: [Node], edges: [Edge]) {
        self.title = title
        self.subtitle = subtitle
        self.nodes = nodes
        self.edges = edges
    }

    init(_ topology: CheckedTopology) {
        nodes = topology.vertices.map { vertex in
            let run = Self.run(vertex, hasThreads: topology.hasThreads)
            return Node(
                name: vertex.name, kind: ([vertex.kind] + run.caption).joined(separator: " "), role: vertex.role,
                isLoop: vertex.loop != nil,
                details: vertex.settings.entries.map { "\($0.name): \($0.value.canonicalText)" } + run.details)
        }
        var edges: [Edge] = []
        for (reader, vertex) in topology.vertices.enumerated() {
            for edge in vertex.inputs + (vertex.loop.map { [$0] } ?? []) {
                let output = edge.output == 0 ? "" : edge.outputName
                let policy = edge.policy == .block ? "" : edge.policy.rawValue
                let isLoop = vertex.loop != nil
                edges.append(
                    Edge(
                        from: edge.producer, to: reader, output: edge.output,
                        startLabel: [output, policy].filter { !$0.isEmpty }.joined(separator: " · "),
                        endLabel: isLoop || edge.port == "in" ? "" : edge.port, element: edge.element, isLoop: isLoop))
            }
        }
        self.edges = edges
        title = topology.name
        let count = topology.vertices.count
        subtitle =
            "\(count) \(count == 1 ? "vertex" : "vertices"), \(edges.count) \(edges.count == 1 ? "edge" : "edges"), \(topology.hash)"
    }

    /// How an operator is run, where not all of them run alike: in the box `time-bars × 4 @ signals`, and in the tooltip.
    private static func run(_ vertex: CheckedVertex, hasThreads: Bool) -> (caption: [String], details: [String]) {
        guard hasThreads, vertex.role == .operator else { return ([], []) }
        let copies = vertex.shards > 1
        return (
            (copies ? ["× \(vertex.shards)"] : []) + ["@ \(vertex.thread)"],
            ["thread: \(vertex.thread)"] + (copies ? ["shards: \(vertex.shards)"] : [])
        )
    }
}
