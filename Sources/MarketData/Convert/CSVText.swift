import PlainData
import TradingModel

/// Writes elements as the CSV forms have them: a header, then a row each, numbers exactly. No text is made per field.
struct CSVText<Row: Element>: ~Copyable {
    private var row: RowText

    init(names: Names) { row = RowText(names) }

    /// Appends the header.
    mutating func header() { row.header(of: Row.self) }

    /// Appends a row.
    mutating func write(_ element: Row) { row.row(element) }

    var count: Int { row.bytes.count }

    /// Hands the bytes so far over, and forgets them.
    mutating func take(_ body: (UnsafeRawBufferPointer) throws(WritingError) -> Void) throws(WritingError) {
        var failure: WritingError?
        row.bytes.withUnsafeBytes { bytes in
            do throws(WritingError) { try body(bytes) } catch { failure = error }
        }
        row.bytes.removeAll(keepingCapacity: true)
        if let failure { throw failure }
    }
}
