import PlainData
import StreamRuntime
import TradingModel

/// Every order of a day: who made it, what it works for, what cancels it.
public struct OrderIndex {
    public struct Entry {
        public let id: ClOrdID
        /// The first record that names it, and the vertex that put it out then.
        public let sequence: UInt64, vertex: String
        /// The order as it was first said; nil for an id that only a venue or a CSV of reports speaks of.
        public fileprivate(set) var request: OrderRequest?
        fileprivate(set) var parent = ClOrdID.none, original = ClOrdID.none
        fileprivate(set) var symbol: SymbolID?
    }
    /// In the order in which they were first named.
    public private(set) var entries: [Entry] = []
    private var places: [ClOrdID: Int] = [:]

    subscript(id: ClOrdID) -> Entry? { places[id].map { entries[$0] } }

    mutating func take(_ keys: ElementKeys, _ request: @autoclosure () -> OrderRequest?, _ sequence: UInt64, _ vertex: String) {
        guard !keys.own.isNone else { return }
        if let place = places[keys.own] {
            if entries[place].parent.isNone { entries[place].parent = keys.parent }
            if entries[place].original.isNone { entries[place].original = keys.original }
            // An edge is read by the block: an order's maker may be heard of after its reader.
            guard entries[place].request == nil, let request = request() else { return }
            entries[place].request = request
        } else {
            places[keys.own] = entries.count
            entries.append(
                Entry(
                    id: keys.own, sequence: sequence, vertex: vertex, request: request(), parent: keys.parent,
                    original: keys.original, symbol: keys.symbol))
        }
    }

    /// An order with all that it works for, and all that works for it or is about it.
    func family(of order: ClOrdID) -> OrderFamily {
        var ancestors: [ClOrdID] = [], open = [order]
        while let id = open.popLast(), let entry = self[id] {
            for up in [entry.original, entry.parent] where !up.isNone && up != order && !ancestors.contains(up) {
                ancestors.append(up)
                open.append(up)
            }
        }
        var descendants: Set<ClOrdID> = []
        // Those that come later name those before, so one look is enough.
        for entry in entries where entry.id != order && !ancestors.contains(entry.id) {
            let above = [entry.parent, entry.original]
            if above.contains(where: { $0 == order || descendants.contains($0) }) { descendants.insert(entry.id) }
        }
        let symbols = ([order] + ancestors).compactMap { self[$0]?.symbol }
        return OrderFamily(order: order, ancestors: Set(ancestors), descendants: descendants, symbols: Set(symbols))
    }
}

/// The orders that one explanation follows.
struct OrderFamily {
    let order: ClOrdID
    /// What it works for or is about.
    let ancestors: Set<ClOrdID>
    /// Its children, cancels and replaces.
    let descendants: Set<ClOrdID>
    /// The instruments to follow.
    var symbols: Set<SymbolID>

    func contains(_ id: ClOrdID) -> Bool { id == order || ancestors.contains(id) || descendants.contains(id) }
    /// Whether what is said of this order is a consequence of the one asked for.
    func isOurs(_ id: ClOrdID) -> Bool { id == order || descendants.contains(id) }
}

extension OrderIndex {
    /// Finds the order that a text means: its whole id, or an ending that only one has.
    func find(_ text: String, names: Names) throws(WhyError) -> ClOrdID {
        guard !text.isEmpty else { throw .unknown(text, near: [], of: entries.count) }
        if let own = ClOrdID(ownText: text), places[own] != nil { return own }
        if let foreign = names.find(text, in: .texts) {
            let id = ClOrdID(foreign: TextID(rawValue: foreign))
            if places[id] != nil { return id }
        }
        let wanted = text.uppercased()
        let ending = entries.map(\.id).filter { $0.text(names).uppercased().hasSuffix(wanted) }
        if ending.count == 1, let only = ending.first { return only }
        if ending.count > 1 { throw .ambiguous(text, ending.map { $0.text(names) }) }
        throw .unknown(text, near: nearest(to: wanted, names), of: entries.count)
    }

    /// The three ids with the fewest edits to `text`; of equals the first ones.
    private func nearest(to text: String, _ names: Names) -> [String] {
        let wanted = Array(text.utf8)
        var best: [(id: ClOrdID, distance: Int)] = []
        for entry in entries {
            let distance = Self.distance(wanted, Array(entry.id.text(names).uppercased().utf8))
            guard best.count < 3 || distance < best[2].distance else { continue }
            let place = best.firstIndex { $0.distance > distance } ?? best.count
            best.insert((entry.id, distance), at: place)
            if best.count > 3 { best.removeLast() }
        }
        return best.filter { $0.distance <= max(2, wanted.count / 2) }.map { $0.id.text(names) }
    }

    /// Insertions, deletions and replacements count one each (Levenshtein).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in 0..<b.count { row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))) }
            last = row
        }
        return last[b.count]
    }
}
