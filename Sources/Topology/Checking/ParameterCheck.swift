/// Reads maps of the file by the catalog's lists of parameters.
struct ParameterCheck {
    /// The names under `sessions:`.
    let sessions: [String]
    /// Those that a parameter named.
    private(set) var usedSessions: Set<String> = []

    init(sessions: [String] = []) { self.sessions = sessions }

    /// Reads a map by its parameters, or notes what is wrong and answers nil.
    ///
    /// - Parameters:
    ///   - subject: What the map belongs to, `operator "rsi"`.
    ///   - place: Where it is written, for what is missing.
    ///   - others: Keys that stand in the same map and are read elsewhere (`kind`, `from`).
    mutating func settings(
        of tree: YAMLTree, by parameters: [Parameter], subject: String, at place: Place, besides others: [String] = [],
        prefix: String = "", _ notebook: inout Notebook
    ) -> Settings? {
        let known = others + parameters.map(\.name)
        var isWell = true
        for entry in tree.entries where !known.contains(entry.key) {
            let lead = known.isEmpty ? "" : "it takes"
            notebook.mistake(
                at: entry.place, "\(subject): unknown key \(quoted(prefix + entry.key))",
                Nearest.suggestion(for: entry.key, in: known, lead: lead))
            isWell = false
        }
        var entries: [Settings.Entry] = []
        for parameter in parameters {
            let value: ParameterValue?
            if let entry = tree[parameter.name] {
                value = oneValue(entry.value, parameter, subject: "\(subject): \(prefix)\(parameter.name)", &notebook)
                if value == nil { isWell = false }
            } else {
                switch parameter.presence {
                case .optional: value = nil
                case .default(let text): value = Self.standardValue(text, of: parameter, &notebook)
                case .required:
                    notebook.mistake(
                        at: place, "\(subject): \(prefix)\(parameter.name) is missing", "it takes \(parameter.expectation)")
                    value = nil
                    isWell = false
                }
            }
            if let value { entries.append(Settings.Entry(name: parameter.name, value: value)) }
        }
        return isWell ? Settings(entries: entries, file: notebook.file, origin: tree) : nil
    }

    /// A parameter's default, as if it were written in the file.
    static func standardValue(_ text: String, of parameter: Parameter, _ notebook: inout Notebook) -> ParameterValue? {
        let tree = Overrides.tree(of: text, at: .file) ?? YAMLTree(place: .file, content: .scalar(text))
        var check = ParameterCheck()
        return check.oneValue(tree, parameter, subject: parameter.name, &notebook)
    }

    /// A map whose keys nobody has named: scalars stay as they are written, names are sorted.
    static func open(_ tree: YAMLTree, file: String) -> ParameterValue {
        switch tree.content {
        case .null: .null
        case .scalar(let text): .text(text)
        case .list(let items): .list(items.map { open($0, file: file) })
        case .map: .map(openSettings(tree, file: file))
        }
    }

    static func openSettings(_ tree: YAMLTree, file: String) -> Settings {
        let entries = tree.entries.map { Settings.Entry(name: $0.key, value: open($0.value, file: file)) }
        return Settings(entries: entries.sorted { $0.name < $1.name }, file: file, origin: tree)
    }

    // MARK: - One value

    mutating func oneValue(_ tree: YAMLTree, _ parameter: Parameter, subject: String, _ notebook: inout Notebook)
        -> ParameterValue?
    {
        let one = ExpectedValue(type: parameter.type, expectation: parameter.expectation)
        return value(tree, one, subject: subject, &notebook)
    }

    private struct ExpectedValue {
        let type: ParameterType
        let expectation: String
    }

