/// Boxes and arrows that are no topology, laid out in the same way.
extension TopologyDrawing {
    public struct Box: Sendable {
        let name: String, caption: String, role: Role, details: [String]
        /// - Parameter details: lines of the tooltip.
        public init(name: String, caption: String, role: Role, details: [String] = []) {
            (self.name, self.caption, self.role, self.details) = (name, caption, role, details)
        }
    }
    public struct Arrow: Sendable {
        let from: Int, to: Int, label: String
        public init(from: Int, to: Int, label: String) { (self.from, self.to, self.label) = (from, to, label) }
    }

    /// - Parameters:
    ///   - boxes: each after all that it has arrows from.
    ///   - arrows: by the boxes' places.
    public static func draw(title: String, subtitle: String, boxes: [Box], arrows: [Arrow], as format: Format) -> String {
        let graph = DrawnGraph(
            title: title, subtitle: subtitle,
            nodes: boxes.map {
                DrawnGraph.Node(name: $0.name, kind: $0.caption, role: $0.role, isLoop: false, details: $0.details)
            },
            edges: arrows.map {
                DrawnGraph.Edge(
                    from: $0.from, to: $0.to, output: 0, startLabel: "", endLabel: $0.label, element: $0.label, isLoop: false)
            })
        return switch format {
        case .svg: SVGDrawing(graph: graph, layout: GraphLayout(graph)).text
        case .dot: DotDrawing(graph: graph).text
        case .mermaid: MermaidDrawing(graph: graph).text
        }
    }
}
