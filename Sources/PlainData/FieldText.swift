/// Lists an element's fields as texts: for CSV rows, journal dumps and messages.
public struct FieldText: FieldVisitor {
    public private(set) var names: [String] = []
    public private(set) var values: [String] = []
    private let table: Names

    public init(_ table: Names) { self.table = table }

    public mutating func time(_ name: StaticString, _ nanoseconds: Int64) {
        names.append(name.description)
        values.append(UTC.text(nanoseconds))
    }
    public mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        names.append(name.description)
        values.append(value.text(table))
    }
}

extension Element {
    /// The fields' names and texts, in their order.
    public func described(_ table: Names) -> (names: [String], values: [String]) {
        var text = FieldText(table)
        fields(&text)
        return (text.names, text.values)
    }
}
