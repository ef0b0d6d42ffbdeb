/// A pass through the graph is acyclic: what comes back comes back through the sequencer, as a `loop` source.
struct CycleCheck {
    let vertices: [Declaration]

    func run(_ notebook: inout Notebook) {
        let readers = self.readers()
        var told: Set<Int> = []
        for start in vertices.indices where !told.contains(start) {
            guard let path = shortestCycle(from: start, readers), told.isDisjoint(with: path) else { continue }
            told.formUnion(path)
            let names = (path + [start]).map { vertices[$0].name }.joined(separator: " → ")
            guard let last = path.last, let closing = vertices[start].links.first(where: { $0.producer == last }) else {
                continue
            }
            notebook.mistake(
                at: closing.place, "\(vertices[start].subject) reads itself by the cycle \(names)",
                "let one edge come back through the sequencer: under sources: add back: { kind: loop, of: \(closing.reference) } and read back"
            )
        }
    }

    /// For each vertex the vertices that read it, loops left out.
    private func readers() -> [[Int]] {
        var readers = [[Int]](repeating: [], count: vertices.count)
        for (reader, vertex) in vertices.enumerated() where !vertex.isLoop {
            for link in vertex.links {
                if let producer = link.producer { readers[producer].append(reader) }
            }
        }
        return readers
    }

    /// The vertices of a shortest way from `start` to itself, `start` first.
    private func shortestCycle(from start: Int, _ readers: [[Int]]) -> [Int]? {
        var cameFrom = [Int?](repeating: nil, count: vertices.count)
        var queue = [start]
        var next = 0
        while next < queue.count {
            let vertex = queue[next]
            next += 1
            for reader in readers[vertex] {
                if reader == start {
                    var path = [vertex]
                    while let previous = path.last, previous != start, let before = cameFrom[previous] { path.append(before) }
                    return path.reversed()
                }
                if cameFrom[reader] == nil {
                    cameFrom[reader] = vertex
                    queue.append(reader)
                }
            }
        }
        return nil
    }
}
