import PlainData
import TradingModel

/// What an element is about, whatever its type: its instrument and the orders that it names.
struct ElementKeys: FieldVisitor {
    /// Nil for an element of no instrument.
    private(set) var symbol: SymbolID?
    /// The order that the element is, or speaks of.
    private(set) var own = ClOrdID.none
    /// The order that `own` works for, the one that it cancels or replaces, the one that it was entered as.
    private(set) var parent = ClOrdID.none, original = ClOrdID.none, root = ClOrdID.none
    /// Whether the element's type names orders at all.
    private(set) var namesOrders = false

    init(_ element: some Element) { element.fields(&self) }

    mutating func time(_ name: StaticString, _ nanoseconds: Int64) {}

    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        if let value = value as? SymbolID {
            if symbol == nil, value.rawValue != 0 { symbol = value }
        } else if let value = value as? ClOrdID {
            note(name, value)
        }
    }
    private mutating func note(_ name: StaticString, _ id: ClOrdID) {
        namesOrders = true
        switch name.description {
        case "parent_id": parent = id
        case "orig_cl_ord_id": original = id
        case "root_id": root = id
        default: if own.isNone { own = id }
        }
    }
    /// The order that the element is or speaks of, under each of its ids.
    var named: [ClOrdID] { Self.each([own, root]) }
    /// Those and the orders that it works for or is about.
    var orders: [ClOrdID] { Self.each([own, root, parent, original]) }

    private static func each(_ ids: [ClOrdID]) -> [ClOrdID] {
        var found: [ClOrdID] = []
        for id in ids where !id.isNone && !found.contains(id) { found.append(id) }
        return found
    }
}
