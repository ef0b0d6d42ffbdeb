import Foundation
import MarketData
import PlainData
import StreamRuntime
import TradingModel

/// A tape from files: trades, quotes, or both merged by time; at the same moment the trade comes first, since the quote
/// beside it most often shows what it left.
///
/// A path is a file (`trades-csv`, `quotes-csv`, a LOBSTER pair by either of its names, a Binance capture, a tick file, Databento DBN;
/// or order by order: NASDAQ ITCH, DBN of the schema mbo, `book-csv`; plain or packed), or a folder that holds `trades.csv` and `quotes.csv` (or either, with or without `.gz`) and perhaps `instruments.csv`.
public struct FileTape: Tape {
    private var trades: TapeStream<Trade>?
    private var quotes: TapeStream<Quote>?
    private var book: TapeStream<BookDelta>?

    public var hasQuotes: Bool { quotes != nil || book != nil }

    public init(_ path: String, names: Names) throws(VenueError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .badTape(path: path, reason: "there is no such file or folder")
        }
        do throws(MarketDataError) {
            if isFolder.boolValue {
                try openFolder(path, names)
            } else {
                try openFile(path, names)
            }
        } catch {
            throw .badTape(path: path, reason: "\(error)")
        }
        if trades == nil, quotes == nil, book == nil {
            let wanted =
                isFolder.boolValue
                ? "the folder holds neither trades.csv nor quotes.csv (plain or .gz)"
                : "it is none of trades-csv, quotes-csv, book-csv, LOBSTER, a Binance capture, DBN, ITCH and a tick file"
            throw .badTape(path: path, reason: wanted)
        }
    }

    public mutating func next() throws(VenueError) -> TapeEvent? {
        if let delta = try book?.peek() {
            book?.take()
            return .book(delta)
        }
        let trade = try trades?.peek(), quote = try quotes?.peek()
        if let trade, trade.eventTime <= quote?.eventTime ?? .max {
            trades?.take()
            return .trade(trade)
        }
        guard let quote else { return nil }
        quotes?.take()
        return .quote(quote)
    }

    private mutating func openFolder(_ path: String, _ names: Names) throws(MarketDataError) {
        func file(_ name: String) -> String? {
            [name, name + ".gz"].map { path + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
        }
        if let path = file("trades.csv") { read(try TradesCSV(path, names: names), path) }
        if let path = file("quotes.csv") { read(try QuotesCSV(path, names: names), path) }
    }

    private mutating func openFile(_ path: String, _ names: Names) throws(MarketDataError) {
        switch MarketFile.detect(path) {
        case .tradesCSV: read(try TradesCSV(path, names: names), path)
        case .quotesCSV: read(try QuotesCSV(path, names: names), path)
        case .lobster:
            let files = try LobsterFiles(path)
            var source = try LobsterTrades(files, names: names)
            trades = TapeStream(files.messages) { (buffer) throws(MarketDataError) in try source.fill(buffer) }
            // Messages alone are trades without quotes.
            guard FileManager.default.fileExists(atPath: files.book) else { return }
            var book = try LobsterQuotes(files, names: names)
            quotes = TapeStream(files.book) { (buffer) throws(MarketDataError) in try book.fill(buffer) }
        case .binance:
            var source = try BinanceTrades(path, names: names), book = try BinanceQuotes(path, names: names)
            trades = TapeStream(path) { (buffer) throws(MarketDataError) in try source.fill(buffer) }
            quotes = TapeStream(path) { (buffer) throws(MarketDataError) in try book.fill(buffer) }
        case .some(let format): try openTicks(path, format, names)
        case .none: return
        }
    }

    /// The book where the file has one of single orders; it tells all that its trades and quotes would.
    private mutating func openTicks(_ path: String, _ format: FileFormat, _ names: Names) throws(MarketDataError) {
        guard [.dbn, .itch, .floor, .bookCSV].contains(format) else { return }
        var options = FileOptions()
        options.time = .received  // which never steps back
        let schema = format == .dbn ? DBNSchema.named(in: path) : nil
        options.wants = format == .itch || schema == .mbo ? [.book] : schema == .trades ? [] : [.quotes]
        let file = try MarketFile(path, format: format, names: names, options: options)
        if let source = file.book {
            book = Self.stream(source, path)
        } else {
            trades = file.trades.map { Self.stream($0, path) }
            quotes = file.quotes.map { Self.stream($0, path) }
        }
    }

    private static func stream<T: Element>(_ source: any PullSource<T>, _ path: String) -> TapeStream<T> {
        var source = source
        return TapeStream(path) { (buffer) throws(MarketDataError) in
            do { return try source.fill(buffer) } catch {
                throw error as? MarketDataError ?? .badName(file: path, rule: "\(error)")
            }
        }
    }

    private mutating func read(_ source: TradesCSV, _ path: String) {
        var source = source
        trades = TapeStream(path) { (buffer) throws(MarketDataError) in try source.fill(buffer) }
    }
    private mutating func read(_ source: QuotesCSV, _ path: String) {
        var source = source
        quotes = TapeStream(path) { (buffer) throws(MarketDataError) in try source.fill(buffer) }
    }
}
