/// Mermaid's flowchart language.
struct MermaidDrawing {
    let graph: DrawnGraph

    var text: String {
        var lines = ["---", "title: \(ParameterValue.text(graph.title).canonicalText)", "---", "flowchart LR"]
        for (index, node) in graph.nodes.enumerated() {
            let label = "\"\(Self.escaped(node.name))<br/><small>\(Self.escaped(node.kind))</small>\""
            lines.append("  n\(index)(\(label)):::\(node.isLoop ? "loop" : node.role.rawValue)")
        }
        for edge in graph.edges {
            let label = edge.label.isEmpty ? "" : "|\"\(Self.escaped(edge.label))\"|"
            lines.append("  n\(edge.from) \(edge.isLoop ? "-.->" : "-->")\(label) n\(edge.to)")
        }
        for role in Role.allCases {
            let colour = Palette.of(role)
            lines.append("  classDef \(role.rawValue) fill:\(colour.fill),stroke:\(colour.line),color:#0f172a")
        }
        let source = Palette.of(.source)
        lines.append("  classDef loop fill:\(source.fill),stroke:\(source.line),color:#0f172a,stroke-dasharray:4 3")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Mermaid reads labels as HTML, with entities that begin with # instead of &.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "#quot;"
            case "<": result += "#lt;"
            case ">": result += "#gt;"
            case "#": result += "#35;"
            case "&": result += "#amp;"
            default: result.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
