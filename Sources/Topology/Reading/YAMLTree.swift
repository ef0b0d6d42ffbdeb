/// A YAML document with the place of each key and value: what the check walks over.
struct YAMLTree: Sendable {
    var place: Place
    var content: Content

    enum Content: Sendable {
        /// Nothing was written, or `null` or `~`.
        case null
        case scalar(String)
        case list([YAMLTree])
        case map([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var place: Place
        var value: YAMLTree
    }

    /// The entries of a map; none for anything else.
    var entries: [Entry] {
        if case .map(let entries) = content { return entries }
        return []
    }

    var scalar: String? {
        if case .scalar(let text) = content { return text }
        return nil
    }

    var isNull: Bool {
        if case .null = content { return true }
        return false
    }

    subscript(key: String) -> Entry? { entries.first { $0.key == key } }

    /// What is there, in the words of an error message.
    var shape: String {
        switch content {
        case .null: "empty"
        case .scalar: "a single value"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// The same tree, said to stand at `place` throughout.
    func moved(to place: Place) -> YAMLTree {
        switch content {
        case .null, .scalar: YAMLTree(place: place, content: content)
        case .list(let items): YAMLTree(place: place, content: .list(items.map { $0.moved(to: place) }))
        case .map(let entries):
            YAMLTree(
                place: place,
                content: .map(entries.map { Entry(key: $0.key, place: place, value: $0.value.moved(to: place)) }))
        }
    }
}
