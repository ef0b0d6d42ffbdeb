/// What flows on each edge: every input must read an element type that it accepts.
struct ElementCheck {
    let vertices: [Declaration]
    let catalog: Catalog

    func run(_ notebook: inout Notebook) {
        for reader in vertices {
            for link in reader.links {
                guard let producer = link.producer, let output = link.output, let kind = reader.kind else { continue }
                let port = kind.inputs[link.port]
                guard let element = element(of: producer, output), !port.accepts.isEmpty, !port.accepts.contains(element) else {
                    continue
                }
                let input = kind.inputs.count == 1 ? "it" : "its input \(quoted(port.name))"
                notebook.mistake(
                    at: link.place,
                    "\(reader.subject) reads \(element) from \(quoted(link.reference)), but \(input) takes \(LinkReader.elements(of: port))",
                    suggestion(element, port, besides: reader.name))
            }
        }
    }

    /// The element type of an output; nil where a mistake told elsewhere hides it, or where loops follow only each other.
    func element(of vertex: Int, _ output: Int) -> String? {
        var vertex = vertex
        var output = output
        // An output that follows an input, and a loop, are followed back to one that is known.
        for _ in 0...vertices.count {
            let declaration = vertices[vertex]
            var follows: Link?
            if declaration.isLoop {
                follows = declaration.links.first
            } else {
                guard let kind = declaration.kind, kind.outputs.indices.contains(output) else { return nil }
                switch kind.outputs[output].element {
                case .of(let name): return name
                case .depending(let element): return declaration.settings.map(element)
                case .dependingOnSession(let element): return declaration.session.map(element)
                case .same(let input): follows = declaration.links.first { kind.inputs[$0.port].name == input }
                }
            }
            guard let producer = follows?.producer, let next = follows?.output else { return nil }
            (vertex, output) = (producer, next)
        }
        return nil
    }

    /// A vertex that makes what is wanted, or else a kind that makes it from what is there.
    private func suggestion(_ element: String, _ port: InputPort, besides reader: String) -> String? {
        var makers: [String] = []
        for (number, vertex) in vertices.enumerated() where vertex.name != reader {
            for output in 0..<(vertex.isLoop ? 1 : vertex.kind?.outputs.count ?? 0) {
                guard let made = self.element(of: number, output), port.accepts.contains(made) else { continue }
                makers.append(output == 0 ? vertex.name : "\(vertex.name).\(vertex.kind?.outputs[output].name ?? "")")
            }
        }
        if !makers.isEmpty { return "\(port.accepts.joined(separator: " or ")) is made by \(Nearest.listed(makers, limit: 8))" }
        let between = catalog.kinds.filter { kind in
            guard kind.inputs.contains(where: { $0.accepts.contains(element) }), case .of(let made)? = kind.outputs.first?.element
            else { return false }
            return port.accepts.contains(made)
        }
        return between.isEmpty ? nil : "put one of these in between: \(Nearest.listed(between.map(\.name), limit: 8))"
    }
}
