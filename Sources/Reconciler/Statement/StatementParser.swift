import PlainData
import TradingModel

extension Statement {
    /// Reads a whole `statement-csv`.
    /// - Parameter file: the name that errors carry.
    /// - Throws: the first mistake, with its line, column and value; nothing is guessed and nothing is skipped.
    public init(csv bytes: [UInt8], file: String) throws(StatementError) {
        self.init()
        var rows = CSVRows(bytes)
        guard let header = try Self.next(&rows, file) else {
            throw StatementError(file: file, line: 1, column: 1, field: "", value: "", reason: .emptyFile)
        }
        let columns = try Self.columns(header, line: rows.line, file)
        var firstLines: [String: Int] = [:]
        while let fields = try Self.next(&rows, file) {
            guard fields.count == columns.count else {
                throw StatementError(
                    file: file, line: rows.line, column: fields.last?.column ?? 1, field: "", value: "",
                    reason: .fieldCount(found: fields.count, wanted: columns.count))
            }
            let row = StatementRow(file: file, line: rows.line, fields: Dictionary(zip(columns, fields)) { first, _ in first })
            switch try row.text(.record) {
            case "fill": fills.append(try row.fill())
            case "position":
                let position = try row.position()
                if let first = firstLines[position.symbol] {
                    throw row.error(.symbol, .secondPosition(firstLine: first))
                }
                firstLines[position.symbol] = rows.line
                positions.append(position)
            default: throw row.error(.record, .unknownRecord)
            }
        }
    }

    private static func next(_ rows: inout CSVRows, _ file: String) throws(StatementError) -> [CSVRows.Field]? {
        do { return try rows.next() } catch {
            switch error {
            case .openQuote(let column):
                throw StatementError(file: file, line: rows.line, column: column, field: "", value: "", reason: .openQuote)
            case .textAfterQuote(let column):
                throw StatementError(file: file, line: rows.line, column: column, field: "", value: "", reason: .textAfterQuote)
            }
        }
    }

    private static func columns(
        _ header: [CSVRows.Field], line: Int, _ file: String
    ) throws(StatementError) -> [Column] {
        var columns: [Column] = []
        for field in header {
            let name = String(decoding: field.bytes, as: UTF8.self)
            func error(_ reason: StatementError.Reason) -> StatementError {
                StatementError(file: file, line: line, column: field.column, field: "", value: name, reason: reason)
            }
            guard let column = Column(rawValue: name) else { throw error(.unknownColumn) }
            guard !columns.contains(column) else { throw error(.repeatedColumn) }
            columns.append(column)
        }
        for column in Column.allCases where column != .fee && column != .time && !columns.contains(column) {
            throw StatementError(
                file: file, line: line, column: 1, field: "", value: "", reason: .missingColumn(column.rawValue))
        }
        return columns
    }
}

/// One row on its way to a fill or a position.
private struct StatementRow {
    let file: String, line: Int
    let fields: [Column: CSVRows.Field]

    func error(_ column: Column, _ reason: StatementError.Reason) -> StatementError {
        let field = fields[column]
        let value = String(decoding: field?.bytes ?? [], as: UTF8.self)
        return StatementError(
            file: file, line: line, column: field?.column ?? 1, field: column.rawValue, value: value, reason: reason)
    }

    func text(_ column: Column) throws(StatementError) -> String {
        guard let text = String(validating: fields[column]?.bytes ?? [], as: UTF8.self) else { throw error(column, .notUTF8) }
        return text
    }

    /// Nil where the field is empty.
    private func number(_ column: Column, scale: Int) throws(StatementError) -> Int64? {
        guard let bytes = fields[column]?.bytes, !bytes.isEmpty else { return nil }
        let result: Result<Int64, Decimal.Flaw> = bytes.withUnsafeBytes { raw in
            do throws(Decimal.Flaw) { return .success(try Decimal.parse(raw, scale: scale)) } catch { return .failure(error) }
        }
        switch result {
        case .success(let value) where value == .min: throw error(column, .outOfRange)
        case .success(let value): return value
        case .failure(.notANumber): throw error(column, .notANumber)
        case .failure(.tooPrecise): throw error(column, .tooPrecise)
        case .failure(.outOfRange): throw error(column, .outOfRange)
        }
    }

    /// Nil where the field is empty. A fee is a product of price, quantity and rate: all its places count.
    private func money(_ column: Column) throws(StatementError) -> Notional? {
        guard var digits = fields[column]?.bytes[...], let sign = digits.first else { return nil }
        if sign == 0x2D || sign == 0x2B { digits = digits.dropFirst() }
        var value: Int128 = 0, behind: Int?
        for byte in digits {
            if byte == 0x2E, behind == nil {
                behind = 0
                continue
            }
            guard (0x30...0x39).contains(byte) else { throw error(column, .notANumber) }
            if let places = behind {
                if places == Notional.scale {
                    guard byte == 0x30 else { throw error(column, .tooPrecise) }
                    continue
                }
                behind = places + 1
            }
            value = try timesTen(value, plus: Int128(byte - 0x30), column)
        }
        guard digits.contains(where: { $0 != 0x2E }) else { throw error(column, .notANumber) }
        for _ in (behind ?? 0)..<Notional.scale { value = try timesTen(value, plus: 0, column) }
        return Notional(rawValue: sign == 0x2D ? -value : value)
    }

    private func timesTen(_ value: Int128, plus digit: Int128, _ column: Column) throws(StatementError) -> Int128 {
        // A quarter of the range, so that sums and differences of two have room.
        guard value <= Int128.max / 40 - digit else { throw error(column, .outOfRange) }
        return value * 10 + digit
    }

    private func required(_ column: Column, scale: Int) throws(StatementError) -> Int64 {
        guard let value = try number(column, scale: scale) else { throw error(column, .missing) }
        return value
    }

    private func symbol() throws(StatementError) -> String {
        let symbol = try text(.symbol)
        if symbol.isEmpty { throw error(.symbol, .missing) }
        return symbol
    }

    func fill() throws(StatementError) -> Statement.Fill {
        let quantity = try required(.quantity, scale: Quantity.scale)
        guard quantity > 0 else { throw error(.quantity, .notPositive) }
        let time = fields[.time]?.bytes ?? []
        let eventTime = time.withUnsafeBytes { UTC.parse($0) }
        if eventTime == nil && !time.isEmpty { throw error(.time, .notATime) }
        return Statement.Fill(
            line: line, eventTime: eventTime, execID: try text(.execID), clOrdID: try text(.clOrdID), symbol: try symbol(),
            side: try side(), quantity: Quantity(rawValue: quantity),
            price: Price(rawValue: try required(.price, scale: Price.scale)),
            fee: try money(.fee))
    }

    func position() throws(StatementError) -> Statement.Position {
        for column in [Column.execID, .clOrdID, .side] where fields[column]?.bytes.isEmpty == false {
            throw error(column, .notOfAPosition)
        }
        return Statement.Position(
            line: line, symbol: try symbol(), quantity: Quantity(rawValue: try required(.quantity, scale: Quantity.scale)),
            avgPx: try number(.price, scale: Price.scale).map { Price(rawValue: $0) } ?? .none, fee: try money(.fee))
    }

    private func side() throws(StatementError) -> Side {
        switch try text(.side) {
        case "buy", "1": return .buy
        case "sell", "2": return .sell
        case "sell_short", "5": return .sellShort
        case "": throw error(.side, .missing)
        default: throw error(.side, .unknownSide)
        }
    }
}
