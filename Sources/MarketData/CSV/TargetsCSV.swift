import PlainData
import StreamRuntime
import TradingModel

/// `targets-csv`: `time,symbol,weight`; a weight of 0.1 is ten percent of the book's equity, long.
public struct TargetsCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names, layout: CSVLayout = CSVLayout()) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), layout: layout, names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Target>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "targets-csv"
        static let columns: [CSVColumn] = [
            .time, .symbol, CSVColumn(name: "weight", rule: "weights are numbers; 0.1 is ten percent, negative is short"),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> Target {
            Target(eventTime: try context.time(fields, 0), symbol: try context.symbol(fields, 1), weight: try fields.double(2))
        }
    }
}
