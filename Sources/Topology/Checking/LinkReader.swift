/// Reads `from:` and a loop's `of:` into links.
struct LinkReader {
    /// A million elements of 64 bytes are 64 MB: past that an edge is no buffer any more.
    static let capacities: ClosedRange<Int64> = 1...67_108_864

    func read(_ declaration: Declaration, _ notebook: inout Notebook) -> [Link] {
        if declaration.isLoop { return loop(declaration, &notebook) }
        guard let kind = declaration.kind, !kind.inputs.isEmpty else { return [] }
        guard let from = declaration.tree["from"] else {
            noteNothingRead(declaration, kind, &notebook)
            return []
        }
        switch from.value.content {
        case .null:
            noteNothingRead(declaration, kind, &notebook)
            return []
        case .list:
            notebook.mistake(at: from.place, "\(declaration.subject): from is a list", advice(for: kind))
            return []
        case .scalar(let reference):
            guard let port = onlyPort(of: kind) else {
                notebook.mistake(
                    at: from.value.place, "\(declaration.subject) has the inputs \(Nearest.listed(kind.inputs.map(\.name)))",
                    advice(for: kind))
                return []
            }
            return [link(reference, at: from.value.place, port: port)]
        case .map(let entries):
            if isEdge(entries), let port = onlyPort(of: kind) {
                return edge(from.value, port: port, "\(declaration.subject): from", &notebook).map { [$0] } ?? []
            }
            return inputs(entries, at: from.place, declaration, kind, &notebook)
        }
    }

    private func loop(_ declaration: Declaration, _ notebook: inout Notebook) -> [Link] {
        guard let of = declaration.tree["of"] else {
            notebook.mistake(
                at: declaration.place, "\(declaration.subject): of is missing",
                "name the output that comes back, like of: oms.reports")
            return []
        }
        return edge(of.value, port: 0, "\(declaration.subject): of", &notebook).map { [$0] } ?? []
    }

    /// A map of inputs to edges.
    private func inputs(
        _ entries: [YAMLTree.Entry], at place: Place, _ declaration: Declaration, _ kind: VertexKind, _ notebook: inout Notebook
    ) -> [Link] {
        var links: [Link] = []
        var named: Set<String> = []
        for entry in entries {
            guard let port = kind.inputs.firstIndex(where: { $0.name == entry.key }) else {
                notebook.mistake(
                    at: entry.place, "\(declaration.subject) has no input \(quoted(entry.key))",
                    Nearest.suggestion(for: entry.key, in: kind.inputs.map(\.name), lead: "its inputs are"))
                continue
            }
            named.insert(entry.key)
            if let link = edge(entry.value, port: port, "\(declaration.subject): input \(entry.key)", &notebook) {
                links.append(link)
            }
        }
        for input in kind.inputs where !input.isOptional && !named.contains(input.name) {
            notebook.mistake(
                at: place, "\(declaration.subject): input \(quoted(input.name)) is missing",
                "it reads \(Self.elements(of: input))")
        }
        return links.sorted { $0.port < $1.port }
    }

