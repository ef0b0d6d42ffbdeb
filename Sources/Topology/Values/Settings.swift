/// The checked parameters of a vertex, a session, an instrument, or a nested map: names with values.
///
/// The typed getters trap when the name is absent or of another type: the catalog promised it, so that is a fault of the
/// code that asks, not of the file. Ask for an optional parameter with the `…IfPresent` forms.
///
/// A map whose keys the catalog does not know (`limits`, a parameter of type `.map`) holds its scalars as `.text`;
/// `checked(against:)` reads such a map by a list of parameters, with file and line in its mistakes.
public struct Settings: Hashable, Sendable {
    /// A name and its value. The order is canonical: by the catalog for known parameters, by name in an open map.
    public struct Entry: Hashable, Sendable {
        public let name: String
        public let value: ParameterValue
    }

    public let entries: [Entry]
    /// The file's name, for messages.
    let file: String
    /// What this was read from, so that it can be read more closely later; not part of the value.
    let origin: YAMLTree

    init(entries: [Entry], file: String, origin: YAMLTree) {
        self.entries = entries
        self.file = file
        self.origin = origin
    }

    public static func == (a: Settings, b: Settings) -> Bool { a.entries == b.entries }
    public func hash(into hasher: inout Hasher) { hasher.combine(entries) }

    public var names: [String] { entries.map(\.name) }
    public var isEmpty: Bool { entries.isEmpty }

    public subscript(name: String) -> ParameterValue? { entries.first { $0.name == name }?.value }

    public func has(_ name: String) -> Bool { self[name] != nil }

    /// Where a parameter is written, for an error message of one's own: `desk.yaml:14`.
    public func position(of name: String) -> String {
        let place = origin[name]?.place ?? origin.place
        return String(TopologyMistake(file: file, place: place, message: "", suggestion: nil).description.dropLast(2))
    }
}

// MARK: - Typed getters

extension Settings {
    /// ns.
    public func duration(_ name: String) -> Int64 { present(durationIfPresent(name), name, "duration") }
    /// A whole number, or a size in bytes.
    public func integer(_ name: String) -> Int64 { present(integerIfPresent(name), name, "integer") }
    /// Canonical decimal text, exact.
    public func decimal(_ name: String) -> String { present(decimalIfPresent(name), name, "decimal") }
    public func double(_ name: String) -> Double { present(doubleIfPresent(name), name, "double") }
    public func boolean(_ name: String) -> Bool { present(booleanIfPresent(name), name, "boolean") }
    public func text(_ name: String) -> String { present(textIfPresent(name), name, "text") }
    public func list(_ name: String) -> [ParameterValue] { present(listIfPresent(name), name, "list") }
    public func texts(_ name: String) -> [String] { present(textsIfPresent(name), name, "list of text") }
    public func map(_ name: String) -> Settings { present(mapIfPresent(name), name, "map") }

    public func durationIfPresent(_ name: String) -> Int64? {
        if case .duration(let value) = self[name] { return value }
        return absent(name, "duration")
    }

    public func integerIfPresent(_ name: String) -> Int64? {
        if case .integer(let value) = self[name] { return value }
        return absent(name, "integer")
    }

    public func decimalIfPresent(_ name: String) -> String? {
        if case .decimal(let value) = self[name] { return value }
        return absent(name, "decimal")
    }

    public func doubleIfPresent(_ name: String) -> Double? {
        if case .double(let value) = self[name] { return value }
        return absent(name, "double")
    }

    public func booleanIfPresent(_ name: String) -> Bool? {
        if case .boolean(let value) = self[name] { return value }
        return absent(name, "boolean")
    }

    public func textIfPresent(_ name: String) -> String? {
        if case .text(let value) = self[name] { return value }
        return absent(name, "text")
    }

    public func listIfPresent(_ name: String) -> [ParameterValue]? {
        if case .list(let value) = self[name] { return value }
        return absent(name, "list")
    }

    public func textsIfPresent(_ name: String) -> [String]? {
        listIfPresent(name)?.map { item in
            guard case .text(let text) = item else {
                preconditionFailure("parameter \(name) holds a \(item.kindName) where text was asked for")
            }
            return text
        }
    }

    public func mapIfPresent(_ name: String) -> Settings? {
        if case .map(let value) = self[name] { return value }
        return absent(name, "map")
    }

    private func present<Value>(_ value: Value?, _ name: String, _ type: String) -> Value {
        guard let value else { preconditionFailure("parameter \(name) (\(type)) is absent; the catalog does not promise it") }
        return value
    }

    private func absent<Value>(_ name: String, _ type: String) -> Value? {
        if let value = self[name] { preconditionFailure("parameter \(name) is a \(value.kindName), asked for as \(type)") }
        return nil
    }
}
