/// Turns declarations without mistakes into checked vertices in canonical order.
struct CheckedBuilder {
    let declarations: [Declaration]
    let catalog: Catalog
    let file: String

    func vertices() -> [CheckedVertex] {
        let order = topologicalOrder()
        var position = [Int](repeating: 0, count: declarations.count)
        for (place, declaration) in order.enumerated() { position[declaration] = place }
        let elements = ElementCheck(vertices: declarations, catalog: catalog)
        let policies = PolicyCheck(vertices: declarations)
        let threads = ThreadPlan(declarations).threads
        var readers: [[Int]: Int] = [:]
        for link in declarations.flatMap(\.links) { readers[[link.producer ?? -1, link.output ?? -1], default: 0] += 1 }
        return order.map { number in
            let declaration = declarations[number]
            let edges = declaration.links.compactMap { link -> CheckedEdge? in
                guard let producer = link.producer, let output = link.output else { return nil }
                let (policy, sampling) = policies.effective(link, into: declaration)
                return CheckedEdge(
                    port: declaration.kind?.inputs[link.port].name ?? "of", portIndex: link.port, producer: position[producer],
                    producerName: declarations[producer].name, output: output,
                    outputName: declarations[producer].kind?.outputs[output].name ?? "out",
                    element: elements.element(of: producer, output) ?? "", policy: policy, sampling: sampling,
                    capacity: link.capacity)
            }
            let outputNames = declaration.isLoop ? ["out"] : declaration.kind?.outputs.map(\.name) ?? []
            let outputs = outputNames.enumerated().map { output, name in
                CheckedOutput(
                    name: name, element: elements.element(of: number, output) ?? "", readers: readers[[number, output]] ?? 0)
            }
            return CheckedVertex(
                name: declaration.name, role: declaration.role, kind: declaration.kind?.name ?? Catalog.loopKind,
                settings: declaration.settings ?? Settings(entries: [], file: file, origin: declaration.tree),
                inputs: declaration.isLoop ? [] : edges, outputs: outputs, loop: declaration.isLoop ? edges.first : nil,
                place: declaration.place, isDisplay: declaration.isDisplay, thread: threads[number],
                places: declaration.kind.map { Parameter.places(among: $0.parameters) } ?? [],
                shards: declaration.run.shards ?? 1)
        }
    }

    /// Kahn's algorithm; of the vertices that are ready the first by role and name goes first.
    private func topologicalOrder() -> [Int] {
        let ranked = declarations.indices.sorted { a, b in
            let roles = (
                Role.allCases.firstIndex(of: declarations[a].role) ?? 0, Role.allCases.firstIndex(of: declarations[b].role) ?? 0
            )
            return (roles.0, declarations[a].name) < (roles.1, declarations[b].name)
        }
        var isDone = [Bool](repeating: false, count: declarations.count)
        var order: [Int] = []
        while order.count < declarations.count {
            let ready = ranked.first { number in
                !isDone[number]
                    && (declarations[number].isLoop || declarations[number].links.allSatisfy { isDone[$0.producer ?? number] })
            }
            guard let ready else { preconditionFailure("a checked topology has a cycle") }
            isDone[ready] = true
            order.append(ready)
        }
        return order
    }
}
