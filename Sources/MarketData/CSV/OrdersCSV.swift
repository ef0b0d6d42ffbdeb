import PlainData
import StreamRuntime
import TradingModel

/// `orders-csv`: `time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force`.
///
/// A new order and a replacement need side, quantity and type, and a limit order its price; a cancel and a status
/// request may leave them empty, and the symbol too.
public struct OrdersCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<OrderRequest>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "orders-csv"
        static let columns: [CSVColumn] = [
            .time, CSVColumn(name: "action", rule: "it is new, cancel, replace or status"),
            CSVColumn(name: "cl_ord_id", rule: "every request has an id of its own"),
            .text("orig_cl_ord_id", rule: "a cancel and a replace name the order they are about"),
            .text("account"), .text("strategy"), .symbol,
            CSVColumn(name: "side", rule: "it is buy, sell or sell_short (FIX 1, 2, 5)"),
            .size("order_qty"), CSVColumn(name: "ord_type", rule: "it is market or limit (FIX 1, 2)"),
            CSVColumn(
                name: "price", isRequired: false,
                rule: "a limit order has a price, a decimal number exact to 9 decimals; a market order has none"),
            .text("time_in_force", rule: "it is day, gtc, opg, ioc, fok or cls (FIX 0, 1, 2, 3, 4, 7)"),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> OrderRequest {
            let action = try self.action(fields)
            let needsTerms = action == .new || action == .replace
            let needsOriginal = action == .cancel || action == .replace
            if fields[2].isEmpty { throw FieldFlaw(2, .missing) }
            if needsOriginal, fields[3].isEmpty { throw FieldFlaw(3, .missing) }
            let side = try MarketData.side(fields, 7)
            if needsTerms, side == .none { throw FieldFlaw(7, .missing) }
            let ordType = try ordType(fields, isNeeded: needsTerms)
            let price = try fields.priceIfAny(10)
            if needsTerms, ordType == .limit, price.isNone { throw FieldFlaw(10, .missing) }
            return OrderRequest(
                eventTime: try context.time(fields, 0), action: action, clOrdID: ClOrdID(echoed: fields[2], names: context.names),
                origClOrdID: ClOrdID(echoed: fields[3], names: context.names), account: context.text(fields, 4),
                strategy: context.text(fields, 5),
                symbol: !needsTerms && fields[6].isEmpty ? SymbolID(rawValue: 0) : try context.symbol(fields, 6),
                side: side,
                orderQty: needsTerms || !fields[8].isEmpty ? try fields.size(8) : .zero, ordType: ordType, price: price,
                timeInForce: try timeInForce(fields))
        }

        private func action(_ fields: Fields) throws(FieldFlaw) -> OrderRequest.Action {
            if fields.isText(1, "new") { return .new }
            if fields.isText(1, "cancel") { return .cancel }
            if fields.isText(1, "replace") { return .replace }
            if fields.isText(1, "status") { return .status }
            throw FieldFlaw(1, fields[1].isEmpty ? .missing : .notOneOf("the actions"))
        }

        private func ordType(_ fields: Fields, isNeeded: Bool) throws(FieldFlaw) -> OrdType {
            if fields.isText(9, "limit") || fields.isText(9, "2") { return .limit }
            if fields.isText(9, "market") || fields.isText(9, "1") { return .market }
            guard fields[9].isEmpty else { throw FieldFlaw(9, .notOneOf("the types")) }
            if isNeeded { throw FieldFlaw(9, .missing) }
            return .limit
        }

        private func timeInForce(_ fields: Fields) throws(FieldFlaw) -> TimeInForce {
            let bytes = fields[11]
            if bytes.isEmpty { return .day }
            if bytes.count == 1, let value = TimeInForce(rawValue: bytes[0]) { return value }
            for (word, value) in TimeInForce.words where bytes.equalsIgnoringCase(word) { return value }
            throw FieldFlaw(11, .notOneOf("the times in force"))
        }
    }
}

extension RowContext {
    func text(_ fields: Fields, _ column: Int) -> TextID {
        let bytes = fields[column]
        return bytes.isEmpty ? .none : names.text(String(decoding: bytes, as: UTF8.self))
    }
}
