import Glibc
import PlainData
import StreamRuntime
import TradingModel

/// The formats that a `kind: file` source reads, by their names in topologies.
public enum FileFormat: String, CaseIterable, Sendable {
    case tradesCSV = "trades-csv"
    case quotesCSV = "quotes-csv"
    case barsCSV = "bars-csv"
    case panelCSV = "panel-csv"
    case closesCSV = "closes-csv"
    case targetsCSV = "targets-csv"
    case ordersCSV = "orders-csv"
    case reportsCSV = "reports-csv"
    case lobster
    case binance
    case dbn
    case itch

    /// The elements that a file of this format gives, the first one being the main output.
    public var elements: [String] {
        switch self {
        case .tradesCSV: [Trade.elementName]
        case .quotesCSV: [Quote.elementName]
        case .barsCSV, .panelCSV, .closesCSV: [Bar.elementName]
        case .targetsCSV: [Target.elementName]
        case .ordersCSV: [OrderRequest.elementName]
        case .reportsCSV: [ExecutionReport.elementName]
        case .lobster, .binance, .dbn, .itch: [Trade.elementName, Quote.elementName]
        }
    }
}

/// What a topology or a command says about a file besides its format.
public struct FileOptions: Sendable {
    /// What a DBN file holds, where its name does not say so.
    public var schema: DBNSchema?
    public var time = DBNTime.event
    /// The day of a file whose rows tell only the time, `2019-01-30`, where its name does not say it.
    public var date: String?
    /// Whether anybody reads the quotes, and the book's changes, beside the trades.
    public var wantsQuotes = false, wantsBook = false

    public init() {}

    /// What a DBN file's main output is: a matter of what is written about it, so that it is known before it is there.
    public func dbnElement(of path: String) -> DBNElement { (schema ?? DBNSchema.named(in: path))?.main ?? .trades }
}

/// A file's sources, one a kind of element. Each reads the file for itself; the engine merges them by event time.
public struct MarketFile {
    public var trades: (any PullSource<Trade>)?
    public var quotes: (any PullSource<Quote>)?
    public var book: (any PullSource<BookDelta>)?
    public var bars: (any PullSource<Bar>)?
    public var targets: (any PullSource<Target>)?
    public var orders: (any PullSource<OrderRequest>)?
    public var reports: (any PullSource<ExecutionReport>)?
    /// Asked when all is read: which records of the main output's reader gave nothing, "3 system, 1 status"; nil where none.
    public var passedOver: (() -> String?)?

    /// Opens the file and reads how it begins, so that what cannot work is told before anything runs.
    /// - Parameter barLength: of a bar, in nanoseconds, for files of bars that do not say it.
    /// - Parameter options: of the formats whose files leave something open.
    public init(
        _ path: String, format: FileFormat, names: Names, barLength: Int64? = nil, options: FileOptions = FileOptions()
    ) throws(MarketDataError) {
        switch format {
        case .tradesCSV: trades = try TradesCSV(path, names: names)
        case .quotesCSV: quotes = try QuotesCSV(path, names: names)
        case .barsCSV, .panelCSV: bars = try BarsCSV(path, names: names, length: barLength)
        case .closesCSV: bars = try ClosesCSV(path, names: names, length: barLength)
        case .targetsCSV: targets = try TargetsCSV(path, names: names)
        case .ordersCSV: orders = try OrdersCSV(path, names: names)
        case .reportsCSV: reports = try ReportsCSV(path, names: names)
        case .lobster:
            let files = try LobsterFiles(path)
            trades = try LobsterTrades(files, names: names)
            // Messages alone are trades without quotes.
            if access(files.book, F_OK) == 0 { quotes = try LobsterQuotes(files, names: names) }
        case .binance:
            trades = try BinanceTrades(path, names: names)
            quotes = try BinanceQuotes(path, names: names)
        case .dbn: try openDBN(path, names, barLength, options)
        case .itch:
            let midnight = try ITCHDay.midnight(path, date: options.date)
            let source = ITCHTrades(try ByteFile(path), midnight: midnight, names: names)
            trades = source
            if options.wantsQuotes { quotes = ITCHQuotes(try ByteFile(path), midnight: midnight, names: names) }
            if options.wantsBook { book = ITCHBook(try ByteFile(path), midnight: midnight, names: names) }
            passedOver = { [tally = source.tally] in tally.text }
        }
    }

    private mutating func openDBN(_ path: String, _ names: Names, _ barLength: Int64?, _ options: FileOptions)
        throws(MarketDataError)
    {
        let main = options.dbnElement(of: path), tally: RecordTally, said: DBNSchema?
        switch main {
        case .trades:
            let source = try DBNTrades(ByteFile(path), names: names, time: options.time)
            (trades, tally, said) = (source, source.tally, source.metadata.schema)
            if options.wantsBook { book = try DBNBook(ByteFile(path), names: names, time: options.time) }
            if options.wantsQuotes { quotes = try DBNQuotes(ByteFile(path), names: names, time: options.time) }
        case .quotes:
            let source = try DBNQuotes(ByteFile(path), names: names, time: options.time)
            (quotes, tally, said) = (source, source.tally, source.metadata.schema)
        case .bars:
            let source = try DBNBars(ByteFile(path), names: names, length: barLength ?? UTC.day)
            (bars, tally, said) = (source, source.tally, source.metadata.schema)
        }
        if let said, said.main != main, options.schema == nil {
            throw .badName(
                file: path,
                rule: "it holds \(said.name), which gives \(said.main), and its name does not say so: "
                    + "say schema: \(said.name) beside its path")
        }
        if main != .trades, options.wantsQuotes || options.wantsBook {
            throw .badName(
                file: path,
                rule: main == .quotes
                    ? "its quotes are its main output: read it by its name alone"
                    : "it holds bars, and no quotes: read it by its name alone")
        }
        passedOver = { tally.text }
    }

    /// The format that a file's name or its first line shows; nil where neither does.
    public static func detect(_ path: String) -> FileFormat? {
        if (try? LobsterFiles(path)) != nil { return .lobster }
        if let file = try? ByteFile(path), let start = try? file.take(4), start.starts(with: Array("DBN".utf8)) { return .dbn }
        guard let blocks = try? LineBlocks(path), let block = try? blocks.next() else { return nil }
        let line = block.prefix { $0 != 10 && $0 != 13 }
        let text = String(decoding: line.prefix(4_096), as: UTF8.self).lowercased()
        if text.prefix(19).allSatisfy(\.isNumber), text.contains("{") { return .binance }
        let columns = Set(text.split(separator: ",").map { String($0).trimmed })
        func has(_ names: String...) -> Bool { columns.isSuperset(of: names) }
        if has("time", "symbol", "price", "size") { return .tradesCSV }
        if has("time", "symbol", "bid", "ask") { return .quotesCSV }
        if has("time", "symbol", "open", "high", "low", "close") { return .barsCSV }
        if has("time", "symbol", "weight") { return .targetsCSV }
        if has("time", "action", "cl_ord_id") { return .ordersCSV }
        if has("time", "msg_type", "cl_ord_id") { return .reportsCSV }
        if text.hasPrefix("date,"), columns.count > 1 { return .closesCSV }
        return nil
    }
}
