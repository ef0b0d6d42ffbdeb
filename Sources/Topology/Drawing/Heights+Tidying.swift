/// The last touches: arrows that are nearly straight become straight, and parts of the graph that no arrow joins move together.
extension Heights {
    /// Sets the slots that a long arrow passes to one height where their neighbours leave room for it, and levels a box with
    /// the one arrow that it reads when they differ by little.
    mutating func straighten() {
        for (edge, chain) in columns.chains.enumerated() where chain.count > 2 {
            var run: [Int] = []
            var common: ClosedRange<Double> = -Double.infinity ... .infinity
            // Entry and exit are heights to prefer, so that the arrow is straight to its end.
            let wishes = [exit(of: edge), entry(of: edge)]
            for slot in chain.dropFirst().dropLast() {
                let room = self.room(for: slot)
                if room.overlaps(common) {
                    common = common.clamped(to: room)
                } else {
                    level(run, within: common, wishes)
                    run = []
                    common = room
                }
                run.append(slot)
            }
            level(run, within: common, wishes)
        }
        for layer in columns.layers.dropFirst() {
            for node in layer where node < graph.nodes.count { levelWithItsArrow(node) }
        }
    }

    private mutating func level(_ run: [Int], within room: ClosedRange<Double>, _ wishes: [Double]) {
        guard !run.isEmpty else { return }
        let half = heights[run[0]] / 2
        let mean = run.map { y[$0] }.reduce(0, +) / Double(run.count)
        let near = wishes.map { $0 - half }.min { abs($0 - mean) < abs($1 - mean) } ?? mean
        let top = abs(near - mean) < 30 ? near : mean
        for slot in run { y[slot] = min(max(top, room.lowerBound), room.upperBound) }
    }

    private mutating func levelWithItsArrow(_ node: Int) {
        let arriving = columns.chains.indices.filter { columns.chains[$0].last == node }
        guard arriving.count == 1 else { return }
        let chain = columns.chains[arriving[0]]
        let previous = chain[chain.count - 2]
        let from = previous < graph.nodes.count ? exit(of: arriving[0]) : center(of: previous)
        let wish = y[node] + from - entry(of: arriving[0])
        if abs(wish - y[node]) <= 12, room(for: node).contains(wish) { y[node] = wish }
    }

    /// The tops that a slot may have between its neighbours in the column.
    private func room(for slot: Int) -> ClosedRange<Double> {
        let layer = columns.layers[columns.layer(of: slot)]
        guard let index = layer.firstIndex(of: slot) else { return y[slot]...y[slot] }
        let low = index == 0 ? -Double.infinity : y[layer[index - 1]] + heights[layer[index - 1]] + GraphLayout.rowGap
        let high = index + 1 == layer.count ? Double.infinity : y[layer[index + 1]] - heights[slot] - GraphLayout.rowGap
        return low <= high ? low...high : y[slot]...y[slot]
    }

    /// Moves each connected part up until it meets another: nothing else holds the parts together.
    mutating func closeGaps() {
        let part = parts()
        let numbers = Set(part)
        let tops = Dictionary(
            uniqueKeysWithValues: numbers.map { number in
                (number, y.indices.filter { part[$0] == number }.map { y[$0] }.min() ?? 0)
            })
        for number in numbers.sorted(by: { (tops[$0] ?? 0, $0) < (tops[$1] ?? 0, $1) }) {
            var shift = Double.infinity
            for layer in columns.layers {
                for (above, below) in zip(layer, layer.dropFirst()) where part[below] == number && part[above] != number {
                    shift = min(shift, y[below] - y[above] - heights[above] - GraphLayout.rowGap)
                }
            }
            let top = tops[number] ?? 0
            let highest = tops.values.min() ?? 0
            shift = min(shift, top - highest)
            guard shift > 0 else { continue }
            for slot in y.indices where part[slot] == number { y[slot] -= shift }
        }
    }

    /// The number of the connected part to which each slot belongs.
    private func parts() -> [Int] {
        var part = Array(y.indices)
        var isChanged = true
        while isChanged {
            isChanged = false
            for chain in columns.chains {
                guard let least = chain.map({ part[$0] }).min() else { continue }
                for slot in chain where part[slot] != least {
                    part[slot] = least
                    isChanged = true
                }
            }
        }
        return part
    }
}
