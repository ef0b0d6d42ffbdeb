extension Catalog {
    /// What a topology may be made of, as Markdown: each kind with its inputs, outputs and parameters.
    public var reference: String {
        var lines: [String] = []
        for role in Role.allCases {
            lines += ["## \(role.section.prefix(1).uppercased())\(role.section.dropFirst())", ""]
            if role == .source {
                lines += [
                    "### \(Self.loopKind)", "",
                    "Brings an operator's output back through the sequencer: `{ kind: loop, of: oms }`.", "",
                ]
            }
            if role == .operator {
                lines += [
                    "Besides the keys of its kind every operator takes `thread`, and a keyed one `shards`: [threads](#threads).",
                    "",
                ]
            }
            for kind in kinds.filter({ $0.role == role }).sorted(by: { $0.name < $1.name }) { lines += Self.section(of: kind) }
        }
        lines += ["## Sessions", ""] + Self.table(session)
        if let instrument { lines += ["## Instruments", ""] + Self.table(instrument) }
        if let limits { lines += ["## Limits", ""] + Self.table(limits) }
        return lines.joined(separator: "\n")
    }

    private static func section(of kind: VertexKind) -> [String] {
        var lines = ["### \(kind.name)", ""]
        if !kind.summary.isEmpty { lines += [kind.summary, ""] }
        let inputs = kind.inputs.map { "`\($0.name)` (\(LinkReader.elements(of: $0))\($0.isOptional ? ", optional" : ""))" }
        if !inputs.isEmpty { lines += ["Reads " + inputs.joined(separator: ", ") + ".", ""] }
        let outputs = kind.outputs.map { "`\($0.name)` (\(element(of: $0)))" }
        if !outputs.isEmpty { lines += ["Makes " + outputs.joined(separator: ", ") + ".", ""] }
        if kind.isKeyed { lines += ["Keyed: takes `shards`.", ""] }
        return lines + (kind.parameters.isEmpty ? [] : table(kind.parameters))
    }

    private static func element(of output: OutputPort) -> String {
        switch output.element {
        case .of(let name): name
        case .depending: "by its parameters"
        case .dependingOnSession: "by its session"
        case .same(let input): "what `\(input)` reads"
        }
    }

    private static func table(_ parameters: [Parameter]) -> [String] {
        var lines = ["| Key | Takes | Default | |", "|---|---|---|---|"]
        for parameter in parameters {
            let standard =
                switch parameter.presence {
                case .required: "required"
                case .optional: "none"
                case .default(let text): "`\(text)`"
                }
            let cells = ["`\(parameter.name)`", parameter.expectation, standard, parameter.doc]
            lines.append("| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |")
        }
        return lines + [""]
    }
}
