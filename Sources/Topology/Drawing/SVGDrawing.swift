/// The picture as SVG 1.1: no script, no font of its own, parameters as tooltips.
struct SVGDrawing {
    let graph: DrawnGraph
    let layout: GraphLayout

    var text: String {
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(n(layout.width))\" height=\"\(n(layout.height))\" viewBox=\"0 0 \(n(layout.width)) \(n(layout.height))\" role=\"img\">",
            "<title>\(Self.escaped(graph.title))</title>",
            style,
            "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0.5 L8,4 L0,7.5 z\" fill=\"\(Palette.edge)\"/></marker></defs>",
            "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>",
            label(graph.title, x: GraphLayout.margin, y: 26, "title"),
            label(graph.subtitle, x: GraphLayout.margin, y: 43, "kind"),
        ]
        for index in graph.edges.indices { lines.append(arrow(index)) }
        for index in graph.nodes.indices { lines.append(box(index)) }
        // Labels last: an arrow never strikes one out.
        for index in graph.edges.indices { lines += labels(index) }
        lines += legend
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var style: String {
        let font =
            "font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
        let roles = Role.allCases.map { role in
            ".\(role.rawValue){fill:\(Palette.of(role).fill);stroke:\(Palette.of(role).line)}"
        }
        return "<style>text{\(font);fill:#0f172a}.title{font-size:16px;font-weight:600}.name{font-size:13px;font-weight:600}"
            + ".kind{font-size:11px;fill:#475569}.port{font-size:10px;fill:#475569;paint-order:stroke;stroke:#ffffff;stroke-width:3px;stroke-linejoin:round}"
            + ".paper{fill:#ffffff}.box{stroke-width:1.4}\(roles.joined())"
            + ".edge{fill:none;stroke:\(Palette.edge);stroke-width:1.4}.loop{stroke-dasharray:5 4}</style>"
    }

    // MARK: - Parts

    private func box(_ index: Int) -> String {
        let node = graph.nodes[index]
        let box = layout.boxes[index]
        let middle = box.x + box.width / 2
        let tip = Self.escaped(([node.role.rawValue + " " + node.name + ": " + node.kind] + node.details).joined(separator: "\n"))
        return
            "<g><title>\(tip)</title><rect class=\"box \(node.role.rawValue)\(node.isLoop ? " loop" : "")\" x=\"\(n(box.x))\" y=\"\(n(box.y))\""
            + " width=\"\(n(box.width))\" height=\"\(n(box.height))\" rx=\"9\"/>"
            + label(node.name, x: middle, y: box.middle - 2, "name", anchor: "middle")
            + label(node.kind, x: middle, y: box.middle + 13, "kind", anchor: "middle") + "</g>"
    }

    private func arrow(_ index: Int) -> String {
        let edge = graph.edges[index]
        let route = layout.routes[index]
        let tip = "\(graph.nodes[edge.from].name) → \(graph.nodes[edge.to].name): \(edge.element)"
        let path = route.isLane ? Self.lane(route.points) : Self.curve(route)
        return
            "<path class=\"edge\(edge.isLoop ? " loop" : "")\" d=\"\(path)\" marker-end=\"url(#tip)\"><title>\(Self.escaped(tip))</title></path>"
    }

    private func labels(_ index: Int) -> [String] {
        let edge = graph.edges[index]
        let points = layout.routes[index].points
        guard let first = points.first, let last = points.last else { return [] }
        var lines: [String] = []
        // Arrows of one output share their start, so its label is written once.
        let isFirst = !graph.edges.prefix(index).contains {
            $0.from == edge.from && $0.output == edge.output && $0.startLabel == edge.startLabel && $0.isLoop == edge.isLoop
        }
        if !edge.startLabel.isEmpty, isFirst { lines.append(label(edge.startLabel, x: first.x + 5, y: first.y - 4, "port")) }
        if !edge.endLabel.isEmpty { lines.append(label(edge.endLabel, x: last.x - 10, y: last.y - 4, "port", anchor: "end")) }
        return lines
    }

    private var legend: [String] {
        var lines: [String] = []
        var x = GraphLayout.margin
        let y = layout.height - 22
        for role in Role.allCases where graph.nodes.contains(where: { $0.role == role }) {
            lines.append(
                "<rect class=\"box \(role.rawValue)\" x=\"\(n(x))\" y=\"\(n(y - 9))\" width=\"14\" height=\"11\" rx=\"3\"/>")
            lines.append(label(role.rawValue, x: x + 20, y: y, "kind"))
            x += 34 + TextSize.width(role.rawValue, 11)
        }
        if graph.edges.contains(where: \.isLoop) {
            lines.append("<path class=\"edge loop\" d=\"M\(n(x)),\(n(y - 4)) H\(n(x + 26))\"/>")
            lines.append(label("loop", x: x + 32, y: y, "kind"))
        }
        return lines
    }

    private func label(_ text: String, x: Double, y: Double, _ style: String, anchor: String? = nil) -> String {
        let anchor = anchor.map { " text-anchor=\"\($0)\"" } ?? ""
        return "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\"\(anchor)>\(Self.escaped(text))</text>"
    }

    // MARK: - Paths

    private static func curve(_ route: GraphLayout.Route) -> String {
        let points = route.points
        guard let first = points.first else { return "" }
        var path = "M\(number(first.x)),\(number(first.y))"
        for index in stride(from: 0, to: points.count - 1, by: 2) {
            var (a, b) = (points[index], points[index + 1])
            let end = b
            if index == 0 { a.x += route.lead }
            if index == points.count - 2 { b.x -= route.tail }
            if a.x != first.x { path += " L\(number(a.x)),\(number(a.y))" }
            let half = (b.x - a.x) / 2
            path += " C\(number(a.x + half)),\(number(a.y)) \(number(b.x - half)),\(number(b.y)) \(number(b.x)),\(number(b.y))"
            if end.x != b.x { path += " L\(number(end.x)),\(number(end.y))" }
        }
        return path
    }

    /// Straight lines with corners rounded.
    private static func lane(_ points: [GraphLayout.Point]) -> String {
        guard let first = points.first, let last = points.last else { return "" }
        var path = "M\(number(first.x)),\(number(first.y))"
        for index in points.indices.dropFirst().dropLast() {
            let corner = points[index]
            let into = toward(corner, points[index - 1])
            let out = toward(corner, points[index + 1])
            path +=
                " L\(number(into.x)),\(number(into.y)) Q\(number(corner.x)),\(number(corner.y)) \(number(out.x)),\(number(out.y))"
        }
        return path + " L\(number(last.x)),\(number(last.y))"
    }

    /// The point at most 7 from `a` on the way to `b`.
    private static func toward(_ a: GraphLayout.Point, _ b: GraphLayout.Point) -> GraphLayout.Point {
        let length = max(abs(b.x - a.x), abs(b.y - a.y))
        guard length > 0 else { return a }
        let share = min(7, length / 2) / length
        return GraphLayout.Point(x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share)
    }

    // MARK: - Text

    private func n(_ value: Double) -> String { Self.number(value) }

    /// To a tenth of a pixel.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// XML text; characters that XML does not have become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "\n"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
