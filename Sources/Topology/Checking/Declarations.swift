/// A vertex as the file declares it, with what the catalog knows of its kind.
struct Declaration {
    let name: String
    let role: Role
    let place: Place
    let tree: YAMLTree
    /// nil for `kind: loop`, and for a kind that the catalog does not have.
    var kind: VertexKind?
    var isLoop = false
    var settings: Settings?
    /// What the file says of the session that it names.
    var session: Settings?
    var links: [Link] = []
    /// Of an operator: how it is run.
    var run = RunKeys()
    var isSharded: Bool { (run.shards ?? 1) > 1 }

    var subject: String { "\(role.rawValue) \(quoted(name))" }
    /// Whether it only shows. One whose parameters are wrong may be meant to.
    var isDisplay: Bool { kind.map { kind in settings.map(kind.isDisplay) ?? true } ?? false }
}

/// An edge as the file declares it.
struct Link {
    /// The reader's input; the index into its kind's inputs. 0 for a loop.
    let port: Int
    /// `vertex` or `vertex.output`, as written.
    let reference: String
    let place: Place
    var policy: OverflowPolicy?
    let policyPlace: Place
    var sampling: SampleRate?
    var capacity: Int?
    /// The producer and its output, once found.
    var producer: Int?
    var output: Int?
}

/// What happens when an edge is full.
public enum OverflowPolicy: String, Sendable, Hashable, CaseIterable {
    /// The producer waits.
    case block
    /// Elements go to disk, in order, and are caught up later.
    case spill
    /// The latest of each key is kept, in the place of the first one waiting.
    case conflate
    /// One in so many is kept.
    case sample
    /// New elements are dropped and counted.
    case shed

    /// Whether elements can be lost on the way.
    public var drops: Bool { self == .conflate || self == .sample || self == .shed }
}

/// What `every` of a sample says.
public enum SampleRate: Sendable, Hashable {
    /// Of each key one in so many: `every: 10`.
    case oneIn(Int)
    /// Of each key one in so much of its own time, in ns: `every: 100ms`.
    case oneEvery(Int64)

    /// As a topology writes it.
    public var text: String {
        switch self {
        case .oneIn(let count): "\(count)"
        case .oneEvery(let nanoseconds): DurationText.canonical(nanoseconds)
        }
    }
}

/// The keys of an edge that is written as a map.
enum EdgeKeys {
    static let all = ["vertex", "overflow", "every", "capacity"]
}

/// The keys of a loop.
enum LoopKeys {
    static let all = ["kind", "of"]
}

/// Reads the three sections of vertices into declarations with kinds and parameters.
struct DeclarationReader {
    let catalog: Catalog

    func read(_ root: YAMLTree, _ parameters: inout ParameterCheck, _ notebook: inout Notebook) -> [Declaration] {
        var declarations: [Declaration] = []
        var names: [String: Int] = [:]
        for role in Role.allCases {
            guard let section = root[role.section] else { continue }
            for entry in entries(of: section, in: role, &notebook) {
                if let earlier = names[entry.key].map({ declarations[$0] }) {
                    notebook.mistake(
                        at: entry.place,
                        "\(role.rawValue) \(quoted(entry.key)) has the name of the \(earlier.role.rawValue)\(at(earlier.place))",
                        "give one of them another name")
                    continue
                }
                names[entry.key] = declarations.count
                declarations.append(declaration(entry, role, &parameters, &notebook))
            }
        }
        return declarations
    }

    private func at(_ place: Place) -> String { place.line.map { " at line \($0)" } ?? "" }

    private func entries(of section: YAMLTree.Entry, in role: Role, _ notebook: inout Notebook) -> [YAMLTree.Entry] {
        switch section.value.content {
        case .map(let entries): return entries
        case .null: return []
        case .list, .scalar:
            notebook.mistake(
                at: section.place, "\(role.section) is \(section.value.shape)",
                "it takes a map of names, like \(role.section): { name: { kind: … } }")
            return []
        }
    }

