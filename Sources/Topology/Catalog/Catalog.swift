/// Everything that a topology may be made of. The command line builds one from the operators, feeds and sessions that it
/// carries; this room knows none of them.
public struct Catalog: Sendable {
    /// The built-in source that re-enters another vertex's output through the sequencer, so that a graph may close a loop:
    /// `reports: { kind: loop, of: venue.reports }`.
    public static let loopKind = "loop"

    public let kinds: [VertexKind]
    /// What an entry under `sessions:` takes.
    public let session: [Parameter]
    /// What an entry under `instruments:` takes; nil passes all keys on as written.
    public let instrument: [Parameter]?
    /// What `limits:` takes; nil passes all keys on as written.
    public let limits: [Parameter]?

    /// - Precondition: names are unique within their list, defaults are well formed, and ports are consistent: a wrong
    ///   catalog is a fault of the code that built it.
    public init(
        _ kinds: [VertexKind], session: [Parameter] = Catalog.sessionParameters, instrument: [Parameter]? = nil,
        limits: [Parameter]? = nil
    ) {
        self.kinds = kinds
        self.session = session
        self.instrument = instrument
        self.limits = limits
        for kind in kinds { Self.require(kind) }
        for role in Role.allCases { Self.requireUnique(kinds.filter { $0.role == role }.map(\.name), "\(role.rawValue) kinds") }
        Self.require(session, in: "sessions")
        Self.require(instrument ?? [], in: "instruments")
        Self.require(limits ?? [], in: "limits")
    }

    public func kind(_ name: String, _ role: Role) -> VertexKind? { kinds.first { $0.name == name && $0.role == role } }

    /// The names of a role's kinds, with the built-in `loop` among the sources.
    public func kindNames(_ role: Role) -> [String] {
        kinds.filter { $0.role == role }.map(\.name) + (role == .source ? [Self.loopKind] : [])
    }

    // MARK: - What a catalog must hold

    private static let reservedKeys = ["kind", "from"] + RunKeys.all

    private static func require(_ kind: VertexKind) {
        let subject = "kind \(kind.name) (\(kind.role.rawValue))"
        precondition(kind.name != loopKind, "\(subject): the name loop is the built-in source's")
        precondition(kind.role != .source || kind.inputs.isEmpty, "\(subject): a source reads nothing")
        precondition(kind.role == .source || !kind.inputs.isEmpty, "\(subject): it has no input")
        precondition(kind.role == .sink || !kind.outputs.isEmpty, "\(subject): it has no output")
        precondition(
            !kind.isKeyed || kind.role == .operator && kind.inputs.count { !$0.isOptional } == 1,
            "\(subject): only an operator that needs one input is keyed")
        require(kind.parameters, in: subject)
        for parameter in kind.parameters {
            precondition(!reservedKeys.contains(parameter.name), "\(subject): \(parameter.name) is a reserved key")
        }
        requireUnique(kind.inputs.map(\.name), "inputs of \(subject)")
        requireUnique(kind.outputs.map(\.name), "outputs of \(subject)")
        for input in kind.inputs {
            precondition(!EdgeKeys.all.contains(input.name), "\(subject): \(input.name) is an edge's key, not an input's name")
        }
        for output in kind.outputs {
            precondition(
                output.name != "out" || output.name == kind.outputs.first?.name, "\(subject): out is the main output's name")
            if case .same(let input) = output.element {
                precondition(
                    kind.inputs.contains { $0.name == input }, "\(subject): output \(output.name) follows no input \(input)")
            }
        }
    }

    private static func require(_ parameters: [Parameter], in subject: String) {
        requireUnique(parameters.map(\.name), "parameters of \(subject)")
        for parameter in parameters {
            if case .record(let nested) = parameter.type { require(nested, in: "\(subject).\(parameter.name)") }
            guard case .default(let text) = parameter.presence else { continue }
            var notebook = Notebook(file: "default")
            _ = ParameterCheck.standardValue(text, of: parameter, &notebook)
            precondition(notebook.mistakes.isEmpty, "\(subject): default of \(parameter.name): \(notebook.refusal)")
        }
    }

    private static func requireUnique(_ names: [String], _ what: String) {
        precondition(Set(names).count == names.count, "\(what) repeat a name: \(names.joined(separator: ", "))")
    }
}
