import GRDB
import PlainData
import TradingModel

/// Writes rows inside one transaction.
struct RowWriter {
    let db: Database
    let names: Names

    func write(_ row: LedgerRow) throws {
        let stamp = (Int64(bitPattern: row.sequence), Int64(row.ordinal))
        switch row.content {
        case .order(let update):
            try write(update, stamp.0)
            if update.execType == .trade || update.execType == .tradeCancel || update.execType == .tradeCorrect {
                try writeExecution(update, stamp)
            }
        case .report(let report): try write(report, stamp)
        case .position(let update): try write(update, stamp.0)
        case .finding(let finding): try write(finding, stamp)
        }
    }

    private func execute(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
        try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }
    private func text(_ id: TextID) -> String? { id == .none ? nil : names.text(of: id) }
    private func text(_ id: ClOrdID) -> String? { id.isNone ? nil : id.text(names) }
    private func text(_ value: some FieldValue) -> String { value.text(names) }
    private func number(_ price: Price) -> Int64? { price.isNone ? nil : price.rawValue }
    private func number(_ value: Double) -> Double? { value.isNaN ? nil : value }

    private func write(_ row: OrderUpdate, _ sequence: Int64) throws {
        try execute(
            """
            INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (root_id) DO UPDATE SET cl_ord_id = excluded.cl_ord_id, ord_status = excluded.ord_status,
                order_qty = excluded.order_qty, cum_qty = excluded.cum_qty, leaves_qty = excluded.leaves_qty,
                avg_px = excluded.avg_px, cum_notional = excluded.cum_notional, pending = excluded.pending,
                certainty = excluded.certainty, last_sequence = excluded.last_sequence, updated = excluded.updated
            """,
            [
                text(row.rootID) ?? "", text(row.clOrdID) ?? "", text(row.parentID), names.text(of: row.symbol),
                names.text(of: row.account), names.text(of: row.strategy), String(describing: row.side),
                String(describing: row.ordStatus), row.orderQty.rawValue, row.cumQty.rawValue, row.leavesQty.rawValue,
                number(row.avgPx), row.cumNotional.description, Int64(row.pending), text(row.certainty), sequence, sequence,
                row.eventTime, row.eventTime,
            ])
    }

    /// One execution as it stands: a bust or a correction ends the life of the one it is about, and a correction lives
    /// on with the new quantity.
    private func writeExecution(_ row: OrderUpdate, _ stamp: (Int64, Int64)) throws {
        let root = text(row.rootID) ?? "", undone = text(row.execRefID)
        var quantity = row.lastQty.rawValue
        if let undone {
            let select = "SELECT quantity FROM executions WHERE root_id = ? AND exec_id = ? AND is_live = 1"
            let old = try Int64.fetchOne(db.cachedStatement(sql: select), arguments: [root, undone]) ?? 0
            try execute("UPDATE executions SET is_live = 0 WHERE root_id = ? AND exec_id = ? AND is_live = 1", [root, undone])
            quantity = row.execType == .tradeCancel ? old : old.addingReportingOverflow(quantity).partialValue
        }
        let isLive = row.execType != .tradeCancel && quantity > 0
        try execute(
            "INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                stamp.0, stamp.1, row.eventTime, root, text(row.clOrdID) ?? "", names.text(of: row.execID), undone,
                String(describing: row.execType), names.text(of: row.symbol), names.text(of: row.account),
                names.text(of: row.strategy), String(describing: row.side), quantity, number(row.lastPx), isLive,
            ])
    }

    private func write(_ row: ExecutionReport, _ stamp: (Int64, Int64)) throws {
        try execute(
            "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                stamp.0, stamp.1, row.eventTime, String(describing: row.msgType), text(row.clOrdID) ?? "",
                text(row.origClOrdID), text(row.orderID), text(row.execID), text(row.execRefID), String(describing: row.execType),
                String(describing: row.ordStatus), names.text(of: row.symbol), row.orderQty.rawValue, row.cumQty.rawValue,
                row.leavesQty.rawValue, row.lastQty.rawValue, number(row.lastPx), Int64(bitPattern: row.msgSeqNum),
                text(row.text),
            ])
    }

    private func write(_ row: PositionUpdate, _ sequence: Int64) throws {
        try execute(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                names.text(of: row.account), names.text(of: row.strategy), names.text(of: row.symbol), row.quantity.rawValue,
                row.workingBuy.rawValue, row.workingSell.rawValue, number(row.avgPx), number(row.lastPx),
                row.realised.description, row.cash.description, sequence, row.eventTime,
            ])
    }

    private func write(_ row: Finding, _ stamp: (Int64, Int64)) throws {
        try execute(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                stamp.0, stamp.1, row.eventTime, text(row.clOrdID) ?? "", names.text(of: row.symbol), names.text(of: row.account),
                names.text(of: row.strategy), row.check.code, text(row.outcome), number(row.measured), number(row.limit),
                row.referenceAge < 0 ? nil : row.referenceAge,
            ])
    }
}
