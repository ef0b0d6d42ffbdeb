/// The rows of a comma-separated file one by one, where they lie: all have as many columns as the first. A byte order mark is
/// passed over.
struct PlainRows {
    private let blocks: LineBlocks
    private let scanner: RowScanner
    private var at: UnsafePointer<UInt8>
    private var end: UnsafePointer<UInt8>
    private(set) var line = 0

    var path: String { blocks.path }
    var columns: Int { scanner.count }

    /// The number of columns is that of the first row.
    init(_ path: String, form: String, shape: String) throws(MarketDataError) {
        blocks = try LineBlocks(path)
        guard let block = try blocks.next(), let start = block.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw .empty(file: path, form: form, columns: shape)
        }
        end = start + block.count
        at = block.starts(with: [0xEF, 0xBB, 0xBF]) ? start + 3 : start
        let probe = RowScanner(count: RowScanner.mostColumns, places: [])
        let (_, count) = probe.split(at, end)
        scanner = RowScanner(count: min(count, RowScanner.mostColumns), places: Array(0..<min(count, RowScanner.mostColumns)))
    }

    /// Both are valid until the next call.
    var fields: Fields { scanner.fields }
    subscript(column: Int) -> UnsafeRawBufferPointer { scanner.fields[column] }

    /// Goes to the next row; false at the end.
    mutating func next() throws(MarketDataError) -> Bool {
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
            if found == scanner.count { return true }
            if RowScanner.isBlank(start, next) { continue }
            throw .fieldCount(file: path, line: line, found: found, expected: scanner.count)
        }
    }

    func bad(_ column: Int, _ name: String, _ flaw: String, _ rule: String) -> MarketDataError {
        .badValue(file: path, line: line, column: name, value: shown(self[column]), flaw: flaw, rule: rule)
    }

    /// A whole number, with a sign or without.
    func integer(_ column: Int, _ name: String) throws(MarketDataError) -> Int64 {
        let bytes = self[column]
        var value: Int64 = 0
        let isNegative = bytes.first == 45
        guard bytes.count > (isNegative ? 1 : 0) else { throw bad(column, name, "is not a whole number", "it is a whole number") }
        for byte in isNegative ? bytes[1...] : bytes[0...] {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, past) = product.subtractingReportingOverflow(Int64(byte &- 48))
            guard byte &- 48 < 10, !over, !past else { throw bad(column, name, "is not a whole number", "it is a whole number") }
            value = sum
        }
        guard isNegative || value != .min else { throw bad(column, name, "is out of range", "it is a whole number") }
        return isNegative ? value : -value
    }
}
