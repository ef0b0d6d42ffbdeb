/// Which column each box stands in, which columns a long arrow crosses, and the order from top to bottom.
struct Columns {
    /// A place in a column: a node by its index, or past the nodes a place where an arrow passes.
    typealias Slot = Int

    let layerOfNode: [Int]
    /// The slots of each column from top to bottom.
    private(set) var layers: [[Slot]]
    /// For each edge the slots from its producer to its reader; empty for loops.
    private(set) var chains: [[Slot]]
    private(set) var layerOfSlot: [Int]
    /// The slots before and after each slot.
    private(set) var before: [[Slot]]
    private(set) var after: [[Slot]]

    func layer(of slot: Slot) -> Int { layerOfSlot[slot] }

    init(_ graph: DrawnGraph) {
        layerOfNode = Self.layering(graph)
        layerOfSlot = layerOfNode
        chains = []
        for edge in graph.edges {
            guard !edge.isLoop else {
                chains.append([])
                continue
            }
            var chain = [edge.from]
            for layer in (layerOfNode[edge.from] + 1)..<max(layerOfNode[edge.to], layerOfNode[edge.from] + 1) {
                chain.append(layerOfSlot.count)
                layerOfSlot.append(layer)
            }
            chains.append(chain + [edge.to])
        }
        before = [[Slot]](repeating: [], count: layerOfSlot.count)
        after = before
        for chain in chains {
            for (left, right) in zip(chain, chain.dropFirst()) {
                after[left].append(right)
                before[right].append(left)
            }
        }
        layers = [[Slot]](repeating: [], count: (layerOfSlot.max() ?? -1) + 1)
        addSlotsFromTheLeft()
    }

    /// The longest way from a source; a source stands right before the first that reads it.
    private static func layering(_ graph: DrawnGraph) -> [Int] {
        var layer = [Int](repeating: 0, count: graph.nodes.count)
        let edges = graph.edges.filter { !$0.isLoop }
        // Vertices come in topological order, so one pass is enough when edges are taken by reader.
        for edge in edges.sorted(by: { $0.to < $1.to }) { layer[edge.to] = max(layer[edge.to], layer[edge.from] + 1) }
        for node in graph.nodes.indices where !edges.contains(where: { $0.to == node }) {
            if let first = edges.filter({ $0.from == node }).map({ layer[$0.to] }).min() { layer[node] = first - 1 }
        }
        let lowest = layer.min() ?? 0
        return layer.map { $0 - lowest }
    }

    /// The first order: along the arrows, so that chains begin side by side.
    private mutating func addSlotsFromTheLeft() {
        var isPlaced = [Bool](repeating: false, count: layerOfSlot.count)
        for start in layerOfSlot.indices where before[start].isEmpty {
            var stack = [start]
            while let slot = stack.popLast() {
                if isPlaced[slot] { continue }
                isPlaced[slot] = true
                layers[layerOfSlot[slot]].append(slot)
                stack.append(contentsOf: after[slot].reversed())
            }
        }
    }

    // MARK: - Few crossings

    /// Orders columns by the mean place of their neighbours, to and fro, and keeps the best order seen.
    mutating func reduceCrossings() {
        var best = layers
        var fewest = crossings()
        for sweep in 0..<24 where fewest > 0 {
            let forward = sweep.isMultiple(of: 2)
            let order = forward ? Array(layers.indices) : Array(layers.indices.reversed())
            for layer in order { sort(layer, by: forward ? before : after) }
            swapNeighbours()
            let count = crossings()
            if count < fewest { (best, fewest) = (layers, count) }
        }
        layers = best
    }

    private mutating func sort(_ layer: Int, by neighbours: [[Slot]]) {
        let position = positions()
        let keyed = layers[layer].enumerated().map { index, slot in
            let near = neighbours[slot]
            let mean = near.isEmpty ? Double(index) : Double(near.map { position[$0] }.reduce(0, +)) / Double(near.count)
            return (slot: slot, mean: mean, index: index)
        }
        layers[layer] = keyed.sorted { ($0.mean, $0.index) < ($1.mean, $1.index) }.map(\.slot)
    }

    /// Exchanges neighbours in a column where that alone takes crossings away.
    private mutating func swapNeighbours() {
        for layer in layers.indices {
            for index in layers[layer].indices.dropLast() {
                let was = crossings(around: layer)
                layers[layer].swapAt(index, index + 1)
                if crossings(around: layer) >= was { layers[layer].swapAt(index, index + 1) }
            }
        }
    }

    private func positions() -> [Int] {
        var position = [Int](repeating: 0, count: layerOfSlot.count)
        for layer in layers {
            for (index, slot) in layer.enumerated() { position[slot] = index }
        }
        return position
    }

    func crossings() -> Int { layers.indices.map { crossings(rightOf: $0, positions()) }.reduce(0, +) }

    private func crossings(around layer: Int) -> Int {
        let position = positions()
        return crossings(rightOf: layer - 1, position) + crossings(rightOf: layer, position)
    }

    private func crossings(rightOf layer: Int, _ position: [Int]) -> Int {
        guard layers.indices.contains(layer) else { return 0 }
        let ends = layers[layer].flatMap { slot in after[slot].map { position[$0] }.sorted() }
        let starts = layers[layer].flatMap { slot in after[slot].map { _ in position[slot] } }
        var count = 0
        for first in ends.indices {
            for second in ends.indices.dropFirst(first + 1) where starts[first] < starts[second] && ends[first] > ends[second] {
                count += 1
            }
        }
        return count
    }
}
