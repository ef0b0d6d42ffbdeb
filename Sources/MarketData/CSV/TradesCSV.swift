import PlainData
import StreamRuntime
import TradingModel

/// `trades-csv`: `time,symbol,price,size[,aggressor,trade_id]`.
public struct TradesCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names, layout: CSVLayout = CSVLayout()) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), layout: layout, names: names)
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

        static var plainColumns: Int? { 4 }

        /// `1710163800000000123,AAPL,187.25,100` and a line feed: a time in nanoseconds, a symbol of up to seven bytes, plain decimals.
        @inline(__always)
        mutating func plainRow(
            _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ fields: Fields, _ context: inout RowContext
        ) -> Trade? {
            // 20 bytes of time, 8 of symbol, and at most 20 of each decimal.
            guard end - at >= 80 else { return nil }
            guard at[19] == 44, let time = nineteenDigits(UnsafeRawBufferPointer(start: at, count: 19)) else { return nil }
            let text = at + 20
            let low = bytesBelow45(UnsafeRawPointer(text).loadUnaligned(as: UInt64.self))
            let length = low.trailingZeroBitCount >> 3
            guard low != 0, length > 0, text[length] == 44 else { return nil }
            var next = text + (length + 1)
            guard let price = plainDecimal(&next, until: 44, scale: Price.scale, powers: fields.powers),
                let size = plainDecimal(&next, until: 10, scale: Quantity.scale, powers: fields.powers), size > 0
            else { return nil }
            at = next
            return Trade(
                eventTime: time, symbol: context.symbols.symbol(UnsafeRawBufferPointer(start: text, count: length)),
                price: Price(rawValue: price), size: Quantity(rawValue: size))
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
