extension CheckedTopology {
    /// The topology as a file again, in the one canonical form: defaults written out, keys in order, no comments.
    ///
    /// Two files with the same meaning have the same text; checked again, it gives the same topology. A data directory keeps
    /// it beside the journal, so that a day can be replayed without the file it came from.
    public var canonicalText: String { text(withPlaces: true) }

    /// - Parameter withPlaces: whether the keys that only say where something is are written too.
    private func text(withPlaces: Bool) -> String {
        var lines = ["topology: \(Self.scalar(name))"]
        let clockKind = clock.kind.map { "kind: \($0.rawValue), " } ?? ""
        lines.append("clock: { \(clockKind)every: \(DurationText.canonical(clock.every)) }")
        if !instruments.isEmpty {
            // A list, as the order of instruments may be the user's.
            lines.append("instruments:")
            for instrument in instruments {
                let entries = instrument.settings.entries.filter { $0.name != "symbol" }.map(Self.entry)
                lines.append("  - \(Self.braces(["symbol: \(Self.scalar(instrument.name))"] + entries))")
            }
        }
        for role in Role.allCases {
            let members = vertices.filter { $0.role == role }.sorted { $0.name < $1.name }
            if !members.isEmpty { lines.append("\(role.section):") }
            for vertex in members { lines.append("  \(vertex.name): \(Self.braces(Self.entries(of: vertex, withPlaces)))") }
        }
        if !sessions.isEmpty { lines.append("sessions:") }
        for session in sessions {
            let entries = session.settings.entries.filter { withPlaces || !session.places.contains($0.name) }
            lines.append("  \(Self.scalar(session.name)): \(Self.braces(entries.map(Self.entry)))")
        }
        if !limits.isEmpty { lines.append("limits: \(Self.text(.map(limits)))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// 16 hexadecimal digits that name the topology's meaning: the fingerprint of the canonical text without its places. The
    /// order of keys, comments and how a value is spelt do not change it, nor do a venue's port or a file's path.
    public var hash: String { Fingerprint.hexadecimal(of: text(withPlaces: false)) }

    private static func entries(of vertex: CheckedVertex, _ withPlaces: Bool) -> [String] {
        var entries = ["kind: \(scalar(vertex.kind))"]
        if let loop = vertex.loop { entries.append("of: \(edge(loop))") }
        if !vertex.inputs.isEmpty {
            entries.append("from: \(braces(vertex.inputs.map { "\(scalar($0.port)): \(edge($0))" }))")
        }
        return entries + vertex.settings.entries.filter { withPlaces || !vertex.places.contains($0.name) }.map(entry)
    }

    private static func edge(_ edge: CheckedEdge) -> String {
        if edge.policy == .block, edge.capacity == nil { return edge.reference }
        let every = edge.sampling.map { ["every: \($0.text)"] } ?? []
        let capacity = edge.capacity.map { ["capacity: \($0)"] } ?? []
        return braces(["vertex: \(edge.reference)", "overflow: \(edge.policy.rawValue)"] + every + capacity)
    }

    private static func entry(_ entry: Settings.Entry) -> String { "\(scalar(entry.name)): \(text(entry.value))" }

    static func text(_ value: ParameterValue) -> String {
        switch value {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .duration(let value): DurationText.canonical(value)
        case .decimal(let value): value
        case .double(let value): "\(value)"
        case .text(let value): scalar(value)
        case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
        case .map(let settings): braces(settings.entries.map(entry))
        }
    }

    private static func braces(_ parts: [String]) -> String { parts.isEmpty ? "{}" : "{ " + parts.joined(separator: ", ") + " }" }

    /// A text as YAML: bare where that is safe in every place, in double quotes otherwise.
    private static func scalar(_ text: String) -> String {
        let isSafe = text.utf8.allSatisfy { byte in
            (byte | 32 >= 97 && byte | 32 <= 122) || (byte >= 48 && byte <= 57) || byte == 46 || byte == 95 || byte == 45
                || byte == 47
        }
        let beginsWell = text.utf8.first.map { $0 != 45 && $0 != 46 } ?? false
        if isSafe, beginsWell, text.lowercased() != "null" { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _
            where scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0) || scalar.value > 0xFFFF
                || [0x2028, 0x2029, 0xFEFF].contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension ParameterValue {
    /// The value as a topology file writes it, in its one canonical spelling.
    public var canonicalText: String { CheckedTopology.text(self) }
}
