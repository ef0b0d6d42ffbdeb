import Foundation
import MarketData
import PlainData
import TradingModel

/// A tape from files: trades, quotes, or both merged by time; at the same moment the trade comes first, since the quote
/// beside it most often shows what it left.
///
/// A path is a file in a form the floor reads (`trades-csv` or `quotes-csv`, plain or gzip), or a folder that holds
/// `trades.csv` and `quotes.csv` (or either, with or without `.gz`) and perhaps `instruments.csv`.
public struct FileTape: Tape {
    private var trades: TapeStream<Trade>?
    private var quotes: TapeStream<Quote>?

    public var hasQuotes: Bool { quotes != nil }

    public init(_ path: String, names: Names) throws(VenueError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .badTape(path: path, reason: "there is no such file or folder")
        }
        if isFolder.boolValue {
            trades = try Self.file("trades.csv", in: path).map { (file) throws(VenueError) in try Self.trades(file, names) }
            quotes = try Self.file("quotes.csv", in: path).map { (file) throws(VenueError) in try Self.quotes(file, names) }
            guard trades != nil || quotes != nil else {
                throw .badTape(path: path, reason: "the folder holds neither trades.csv nor quotes.csv (plain or .gz)")
            }
        } else {
            do throws(MarketDataError) {
                trades = try Self.stream(path, TradesCSV(path, names: names))
            } catch {
                guard case .missingColumn = error else { throw .badTape(path: path, reason: "\(error)") }
                do throws(MarketDataError) {
                    quotes = try Self.stream(path, QuotesCSV(path, names: names))
                } catch {
                    guard case .missingColumn = error else { throw .badTape(path: path, reason: "\(error)") }
                    throw .badTape(
                        path: path,
                        reason: "its header is neither time,symbol,price,size nor time,symbol,bid,bid_size,ask,ask_size")
                }
            }
        }
    }

    public mutating func next() throws(VenueError) -> TapeEvent? {
        let trade = try trades?.peek(), quote = try quotes?.peek()
        if let trade, trade.eventTime <= quote?.eventTime ?? .max {
            trades?.take()
            return .trade(trade)
        }
        guard let quote else { return nil }
        quotes?.take()
        return .quote(quote)
    }

    private static func file(_ name: String, in folder: String) -> String? {
        [name, name + ".gz"].map { folder + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }

    private static func trades(_ path: String, _ names: Names) throws(VenueError) -> TapeStream<Trade> {
        do throws(MarketDataError) { return try stream(path, TradesCSV(path, names: names)) } catch {
            throw .badTape(path: path, reason: "\(error)")
        }
    }
    private static func quotes(_ path: String, _ names: Names) throws(VenueError) -> TapeStream<Quote> {
        do throws(MarketDataError) { return try stream(path, QuotesCSV(path, names: names)) } catch {
            throw .badTape(path: path, reason: "\(error)")
        }
    }
    private static func stream(_ path: String, _ source: TradesCSV) throws(MarketDataError) -> TapeStream<Trade> {
        var source = source
        return TapeStream(path) { (buffer) throws(MarketDataError) in try source.fill(buffer) }
    }
    private static func stream(_ path: String, _ source: QuotesCSV) throws(MarketDataError) -> TapeStream<Quote> {
        var source = source
        return TapeStream(path) { (buffer) throws(MarketDataError) in try source.fill(buffer) }
    }
}
