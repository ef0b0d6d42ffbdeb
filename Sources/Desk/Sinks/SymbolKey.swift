import PlainData

/// The number of the symbol that an element is about, by which displays conflate and sample; 0 for all that name none.
func symbolKey<T: Element>(_ element: T) -> UInt32 {
    var finder = SymbolFinder()
    element.fields(&finder)
    return finder.symbol
}

private struct SymbolFinder: FieldVisitor {
    var symbol: UInt32 = 0
    mutating func time(_ name: StaticString, _ nanoseconds: Int64) {}
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        if name.description == "symbol" { symbol = UInt32(truncatingIfNeeded: value.word) }
    }
}
