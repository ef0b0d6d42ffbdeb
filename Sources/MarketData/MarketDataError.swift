/// Why market data could not be read. What was read before it stands; nothing after it was read.
public enum MarketDataError: Error, Hashable, Sendable {
    case cannotRead(file: String, cause: String)
    case badGzip(file: String, atByte: Int, cause: String)
    case badZstd(file: String, atByte: Int, cause: String)
    case badZip(file: String, atByte: Int, cause: String)
    case unsupportedCompression(file: String, kind: String)
    case lineTooLong(file: String, line: Int, limit: Int)
    case empty(file: String, form: String, columns: String)
    case missingColumn(file: String, column: String, form: String, columns: String)
    case repeatedColumn(file: String, column: String)
    case fieldCount(file: String, line: Int, found: Int, expected: Int)
    /// `flaw` completes the sentence "the value …"; `rule` says what was expected.
    case badValue(file: String, line: Int, column: String, value: String, flaw: String, rule: String)
    case badLine(file: String, line: Int, flaw: String)
    case badName(file: String, rule: String)
    case parquet(ParquetError)
    /// Of a binary file: `field` and `value` begin the sentence that `flaw` completes; `rule` says what was expected.
    case badBytes(file: String, atByte: Int, field: String, value: String, flaw: String, rule: String)
}

extension MarketDataError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotRead(let file, let cause):
            "\(file): cannot be read: \(cause)"
        case .badGzip(let file, let at, let cause):
            "\(file): the gzip stream breaks at byte \(at): \(cause); is the file complete?"
        case .badZstd(let file, let at, let cause):
            "\(file): the zstd stream breaks at byte \(at): \(cause); is the file complete?"
        case .badZip(let file, let at, let cause):
            "\(file): the zip archive breaks at byte \(at): \(cause); is the file complete?"
        case .unsupportedCompression(let file, let kind):
            "\(file): \(kind) is not supported here; unpack it, or pack it with gzip or zstd"
        case .lineTooLong(let file, let line, let limit):
            "\(file):\(line): the line is longer than \(limit) bytes; is this a text file?"
        case .empty(let file, let form, let columns):
            "\(file): the file is empty; \(form) begins with a header of \(columns)"
        case .missingColumn(let file, let column, let form, let columns):
            "\(file):1: the header has no column \"\(column)\"; \(form) has \(columns)"
        case .repeatedColumn(let file, let column):
            "\(file):1: the header has the column \"\(column)\" twice"
        case .fieldCount(let file, let line, let found, let expected):
            "\(file):\(line): \(found) fields where the header has \(expected)"
        case .badValue(let file, let line, let column, let value, let flaw, let rule):
            "\(file):\(line): \(column) \"\(value)\" \(flaw); \(rule)"
        case .badLine(let file, let line, let flaw):
            "\(file):\(line): \(flaw)"
        case .badName(let file, let rule):
            "\(file): \(rule)"
        case .parquet(let error): error.description
        case .badBytes(let file, let at, let field, let value, let flaw, let rule):
            "\(file): byte \(at): \(field)\(value.isEmpty ? "" : " \"\(value)\"") \(flaw); \(rule)"
        }
    }
}
