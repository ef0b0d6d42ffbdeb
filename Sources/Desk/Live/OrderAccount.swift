import Clearance
import PlainData
import TradingModel

/// What became of every order that was asked for, before it came to a venue. Whatever passed is the order book's to tell of.
public struct OrderAccount {
    public enum Fate: UInt8, Sendable, CaseIterable {
        case passed = 0, waiting, blocked, expired, refused, withdrawn
        /// A cancel, a replace or a question: no order of its own.
        case request
    }
    public internal(set) var fates: [ClOrdID: Fate] = [:]
    /// The parents of the orders that were made to work for one.
    public internal(set) var parents: [ClOrdID: ClOrdID] = [:]

    mutating func take(_ request: OrderRequest) {
        if request.action != .new, !request.clOrdID.isNone { fates[request.clOrdID] = .request }
    }
    /// An id that was let pass once stays so: what is refused later is its duplicate.
    mutating func take(_ finding: Finding) {
        let id = finding.clOrdID, old = fates[id]
        guard !id.isNone, old != .request, old != .passed else { return }
        switch (finding.check, finding.outcome) {
        case (.decision, .ok): fates[id] = .passed
        case (.decision, .review): fates[id] = .waiting
        case (.decision, .block): fates[id] = .blocked
        case (.expiry, _): fates[id] = .expired
        case (.rejection, .ok): fates[id] = .refused
        case (.withdrawal, _): fates[id] = .withdrawn
        default: break
        }
    }

    /// How many orders came to which end.
    public var counts: [(fate: Fate, count: Int)] {
        var counts = [Int](repeating: 0, count: Fate.allCases.count)
        for fate in fates.values { counts[Int(fate.rawValue)] += 1 }
        return Fate.allCases.filter { $0 != .request }.map { ($0, counts[Int($0.rawValue)]) }
    }
}

extension DaySummary {
    /// The orders of the order book that nothing let pass, themselves or as children of one that did: there should be none.
    ///
    /// - Source: SEC order 34-70694 (Knight Capital, 2013): a router that sends more than was asked of it shows when what leaves is
    ///   held against what came in.
    public var unasked: [ClOrdID] {
        guard !account.fates.isEmpty else { return [] }
        return orders.keys.filter { account.fates[account.parents[$0] ?? $0] != .passed }.sorted()
    }
    /// The orders that passed and that neither a slicer nor the order book of record has heard of: there should be none.
    public var unaccounted: [ClOrdID] {
        guard !orders.isEmpty || !parents.isEmpty else { return [] }
        return account.fates.filter { $0.value == .passed && orders[$0.key] == nil && parents[$0.key] == nil }.keys.sorted()
    }
}
