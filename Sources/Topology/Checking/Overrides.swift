/// `--set PATH=VALUE`: replaces values of the tree before it is checked, so that the check sees one topology.
///
/// PATH is keys joined by dots; a list's items are numbers from 0; a key that itself holds dots is found whole. VALUE is
/// text as it stands, or a YAML list or map when it begins with `[` or `{`.
enum Overrides {
    static func apply(_ overrides: [String], to tree: inout YAMLTree, _ notebook: inout Notebook) {
        for override in overrides {
            guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
                notebook.mistake(
                    at: .override(override), "there is no value", "write --set PATH=VALUE, like --set operators.rsi.period=21")
                continue
            }
            let path = String(override[..<equals])
            let value = String(override[override.index(after: equals)...])
            let place = Place.override(path)
            guard let new = self.tree(of: value, at: place) else {
                notebook.mistake(
                    at: place, "\(quoted(value)) is no YAML list or map",
                    "put quotes around VALUE for the shell, and close its brackets")
                continue
            }
            let keys = path.split(separator: ".", omittingEmptySubsequences: false).map { SourceText.withoutMarks(String($0)) }
            guard !keys.contains("") else {
                notebook.mistake(
                    at: place, "the path has an empty key", "write keys with single dots between them, like operators.rsi.period")
                continue
            }
            var setter = Setter(place: place, value: new)
            setter.set(&tree, keys[...], walked: [], &notebook)
        }
    }

    /// A value from the command line or a catalog's default; nil when it looks like a list or a map and is none.
    static func tree(of text: String, at place: Place) -> YAMLTree? {
        guard text.first == "[" || text.first == "{" else {
            return YAMLTree(place: place, content: .scalar(SourceText.withoutMarks(text)))
        }
        var aside = Notebook(file: "")
        guard let tree = YAMLReader.read(SourceText(text), into: &aside), aside.mistakes.isEmpty else { return nil }
        return tree.moved(to: place)
    }
}

/// Walks one path down the tree.
private struct Setter {
    let place: Place
    let value: YAMLTree

    mutating func set(_ tree: inout YAMLTree, _ keys: ArraySlice<String>, walked: [String], _ notebook: inout Notebook) {
        guard let first = keys.first else {
            tree = value
            return
        }
        switch tree.content {
        case .list(var items):
            guard let index = Int(first), items.indices.contains(index) else {
                let range = items.isEmpty ? "it is empty" : "its items are 0 to \(items.count - 1)"
                notebook.mistake(at: place, "\(walked.joined(separator: ".")) is a list and has no item \(quoted(first))", range)
                return
            }
            set(&items[index], keys.dropFirst(), walked: walked + [first], &notebook)
            tree.content = .list(items)
        case .map(var entries):
            setEntry(of: &entries, keys, walked: walked, &notebook)
            tree.content = .map(entries)
        case .null:
            var entries: [YAMLTree.Entry] = []
            setEntry(of: &entries, keys, walked: walked, &notebook)
            tree.content = .map(entries)
        case .scalar(let text):
            let whole = walked.joined(separator: ".")
            notebook.mistake(
                at: place, "\(whole) is the single value \(quoted(text)) and has no key \(quoted(first))",
                "set it whole: --set '\(whole)={ … }'")
        }
    }

    private mutating func setEntry(
        of entries: inout [YAMLTree.Entry], _ keys: ArraySlice<String>, walked: [String], _ notebook: inout Notebook
    ) {
        // The longest key that is there, so that a name with dots can be meant.
        for length in stride(from: keys.count, through: 1, by: -1) {
            let key = keys.prefix(length).joined(separator: ".")
            guard let index = entries.firstIndex(where: { $0.key == key }) else { continue }
            set(&entries[index].value, keys.dropFirst(length), walked: walked + [key], &notebook)
            if keys.count == length { entries[index].place = place }
            return
        }
        guard let key = keys.first, mayAdd(key, keys.dropFirst(), beside: entries.map(\.key), walked: walked, &notebook) else {
            return
        }
        var new = YAMLTree(place: place, content: .null)
        set(&new, keys.dropFirst(), walked: walked + [key], &notebook)
        entries.append(YAMLTree.Entry(key: key, place: place, value: new))
    }

    /// Whether a key that the file does not have may be made. Deeper down the check itself tells what is unknown; at the
    /// top, and where names stand, a new key is far more likely a misspelt one.
    private func mayAdd(
        _ key: String, _ rest: ArraySlice<String>, beside names: [String], walked: [String], _ notebook: inout Notebook
    ) -> Bool {
        if walked.isEmpty {
            if Sections.all.contains(key) { return true }
            notebook.mistake(
                at: place, "a topology has no section \(quoted(key))",
                Nearest.suggestion(for: key, in: Sections.all, lead: "sections are"))
            return false
        }
        guard walked.count == 1, Sections.named.contains(walked[0]) else { return true }
        if rest.isEmpty, case .map = value.content { return true }
        let suggestion = Nearest.suggestion(for: key, in: names, lead: "it has")
        notebook.mistake(at: place, "\(walked[0]) has no \(quoted(key))", suggestion)
        return false
    }
}

/// The top-level keys of a topology.
enum Sections {
    static let all = ["topology", "clock", "instruments", "sources", "operators", "sinks", "sessions", "limits"]
    /// Those whose keys are names that the user gives.
    static let named = ["sources", "operators", "sinks", "sessions", "instruments"]
}
