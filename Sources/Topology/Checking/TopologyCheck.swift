/// The check of a whole document: each section, then the graph that they make.
struct TopologyCheck {
    let root: YAMLTree
    let catalog: Catalog
    let file: String

    /// The checked topology, or nil when the notebook holds a mistake.
    func run(_ notebook: inout Notebook) -> CheckedTopology? {
        noteUnknownSections(&notebook)
        let name = self.name(&notebook)
        let clock = self.clock(&notebook)
        let sessionEntries = namedEntries("sessions", &notebook)
        var parameters = ParameterCheck(sessions: sessionEntries.map(\.key))
        let sessions = named(sessionEntries, "session", by: catalog.session, &parameters, &notebook)
        let instruments = self.instruments(&parameters, &notebook)
        let limits = self.limits(&parameters, &notebook)
        var declarations = DeclarationReader(catalog: catalog).read(root, &parameters, &notebook)
        if !declarations.contains(where: { $0.role == .source }) {
            notebook.mistake(
                at: root["sources"]?.place ?? .line(1), "the topology has no sources",
                "add one, like sources: { trades: { kind: … } }")
        }
        for number in declarations.indices {
            let vertex = declarations[number]
            let named = vertex.kind?.parameters.first { if case .session = $0.type { true } else { false } }
            let session = named.flatMap { vertex.settings?.textIfPresent($0.name) }
            declarations[number].session = sessions.first { $0.name == session }?.settings
        }
        for number in declarations.indices { declarations[number].links = LinkReader().read(declarations[number], &notebook) }
        var graph = GraphCheck(declarations, catalog: catalog)
        graph.run(&notebook)
        guard notebook.mistakes.isEmpty else { return nil }
        for entry in sessionEntries where !parameters.usedSessions.contains(entry.key) {
            notebook.warning(at: entry.place, "no source or sink uses the session \(quoted(entry.key))", "use it, or remove it")
        }
        return CheckedTopology(
            name: name, file: file, clock: clock,
            vertices: CheckedBuilder(declarations: graph.vertices, catalog: catalog, file: file).vertices(),
            sessions: sessions.sorted { $0.name < $1.name }, instruments: instruments, limits: limits,
            warnings: notebook.sortedWarnings)
    }

    private func noteUnknownSections(_ notebook: inout Notebook) {
        for entry in root.entries where !Sections.all.contains(entry.key) {
            notebook.mistake(
                at: entry.place, "a topology has no section \(quoted(entry.key))",
                Nearest.suggestion(for: entry.key, in: Sections.all, lead: "sections are"))
        }
    }

    private func name(_ notebook: inout Notebook) -> String {
        guard let entry = root["topology"] else {
            notebook.mistake(at: .line(1), "the topology has no name", "begin the file with topology: NAME")
            return ""
        }
        guard let name = entry.value.scalar, !name.isEmpty else {
            notebook.mistake(
                at: entry.place, "topology is \(entry.value.scalar == nil ? entry.value.shape : "empty")",
                "it takes the topology's name")
            return ""
        }
        return name
    }

    private func clock(_ notebook: inout Notebook) -> ClockSettings {
        let standard = ClockSettings(kind: nil, every: 10_000_000)
        guard let entry = root["clock"] else { return standard }
        guard case .map = entry.value.content else {
            notebook.mistake(at: entry.place, "clock is \(entry.value.shape)", "it takes a map, like { kind: wall, every: 10ms }")
            return standard
        }
        let parameters = [
            Parameter("kind", .choice(ClockSettings.Kind.allCases.map(\.rawValue)), .optional),
            Parameter("every", .duration(), .default("10ms")),
        ]
        var check = ParameterCheck()
        guard let settings = check.settings(of: entry.value, by: parameters, subject: "clock", at: entry.place, &notebook) else {
            return standard
        }
        return ClockSettings(
            kind: settings.textIfPresent("kind").flatMap(ClockSettings.Kind.init), every: settings.duration("every"))
    }

    // MARK: - Sessions, instruments, limits

    /// The entries of a section that maps names to maps; others are noted and left out.
    private func namedEntries(_ section: String, _ notebook: inout Notebook) -> [YAMLTree.Entry] {
        guard let entry = root[section], !entry.value.isNull else { return [] }
        guard case .map(let entries) = entry.value.content else {
            notebook.mistake(
                at: entry.place, "\(section) is \(entry.value.shape)", "it takes a map of names, like \(section): { name: { … } }"
            )
            return []
        }
        return entries
    }

    private func named(
        _ entries: [YAMLTree.Entry], _ word: String, by list: [Parameter]?, _ parameters: inout ParameterCheck,
        _ notebook: inout Notebook
    ) -> [NamedSettings] {
        entries.compactMap { entry in
            let subject = "\(word) \(quoted(entry.key))"
            guard case .map = entry.value.content else {
                notebook.mistake(at: entry.place, "\(subject) is \(entry.value.shape)", "it takes a map")
                return nil
            }
            return settings(entry.value, subject, at: entry.place, by: list, &parameters, &notebook).map {
                NamedSettings(name: entry.key, settings: $0, places: Parameter.places(among: list ?? []))
            }
        }
    }

    private func settings(
        _ tree: YAMLTree, _ subject: String, at place: Place, by list: [Parameter]?, besides others: [String] = [],
        _ parameters: inout ParameterCheck, _ notebook: inout Notebook
    ) -> Settings? {
        guard let list else { return ParameterCheck.openSettings(tree, file: file) }
        return parameters.settings(of: tree, by: list, subject: subject, at: place, besides: others, &notebook)
    }

    /// A map of symbols, or a list of maps with a `symbol` each.
    private func instruments(_ parameters: inout ParameterCheck, _ notebook: inout Notebook) -> [NamedSettings] {
        guard let entry = root["instruments"], case .list(let items) = entry.value.content else {
            let entries = namedEntries("instruments", &notebook)
            return named(entries, "instrument", by: catalog.instrument, &parameters, &notebook).sorted { $0.name < $1.name }
        }
        var instruments: [NamedSettings] = []
        for (number, item) in items.enumerated() {
            guard case .map = item.content, let symbol = item["symbol"]?.value.scalar, !symbol.isEmpty else {
                notebook.mistake(
                    at: item.place, "instruments[\(number)] has no symbol", "it takes a map like { symbol: ABC, tick: 0.01 }")
                continue
            }
            if instruments.contains(where: { $0.name == symbol }) {
                notebook.mistake(
                    at: item["symbol"]?.place ?? item.place, "instrument \(quoted(symbol)) stands twice", "remove one")
                continue
            }
            let takesSymbol = catalog.instrument?.contains { $0.name == "symbol" } ?? false
            let tree = takesSymbol ? item : YAMLTree(place: item.place, content: .map(item.entries.filter { $0.key != "symbol" }))
            let subject = "instrument \(quoted(symbol))"
            if let settings = settings(tree, subject, at: item.place, by: catalog.instrument, &parameters, &notebook) {
                instruments.append(NamedSettings(name: symbol, settings: settings))
            }
        }
        return instruments
    }

    private func limits(_ parameters: inout ParameterCheck, _ notebook: inout Notebook) -> Settings {
        let none = Settings(entries: [], file: file, origin: YAMLTree(place: .file, content: .map([])))
        guard let entry = root["limits"], !entry.value.isNull else { return none }
        guard case .map = entry.value.content else {
            notebook.mistake(at: entry.place, "limits is \(entry.value.shape)", "it takes a map")
            return none
        }
        return settings(entry.value, "limits", at: entry.place, by: catalog.limits, &parameters, &notebook) ?? none
    }
}
