import GRDB
import PlainData
import TradingModel

/// The day in a few numbers.
public struct LedgerSummary: Sendable, Equatable {
    public struct Result: Sendable, Equatable {
        public var symbol: String
        /// Fills that live, and the money that they traded: Σ quantity · price.
        public var fills: Int, volume: Notional
        public var quantity: Quantity
        /// Realised at average cost, and what the holding would add at the last price traded.
        public var realised: Notional, unrealised: Notional
    }
    public struct Count: Sendable, Equatable {
        public var name: String, outcome: String, count: Int
    }
    public var progress: UInt64
    /// OrdStatus by name.
    public var ordersByState: [Count]
    /// By symbol, ascending.
    public var results: [Result]
    /// By check and outcome.
    public var outcomes: [Count]
    /// Open breaks by class.
    public var breaks: [Count]

    public var orders: Int { ordersByState.reduce(0) { $0 + $1.count } }
    public var fills: Int { results.reduce(0) { $0 + $1.fills } }
    public var realised: Notional { results.reduce(.zero) { $0 + $1.realised } }
    public var unrealised: Notional { results.reduce(.zero) { $0 + $1.unrealised } }
}

/// A fill that lives, as the reconciler compares it with the venue's.
public struct LedgerFill: Sendable, Equatable {
    public var sequence: UInt64, eventTime: Int64
    public var execID: String, clOrdID: String, symbol: String, account: String, strategy: String
    public var side: Side, quantity: Quantity, price: Price
}

/// What the desk holds, as the ledger has it.
public struct LedgerPosition: Sendable, Equatable {
    public var sequence: UInt64
    public var account: String, strategy: String, symbol: String
    public var quantity: Quantity, avgPx: Price, lastPx: Price, realised: Notional, cash: Notional
}

/// An order as the ledger has it at the end.
public struct LedgerOrder: Sendable, Equatable {
    /// Of its last event.
    public var sequence: UInt64
    /// The id it was entered with first, then those that it or its fills had later.
    public var clOrdIDs: [String]
    public var symbol: String, ordStatus: String
    public var orderQty: Quantity, cumQty: Quantity, leavesQty: Quantity, avgPx: Price
    public var isInDoubt: Bool
}

