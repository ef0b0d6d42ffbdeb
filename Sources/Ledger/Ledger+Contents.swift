import GRDB

extension Ledger {
    /// The tables and the views with decimals.
    public enum Table: String, CaseIterable, Sendable {
        case progress, orders, executions, reports, positions, decisions, breaks
        case ordersReadable = "orders_readable", executionsReadable = "executions_readable"
        case positionsReadable = "positions_readable"
    }

    /// The rows as texts in the order of their columns, by the first columns: for comparing two ledgers, and for looking.
    public func contents(_ table: Table) throws(LedgerError) -> [[String]] {
        try read("reading \(table.rawValue)") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM \(table.rawValue) ORDER BY 1, 2").map { row in
                row.databaseValues.map { value in
                    switch value.storage {
                    case .null: ""
                    case .int64(let number): String(number)
                    case .double(let number): String(number)
                    case .string(let text): text
                    case .blob(let bytes): "\(bytes.count) bytes"
                    }
                }
            }
        }
    }
}
