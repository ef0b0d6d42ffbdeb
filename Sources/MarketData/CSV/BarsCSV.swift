import PlainData
import StreamRuntime
import TradingModel

/// `bars-csv` and `panel-csv`: `time,symbol,open,high,low,close,volume[,vwap,trades,close_time]`; `time` is the bar's start.
///
/// A bar is known at its end: the column `close_time` where there is one, else its start plus its length. A length that is
/// not given is the smallest step between the times at the file's beginning, or a day where there is only one time.
public struct BarsCSV: PullSource {
    private var rows: CSVRows<Form>

    /// - Parameter length: of a bar, in nanoseconds.
    public init(_ path: String, names: Names, length: Int64? = nil, layout: CSVLayout = CSVLayout()) throws(MarketDataError) {
        rows = try CSVRows(
            path, form: Form(length: length, isStampedAtEnd: layout.isStampedAtEnd), layout: layout, names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Bar>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "bars-csv"
        static let columns: [CSVColumn] = [
            .time, .symbol, .price("open"), .price("high"), .price("low"), .price("close"),
            .amount("volume", isRequired: false), .price("vwap", isRequired: false),
            .text("trades", rule: "it is a whole number ≥ 0, or empty"),
            CSVColumn(name: "close_time", isRequired: false, rule: "it is a time after the bar's start"),
        ]

        var length: Int64?
        let isStampedAtEnd: Bool

        mutating func begin(_ fields: Fields, firstBlock: UnsafeRawBufferPointer, _ context: inout RowContext) {
            guard length == nil, !fields.has(9) else { return }
            length = smallestStep(firstBlock, column: fields.places[0]) { context.time(of: $0) } ?? UTC.day
        }

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> Bar {
            var time = try context.time(fields, 0)
            if isStampedAtEnd { time &-= length ?? UTC.day }
            var closeTime = time &+ (length ?? UTC.day)
            if fields.has(9), !fields[9].isEmpty { closeTime = try context.time(fields, 9) }
            if closeTime <= time { throw FieldFlaw(fields.has(9) ? 9 : 0, fields.has(9) ? .below("time") : .outOfRange) }
            let symbol = try context.symbol(fields, 1)
            let (open, high, low, close) = (try fields.price(2), try fields.price(3), try fields.price(4), try fields.price(5))
            if high < max(open, low, close) {
                throw FieldFlaw(3, .below(high < low ? "low" : high < open ? "open" : "close"))
            }
            if low > min(open, close) { throw FieldFlaw(4, .above(low > open ? "open" : "close")) }
            let trades = try fields.unsigned(8)
            guard let count = UInt32(exactly: trades) else { throw FieldFlaw(8, .outOfRange) }
            return Bar(
                time: time, closeTime: closeTime, symbol: symbol, open: open, high: high, low: low, close: close,
                volume: try fields.amountIfAny(6), vwap: try fields.priceIfAny(7), trades: count)
        }
    }
}

/// The smallest step between different times in a column of these rows; nil where there is only one time, or none.
///
/// A row that cannot be read ends the search: it is reported when it is reached.
func smallestStep(_ rows: UnsafeRawBufferPointer, column: Int, time read: (UnsafeRawBufferPointer) -> Int64?) -> Int64? {
    guard column >= 0, var at = rows.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    let end = at + rows.count
    let scanner = RowScanner(count: RowScanner.mostColumns, places: [])
    var times: Set<Int64> = []
    while at < end {
        let (next, found) = scanner.split(at, end)
        at = next
        guard column < found else { continue }
        let field = UnsafeRawBufferPointer(
            start: scanner.fields.starts[column], count: scanner.fields.ends[column] - scanner.fields.starts[column])
        guard let time = read(field) else { break }
        times.insert(time)
        if times.count == 1_000 { break }
    }
    let sorted = times.sorted()
    return zip(sorted.dropFirst(), sorted).map { $0.0 - $0.1 }.min()
}
