/// `thread:` and `shards:` of an operator: how it is run, and no part of what it computes. So neither is in the topology's
/// canonical text or in its hash, and a day that was begun with some goes on with others.
struct RunKeys {
    static let all = ["thread", "shards"]
    /// The most copies of one operator.
    static let mostShards: Int64 = 64
    /// What floor's own threads are called, on its pages and in `top -H`.
    static let reserved = ["sequencer", "journal", "effects", "displays", "checkpoints", "counters"]

    /// As written; nil where the file does not say.
    private(set) var thread: String?
    private(set) var shards: Int?
    private(set) var threadPlace: Place?, shardsPlace: Place?

    /// Reads the two keys of an operator, whose kind is known.
    init(_ declaration: Declaration, _ kind: VertexKind, keyed: [String], _ notebook: inout Notebook) {
        let (tree, subject) = (declaration.tree, declaration.subject)
        var check = ParameterCheck()
        if let entry = tree["thread"] {
            threadPlace = entry.value.place
            let value = check.oneValue(entry.value, Self.threadKey, subject: "\(subject): thread", &notebook)
            if case .text(let name) = value { thread = Self.checked(name, at: entry.value.place, subject, &notebook) }
        }
        if let entry = tree["shards"] {
            shardsPlace = entry.value.place
            let value = check.oneValue(entry.value, Self.shardsKey, subject: "\(subject): shards", &notebook)
            if case .integer(let count) = value { shards = Int(count) }
            guard !kind.isKeyed else { return }
            shards = nil
            notebook.mistake(
                at: entry.place, "\(subject) takes no shards: copies of \(kind.name) would not know of each other's elements",
                keyed.isEmpty ? "remove shards" : "remove shards; kinds that take it are \(Nearest.listed(keyed))")
        }
    }
    init() {}

    private static func checked(_ name: String, at place: Place, _ subject: String, _ notebook: inout Notebook) -> String? {
        if !DeclarationReader.isName(name) {
            notebook.mistake(
                at: place, "\(subject): thread \(quoted(name)) has no good name",
                "a name is letters, digits, - and _, and begins with a letter")
        } else if reserved.contains(name) {
            notebook.mistake(
                at: place, "\(subject): thread \(quoted(name)) is one that floor has already, for other work",
                "choose another name")
        } else {
            return name
        }
        return nil
    }

    /// What stands at a source or a sink, which both have their threads.
    static func noteMisplaced(in declaration: Declaration, _ notebook: inout Notebook) {
        for entry in declaration.tree.entries where all.contains(entry.key) {
            let subject = declaration.subject
            if entry.key == "shards" {
                notebook.mistake(
                    at: entry.place, "\(subject) takes no shards: only operators that keep a state for each key do",
                    "remove shards")
            } else if declaration.role == .source {
                notebook.mistake(
                    at: entry.place, "\(subject) takes no thread: what comes in is given its sequence on the engine's",
                    "remove thread, or put it on an operator that reads \(quoted(declaration.name))")
            } else {
                notebook.mistake(
                    at: entry.place,
                    "\(subject) takes no thread: it gets its elements where they are made, and what leaves has threads of its own",
                    "remove thread, or put it on the operator that it reads")
            }
        }
    }

    private static let threadKey = Parameter("thread", .text)
    private static let shardsKey = Parameter("shards", .integer(1...mostShards), unit: "copies")
}
