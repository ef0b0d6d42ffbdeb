import Yams

/// Reads YAML text into a tree with the line of each key and value.
///
/// Repeated keys, which the library below refuses one map at a time, are all found: the first of two equal keys is renamed
/// in memory (one scalar for one, so that no column moves) and the text is read again.
struct YAMLReader {
    private static let mostRepairs = 64
    private static let mostNodes = 200_000
    private static let mostDepth = 64

    private var text: SourceText
    /// The true names of renamed keys, by line and column.
    private var renamed: [[Int]: String] = [:]
    private var nodes = 0

    /// The tree of the document, or nil when it has no sense as YAML; then at least one mistake is noted.
    static func read(_ text: SourceText, into notebook: inout Notebook) -> YAMLTree? {
        if let line = text.lineDeeperThan(mostDepth) {
            notebook.mistake(
                at: .line(line), "brackets are nested more than \(mostDepth) deep", "write the map as indented lines")
            return nil
        }
        var reader = YAMLReader(text: text)
        return reader.read(into: &notebook)
    }

    private init(text: SourceText) { self.text = text }

    private mutating func read(into notebook: inout Notebook) -> YAMLTree? {
        for _ in 0...Self.mostRepairs {
            do {
                let parser = try Parser(yaml: text.text, resolver: .basic, encoding: .utf8)
                guard let root = try parser.singleRoot() else {
                    notebook.mistake(
                        at: .line(1), "the file is empty", "a topology has the keys topology, sources, operators and sinks")
                    return nil
                }
                return tree(root, at: .line(1), depth: 0, &notebook)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) where !names.isEmpty {
                if !rename(names[0], context.mark) {
                    note(renamed, and: (names[0], context.mark), in: &notebook)
                    return nil
                }
            } catch let error {
                // A repair that broke the text is no mistake of the user's: the repeated keys are.
                if renamed.isEmpty { note(error, in: &notebook) } else { note(renamed, and: nil, in: &notebook) }
                return nil
            }
        }
        note(renamed, and: nil, in: &notebook)
        return nil
    }

    /// Gives the key at `mark` a first character from the private use area, so that it no longer equals its twin.
    private mutating func rename(_ name: String, _ mark: Mark) -> Bool {
        guard renamed[[mark.line, mark.column]] == nil, var index = text.index(line: mark.line, column: mark.column),
            let scalar = Unicode.Scalar(0xE000 + UInt32(renamed.count))
        else { return false }
        if text.scalars[index] == "\"" || text.scalars[index] == "'" { index += 1 }
        guard text.scalars.indices.contains(index), !["\"", "'", ":", "\n", "\r"].contains(text.scalars[index]) else {
            return false
        }
        text.replace(at: index, with: scalar)
        renamed[[mark.line, mark.column]] = name
        return true
    }

    private func note(_ renamed: [[Int]: String], and last: (String, Mark)?, in notebook: inout Notebook) {
        var found = renamed.map { (line: $0.key[0], name: $0.value) }
        if let last { found.append((last.1.line, last.0)) }
        for (line, name) in found.sorted(by: { ($0.line, $0.name) < ($1.line, $1.name) }) {
            notebook.mistake(
                at: .line(text.clamped(line: line)), "key \(quoted(name)) stands more than once in its map", "remove one")
        }
    }

    // MARK: - From the library's nodes