    private mutating func value(_ tree: YAMLTree, _ one: ExpectedValue, subject: String, _ notebook: inout Notebook)
        -> ParameterValue?
    {
        if tree.isNull, !one.type.isContainer {
            notebook.mistake(at: tree.place, "\(subject) has no value", "it takes \(one.expectation)")
            return nil
        }
        switch one.type {
        case .list(let item): return list(tree, of: item, one, subject: subject, &notebook)
        case .map, .table, .record: return map(tree, one, subject: subject, &notebook)
        default: break
        }
        guard let text = tree.scalar else {
            notebook.mistake(at: tree.place, "\(subject) is \(tree.shape)", "it takes \(one.expectation)")
            return nil
        }
        return scalar(text, one, at: tree.place, subject: subject, &notebook)
    }

    private mutating func list(
        _ tree: YAMLTree, of item: ParameterType, _ one: ExpectedValue, subject: String, _ notebook: inout Notebook
    ) -> ParameterValue? {
        guard case .list(let items) = tree.content else {
            let next = tree.scalar.map { "; write [\($0.prefix(40))]" } ?? ""
            notebook.mistake(at: tree.place, "\(subject) is \(tree.shape)", "it takes \(one.expectation)\(next)")
            return nil
        }
        let expected = ExpectedValue(type: item, expectation: item.expectation)
        var values: [ParameterValue] = []
        for (index, entry) in items.enumerated() {
            if let value = value(entry, expected, subject: "\(subject)[\(index)]", &notebook) { values.append(value) }
        }
        return values.count == items.count ? .list(values) : nil
    }

    private mutating func map(_ tree: YAMLTree, _ one: ExpectedValue, subject: String, _ notebook: inout Notebook)
        -> ParameterValue?
    {
        guard case .map(let entries) = tree.content else {
            notebook.mistake(at: tree.place, "\(subject) is \(tree.shape)", "it takes \(one.expectation)")
            return nil
        }
        switch one.type {
        case .record(let parameters):
            return settings(of: tree, by: parameters, subject: subject, at: tree.place, &notebook).map(ParameterValue.map)
        case .table(let item):
            let expected = ExpectedValue(type: item, expectation: item.expectation)
            var values: [Settings.Entry] = []
            for entry in entries {
                guard let value = value(entry.value, expected, subject: "\(subject).\(entry.key)", &notebook) else { continue }
                values.append(Settings.Entry(name: entry.key, value: value))
            }
            guard values.count == entries.count else { return nil }
            return .map(Settings(entries: values.sorted { $0.name < $1.name }, file: notebook.file, origin: tree))
        default:
            return .map(Self.openSettings(tree, file: notebook.file))
        }
    }

    private mutating func scalar(
        _ text: String, _ one: ExpectedValue, at place: Place, subject: String, _ notebook: inout Notebook
    ) -> ParameterValue? {
        switch ScalarReading.read(text, as: one.type) {
        case .value(let value):
            guard case .session = one.type else { return value }
            guard sessions.contains(text) else {
                let suggestion =
                    sessions.isEmpty
                    ? "add it under sessions:" : Nearest.suggestion(for: text, in: sessions, lead: "sessions are") ?? ""
                notebook.mistake(
                    at: place, "\(subject) names the session \(quoted(text)), which sessions: does not have", suggestion)
                return nil
            }
            usedSessions.insert(text)
            return value
        case .malformed(let what, let next):
            notebook.mistake(at: place, "\(subject) \(quoted(text)) is \(what)", next ?? "it takes \(one.expectation)")
        case .outOfRange:
            notebook.mistake(at: place, "\(subject) \(text.prefix(80)) is out of range", "it takes \(one.expectation)")
        case .unknownWord(let words):
            notebook.mistake(
                at: place, "\(subject) \(quoted(text)) is not known",
                Nearest.suggestion(for: text, in: words, lead: "it takes one of"))
        }
        return nil
    }
}

extension ParameterType {
    /// Whether an empty value is told as a wrong shape rather than as a missing value.
    fileprivate var isContainer: Bool {
        switch self {
        case .list, .map, .table, .record: true
        default: false
        }
    }
}
