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

extension Element {
    /// The fields' names, in their order. They are asked of an element of zeros, which is plain data like any other.
    public static var fieldNames: [String] {
        var names = FieldNames()
        withUnsafeTemporaryAllocation(byteCount: MemoryLayout<Self>.size, alignment: MemoryLayout<Self>.alignment) { memory in
            memory.initializeMemory(as: UInt8.self, repeating: 0)
            memory.load(as: Self.self).fields(&names)
        }
        return names.names
    }
}

private struct FieldNames: FieldVisitor {
    var names: [String] = []
    mutating func time(_ name: StaticString, _ nanoseconds: Int64) { names.append(name.description) }
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) { names.append(name.description) }
}