extension Ledger {
    /// How many breaks the last reconciliation left open, by the codes of their classes: `["B4": 2]`.
    public func openBreaks() throws(LedgerError) -> [String: Int] {
        try read("counting the breaks") { db in
            let rows = try Row.fetchAll(db, sql: "SELECT code, COUNT(*) FROM breaks WHERE state = 'OPEN' GROUP BY 1")
            return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: +)
        }
    }

    public func summary() throws(LedgerError) -> LedgerSummary {
        let positions = try self.positions()
        let volumes = try volumes()
        var results: [String: LedgerSummary.Result] = [:]
        for (symbol, fills, volume) in volumes {
            results[symbol] = LedgerSummary.Result(
                symbol: symbol, fills: fills, volume: volume, quantity: .zero, realised: .zero, unrealised: .zero)
        }
        for held in positions {
            var result =
                results[held.symbol]
                ?? LedgerSummary.Result(
                    symbol: held.symbol, fills: 0, volume: .zero, quantity: .zero, realised: .zero, unrealised: .zero)
            result.quantity += held.quantity
            result.realised += held.realised
            // cash + cost = realised, so value − cost = value + cash − realised.
            let value = held.lastPx.isNone ? .zero : Notional(held.lastPx, held.quantity)
            if held.quantity != .zero { result.unrealised += value + held.cash - held.realised }
            results[held.symbol] = result
        }
        return LedgerSummary(
            progress: try progress(),
            ordersByState: try counts("SELECT ord_status, '', COUNT(*) FROM orders GROUP BY 1 ORDER BY 1"),
            results: results.values.sorted { $0.symbol < $1.symbol },
            outcomes: try counts("SELECT check_code, outcome, COUNT(*) FROM decisions GROUP BY 1, 2 ORDER BY 1, 2"),
            breaks: try counts("SELECT code, state, COUNT(*) FROM breaks GROUP BY 1, 2 ORDER BY 1, 2"))
    }

    private func counts(_ sql: String) throws(LedgerError) -> [LedgerSummary.Count] {
        try read("counting") { db in
            try Row.fetchAll(db, sql: sql).map { LedgerSummary.Count(name: $0[0], outcome: $0[1], count: $0[2]) }
        }
    }

    /// Added here and not by SQLite, whose sums are 64 bits wide.
    private func volumes() throws(LedgerError) -> [(symbol: String, fills: Int, volume: Notional)] {
        try read("adding up the fills") { db in
            var sums: [(symbol: String, fills: Int, volume: Notional)] = []
            let sql = "SELECT symbol, quantity, price FROM executions WHERE is_live = 1 ORDER BY symbol"
            let rows = try Row.fetchCursor(db, sql: sql)
            while let row = try rows.next() {
                let symbol: String = row[0], price: Int64? = row[2]
                if sums.last?.symbol != symbol { sums.append((symbol, 0, .zero)) }
                sums[sums.count - 1].fills += 1
                sums[sums.count - 1].volume += Notional(Price(rawValue: price ?? 0), Quantity(rawValue: row[1]))
            }
            return sums
        }
    }

    /// By account, strategy and symbol.
    public func positions() throws(LedgerError) -> [LedgerPosition] {
        let sql = """
            SELECT sequence, account, strategy, symbol, quantity, avg_px, last_px, realised, cash FROM positions
            ORDER BY account, strategy, symbol
            """
        return try read("reading the positions") { db in
            try Row.fetchAll(db, sql: sql).map { row in
                LedgerPosition(
                    sequence: UInt64(bitPattern: row[0]), account: row[1], strategy: row[2], symbol: row[3],
                    quantity: Quantity(rawValue: row[4]), avgPx: price(row[5]), lastPx: price(row[6]),
                    realised: money(row[7]), cash: money(row[8]))
            }
        }
    }

    /// By the id that they were entered with.
    public func orders() throws(LedgerError) -> [LedgerOrder] {
        let sql = """
            SELECT last_sequence, root_id, cl_ord_id, symbol, ord_status, order_qty, cum_qty, leaves_qty, avg_px, certainty
            FROM orders ORDER BY root_id
            """
        let ids = "SELECT DISTINCT cl_ord_id FROM executions WHERE root_id = ? ORDER BY sequence, ordinal"
        return try read("reading the orders") { db in
            let idStatement = try db.makeStatement(sql: ids)
            return try Row.fetchAll(db, sql: sql).map { row in
                let root: String = row[1], current: String = row[2], certainty: String = row[9]
                var clOrdIDs = [root]
                for id in try String.fetchAll(idStatement, arguments: [root]) + [current] where !clOrdIDs.contains(id) {
                    clOrdIDs.append(id)
                }
                return LedgerOrder(
                    sequence: UInt64(bitPattern: row[0]), clOrdIDs: clOrdIDs, symbol: row[3], ordStatus: row[4],
                    orderQty: Quantity(rawValue: row[5]), cumQty: Quantity(rawValue: row[6]),
                    leavesQty: Quantity(rawValue: row[7]),
                    avgPx: price(row[8]), isInDoubt: certainty != "KNOWN")
            }
        }
    }

    /// The fills that live, by stamp.
    public func fills() throws(LedgerError) -> [LedgerFill] {
        let sql = """
            SELECT sequence, time, exec_id, cl_ord_id, symbol, account, strategy, side, quantity, price FROM executions
            WHERE is_live = 1 ORDER BY sequence, ordinal
            """
        return try read("reading the fills") { db in
            try Row.fetchAll(db, sql: sql).map { row in
                let side: String = row[7]
                return LedgerFill(
                    sequence: UInt64(bitPattern: row[0]), eventTime: row[1], execID: row[2], clOrdID: row[3], symbol: row[4],
                    account: row[5], strategy: row[6], side: sides[side] ?? .none, quantity: Quantity(rawValue: row[8]),
                    price: price(row[9]))
            }
        }
    }
}

private let sides: [String: Side] = ["buy": .buy, "sell": .sell, "sellShort": .sellShort]

private func price(_ value: Int64?) -> Price { value.map { Price(rawValue: $0) } ?? .none }

/// Reads what `Notional.description` wrote: digits with at most 17 of them behind the point.
private func money(_ text: String) -> Notional {
    var value: Int128 = 0, behind: Int?
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39:
            value = value &* 10 &+ Int128(byte - 0x30)
            if let places = behind { behind = places + 1 }
        case 0x2E: behind = 0
        default: break
        }
    }
    for _ in (behind ?? 0)..<Notional.scale { value = value &* 10 }
    return Notional(rawValue: text.utf8.first == 0x2D ? -value : value)
}
