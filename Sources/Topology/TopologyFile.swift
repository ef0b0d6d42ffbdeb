import Foundation

/// The door of this room: a topology file in, a checked topology or all its mistakes out.
///
///     let topology = try TopologyFile.check(path: "desk.yaml", against: catalog, overrides: ["sessions.broker.port=9881"])
public enum TopologyFile {
    /// The largest file that is read, in bytes. A desk of thousands of vertices is far below it.
    public static let largestBytes = 4 << 20

    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - path: The file; it names the file in every message as it is given.
    ///   - catalog: What the topology may be made of.
    ///   - overrides: `PATH=VALUE` each, applied in order before the check.
    /// - Throws: every mistake of the file at once.
    public static func check(path: String, against catalog: Catalog, overrides: [String] = []) throws(TopologyRefusal)
        -> CheckedTopology
    {
        try check(source(path), named: path, against: catalog, overrides)
    }

    /// The text of a file.
    static func source(_ path: String) throws(TopologyRefusal) -> SourceText {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            guard data.count <= largestBytes else {
                throw refusal(path, .file, "the file has \(data.count) bytes, a topology at most \(largestBytes)")
            }
            return try SourceText(bytes: Array(data))
        } catch let refusal as TopologyRefusal {
            throw refusal
        } catch let error as SourceText.NotUTF8 {
            throw refusal(path, .line(error.line), "the text is not UTF-8", "save the file as UTF-8")
        } catch {
            let isMissing = !FileManager.default.fileExists(atPath: path)
            let reason = isMissing ? "there is no such file" : "the file cannot be read"
            throw refusal(path, .file, reason, isMissing ? "check the path" : "check that it is a file and that you may read it")
        }
    }

    /// Checks a text; `name` stands for the file in messages.
    public static func check(
        text: String, named name: String, against catalog: Catalog, overrides: [String] = []
    ) throws(TopologyRefusal) -> CheckedTopology {
        try check(SourceText(text), named: name, against: catalog, overrides)
    }

    private static func check(
        _ source: SourceText, named file: String, against catalog: Catalog, _ overrides: [String]
    ) throws(TopologyRefusal) -> CheckedTopology {
        var notebook = Notebook(file: file)
        guard var root = YAMLReader.read(source, into: &notebook) else { throw notebook.refusal }
        guard case .map = root.content else {
            notebook.mistake(
                at: .line(1), "the document is \(root.shape)", "a topology is a map with the keys \(Nearest.listed(Sections.all))"
            )
            throw notebook.refusal
        }
        var others: [TopologyMistake] = []  // those of the limits' file
        do throws(TopologyRefusal) { try LimitsFile.include(into: &root, of: file, catalog) } catch { others = error.mistakes }
        Overrides.apply(overrides, to: &root, &notebook)
        let check = TopologyCheck(root: root, catalog: catalog, file: file)
        guard let topology = check.run(&notebook), others.isEmpty else {
            let refusal = notebook.refusal
            throw TopologyRefusal(mistakes: refusal.mistakes + others, warnings: refusal.warnings)
        }
        return topology
    }

    private static func refusal(_ file: String, _ place: Place, _ message: String, _ suggestion: String? = nil) -> TopologyRefusal
    {
        var notebook = Notebook(file: file)
        notebook.mistake(at: place, message, suggestion)
        return notebook.refusal
    }
}
