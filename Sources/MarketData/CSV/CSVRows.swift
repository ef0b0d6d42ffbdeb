import Glibc
import PlainData
import TradingModel

/// What a CSV form's rows mean: the one part that differs between the forms.
protocol CSVForm {
    associatedtype Row: Element
    /// The name in topologies: `trades-csv`.
    static var name: String { get }
    static var columns: [CSVColumn] { get }
    /// Before the first row, with the header's columns in place.
    mutating func begin(_ fields: Fields, firstBlock: UnsafeRawBufferPointer, _ context: inout RowContext)
    mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> Row
    /// Whether rows of the columns alone, in the form's order, can be read in one go by `plainRow`: how many columns those are.
    static var plainColumns: Int? { get }
    /// A row as most files write it, read without looking for its fields first; nil where anything about it is less plain, or it does
    /// not lie `plainRowBytes` before the end: then it is read the careful way.
    mutating func plainRow(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ fields: Fields, _ context: inout RowContext
    ) -> Row?
}

extension CSVForm {
    static var plainColumns: Int? { nil }
    mutating func plainRow(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ fields: Fields, _ context: inout RowContext
    ) -> Row? { nil }

    mutating func begin(_ fields: Fields, firstBlock: UnsafeRawBufferPointer, _ context: inout RowContext) {}

    static var columnList: String {
        columns.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: ",")
    }
}

/// What all forms read the same way.
struct RowContext {
    let symbols: SymbolReader
    let names: Names
    var times = TimeReader()
    /// Of a file that tells times in its own way.
    var clock: CSVClock?
    /// Of a file that does not tell it.
    var symbol: SymbolID?

    @inline(__always)
    mutating func time(of bytes: UnsafeRawBufferPointer) -> Int64? {
        clock == nil ? times.time(bytes) : clockTime(bytes)
    }
    @inline(never)
    private func clockTime(_ bytes: UnsafeRawBufferPointer) -> Int64? { clock?.time(bytes) }

    @inline(__always)
    mutating func time(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> Int64 {
        guard let time = time(of: fields[column]) else {
            throw FieldFlaw(column, fields[column].isEmpty ? .missing : .notATime)
        }
        return time
    }

    @inline(__always)
    func symbol(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> SymbolID {
        if let symbol { return symbol }
        let bytes = fields[column]
        if bytes.isEmpty { throw FieldFlaw(column, .missing) }
        return symbols.symbol(bytes)
    }
}

/// Reads the rows of a CSV file in blocks: header required, columns in any order, columns that the form does not know
/// left aside, lines ended by LF or CRLF, empty lines left aside, fields in double quotes where they have a comma.
///
/// Nothing is allocated per row. The sources wrap this in a type that is not generic, so that it runs specialised.
struct CSVRows<Form: CSVForm> {
    private var form: Form
    private let blocks: LineBlocks
    private let scanner: RowScanner
    private var context: RowContext
    private var at: UnsafePointer<UInt8>
    private var end: UnsafePointer<UInt8>
    private var line = 1
    /// Found behind rows that were still handed out.
    private var failure: MarketDataError?
    private var hasEnded = false
    private let isPlain: Bool

    init(_ path: String, form: Form, layout: CSVLayout = CSVLayout(), names: Names) throws(MarketDataError) {
        self.form = form
        blocks = try LineBlocks(path, separator: layout.separatorByte(path))
        context = RowContext(symbols: SymbolReader(names), names: names)
        context.clock = try layout.clock(path)
        context.symbol = layout.symbol.map(names.symbol)
        guard let block = try blocks.next(), let start = block.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw .empty(file: path, form: Form.name, columns: Form.columnList)
        }
        end = start + block.count
        let hasMark = block.starts(with: [0xEF, 0xBB, 0xBF])  // A byte order mark, as spreadsheets write it.
        (scanner, at) = try RowScanner.header(hasMark ? start + 3 : start, end, path: path, form: Form.self, layout)
        if !layout.header.isEmpty { line = 0 }
        let (count, places) = (scanner.count, scanner.fields.places)
        isPlain = layout.isPlain && count == Form.plainColumns && (0..<count).allSatisfy { places[$0] == $0 }
        self.form.begin(scanner.fields, firstBlock: UnsafeRawBufferPointer(start: at, count: end - at), &context)
    }

    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Form.Row>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress, !hasEnded else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count {
                if at == end, try !refill() { break }
                if isPlain, let row = form.plainRow(&at, end, scanner.fields, &context) {
                    (out + count).initialize(to: row)
                    count += 1
                    line += 1
                    continue
                }
                let start = at
                line += 1
                let (next, found) = scanner.split(at, end)
                at = next
                if found != scanner.count {
                    if RowScanner.isBlank(start, next) { continue }
                    throw .fieldCount(file: blocks.path, line: line, found: found, expected: scanner.count)
                }
                do throws(FieldFlaw) {
                    (out + count).initialize(to: try form.row(scanner.fields, &context))
                } catch {
                    throw report(error)
                }
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    private mutating func refill() throws(MarketDataError) -> Bool {
        blocks.count(lines: line)
        guard let block = try blocks.next(), let start = block.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            hasEnded = true
            return false
        }
        (at, end) = (start, start + block.count)
        return true
    }

    private func report(_ flaw: FieldFlaw) -> MarketDataError {
        let column = Form.columns[flaw.column]
        return .badValue(
            file: blocks.path, line: line, column: column.name, value: shown(scanner.fields[flaw.column]), flaw: flaw.text,
            rule: column.rule)
    }
}

/// A value as an error message shows it: short, on one line.
func shown(_ bytes: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: bytes.prefix(40).map { $0 < 32 || $0 == 127 ? 63 : $0 }, as: UTF8.self)
    return bytes.count > 40 ? text + "…" : text
}
