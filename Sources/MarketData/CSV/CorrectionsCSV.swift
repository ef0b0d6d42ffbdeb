import PlainData
import StreamRuntime
import TradingModel

/// `corrections-csv`: `time,symbol,trade_id,price,size,new_trade_id,new_price,new_size`, as a csv sink writes what a venue says of trades
/// later. Without a price and a size the trade goes by its number alone; a new size of 0 takes it back.
public struct CorrectionsCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names, layout: CSVLayout = CSVLayout()) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), layout: layout, names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<TradeCorrection>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "corrections-csv"
        private static let number = "it is a whole number ≥ 0, or empty"
        static let columns: [CSVColumn] = [
            .time, .symbol, .text("trade_id", isRequired: true, rule: number), .price("price", isRequired: false),
            .amount("size", isRequired: false), .text("new_trade_id", rule: number), .price("new_price"), .amount("new_size"),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> TradeCorrection {
            TradeCorrection(
                eventTime: try context.time(fields, 0), symbol: try context.symbol(fields, 1), tradeID: try fields.unsigned(2),
                price: try fields.priceIfAny(3), size: try fields.amountIfAny(4), newTradeID: try fields.unsigned(5),
                newPrice: try fields.priceIfAny(6), newSize: try fields.amountIfAny(7))
        }
    }
}