    private func declaration(
        _ entry: YAMLTree.Entry, _ role: Role, _ parameters: inout ParameterCheck, _ notebook: inout Notebook
    ) -> Declaration {
        var declaration = Declaration(name: entry.key, role: role, place: entry.place, tree: entry.value)
        let subject = declaration.subject
        if !Self.isName(entry.key) {
            notebook.mistake(
                at: entry.place, "\(subject) has no good name", "a name is letters, digits, - and _, and begins with a letter")
        }
        guard case .map = entry.value.content else {
            notebook.mistake(
                at: entry.place, "\(subject) is \(entry.value.shape)",
                "it takes a map with a kind, like { kind: \(example(role)) }")
            return declaration
        }
        guard let kindEntry = entry.value["kind"] else {
            notebook.mistake(
                at: entry.place, "\(subject) has no kind", "it takes one of \(Nearest.listed(catalog.kindNames(role)))")
            return declaration
        }
        guard let kindName = kindEntry.value.scalar else {
            notebook.mistake(at: kindEntry.place, "\(subject): kind is \(kindEntry.value.shape)", "it takes the name of a kind")
            return declaration
        }
        if kindName == Catalog.loopKind, role == .source {
            declaration.isLoop = true
            noteLoopKeys(declaration, &notebook)
            return declaration
        }
        guard let kind = catalog.kind(kindName, role) else {
            noteUnknownKind(kindName, at: kindEntry.value.place, declaration, &notebook)
            return declaration
        }
        declaration.kind = kind
        var others = role == .source ? ["kind"] : ["kind", "from"]
        var mine = entry.value
        if role == .operator {
            others += RunKeys.all
            declaration.run = RunKeys(
                declaration, kind, keyed: catalog.kinds.filter(\.isKeyed).map(\.name), &notebook)
        } else {
            RunKeys.noteMisplaced(in: declaration, &notebook)
            mine.content = .map(mine.entries.filter { !RunKeys.all.contains($0.key) })
        }
        if role == .source, let from = mine["from"], !kind.parameters.contains(where: { $0.name == "from" }) {
            notebook.mistake(
                at: from.place, "\(subject) reads nothing, so it takes no from", "move it under operators: or remove from")
            mine.content = .map(mine.entries.filter { $0.key != "from" })
        }
        let before = notebook.mistakes.count
        let settings = parameters.settings(
            of: mine, by: kind.parameters, subject: subject, at: entry.place, besides: others, &notebook)
        if let settings, notebook.mistakes.count == before { apply(kind, to: settings, declaration, &notebook) }
        declaration.settings = settings
        return declaration
    }

    /// The rule of the kind itself.
    private func apply(_ kind: VertexKind, to settings: Settings, _ declaration: Declaration, _ notebook: inout Notebook) {
        for complaint in kind.rule?(settings) ?? [] {
            let place = declaration.tree[complaint.parameter]?.value.place ?? declaration.place
            notebook.mistake(
                at: place, "\(declaration.subject): \(complaint.parameter) \(complaint.message)", complaint.suggestion)
        }
    }

    private func noteLoopKeys(_ declaration: Declaration, _ notebook: inout Notebook) {
        RunKeys.noteMisplaced(in: declaration, &notebook)
        let known = LoopKeys.all + RunKeys.all
        for entry in declaration.tree.entries where !known.contains(entry.key) {
            notebook.mistake(
                at: entry.place, "\(declaration.subject): unknown key \(quoted(entry.key))",
                Nearest.suggestion(for: entry.key, in: LoopKeys.all, lead: "a loop takes"))
        }
    }

    private func noteUnknownKind(_ name: String, at place: Place, _ declaration: Declaration, _ notebook: inout Notebook) {
        let role = declaration.role
        for other in Role.allCases where other != role && catalog.kindNames(other).contains(name) {
            notebook.mistake(
                at: place, "\(declaration.subject): kind \(quoted(name)) is \(other.article) \(other.rawValue)",
                "move it under \(other.section):")
            return
        }
        notebook.mistake(
            at: place, "\(declaration.subject): there is no \(role.rawValue) of kind \(quoted(name))",
            Nearest.suggestion(for: name, in: catalog.kindNames(role), lead: "\(role.rawValue) kinds are"))
    }

    private func example(_ role: Role) -> String { catalog.kindNames(role).first ?? "…" }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 32 >= 97 && byte | 32 <= 122) || byte == 95 }
}
