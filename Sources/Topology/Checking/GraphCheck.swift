/// Finds for each link the output that it reads, then holds the graph to its rules.
struct GraphCheck {
    let catalog: Catalog
    private(set) var vertices: [Declaration]
    private let index: [String: Int]

    init(_ declarations: [Declaration], catalog: Catalog) {
        self.catalog = catalog
        vertices = declarations
        index = Dictionary(declarations.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    }

    mutating func run(_ notebook: inout Notebook) {
        resolve(&notebook)
        ElementCheck(vertices: vertices, catalog: catalog).run(&notebook)
        PolicyCheck(vertices: vertices).run(&notebook)
        CycleCheck(vertices: vertices).run(&notebook)
        ThreadPlan(vertices).check(&notebook)
        if notebook.mistakes.isEmpty { RoomCheck(vertices: vertices).run(&notebook) }
        if notebook.mistakes.isEmpty { warnOfUnreadOutputs(&notebook) }
    }

    private mutating func resolve(_ notebook: inout Notebook) {
        for reader in vertices.indices {
            for number in vertices[reader].links.indices {
                let link = vertices[reader].links[number]
                guard let found = producer(of: link, reader: reader, &notebook) else { continue }
                vertices[reader].links[number].producer = found.vertex
                vertices[reader].links[number].output = found.output
            }
        }
    }

    private func producer(of link: Link, reader: Int, _ notebook: inout Notebook) -> (vertex: Int, output: Int?)? {
        let parts = link.reference.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        let subject = vertices[reader].subject
        guard let producer = index[name] else {
            let names = vertices.indices.filter { $0 != reader && makesSomething(vertices[$0]) }.map { vertices[$0].name }
            notebook.mistake(
                at: link.place, "\(subject) reads \(quoted(link.reference)), which no source or operator makes",
                Nearest.suggestion(for: name, in: names, lead: "there are"))
            return nil
        }
        let vertex = vertices[producer]
        if vertices[reader].isLoop, vertex.role == .source {
            notebook.mistake(
                at: link.place, "\(subject) takes \(quoted(link.reference)) back, which is a source",
                "a loop brings an operator's output back; read the source itself")
            return nil
        }
        if vertex.isLoop {
            guard parts.count == 1 || parts[1] == "out" else {
                notebook.mistake(
                    at: link.place, "\(subject) reads \(quoted(link.reference))", "a loop has one output; read \(quoted(name))")
                return nil
            }
            return (producer, 0)
        }
        guard let kind = vertex.kind else { return (producer, nil) }
        guard !kind.outputs.isEmpty else {
            notebook.mistake(
                at: link.place, "\(subject) reads \(quoted(name)), a sink, which makes nothing", "read what the sink reads")
            return nil
        }
        let output = parts.count == 2 ? parts[1] : ""
        guard let index = kind.outputIndex(named: output), parts.count == 1 || !output.isEmpty else {
            let names = kind.outputs.dropFirst().map { "\(name).\($0.name)" }
            let suggestion =
                Nearest.word(to: output, in: kind.outputs.map(\.name)).map { "did you mean \(quoted(name + "." + $0))?" }
                ?? "it makes \(Nearest.listed([name] + names))"
            notebook.mistake(
                at: link.place, "\(subject) reads \(quoted(link.reference)), but \(quoted(name)) has no output \(quoted(output))",
                suggestion)
            return nil
        }
        return (producer, index)
    }

    private func makesSomething(_ vertex: Declaration) -> Bool {
        vertex.isLoop || !(vertex.kind?.outputs.isEmpty ?? (vertex.role == .sink))
    }

    private func warnOfUnreadOutputs(_ notebook: inout Notebook) {
        var read: Set<[Int]> = []
        for link in vertices.flatMap(\.links) {
            if let producer = link.producer, let output = link.output { read.insert([producer, output]) }
        }
        for (number, vertex) in vertices.enumerated() {
            let outputs = vertex.isLoop ? [OutputPort("out", "")] : vertex.kind?.outputs ?? []
            for (output, port) in outputs.enumerated() where !port.isOptional && !read.contains([number, output]) {
                let name = output == 0 ? vertex.name : "\(vertex.name).\(port.name)"
                notebook.warning(at: vertex.place, "nobody reads \(quoted(name))", "read it, or remove it")
            }
        }
    }
}
