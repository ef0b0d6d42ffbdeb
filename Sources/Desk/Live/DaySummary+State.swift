import PlainData
import StreamRuntime
import TradingModel

extension DaySummary {
    /// A function of the journal, so a checkpoint keeps it. Tables go in the order of their keys: the same summary gives the
    /// same bytes.
    func state(_ coder: inout StateCoder) {
        coder.table(&orders, key: { $0.field(&$1.rawValue) }, none: ClOrdID.none, filler: OrdStatus.new) { $0.field(code: &$1) }
        var count = Int64(fills), strange = Int64(anomalies)
        coder.field(&count)
        coder.field(&strange)
        (fills, anomalies) = (Int(count), Int(strange))
        coder.field(&traded.rawValue)
        let nowhere = PositionUpdate(
            eventTime: 0, symbol: SymbolID(rawValue: 0), account: .none, strategy: .none, quantity: .zero, workingBuy: .zero,
            workingSell: .zero, avgPx: .none, lastPx: .none, realised: .zero, cash: .zero)
        coder.table(&positions, key: { $0.field(&$1.rawValue) }, none: SymbolID(rawValue: 0), filler: nowhere) { $0.element(&$1) }
        var prices = lastPricesBySymbol
        coder.table(&prices, key: { $0.field(&$1.rawValue) }, none: SymbolID(rawValue: 0), filler: Price.none) {
            $0.field(&$1.rawValue)
        }
        if !coder.isSaving { for (symbol, price) in prices { lastPrices[symbol.index] = price } }
        coder.table(&parents, key: { $0.field(&$1.rawValue) }, none: ClOrdID.none, filler: ParentUpdate.State.working) {
            $0.field(code: &$1)
        }
        coder.table(&decisions, key: { $0.field(code: &$1) }, none: Outcome.ok, filler: 0) { $0.count(&$1) }
        coder.table(&triggers, key: { $0.field(code: &$1) }, none: Check.decision, filler: 0) { $0.count(&$1) }
        coder.table(
            &account.fates, key: { $0.field(&$1.rawValue) }, none: ClOrdID.none, filler: OrderAccount.Fate.passed
        ) { $0.field(code: &$1) }
        coder.table(&account.parents, key: { $0.field(&$1.rawValue) }, none: ClOrdID.none, filler: ClOrdID.none) {
            $0.field(&$1.rawValue)
        }
        let report = ExecutionReport(
            eventTime: 0, clOrdID: .none, execType: .none, ordStatus: .new, symbol: SymbolID(rawValue: 0), side: .none)
        var found = copyBreaks.values.sorted { $0.number < $1.number }
        var openCount = UInt32(found.count)
        coder.field(&openCount)
        for i in 0..<Int(openCount) where !coder.isTruncated {
            if !coder.isSaving {
                found.append(CopyBreak(eventTime: 0, number: 0, kind: .fillMissingLocally, state: .open, of: report))
            }
            coder.element(&found[i])
            copyBreaks[found[i].number] = found[i]
        }
        coder.ids(&inDoubt)
        coder.ids(&open)
        coder.ids(&workingParents)
    }
}

extension DaySummary {
    private var lastPricesBySymbol: [SymbolID: Price] {
        var prices: [SymbolID: Price] = [:]
        for index in 0..<lastPrices.count where !lastPrices.value(index).isNone {
            prices[SymbolID(rawValue: UInt32(index))] = lastPrices.value(index)
        }
        return prices
    }
}

extension StateCoder {
    fileprivate mutating func count(_ value: inout Int) {
        var wide = Int64(value)
        field(&wide)
        value = Int(wide)
    }
    /// A table's rows by ascending key.
    fileprivate mutating func table<K: Hashable & RawRepresentable, V>(
        _ rows: inout [K: V], key: (inout StateCoder, inout K) -> Void, none: K, filler: V,
        value: (inout StateCoder, inout V) -> Void
    ) where K.RawValue: Comparable {
        let sorted = isSaving ? rows.sorted { $0.key.rawValue < $1.key.rawValue } : []
        var count = UInt32(sorted.count)
        field(&count)
        for i in 0..<Int(count) where !isTruncated {
            var (k, v) = isSaving ? sorted[i] : (none, filler)
            key(&self, &k)
            value(&self, &v)
            if !isSaving { rows[k] = v }
        }
    }
    fileprivate mutating func ids(_ ids: inout Set<ClOrdID>) {
        let sorted = isSaving ? ids.sorted() : []
        var count = UInt32(sorted.count)
        field(&count)
        for i in 0..<Int(count) where !isTruncated {
            var id = isSaving ? sorted[i] : .none
            field(&id.rawValue)
            if !isSaving { ids.insert(id) }
        }
    }
}
