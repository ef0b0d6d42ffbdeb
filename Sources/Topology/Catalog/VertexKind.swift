/// The three kinds of vertex of a topology. Each has its section in the file.
public enum Role: String, Sendable, Hashable, CaseIterable {
    case source, `operator`, sink

    /// The top-level key: `sources`, `operators`, `sinks`.
    public var section: String { rawValue + "s" }

    var article: String { self == .operator ? "an" : "a" }
}

/// One input of a vertex kind.
public struct InputPort: Sendable {
    public let name: String
    /// The element types it reads; empty means any.
    public let accepts: [String]
    public let isOptional: Bool
    /// Whether what it reads may never be dropped (orders, fills, commands): then its edge can only `block`.
    public let mustNotDrop: Bool

    public init(_ name: String = "in", accepts: [String], optional: Bool = false, mustNotDrop: Bool = false) {
        self.name = name
        self.accepts = accepts
        isOptional = optional
        self.mustNotDrop = mustNotDrop
    }
}

/// One output of a vertex kind. The first of a kind is its main output, read by the vertex's name alone; any is read
/// as `vertex.output`.
public struct OutputPort: Sendable {
    /// What an output carries.
    public enum Element: Sendable {
        case of(String)
        /// It follows from the vertex's parameters, as a file's from its `format`.
        case depending(@Sendable (Settings) -> String)
        /// It follows from the entry under `sessions:` that the vertex names.
        case dependingOnSession(@Sendable (Settings) -> String)
        /// What the named input carries.
        case same(asInput: String)
    }

    public let name: String
    public let element: Element
    /// An output that may go unread without a warning, such as `late`.
    public let isOptional: Bool
    /// Whether what it carries may never be dropped (orders, fills, commands): then its edges can only `block`.
    public let mustNotDrop: Bool
    /// Whether each element counts (a trade) rather than replacing the one before (a quote): then a source's output cannot
    /// `conflate`.
    public let eachCounts: Bool

    public init(
        _ name: String = "out", _ element: Element, optional: Bool = false, mustNotDrop: Bool = false, eachCounts: Bool = false
    ) {
        self.name = name
        self.element = element
        isOptional = optional
        self.mustNotDrop = mustNotDrop
        self.eachCounts = eachCounts
    }

    public init(
        _ name: String = "out", _ element: String, optional: Bool = false, mustNotDrop: Bool = false, eachCounts: Bool = false
    ) {
        self.init(name, .of(element), optional: optional, mustNotDrop: mustNotDrop, eachCounts: eachCounts)
    }
}

/// What a topology may put behind `kind:`.
public struct VertexKind: Sendable {
    /// What a kind's own rule finds wrong between its parameters.
    public struct Complaint: Sendable {
        public let parameter: String
        public let message: String
        public let suggestion: String?

        public init(parameter: String, _ message: String, suggestion: String? = nil) {
            self.parameter = parameter
            self.message = message
            self.suggestion = suggestion
        }
    }

    public let name: String
    public let role: Role
    public let parameters: [Parameter]
    public let inputs: [InputPort]
    public let outputs: [OutputPort]
    /// One sentence for the reference.
    public let summary: String
    /// Whether a sink only shows: then an edge into it may drop (`conflate`, `sample`, `shed`).
    public let isDisplay: @Sendable (Settings) -> Bool
    /// A source that is read when there is time: nothing piles up behind it, so its edges have no policy.
    public let isPulled: Bool
    /// The most elements that one element of an input puts on each output; nil where timers add to them, or nobody knows.
    public let mostOutputs: Int?
    /// Whether an operator keeps a state for each key, such as an instrument, and looks at no other: then it can be run as
    /// several copies (`shards`).
    public let isKeyed: Bool
    /// What must hold between parameters that are each well formed, such as `fast` below `slow`.
    public let rule: (@Sendable (Settings) -> [Complaint])?

    public init(
        _ name: String, _ role: Role, parameters: [Parameter] = [], inputs: [InputPort] = [], outputs: [OutputPort] = [],
        summary: String = "", isDisplay: @escaping @Sendable (Settings) -> Bool = { _ in false }, isPulled: Bool = false,
        mostOutputs: Int? = nil, isKeyed: Bool = false, rule: (@Sendable (Settings) -> [Complaint])? = nil
    ) {
        self.name = name
        self.role = role
        self.parameters = parameters
        self.inputs = inputs
        self.outputs = outputs
        self.summary = summary
        self.isDisplay = isDisplay
        self.isPulled = isPulled
        self.mostOutputs = mostOutputs
        self.isKeyed = isKeyed
        self.rule = rule
    }

    /// The index of an output by its name; the main one also goes by "" and "out".
    func outputIndex(named name: String) -> Int? {
        if let index = outputs.firstIndex(where: { $0.name == name }) { return index }
        return (name.isEmpty || name == "out") && !outputs.isEmpty ? 0 : nil
    }
}