    private mutating func tree(_ node: Node, at fallback: Place, depth: Int, _ notebook: inout Notebook) -> YAMLTree {
        nodes += 1
        let place = node.mark.map { Place.line(text.clamped(line: $0.line)) } ?? fallback
        // Aliases of aliases can make a small file unfold without end.
        if nodes > Self.mostNodes || depth > Self.mostDepth {
            notebook.mistake(at: place, "the document unfolds to too many values", "write out what its aliases stand for")
            return YAMLTree(place: place, content: .null)
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
                return YAMLTree(place: fallback, content: .null)
            }
            return YAMLTree(place: place, content: .scalar(SourceText.withoutMarks(scalar.string)))
        case .sequence(let items):
            var list: [YAMLTree] = []
            for item in items {
                if nodes > Self.mostNodes { break }
                list.append(tree(item, at: place, depth: depth + 1, &notebook))
            }
            return YAMLTree(place: place, content: .list(list))
        case .mapping(let mapping):
            return YAMLTree(place: place, content: .map(entries(mapping, at: place, depth: depth, &notebook)))
        case .alias:
            return YAMLTree(place: place, content: .null)
        }
    }

    private mutating func entries(_ mapping: Node.Mapping, at place: Place, depth: Int, _ notebook: inout Notebook) -> [YAMLTree
        .Entry]
    {
        var entries: [YAMLTree.Entry] = []
        var first: [String: Place] = [:]
        for (key, value) in mapping {
            if nodes > Self.mostNodes { break }
            let keyPlace = key.mark.map { Place.line(text.clamped(line: $0.line)) } ?? place
            guard case .scalar(let scalar) = key else {
                notebook.mistake(at: keyPlace, "a key is a list or a map", "a key is a name")
                continue
            }
            let name = scalar.mark.flatMap { renamed[[$0.line, $0.column]] } ?? SourceText.withoutMarks(scalar.string)
            let value = tree(value, at: keyPlace, depth: depth + 1, &notebook)
            if name == "<<" {
                notebook.mistake(
                    at: keyPlace, "merge keys (<<) are not read", "write the keys out, or use an alias for a whole value")
            } else if let earlier = first[name] {
                notebook.mistake(
                    at: keyPlace, "key \(quoted(name)) stands twice in its map, first at line \(earlier.line ?? 1)", "remove one")
            } else {
                first[name] = keyPlace
                entries.append(YAMLTree.Entry(key: name, place: keyPlace, value: value))
            }
        }
        return entries
    }

    // MARK: - Syntax

    private func note(_ error: any Error, in notebook: inout Notebook) {
        guard let error = error as? YamlError else {
            notebook.mistake(at: .line(1), "the YAML cannot be read: \(error)")
            return
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = Place.position(line: text.clamped(line: mark.line), column: max(1, mark.column))
            let what = problem.hasPrefix("but ") ? String(problem.dropFirst(4)) : problem
            notebook.mistake(at: place, "YAML syntax: \(what)\(Self.place(of: context, mark))", Self.advice(for: problem))
        case .reader(let problem, let offset, let value, _):
            let code = value >= 0 ? " (U+" + String(value, radix: 16, uppercase: true) + ")" : ""
            notebook.mistake(at: .line(line(ofCharacter: offset)), "YAML syntax: \(problem)\(code)", "remove the character")
        case .memory:
            notebook.mistake(at: .line(1), "the YAML is nested too deeply", "a topology needs no more than a few levels")
        default:
            notebook.mistake(at: .line(1), "the YAML cannot be read: \(error)")
        }
    }

    /// The library's reader counts in characters.
    private func line(ofCharacter offset: Int?) -> Int {
        guard let offset else { return 1 }
        return text.line(atScalar: text.text.prefix(offset).unicodeScalars.count)
    }

    /// Where the part that holds the problem began, when that is another line.
    private static func place(of context: YamlError.Context?, _ mark: Mark) -> String {
        guard let context, context.text.hasPrefix("while "), context.mark.line != mark.line else { return "" }
        return ", \(context.text) that begins at line \(context.mark.line)"
    }

    private static func advice(for problem: String) -> String? {
        switch problem {
        case _ where problem.contains("cannot start any token"):
            "indent with spaces, not tabs, and quote a text that begins with @, %, ` or |"
        case _ where problem.contains("mapping values are not allowed"): "quote a text that holds \": \", or mend the indentation"
        case _ where problem.contains("another document"): "a topology file holds one document"
        case _ where problem.contains("undefined alias"): "a text that begins with * stands in quotes"
        case _ where problem.contains("expected ',' or"): "close the bracket, or put a comma between the entries"
        case _ where problem.contains("block end"): "mend the indentation"
        default: nil
        }
    }
}
