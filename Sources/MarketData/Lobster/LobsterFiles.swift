import PlainData
import TradingModel

/// A pair of LOBSTER files, told by the name of the message file:
/// `AMZN_2012-06-21_34200000_57600000_message_1.csv` and, row for row beside it, `…_orderbook_1.csv`.
///
/// Source: lobsterdata.com, "Data Structure" (the files' own readme): times in seconds after midnight in New York, prices
/// times 10000, the direction that of the resting order.
public struct LobsterFiles: Sendable, Hashable {
    public let messages: String
    /// The book file of the same period and depth, which gives the quotes.
    public let book: String
    public let ticker: String
    /// Midnight in New York of the files' day, ns since 1970 UTC.
    let midnight: Int64

    /// - Parameter path: of the message file or of the book file, packed with gzip or not.
    public init(_ path: String) throws(MarketDataError) {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let (folder, name) = (path[..<slash], path[slash...])
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        let rule = "a LOBSTER file is named TICKER_YYYY-MM-DD_START_END_message_LEVELS.csv"
        guard parts.count == 6, !parts[0].isEmpty, parts[4] == "message" || parts[4] == "orderbook",
            let day = UTC.parse(String(parts[1])), day % UTC.day == 0
        else { throw .badName(file: path, rule: rule) }
        guard let midnight = NewYork.midnight(day: day / UTC.day) else {
            throw .badName(file: path, rule: "LOBSTER's data begins in 2007")
        }
        func file(_ kind: String) -> String {
            folder + (parts[..<4] + [Substring(kind), parts[5]]).joined(separator: "_")
        }
        (messages, book, ticker) = (file("message"), file("orderbook"), String(parts[0]))
        self.midnight = midnight
    }
}

/// One row of a message file.
struct LobsterMessage {
    /// Ns since 1970 UTC.
    var time: Int64
    var kind: Int64
    var orderID: Int64
    var size: Int64
    /// Times 10000.
    var price: Int64
    var direction: Int64

    static let shape = "time,type,order id,size,price,direction (no header)"
    /// An order of the book traded, visible or hidden, or an auction's cross.
    var isTrade: Bool { kind == 4 || kind == 5 || kind == 6 }

    /// Seconds after midnight as nanoseconds, to the nearest: some files were written from binary numbers, and have
    /// digits behind the ninth (35821.088778456004).
    static func nanoseconds(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var value: Int64 = 0
        var decimals = -1  // −1 before the point
        var digits = 0
        for byte in bytes {
            if byte == 46, decimals < 0 {
                decimals = 0
                continue
            }
            guard byte &- 48 < 10 else { return nil }
            digits += 1
            if decimals < 0 {
                value = value * 10 + Int64(byte &- 48)
                guard value < 2 * 86_400 else { return nil }
            } else if decimals < 9 {
                value = value * 10 + Int64(byte &- 48)
                decimals += 1
            } else if decimals == 9 {
                value += byte >= 53 ? 1 : 0
                decimals += 1
            }
        }
        guard digits > 0 else { return nil }
        for _ in max(0, decimals)..<max(9, decimals) { value *= 10 }
        return value
    }

    init(_ rows: PlainRows, midnight: Int64) throws(MarketDataError) {
        guard let ofDay = Self.nanoseconds(rows[0]) else {
            throw rows.bad(0, "time", "is not a time", "times are seconds after midnight")
        }
        time = midnight + ofDay
        kind = try rows.integer(1, "type")
        orderID = try rows.integer(2, "order id")
        size = try rows.integer(3, "size")
        price = try rows.integer(4, "price")
        direction = try rows.integer(5, "direction")
        guard (1...7).contains(kind) else { throw rows.bad(1, "type", "is no type", "types are 1 to 7") }
    }
}

/// A price times 10000, as LOBSTER writes it, exactly.
func lobsterPrice(_ price: Int64, _ rows: PlainRows, _ column: Int, _ name: String) throws(MarketDataError) -> Price {
    let (value, over) = price.multipliedReportingOverflow(by: Price.one / 10_000)
    if over { throw rows.bad(column, name, "is out of range", "prices are whole numbers, the price times 10000") }
    return Price(rawValue: value)
}

func lobsterSize(_ size: Int64, _ rows: PlainRows, _ column: Int, _ name: String) throws(MarketDataError) -> Quantity {
    let (value, over) = size.multipliedReportingOverflow(by: Quantity.one)
    if over || size < 0 {
        throw rows.bad(column, name, size < 0 ? "is negative" : "is out of range", "sizes are whole numbers ≥ 0")
    }
    return Quantity(rawValue: value)
}
