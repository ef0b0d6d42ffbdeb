import Foundation

/// A file with one set of limits, under a name and a version: a topology's `limits: equities.yaml`, or what is put over the limits
/// of a desk that runs.
///
///     name: equities
///     version: 7
///     author: ann
///     reason: the quarter's end
///     limits: { template: long-only, max_notional: "500000" }
public struct LimitsFile: Sendable {
    public let name: String
    /// Of two files of one name the higher one is the newer.
    public let version: UInt32
    /// Who wrote it and why; empty where the file does not say.
    public let author: String, reason: String
    /// From when and until when it is to hold, as written: a time, or how long from the moment it is put in force.
    public let from: String?, until: String?
    /// What stands under `limits:`, without defaults.
    public let limits: Settings

    private static func parameters(_ catalog: Catalog) -> [Parameter] {
        [
            Parameter("name", .text), Parameter("version", .integer(1...Int64(UInt32.max))),
            Parameter("author", .text, .default("")), Parameter("reason", .text, .default("")),
            Parameter("from", .text, .optional), Parameter("until", .text, .optional),
            Parameter("limits", catalog.limits.map { .record($0) } ?? .map),
        ]
    }

    /// - Parameters:
    ///   - path: The file; it names the file in every message as it is given.
    ///   - rule: What must hold between values that are each well formed.
    /// - Throws: every mistake of the file at once.
    public static func read(
        path: String, against catalog: Catalog, rule: (Settings) -> [TopologyMistake] = { _ in [] }
    ) throws(TopologyRefusal) -> LimitsFile {
        LimitsFile(try SettingsFile.read(path: path, by: parameters(catalog), subject: "limits file", rule: rule))
    }
    /// Reads a text; `file` stands for the file in messages.
    public static func read(
        text: String, named file: String, against catalog: Catalog, rule: (Settings) -> [TopologyMistake] = { _ in [] }
    ) throws(TopologyRefusal) -> LimitsFile {
        LimitsFile(try SettingsFile.read(text: text, named: file, by: parameters(catalog), subject: "limits file", rule: rule))
    }
    /// Reads what stands under `limits:` alone, as `limits.canonicalText` of another file has it.
    public static func limits(text: String, against catalog: Catalog) throws(TopologyRefusal) -> Settings {
        try SettingsFile.read(text: text, named: "limits", by: catalog.limits ?? [], subject: "limits").stated
    }

    private init(_ settings: Settings) {
        (name, version) = (settings.text("name"), UInt32(clamping: settings.integer("version")))
        (author, reason) = (settings.text("author"), settings.text("reason"))
        (from, until) = (settings.textIfPresent("from"), settings.textIfPresent("until"))
        limits = settings.map("limits").stated
    }

    /// Puts a topology's limits file in the place of its name.
    static func include(into root: inout YAMLTree, of topology: String, _ catalog: Catalog) throws(TopologyRefusal) {
        guard case .map(var sections) = root.content, let at = sections.firstIndex(where: { $0.key == "limits" }),
            let named = sections[at].value.scalar, named.hasSuffix(".yaml") || named.hasSuffix(".yml")
        else { return }
        let folder = URL(fileURLWithPath: topology).deletingLastPathComponent().relativePath
        let path = named.hasPrefix("/") || folder == "." ? named : folder + "/" + named
        let place = sections[at].place
        sections[at].value = YAMLTree(place: place, content: .null)
        root.content = .map(sections)
        let file: LimitsFile
        do throws(TopologyRefusal) {
            file = try read(path: path, against: catalog) { settings in
                ["from", "until"].filter(settings.has).map {
                    settings.mistake(
                        $0, "\($0) has no meaning where a topology begins with these limits",
                        "remove it, or put the file over a running desk with floor limits")
                }
            }
        } catch {
            // A file that cannot be read is a mistake of the line that names it.
            throw TopologyRefusal(
                mistakes: error.mistakes.map {
                    guard $0.place == .file else { return $0 }
                    return TopologyMistake(
                        file: topology, place: place, message: "limits names \(path): \($0.message)", suggestion: $0.suggestion)
                }, warnings: [])
        }
        let header = [("name", file.name), ("version", String(file.version))].map { key, value in
            YAMLTree.Entry(key: key, place: place, value: YAMLTree(place: place, content: .scalar(value)))
        }
        let written = file.limits.origin.moved(to: place).entries.filter { $0.key != "name" && $0.key != "version" }
        sections[at].value = YAMLTree(place: place, content: .map(header + written))
        root.content = .map(sections)
    }
}
