import PlainData
import StreamRuntime
import TradingModel

/// `reports-csv`: execution reports and cancel rejects as a venue sent them, with FIX 4.4 values.
public struct ReportsCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<ExecutionReport>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "reports-csv"
        private static let reason = "reasons are whole numbers from 0 to 32767, or empty"
        private static let flag = "it is Y, N or empty"
        static let columns: [CSVColumn] = [
            .time, CSVColumn(name: "msg_type", rule: "it is 8 (ExecutionReport) or 9 (OrderCancelReject)"),
            CSVColumn(name: "cl_ord_id", rule: "it is any text"), .text("orig_cl_ord_id"), .text("order_id"), .text("exec_id"),
            .text("exec_ref_id"), .text("exec_type", rule: "it is a FIX 4.4 ExecType (tag 150)"),
            CSVColumn(name: "ord_status", rule: "it is a FIX 4.4 OrdStatus (tag 39)"),
            .amount("order_qty", isRequired: false), .amount("cum_qty", isRequired: false),
            .amount("leaves_qty", isRequired: false),
            .amount("last_qty", isRequired: false), .price("last_px", isRequired: false), .price("avg_px", isRequired: false),
            .text("cxl_rej_reason", rule: reason), .text("ord_rej_reason", rule: reason), .text("poss_dup", rule: flag),
            .text("poss_resend", rule: flag), .text("text"), .text("symbol"),
            .text("side", rule: "it is buy, sell or sell_short (FIX 1, 2, 5)"), .text("account"),
            .text("last_liquidity_ind", rule: "it is a FIX LastLiquidityInd (tag 851), from 1 to 4"),
            .price("commission", isRequired: false),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> ExecutionReport {
            let msgType: ExecutionReport.MsgType =
                if fields.isText(1, "8") { .executionReport } else if fields.isText(1, "9") { .orderCancelReject } else {
                    throw FieldFlaw(1, fields[1].isEmpty ? .missing : .notOneOf("8, 9"))
                }
            let isReject = msgType == .orderCancelReject
            let status = fields[8]
            guard status.count == 1, let ordStatus = OrdStatus(rawValue: status[0]) else {
                throw FieldFlaw(8, status.isEmpty ? .missing : .notOneOf("FIX's values"))
            }
            var report = ExecutionReport(
                eventTime: try context.time(fields, 0), msgType: msgType,
                clOrdID: ClOrdID(echoed: fields[2], names: context.names),
                origClOrdID: ClOrdID(echoed: fields[3], names: context.names), orderID: context.text(fields, 4),
                execID: context.text(fields, 5), execRefID: context.text(fields, 6),
                execType: try execType(fields, isReject: isReject),
                ordStatus: ordStatus, symbol: fields[20].isEmpty ? SymbolID(rawValue: 0) : context.symbols.symbol(fields[20]),
                side: try MarketData.side(fields, 21), orderQty: try fields.amountIfAny(9), cumQty: try fields.amountIfAny(10),
                leavesQty: try fields.amountIfAny(11), lastQty: try fields.amountIfAny(12), lastPx: try fields.priceIfAny(13),
                avgPx: try fields.priceIfAny(14), cxlRejReason: try reason(fields, 15), ordRejReason: try reason(fields, 16),
                possDup: try flag(fields, 17), possResend: try flag(fields, 18), account: context.text(fields, 22),
                text: context.text(fields, 19))
            (report.lastLiquidityInd, report.commission) = (try liquidity(fields, 23), try fields.priceIfAny(24))
            return report
        }

        private func liquidity(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> LastLiquidityInd {
            let bytes = fields[column]
            if bytes.isEmpty { return .none }
            guard bytes.count == 1, bytes[0] != 32, let value = LastLiquidityInd(rawValue: bytes[0]) else {
                throw FieldFlaw(column, .notOneOf("FIX's values"))
            }
            return value
        }

        private func execType(_ fields: Fields, isReject: Bool) throws(FieldFlaw) -> ExecType {
            let bytes = fields[7]
            if isReject, bytes.isEmpty { return .none }
            guard bytes.count == 1, bytes[0] != 32, let value = ExecType(rawValue: bytes[0]) else {
                throw FieldFlaw(7, bytes.isEmpty ? .missing : .notOneOf("FIX's values"))
            }
            return value
        }

        private func reason(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> Int16 {
            if fields[column].isEmpty { return -1 }
            guard let value = Int16(exactly: try fields.unsigned(column)) else { throw FieldFlaw(column, .outOfRange) }
            return value
        }

        private func flag(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> Bool {
            let bytes = fields[column]
            if bytes.isEmpty || fields.isText(column, "N") || fields.isText(column, "0") { return false }
            if fields.isText(column, "Y") || fields.isText(column, "1") { return true }
            throw FieldFlaw(column, .notOneOf("Y, N"))
        }
    }
}
