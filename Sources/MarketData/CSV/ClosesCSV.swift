import PlainData
import StreamRuntime
import TradingModel

/// `closes-csv`: a wide panel of closing prices, one row a date and one column a name.
///
///     date,AAPL,AMD,…
///     1990-01-02,0.264,4.125,…
///
/// The first column is the time (the bar's start), whatever it is called; the others are symbols. Each price that is
/// there becomes a bar with open = high = low = close and no volume, in the order of the columns; an empty field is a
/// name without a price that day.
public struct ClosesCSV: PullSource {
    private var rows: PlainRows
    private let symbols: [SymbolID]
    private let columnNames: [String]
    private let length: Int64
    private var times = TimeReader()
    /// The row being handed out: its time, and the next column. 0 where there is none.
    private var time: Int64 = 0
    private var column = 0
    private var failure: MarketDataError?

    private static let priceRule = CSVColumn.price("").rule

    /// - Parameter length: of a bar, in nanoseconds; a day where it is not given.
    public init(_ path: String, names: Names, length: Int64? = nil) throws(MarketDataError) {
        let rule = "a first column of dates and then one column of closes a symbol"
        var rows = try PlainRows(path, form: "closes-csv", shape: rule)
        guard rows.columns > 1, try rows.next() else { throw .empty(file: path, form: "closes-csv", columns: rule) }
        let header = (0..<rows.columns).map { String(decoding: rows[$0], as: UTF8.self).trimmed }
        for (place, name) in header.enumerated().dropFirst() {
            if name.isEmpty { throw .badLine(file: path, line: 1, flaw: "column \(place + 1) has no name; it is a symbol") }
            if header[..<place].dropFirst().contains(name) { throw .repeatedColumn(file: path, column: name) }
        }
        (self.rows, columnNames) = (rows, header)
        symbols = header.dropFirst().map { names.symbol($0) }
        self.length = length ?? UTC.day
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Bar>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count {
                if column == 0, try !nextRow() { break }
                let place = column
                column = column + 1 < rows.columns ? column + 1 : 0
                if rows[place].isEmpty { continue }
                (out + count).initialize(to: try bar(place))
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    private func bar(_ place: Int) throws(MarketDataError) -> Bar {
        let close: Price
        do throws(FieldFlaw) { close = try rows.fields.price(place) } catch {
            throw rows.bad(place, columnNames[place], error.text, Self.priceRule)
        }
        return Bar(
            time: time, closeTime: time &+ length, symbol: symbols[place - 1], open: close, high: close, low: close, close: close,
            volume: .zero)
    }

    /// Goes to the next row; false at the end.
    private mutating func nextRow() throws(MarketDataError) -> Bool {
        guard try rows.next() else { return false }
        guard let time = times.time(rows[0]) else { throw rows.bad(0, columnNames[0], "is not a time", CSVColumn.time.rule) }
        (self.time, column) = (time, 1)
        return true
    }
}
