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
    private let blocks: LineBlocks
    private let scanner: RowScanner
    private let symbols: [SymbolID]
    private let columnNames: [String]
    private let length: Int64
    private var times = TimeReader()
    private var at: UnsafePointer<UInt8>
    private var end: UnsafePointer<UInt8>
    private var line = 1
    /// The row being handed out: its time, and the next column. 0 where there is none.
    private var time: Int64 = 0
    private var column = 0
    private var failure: MarketDataError?

    private static let priceRule = CSVColumn.price("").rule

    /// - Parameter length: of a bar, in nanoseconds; a day where it is not given.
    public init(_ path: String, names: Names, length: Int64? = nil) throws(MarketDataError) {
        let rule = "a first column of dates and then one column of closes a symbol"
        blocks = try LineBlocks(path)
        guard let block = try blocks.next(), let start = block.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw .empty(file: path, form: "closes-csv", columns: rule)
        }
        end = start + block.count
        let probe = RowScanner(count: RowScanner.mostColumns, places: [])
        let (next, count) = probe.split(block.starts(with: [0xEF, 0xBB, 0xBF]) ? start + 3 : start, end)
        guard count > 1, count <= RowScanner.mostColumns else { throw .empty(file: path, form: "closes-csv", columns: rule) }
        let header = (0..<count).map { place -> String in
            let bytes = UnsafeBufferPointer(
                start: probe.fields.starts[place], count: probe.fields.ends[place] - probe.fields.starts[place])
            return String(decoding: bytes, as: UTF8.self).trimmed
        }
        for (place, name) in header.enumerated().dropFirst() {
            if name.isEmpty { throw .badLine(file: path, line: 1, flaw: "column \(place + 1) has no name; it is a symbol") }
            if header[..<place].dropFirst().contains(name) { throw .repeatedColumn(file: path, column: name) }
        }
        at = next
        columnNames = header
        symbols = header.dropFirst().map { names.symbol($0) }
        scanner = RowScanner(count: count, places: Array(0..<count))
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
                column = column + 1 < scanner.count ? column + 1 : 0
                let bytes = scanner.fields[place]
                if bytes.isEmpty { continue }
                (out + count).initialize(to: try bar(place, bytes))
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    private func bar(_ place: Int, _ bytes: UnsafeRawBufferPointer) throws(MarketDataError) -> Bar {
        let close: Price
        do throws(FieldFlaw) {
            close = try scanner.fields.price(place)
        } catch {
            throw .badValue(
                file: blocks.path, line: line, column: columnNames[place], value: shown(bytes), flaw: error.text,
                rule: Self.priceRule)
        }
        return Bar(
            time: time, closeTime: time &+ length, symbol: symbols[place - 1], open: close, high: close, low: close, close: close,
            volume: .zero)
    }

    /// Reads rows until one has prices; false at the end.
    private mutating func nextRow() throws(MarketDataError) -> Bool {
        while true {
            if at == end {
                blocks.count(lines: line)
                guard let block = try blocks.next(), let start = block.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
                    return false
                }
                (at, end) = (start, start + block.count)
            }
            let start = at
            line += 1
            let (next, found) = scanner.split(at, end)
            at = next
            if RowScanner.isBlank(start, next) { continue }
            guard found == scanner.count else {
                throw .fieldCount(file: blocks.path, line: line, found: found, expected: scanner.count)
            }
            guard let time = times.time(scanner.fields[0]) else {
                throw .badValue(
                    file: blocks.path, line: line, column: columnNames[0], value: shown(scanner.fields[0]), flaw: "is not a time",
                    rule: CSVColumn.time.rule)
            }
            (self.time, column) = (time, 1)
            return true
        }
    }
}
