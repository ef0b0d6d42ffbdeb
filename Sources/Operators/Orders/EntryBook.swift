import PlainData
import TradingModel

/// Which parents an EMS has entered, and under which ids: what those who pass its messages on and those who answer them must
/// judge alike.
struct EntryBook: ~Copyable {
    enum Verdict: Equatable {
        /// A new order, or a request about an order: the parent's row.
        case fresh(Int)
        /// Its ClOrdID was used before: the row of the parent that it belongs to.
        case known(Int)
        /// OrigClOrdID names no order.
        case unknown
    }
    struct Parent: State {
        /// The id that it was entered with.
        var root = ClOrdID.none
        var symbol = SymbolID(rawValue: 0), account = TextID.none, strategy = TextID.none
        var side = Side.none
        var terms = ParentTerms()
        /// It was refused when it came in.
        var isRefused = false

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&root.rawValue)
            coder.field(&symbol.rawValue)
            coder.field(&account.rawValue)
            coder.field(&strategy.rawValue)
            coder.field(code: &side)
            coder.element(&terms)
            coder.field(&isRefused)
        }
    }

    private var parents = Dense<Parent>(repeating: Parent())
    private(set) var count: Int64 = 0
    /// The parent that an id belongs to: its own, and those of its cancels and replaces.
    private var byID = IDTable()

    /// Whether a replace asks for other terms than the order has: quantity and limit are what a replace changes. One that
    /// repeats the terms, as FIX wants it, or leaves them out, does not.
    func changesTerms(_ entry: ParentEntry, _ row: Int) -> Bool {
        guard entry.msgType.isReplace else { return false }
        return !entry.terms.isSilent && !entry.terms.says(the: parents.value(row).terms)
    }
    subscript(row: Int) -> Parent { parents.value(row) }
    func row(of id: ClOrdID) -> Int? { byID.find(id.rawValue) }

    /// Rows are from 1 on. A status request and a DontKnowTrade leave no trace.
    mutating func take(_ entry: ParentEntry) -> Verdict {
        let known = byID.find(entry.clOrdID.rawValue)
        switch entry.msgType {
        case .orderStatusRequest, .dontKnowTrade: return known.map { .known($0) } ?? .unknown
        case .newOrderSingle:
            if let known { return .known(known) }
            count += 1
            var parent = Parent()
            (parent.root, parent.symbol, parent.side) = (entry.clOrdID, entry.symbol, entry.side)
            (parent.account, parent.strategy, parent.isRefused) = (entry.account, entry.strategy, entry.isRefused)
            parent.terms = entry.terms
            parents[Int(count)] = parent
            byID.set(entry.clOrdID.rawValue, Int(count))
            return .fresh(Int(count))
        case .orderCancelRequest, .orderCancelReplaceRequest, .suspend, .release:
            if let known { return .known(known) }
            guard let row = byID.find(entry.origClOrdID.rawValue) else { return .unknown }
            byID.set(entry.clOrdID.rawValue, row)
            return .fresh(row)
        }
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&parents)
        coder.field(&count)
        byID.state(&coder)
    }
}
