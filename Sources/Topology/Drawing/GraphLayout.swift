/// Where the boxes and arrows of a graph stand: columns from left to right, in the manner of Sugiyama.
///
/// Columns by the longest way from a source; long arrows get a place in each column that they cross, so that no arrow runs
/// through a box; the order within a column is chosen for few crossings, the heights for straight arrows; what comes back
/// runs in lanes below everything.
/// - Source: Sugiyama, Tagawa, Toda, IEEE Trans. SMC 11(2), 1981; Gansner et al., "A technique for drawing directed graphs",
///   IEEE Trans. Software Engineering 19(3), 1993 (the weights of straightness).
struct GraphLayout {
    struct Box: Hashable {
        var x: Double, y: Double, width: Double, height: Double

        var right: Double { x + width }
        var bottom: Double { y + height }
        var middle: Double { y + height / 2 }
    }

    struct Point: Hashable { var x: Double, y: Double }

    /// The way of an arrow. Between an even and the next odd point it is a curve that leaves and arrives level, within a gap
    /// between columns; from an odd to the next even one it is a straight line through a column.
    struct Route: Hashable {
        var points: [Point]
        /// A way back: straight lines with rounded corners between all its points.
        var isLane = false
        /// How far it runs level before its first curve and after its last, beside its labels.
        var lead = 0.0
        var tail = 0.0
    }

    private(set) var boxes: [Box]
    /// One for each edge of the graph, in its order.
    private(set) var routes: [Route]
    private(set) var width = 0.0
    private(set) var height = 0.0

    static let margin = 28.0
    static let headerHeight = 66.0
    static let footerHeight = 30.0
    static let boxHeight = 46.0
    static let portDistance = 22.0
    static let rowGap = 22.0
    static let laneDistance = 16.0

    init(_ graph: DrawnGraph) {
        boxes = []
        routes = []
        var columns = Columns(graph)
        columns.reduceCrossings()
        var heights = Heights(graph, columns)
        heights.place()
        setBoxes(graph, columns, heights)
        routes = graph.edges.indices.map { edge in
            graph.edges[edge].isLoop ? Route(points: [], isLane: true) : route(edge, graph, columns, heights)
        }
        addLanes(graph, columns)
    }

    // MARK: - Columns across

    private var columnX: [Double] = []
    private var columnWidth: [Double] = []
    private var lanesBefore: [Int] = []

    private mutating func setBoxes(_ graph: DrawnGraph, _ columns: Columns, _ heights: Heights) {
        let count = columns.layers.count
        columnWidth = [Double](repeating: 0, count: count)
        for (node, layer) in columns.layerOfNode.enumerated() {
            let text = max(TextSize.width(graph.nodes[node].name, 13, isBold: true), TextSize.width(graph.nodes[node].kind, 11))
            columnWidth[layer] = max(columnWidth[layer], text + 28, 92)
        }
        var starts = [Double](repeating: 0, count: count + 1)
        var ends = starts
        // Lanes turn in the gaps: gap g lies left of column g.
        lanesBefore = [Int](repeating: 0, count: count + 1)
        for edge in graph.edges {
            let (from, to) = (columns.layerOfNode[edge.from], columns.layerOfNode[edge.to])
            starts[from + 1] = max(starts[from + 1], TextSize.width(edge.startLabel, 10))
            ends[to] = max(ends[to], TextSize.width(edge.endLabel, 10))
            if edge.isLoop {
                lanesBefore[from + 1] += 1
                lanesBefore[to] += 1
            }
        }
        var x = Self.margin + Double(lanesBefore[0]) * Self.laneDistance
        columnX = []
        for layer in 0..<count {
            columnX.append(x)
            x +=
                columnWidth[layer] + 52 + starts[layer + 1] + ends[layer + 1] + Double(lanesBefore[layer + 1]) * Self.laneDistance
        }
        let lastColumn =
            (columnX.last ?? 0) + (columnWidth.last ?? 0) + Double(lanesBefore[count]) * Self.laneDistance + starts[count]
        let header = max(TextSize.width(graph.title, 16, isBold: true), TextSize.width(graph.subtitle, 11)) + Self.margin
        width = max(lastColumn + Self.margin, header + Self.margin, 330)
        boxes = graph.nodes.indices.map { node in
            let layer = columns.layerOfNode[node]
            let height = heights.height(ofNode: node)
            return Box(x: columnX[layer], y: heights.y[node] + Self.headerHeight, width: columnWidth[layer], height: height)
        }
    }

    private func route(_ edge: Int, _ graph: DrawnGraph, _ columns: Columns, _ heights: Heights) -> Route {
        let chain = columns.chains[edge]
        var points: [Point] = []
        for (index, (left, right)) in zip(chain, chain.dropFirst()).enumerated() {
            let (from, to) = (columns.layer(of: left), columns.layer(of: right))
            let startY = index == 0 ? heights.exit(of: edge) : heights.center(of: left)
            let endY = right == chain.last ? heights.entry(of: edge) : heights.center(of: right)
            points.append(Point(x: columnX[from] + columnWidth[from], y: startY + Self.headerHeight))
            points.append(Point(x: columnX[to], y: endY + Self.headerHeight))
        }
        let lead = graph.edges[edge].startLabel.isEmpty ? 0 : TextSize.width(graph.edges[edge].startLabel, 10) + 4
        let tail = graph.edges[edge].endLabel.isEmpty ? 0 : TextSize.width(graph.edges[edge].endLabel, 10) + 10
        return Route(points: points, lead: lead, tail: tail)
    }

    // MARK: - The way back

    private mutating func addLanes(_ graph: DrawnGraph, _ columns: Columns) {
        let floor = max(boxes.map(\.bottom).max() ?? Self.headerHeight, routes.flatMap(\.points).map(\.y).max() ?? 0)
        var used = [Int](repeating: 0, count: columns.layers.count + 1)
        var lane = 0
        for (index, edge) in graph.edges.enumerated() where edge.isLoop {
            let (from, to) = (boxes[edge.from], boxes[edge.to])
            let (fromGap, toGap) = (columns.layerOfNode[edge.from] + 1, columns.layerOfNode[edge.to])
            used[fromGap] += 1
            let outX = from.right + Double(used[fromGap]) * Self.laneDistance
            used[toGap] += 1
            let inX = to.x - Double(used[toGap]) * Self.laneDistance
            lane += 1
            let y = floor + Double(lane) * Self.laneDistance + 6
            // A little below the middle, so that it leaves beside the arrows that go on.
            let startY = from.bottom - 9
            routes[index].points = [
                Point(x: from.right, y: startY), Point(x: outX, y: startY), Point(x: outX, y: y), Point(x: inX, y: y),
                Point(x: inX, y: to.middle), Point(x: to.x, y: to.middle),
            ]
        }
        height = floor + Double(lane) * Self.laneDistance + Self.footerHeight + Self.margin
    }
}

/// How wide a text is, near enough to leave room for it: a sans-serif on the wide side.
enum TextSize {
    static func width(_ text: String, _ size: Double, isBold: Bool = false) -> Double {
        var units = 0.0
        for scalar in text.unicodeScalars {
            switch scalar {
            case "i", "j", "l", "t", "f", "I", ".", ",", ":", ";", "'", "|", "!", "-", "(", ")": units += 0.38
            case "m", "w", "M", "W", "@": units += 0.95
            case _ where scalar.value >= 0x2E80: units += 1.05
            case _ where scalar.properties.isUppercase: units += 0.72
            default: units += 0.62
            }
        }
        return units * size * (isBold ? 1.08 : 1)
    }
}
