/// How high each slot of each column stands, so that arrows run straight and nothing overlaps.
struct Heights {
    let graph: DrawnGraph
    let columns: Columns
    /// The top of each slot.
    var y: [Double]
    /// Where arrows leave and enter, from the top of the box, by edge.
    private var exits: [Double]
    private var entries: [Double]
    let heights: [Double]

    init(_ graph: DrawnGraph, _ columns: Columns) {
        self.graph = graph
        self.columns = columns
        var ins = [Int](repeating: 0, count: graph.nodes.count)
        var outs = [Set<Int>](repeating: [], count: graph.nodes.count)
        for edge in graph.edges where !edge.isLoop {
            ins[edge.to] += 1
            outs[edge.from].insert(edge.output)
        }
        heights = columns.layerOfSlot.indices.map { slot in
            guard slot < graph.nodes.count else { return 8 }
            return max(GraphLayout.boxHeight, Double(max(ins[slot], outs[slot].count)) * GraphLayout.portDistance)
        }
        y = [Double](repeating: 0, count: heights.count)
        exits = graph.edges.map { _ in 0 }
        entries = exits
        for (index, edge) in graph.edges.enumerated() {
            exits[index] = heights[edge.from] / 2
            entries[index] = heights[edge.to] / 2
        }
    }

    func height(ofNode node: Int) -> Double { heights[node] }
    func center(of slot: Int) -> Double { y[slot] + heights[slot] / 2 }
    func exit(of edge: Int) -> Double { y[graph.edges[edge].from] + exits[edge] }
    func entry(of edge: Int) -> Double { y[graph.edges[edge].to] + entries[edge] }

    mutating func place() {
        for layer in columns.layers {
            var top = 0.0
            for slot in layer {
                y[slot] = top
                top += heights[slot] + GraphLayout.rowGap
            }
        }
        sweep(8)
        setPorts()
        sweep(8)
        closeGaps()
        straighten()
        let top = y.min() ?? 0
        for slot in y.indices { y[slot] -= top }
    }

    /// Arrows meet a box in the order in which they come, so that they do not cross at its side. Arrows of one output leave
    /// from one place.
    private mutating func setPorts() {
        for node in graph.nodes.indices {
            let arriving = graph.edges.indices.filter { graph.edges[$0].to == node && !graph.edges[$0].isLoop }
            let sorted = arriving.sorted {
                (center(of: neighbour($0, atEnd: true)), $0) < (center(of: neighbour($1, atEnd: true)), $1)
            }
            for (rank, edge) in sorted.enumerated() {
                entries[edge] = heights[node] * Double(rank + 1) / Double(sorted.count + 1)
            }
            let leaving = graph.edges.indices.filter { graph.edges[$0].from == node && !graph.edges[$0].isLoop }
            var means: [(output: Int, mean: Double)] = []
            for output in Set(leaving.map { graph.edges[$0].output }).sorted() {
                let ends = leaving.filter { graph.edges[$0].output == output }.map { center(of: neighbour($0, atEnd: false)) }
                means.append((output, ends.reduce(0, +) / Double(ends.count)))
            }
            means.sort { ($0.mean, $0.output) < ($1.mean, $1.output) }
            for edge in leaving {
                guard let rank = means.firstIndex(where: { $0.output == graph.edges[edge].output }) else { continue }
                exits[edge] = heights[node] * Double(rank + 1) / Double(means.count + 1)
            }
        }
    }

    /// The slot next to an edge's reader, or next to its producer.
    private func neighbour(_ edge: Int, atEnd: Bool) -> Int {
        let chain = columns.chains[edge]
        return atEnd ? chain[chain.count - 2] : chain[1]
    }

    // MARK: - Straight arrows

    private struct Pull {
        let slot: Int
        let other: Int
        /// Where the arrow meets the slot and the other, from their tops.
        let offset: Double
        let otherOffset: Double
        let weight: Double
    }

    private func pulls() -> (left: [[Pull]], right: [[Pull]]) {
        var left = [[Pull]](repeating: [], count: y.count)
        var right = left
        for (edge, chain) in columns.chains.enumerated() {
            for (index, (a, b)) in zip(chain, chain.dropFirst()).enumerated() {
                let start = index == 0 ? exits[edge] : heights[a] / 2
                let end = index == chain.count - 2 ? entries[edge] : heights[b] / 2
                let passing = (a >= graph.nodes.count ? 1 : 0) + (b >= graph.nodes.count ? 1 : 0)
                let weight = [1.0, 2.0, 8.0][passing]
                left[b].append(Pull(slot: b, other: a, offset: end, otherOffset: start, weight: weight))
                right[a].append(Pull(slot: a, other: b, offset: start, otherOffset: end, weight: weight))
            }
        }
        return (left, right)
    }

    private mutating func sweep(_ rounds: Int) {
        let (left, right) = pulls()
        for _ in 0..<rounds {
            for layer in columns.layers.indices { align(layer) { left[$0] } }
            for layer in columns.layers.indices.reversed() { align(layer) { right[$0] } }
        }
        for layer in columns.layers.indices { align(layer) { left[$0] + right[$0] } }
    }

    /// Moves the slots of a column as near to their wishes as their order and distances allow: least squares, solved by
    /// pooling neighbours that want to pass each other.
    private mutating func align(_ layer: Int, _ pulls: (Int) -> [Pull]) {
        var pools: [(wish: Double, weight: Double, count: Int)] = []
        var offset = 0.0
        var offsets: [Double] = []
        for slot in columns.layers[layer] {
            let mine = pulls(slot)
            let weight = mine.map(\.weight).reduce(0, +)
            let wish =
                weight == 0
                ? y[slot] : mine.map { ($0.weight * (y[$0.other] + $0.otherOffset - $0.offset)) }.reduce(0, +) / weight
            pools.append((wish - offset, max(weight, 0.1), 1))
            offsets.append(offset)
            offset += heights[slot] + GraphLayout.rowGap
            while pools.count > 1, pools[pools.count - 2].wish > pools[pools.count - 1].wish {
                let last = pools.removeLast()
                let first = pools.removeLast()
                let total = first.weight + last.weight
                pools.append(((first.wish * first.weight + last.wish * last.weight) / total, total, first.count + last.count))
            }
        }
        var index = 0
        for pool in pools {
            for _ in 0..<pool.count {
                y[columns.layers[layer][index]] = pool.wish + offsets[index]
                index += 1
            }
        }
    }
}
