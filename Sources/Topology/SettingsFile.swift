import Foundation

/// A YAML file that is one map of known keys, such as a venue's script: read like a topology, with every mistake at once, each
/// with its file and line.
public enum SettingsFile {
    /// - Parameters:
    ///   - path: The file; it names the file in every message as it is given.
    ///   - subject: What the map is, for messages: `venue script`.
    ///   - rule: What must hold between values that are each well formed.
    public static func read(
        path: String, by parameters: [Parameter], subject: String, rule: (Settings) -> [TopologyMistake] = { _ in [] }
    ) throws(TopologyRefusal) -> Settings {
        try read(TopologyFile.source(path), named: path, by: parameters, subject: subject, rule: rule)
    }

    /// Reads a text; `name` stands for the file in messages.
    public static func read(
        text: String, named name: String, by parameters: [Parameter], subject: String,
        rule: (Settings) -> [TopologyMistake] = { _ in [] }
    ) throws(TopologyRefusal) -> Settings {
        try read(SourceText(text), named: name, by: parameters, subject: subject, rule: rule)
    }

    private static func read(
        _ source: SourceText, named file: String, by parameters: [Parameter], subject: String,
        rule: (Settings) -> [TopologyMistake]
    ) throws(TopologyRefusal) -> Settings {
        var notebook = Notebook(file: file)
        guard let root = YAMLReader.read(source, into: &notebook) else { throw notebook.refusal }
        guard case .map = root.content else {
            let keys = Nearest.listed(parameters.map(\.name))
            notebook.mistake(at: .line(1), "the document is \(root.shape)", "a \(subject) is a map with the keys \(keys)")
            throw notebook.refusal
        }
        var check = ParameterCheck()
        let settings = check.settings(of: root, by: parameters, subject: subject, at: .line(1), &notebook)
        guard let settings, notebook.mistakes.isEmpty else { throw notebook.refusal }
        let mistakes = rule(settings)
        guard mistakes.isEmpty else { throw TopologyRefusal(mistakes: mistakes, warnings: []) }
        return settings
    }
}

extension Settings {
    /// A mistake about one of these values, at its file and line; about the map where `name` is not in it.
    public func mistake(_ name: String, _ message: String, _ suggestion: String? = nil) -> TopologyMistake {
        TopologyMistake(file: file, place: origin[name]?.place ?? origin.place, message: message, suggestion: suggestion)
    }
}