    /// One edge: a reference, or a map of a vertex with its policy.
    private func edge(_ tree: YAMLTree, port: Int, _ subject: String, _ notebook: inout Notebook) -> Link? {
        switch tree.content {
        case .scalar(let reference): return link(reference, at: tree.place, port: port)
        case .null, .list:
            notebook.mistake(
                at: tree.place, "\(subject) is \(tree.shape)", "name a vertex, or write { vertex: NAME, overflow: block }")
            return nil
        case .map(let entries):
            for entry in entries where !EdgeKeys.all.contains(entry.key) {
                notebook.mistake(
                    at: entry.place, "\(subject): unknown key \(quoted(entry.key))",
                    Nearest.suggestion(for: entry.key, in: EdgeKeys.all, lead: "an edge takes"))
            }
        }
        var check = ParameterCheck()
        let policy = tree["overflow"].flatMap { entry in
            check.oneValue(entry.value, Self.overflow, subject: "\(subject): overflow", &notebook)
        }
        let every = tree["every"].flatMap { entry in
            let isCount = entry.value.scalar.map { IntegerText.value($0) != nil } ?? false
            return check.oneValue(entry.value, isCount ? Self.count : Self.interval, subject: "\(subject): every", &notebook)
        }
        let capacity = tree["capacity"].flatMap { entry in
            check.oneValue(entry.value, Self.capacity, subject: "\(subject): capacity", &notebook)
        }
        guard let vertex = tree["vertex"], let reference = vertex.value.scalar else {
            notebook.mistake(
                at: tree["vertex"]?.place ?? tree.place, "\(subject): vertex is missing", "name the vertex that it reads")
            return nil
        }
        var link = Link(
            port: port, reference: reference, place: vertex.value.place, policy: nil,
            policyPlace: tree["overflow"]?.value.place ?? vertex.value.place, capacity: nil)
        if case .text(let word) = policy { link.policy = OverflowPolicy(rawValue: word) }
        if case .integer(let count) = capacity { link.capacity = Int(count) }
        switch every {
        case .integer(let count): link.sampling = .oneIn(Int(count))
        case .duration(let nanoseconds): link.sampling = .oneEvery(nanoseconds)
        default: break
        }
        if let policy = link.policy { checkSample(policy, tree["every"], at: link.policyPlace, subject, &notebook) }
        if tree["overflow"] == nil, let entry = tree["every"] { noteUselessEvery(entry, subject, &notebook) }
        return link
    }

    /// A sample says how much it keeps, and nothing else does.
    private func checkSample(
        _ policy: OverflowPolicy, _ every: YAMLTree.Entry?, at place: Place, _ subject: String, _ notebook: inout Notebook
    ) {
        if policy == .sample, every == nil {
            notebook.mistake(
                at: place, "\(subject): overflow sample has no every",
                "add every: 10 to keep one in ten, or every: 100ms to keep one of each key in that time")
        } else if policy != .sample, let every {
            noteUselessEvery(every, subject, &notebook)
        }
    }
    private func noteUselessEvery(_ every: YAMLTree.Entry, _ subject: String, _ notebook: inout Notebook) {
        notebook.mistake(at: every.place, "\(subject): every belongs to overflow: sample", "remove it, or write overflow: sample")
    }

    private static let count = Parameter("every", .integer(2...1_000_000_000), unit: "elements")
    private static let interval = Parameter("every", .duration())
    private static let overflow = Parameter("overflow", .choice(OverflowPolicy.allCases.map(\.rawValue)))
    private static let capacity = Parameter("capacity", .integer(capacities), unit: "elements")

    private func link(_ reference: String, at place: Place, port: Int) -> Link {
        Link(port: port, reference: reference, place: place, policy: nil, policyPlace: place, capacity: nil)
    }

    /// Whether a map under `from` is one edge rather than a map of inputs: it holds an edge's key, which no input is named.
    private func isEdge(_ entries: [YAMLTree.Entry]) -> Bool {
        entries.contains { EdgeKeys.all.contains($0.key) }
    }

    /// The input that `from: vertex` means: the only one, or the only one that must be read.
    private func onlyPort(of kind: VertexKind) -> Int? {
        if kind.inputs.count == 1 { return 0 }
        let required = kind.inputs.indices.filter { !kind.inputs[$0].isOptional }
        return required.count == 1 ? required[0] : nil
    }

    private func noteNothingRead(_ declaration: Declaration, _ kind: VertexKind, _ notebook: inout Notebook) {
        let place = declaration.tree["from"]?.place ?? declaration.place
        notebook.mistake(at: place, "\(declaration.subject) reads nothing", "add \(advice(for: kind).dropFirst("write ".count))")
    }

    private func advice(for kind: VertexKind) -> String {
        if let port = onlyPort(of: kind) { return "write from: VERTEX, one that makes \(Self.elements(of: kind.inputs[port]))" }
        let inputs = kind.inputs.filter { !$0.isOptional }.map { "\($0.name): …" }
        return "write from: { \((inputs.isEmpty ? kind.inputs.map { "\($0.name): …" } : inputs).joined(separator: ", ")) }"
    }

    static func elements(of input: InputPort) -> String {
        input.accepts.isEmpty ? "any element" : input.accepts.joined(separator: " or ")
    }
}
