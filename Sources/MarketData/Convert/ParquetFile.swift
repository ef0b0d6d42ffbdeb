import PlainData
import StreamRuntime
import TradingModel

/// The rows of a Parquet file: DuckDB writes them as CSV into a pipe, which the form with these columns reads.
struct ParquetRows<Row: Element>: PullSource {
    private var rows: any PullSource<Row>
    /// Ended with the last row, or when nobody reads on.
    private let table: DuckDB
    private var hasEnded = false

    init(_ table: DuckDB, _ rows: any PullSource<Row>) { (self.table, self.rows) = (table, rows) }

    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Row>) throws -> Int {
        guard !hasEnded, buffer.count > 0 else { return 0 }
        let count = try rows.fill(buffer)
        if count == 0 {
            hasEnded = true
            try table.finish()  // Where it broke off, it says why.
        }
        return count
    }
}

extension MarketFile {
    mutating func openParquet(_ path: String, _ names: Names, _ barLength: Int64?, _ options: FileOptions) throws(MarketDataError)
    {
        do {
            let main = options.mainElement(of: path, .parquet) ?? .trades
            let table = try DuckDB.reading(path), found = try DuckDB.format(of: path)
            guard found.gives(main).first == main, found.elements.contains(main.elementName) else {
                throw MarketDataError.badName(
                    file: path,
                    rule:
                        "its columns are those of \(found.rawValue): say main: beside its path, or name it as day.quotes.parquet")
            }
            switch main {
            case .trades: trades = ParquetRows(table, try TradesCSV(table.path, names: names))
            case .quotes: quotes = ParquetRows(table, try QuotesCSV(table.path, names: names))
            case .bars: bars = ParquetRows(table, try BarsCSV(table.path, names: names, length: barLength))
            case .book: book = ParquetRows(table, try BookCSV(table.path, names: names))
            case .corrections: corrections = ParquetRows(table, try CorrectionsCSV(table.path, names: names))
            case .definitions, .statuses:
                throw MarketDataError.badName(file: path, rule: "there is no form of \(main.rawValue) that could be read")
            }
        } catch let error as ParquetError {
            throw .parquet(error)
        } catch let error as MarketDataError {
            throw error
        } catch {
            throw .cannotRead(file: path, cause: "\(error)")
        }
    }

    /// What a Parquet file holds, by its columns.
    static func parquetElement(of path: String) throws -> FileElement? {
        guard let name = try DuckDB.format(of: path).elements.first else { return nil }
        return FileElement.allCases.first { $0.elementName == name }
    }
}
