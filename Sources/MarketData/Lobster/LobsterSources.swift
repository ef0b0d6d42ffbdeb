import PlainData
import StreamRuntime
import TradingModel

/// The trades of a LOBSTER message file: executions of visible (4) and hidden orders (5), and crosses (6).
///
/// The aggressor is the other side than the resting order's; the cross has none. `tradeID` is the row's number.
public struct LobsterTrades: PullSource {
    private let files: LobsterFiles
    private let symbol: SymbolID
    private var rows: PlainRows
    private var failure: MarketDataError?

    public init(_ files: LobsterFiles, names: Names) throws(MarketDataError) {
        self.files = files
        symbol = names.symbol(files.ticker)
        rows = try PlainRows(files.messages, form: "lobster", shape: LobsterMessage.shape)
        try requireColumns(rows, 6...7, "a message file has 6 columns: \(LobsterMessage.shape)")
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Trade>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, try rows.next() {
                let message = try LobsterMessage(rows, midnight: files.midnight)
                guard message.isTrade, message.size != 0 else { continue }
                let trade = Trade(
                    eventTime: message.time, symbol: symbol, price: try lobsterPrice(message.price, rows, 4, "price"),
                    size: try lobsterSize(message.size, rows, 3, "size"),
                    aggressor: message.kind == 6 ? .none : message.direction == 1 ? .sell : .buy, tradeID: UInt64(rows.line))
                (out + count).initialize(to: trade)
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }
}

/// The best bid and ask of a LOBSTER book file, stamped by the message file: one quote each time that they change.
public struct LobsterQuotes: PullSource {
    private let files: LobsterFiles
    private let symbol: SymbolID
    private var messages: PlainRows
    private var book: PlainRows
    private var last: Quote?
    private var failure: MarketDataError?

    private static let shape = "ask price,ask size,bid price,bid size,… (no header)"
    /// What stands for the price of a side where nobody stands.
    private static let nobody: Int64 = 9_999_999_999

    public init(_ files: LobsterFiles, names: Names) throws(MarketDataError) {
        self.files = files
        symbol = names.symbol(files.ticker)
        messages = try PlainRows(files.messages, form: "lobster", shape: LobsterMessage.shape)
        book = try PlainRows(files.book, form: "lobster", shape: Self.shape)
        try requireColumns(messages, 6...7, "a message file has 6 columns: \(LobsterMessage.shape)")
        try requireColumns(book, 4...4_096, "a book file has 4 columns a level: \(Self.shape)")
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Quote>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, let quote = try nextRow() {
                if let last, last.bid == quote.bid, last.ask == quote.ask, last.bidSize == quote.bidSize,
                    last.askSize == quote.askSize
                {
                    continue
                }
                last = quote
                (out + count).initialize(to: quote)
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    private mutating func nextRow() throws(MarketDataError) -> Quote? {
        let hasMessage = try messages.next()
        let hasBook = try book.next()
        if hasMessage != hasBook {
            let (shorter, other) = hasMessage ? (book, messages) : (messages, book)
            throw .badLine(
                file: shorter.path, line: shorter.line,
                flaw: "the file ends here, while \(other.path) goes on; they go row for row")
        }
        guard hasMessage else { return nil }
        let message = try LobsterMessage(messages, midnight: files.midnight)
        let (ask, askSize) = try side(0)
        let (bid, bidSize) = try side(2)
        return Quote(eventTime: message.time, symbol: symbol, bid: bid, bidSize: bidSize, ask: ask, askSize: askSize)
    }

    private func side(_ column: Int) throws(MarketDataError) -> (Price, Quantity) {
        let name = column == 0 ? "ask" : "bid"
        let price = try book.integer(column, name + " price")
        if price == Self.nobody || price == -Self.nobody { return (.none, .zero) }
        let size = try book.integer(column + 1, name + " size")
        return (
            try lobsterPrice(price, book, column, name + " price"), try lobsterSize(size, book, column + 1, name + " size")
        )
    }
}

private func requireColumns(_ rows: PlainRows, _ range: ClosedRange<Int>, _ rule: String) throws(MarketDataError) {
    guard range.contains(rows.columns) else { throw .badLine(file: rows.path, line: 1, flaw: "\(rows.columns) columns; \(rule)") }
}
