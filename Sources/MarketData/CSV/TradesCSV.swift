import PlainData
import StreamRuntime
import TradingModel

/// `trades-csv`: `time,symbol,price,size[,aggressor,trade_id]`.
public struct TradesCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Trade>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "trades-csv"
        static let columns: [CSVColumn] = [
            .time, .symbol, .price("price"), .size("size"),
            .text("aggressor", rule: "it is buy, sell, or empty"),
            .text("trade_id", rule: "it is a whole number ≥ 0, or empty"),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> Trade {
            Trade(
                eventTime: try context.time(fields, 0), symbol: try context.symbol(fields, 1), price: try fields.price(2),
                size: try fields.size(3), aggressor: fields.has(4) ? try side(fields, 4) : .none,
                tradeID: fields.has(5) ? try fields.unsigned(5) : 0)
        }
    }
}

/// `buy`, `sell` and `sell_short`, or FIX's value (tag 54); `.none` where the field is empty.
func side(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> Side {
    let bytes = fields[column]
    if bytes.isEmpty || bytes.count == 1 && bytes[0] == 32 { return .none }
    if bytes.count == 1, let side = Side(rawValue: bytes[0]) { return side }
    if bytes.equalsIgnoringCase("buy") { return .buy }
    if bytes.equalsIgnoringCase("sell") { return .sell }
    if bytes.equalsIgnoringCase("sell_short") { return .sellShort }
    throw FieldFlaw(column, .notOneOf("buy, sell, sell_short"))
}
