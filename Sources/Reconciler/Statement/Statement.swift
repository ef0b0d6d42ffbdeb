import TradingModel

/// The venue's account of the day: what it says that it traded for us and where it leaves us.
///
/// The form `statement-csv` (docs/statement-csv.md), in UTF-8, one header line and one row a record; columns in any order, empty = absent:
///
///     record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee
///     fill,2026-11-20T14:30:05.25Z,E17,0GXYZ,AAPL,buy,100,187.25,0.35
///     position,,,,AAPL,,-40,187.5,0.35
///
/// - `record`: `fill` (one per execution that stands at the end of the day; a busted one is not listed, a corrected
///   one is listed once, under the correction's ExecID) or `position` (one per symbol that is not flat).
/// - `time`: TransactTime, ISO 8601 in UTC or nanoseconds since 1970; may be absent.
/// - `exec_id`, `cl_ord_id`: as on the execution report; of fills only.
/// - `side`: `buy`, `sell` or `sell_short`, or FIX's `1`, `2`, `5`; of fills only.
/// - `quantity`: of a fill above zero; of a position signed, negative is short.
/// - `price`: of a fill the price traded, required; of a position the average, if the venue has one.
/// - `fee`: what the fill cost, in the currency of the price, with at most 17 decimal places; negative is a rebate. On a
///   position, if given, the sum of its fills' fees.
public struct Statement: Sendable, Equatable {
    public struct Fill: Sendable, Equatable {
        public var line: Int
        /// Nanoseconds since 1970 UTC; nil where absent.
        public var eventTime: Int64?
        public var execID: String, clOrdID: String, symbol: String
        public var side: Side
        public var quantity: Quantity, price: Price
        public var fee: Notional?
    }
    public struct Position: Sendable, Equatable {
        public var line: Int
        public var symbol: String
        public var quantity: Quantity
        /// `.none` where the venue gives no average.
        public var avgPx: Price
        /// The sum of the fees of the symbol's fills; nil where the venue does not say.
        public var fee: Notional?
    }
    /// In the order of the file.
    public var fills: [Fill] = []
    public var positions: [Position] = []

    public init() {}
}

/// Where a statement can not be read, and why: `statement.csv:7:31: price "12,5" is not a decimal number`.
public struct StatementError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case emptyFile
        case notUTF8
        case unknownColumn, repeatedColumn
        case missingColumn(String)
        case openQuote
        case textAfterQuote
        case fieldCount(found: Int, wanted: Int)
        case unknownRecord
        case notANumber, tooPrecise, outOfRange
        case notATime
        case unknownSide
        case missing
        /// A fill of zero or less.
        case notPositive
        case secondPosition(firstLine: Int)
        /// A position has no execution, order or side of its own.
        case notOfAPosition
    }
    public var file: String
    /// Both from 1; the column counts bytes.
    public var line: Int, column: Int
    /// The column's name, or "" where the row as a whole is meant.
    public var field: String
    public var value: String
    public var reason: Reason

    public var description: String { "\(file):\(line):\(column): \(explanation)" }

    private var explanation: String {
        let quoted = "\(field) \"\(value)\""
        switch reason {
        case .emptyFile: return "no header line; expected record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee"
        case .notUTF8: return "\(field) is not UTF-8 text"
        case .unknownColumn:
            return "unknown column \"\(value)\"; known are \(Column.allCases.map(\.rawValue).joined(separator: ", "))"
        case .repeatedColumn: return "column \"\(value)\" stands twice in the header"
        case .missingColumn(let name): return "the header has no column \"\(name)\""
        case .openQuote: return "a quoted field that the file does not close"
        case .textAfterQuote: return "text after the closing quote of a field"
        case .fieldCount(let found, let wanted): return "\(found) fields where the header has \(wanted)"
        case .unknownRecord: return "\(quoted) is neither fill nor position"
        case .notANumber: return "\(quoted) is not a decimal number"
        case .tooPrecise: return "\(quoted) has more digits behind the point than are kept"
        case .outOfRange: return "\(quoted) is out of range"
        case .notATime: return "\(quoted) is no ISO 8601 time in UTC and no nanoseconds since 1970"
        case .unknownSide: return "\(quoted) is not buy, sell or sell_short"
        case .missing: return "\(field) is empty"
        case .notPositive: return "\(quoted) of a fill is not above zero"
        case .secondPosition(let line): return "a second position of \"\(value)\"; the first is in line \(line)"
        case .notOfAPosition: return "\(quoted) on a position, which has none"
        }
    }
}

/// The columns of `statement-csv`.
enum Column: String, CaseIterable {
    case record, time
    case execID = "exec_id"
    case clOrdID = "cl_ord_id"
    case symbol, side, quantity, price, fee
}
