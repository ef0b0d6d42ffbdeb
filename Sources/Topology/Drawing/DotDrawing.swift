/// Graphviz's language.
struct DotDrawing {
    let graph: DrawnGraph

    var text: String {
        var lines = [
            "digraph topology {",
            "  graph [rankdir=LR, label=\(Self.quoted(graph.title)), labelloc=t, fontname=\"Helvetica\", nodesep=0.35, ranksep=0.7];",
            "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];",
            "  edge [fontname=\"Helvetica\", fontsize=9, color=\"\(Palette.edge)\"];",
        ]
        for (index, node) in graph.nodes.enumerated() {
            let style = node.isLoop ? ", style=\"rounded,filled,dashed\"" : ""
            let colour = Palette.of(node.role)
            lines.append(
                "  n\(index) [label=\(Self.quoted(node.name + "\n" + node.kind)), fillcolor=\"\(colour.fill)\", color=\"\(colour.line)\"\(style)];"
            )
        }
        for edge in graph.edges {
            var attributes: [String] = []
            if !edge.label.isEmpty { attributes.append("label=\(Self.quoted(edge.label))") }
            if edge.isLoop { attributes += ["style=dashed", "constraint=false"] }
            lines.append("  n\(edge.from) -> n\(edge.to)\(attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]");")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
            }
        }
        return result + "\""
    }
}

/// The colours of the three roles, light enough for black text.
enum Palette {
    static let edge = "#64748b"

    static func of(_ role: Role) -> (fill: String, line: String) {
        switch role {
        case .source: ("#e3f4e8", "#2f855a")
        case .operator: ("#e6edfd", "#3b5bbf")
        case .sink: ("#fdf0df", "#b7691a")
        }
    }
}
