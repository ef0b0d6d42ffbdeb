import PlainData
import StreamRuntime
import TradingModel

/// `quotes-csv`: `time,symbol,bid,bid_size,ask,ask_size`. A side with an empty price is a side where nobody stands; an
/// empty size is not known, and read as zero.
public struct QuotesCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names, layout: CSVLayout = CSVLayout()) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), layout: layout, names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Quote>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "quotes-csv"
        static let columns: [CSVColumn] = [
            .time, .symbol, .price("bid"), .amount("bid_size", isRequired: false), .price("ask"),
            .amount("ask_size", isRequired: false),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> Quote {
            Quote(
                eventTime: try context.time(fields, 0), symbol: try context.symbol(fields, 1), bid: try fields.priceIfAny(2),
                bidSize: try fields.amountIfAny(3), ask: try fields.priceIfAny(4), askSize: try fields.amountIfAny(5))
        }
    }
}
