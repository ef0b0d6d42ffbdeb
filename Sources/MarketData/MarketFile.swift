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
    case floor
    case bookCSV = "book-csv"
    case correctionsCSV = "corrections-csv"
    case parquet

    /// The elements that a file of this format gives, the first one being the main output.
    public var elements: [String] {
        switch self {
        case .tradesCSV: [Trade.elementName]
        case .quotesCSV: [Quote.elementName]
        case .barsCSV, .panelCSV, .closesCSV: [Bar.elementName]
        case .targetsCSV: [Target.elementName]
        case .ordersCSV: [OrderRequest.elementName]
        case .reportsCSV: [ExecutionReport.elementName]
        case .bookCSV: [BookDelta.elementName]
        case .correctionsCSV: [TradeCorrection.elementName]
        case .lobster, .binance, .dbn, .itch, .floor, .parquet: [Trade.elementName, Quote.elementName]
        }
    }
}

/// What comes out of a file of market data, by the outputs' names; first those of the tick format, in the order of its kinds.
public enum FileElement: String, CaseIterable, Sendable {
    case trades, quotes, bars, book, corrections, definitions, statuses

    /// Those that a tick file can hold.
    static let ofTickFiles: [FileElement] = [.trades, .quotes, .bars, .book]
    /// Those that a table can be read as.
    public static let ofTables = ofTickFiles + [.corrections]

    public var elementName: String {
        switch self {
        case .trades: Trade.elementName
        case .quotes: Quote.elementName
        case .bars: Bar.elementName
        case .book: BookDelta.elementName
        case .corrections: TradeCorrection.elementName
        case .definitions: InstrumentDefinition.elementName
        case .statuses: TradingStatus.elementName
        }
    }
}

/// What a topology or a command says about a file besides its format.
public struct FileOptions: Sendable {
    /// What a DBN file holds, where its name does not say so.
    public var schema: DBNSchema?
    /// What a tick file mainly gives, and a Parquet file gives, where its name does not say so.
    public var main: FileElement?
    public var time = DBNTime.event
    /// The day of a file whose rows tell only the time, `2019-01-30`, where its name does not say it.
    public var date: String?
    /// How a file of rows differs from its CSV form.
    public var layout = CSVLayout()
    /// What is read beside the main output.
    public var wants: Set<FileElement> = []

    public init() {}

    /// What a file's main output is: a matter of what is written about it, so that it is known before it is there. Nil for forms of
    /// other things than market data.
    public func mainElement(of path: String, _ format: FileFormat) -> FileElement? {
        switch format {
        case .tradesCSV, .lobster, .binance, .itch: .trades
        case .quotesCSV: .quotes
        case .barsCSV, .panelCSV, .closesCSV: .bars
        case .bookCSV: .book
        case .correctionsCSV: .corrections
        case .dbn: (schema ?? DBNSchema.named(in: path))?.main ?? .trades
        case .floor, .parquet: main ?? Self.named(in: path) ?? .trades
        case .targetsCSV, .ordersCSV, .reportsCSV: nil
        }
    }

    /// `day.bars.floor`.
    private static func named(in path: String) -> FileElement? {
        let words = (path.split(separator: "/").last ?? "").split(separator: ".").dropFirst()
        return words.lazy.compactMap { FileElement(rawValue: String($0)) }.first
    }
}

/// A file's sources, one a kind of element. Each reads the file for itself; the engine merges them by event time.
public struct MarketFile {
    public var trades: (any PullSource<Trade>)?
    public var quotes: (any PullSource<Quote>)?
    public var book: (any PullSource<BookDelta>)?
    public var bars: (any PullSource<Bar>)?
    public var corrections: (any PullSource<TradeCorrection>)?
    public var definitions: (any PullSource<InstrumentDefinition>)?
    public var statuses: (any PullSource<TradingStatus>)?
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
        let layout = options.layout
        if !layout.isPlain,
            ![.tradesCSV, .quotesCSV, .barsCSV, .panelCSV, .bookCSV, .targetsCSV, .correctionsCSV].contains(format)
        {
            throw .badName(
                file: path,
                rule:
                    "header, columns, symbol, separator, unit, zone, price_decimals and stamp are of CSV forms, not of \(format.rawValue)"
            )
        }
        switch format {
        case .tradesCSV: trades = try TradesCSV(path, names: names, layout: layout)
        case .quotesCSV: quotes = try QuotesCSV(path, names: names, layout: layout)
        case .barsCSV, .panelCSV: bars = try BarsCSV(path, names: names, length: barLength, layout: layout)
        case .closesCSV: bars = try ClosesCSV(path, names: names, length: barLength)
        case .targetsCSV: targets = try TargetsCSV(path, names: names, layout: layout)
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
        case .bookCSV: book = try BookCSV(path, names: names, layout: layout)
        case .correctionsCSV: corrections = try CorrectionsCSV(path, names: names, layout: layout)
        case .floor: try openTicks(path, names, options)
        case .parquet: try openParquet(path, names, barLength, options)
        case .itch:
            let midnight = try ITCHDay.midnight(path, date: options.date)
            let tellsBroken = options.wants.contains(.corrections)
            let source = ITCHTrades(try ByteFile(path), midnight: midnight, names: names, countsBroken: !tellsBroken)
            trades = source
            if tellsBroken { corrections = ITCHCorrections(try ByteFile(path), midnight: midnight, names: names) }
            if options.wants.contains(.quotes) { quotes = ITCHQuotes(try ByteFile(path), midnight: midnight, names: names) }
            if options.wants.contains(.book) { book = ITCHBook(try ByteFile(path), midnight: midnight, names: names) }
            passedOver = { [tally = source.tally] in tally.text }
        }
    }

    private mutating func openTicks(_ path: String, _ names: Names, _ options: FileOptions) throws(MarketDataError) {
        let main = options.mainElement(of: path, .floor) ?? .trades
        let wanted = options.wants.union([main])
        var counts: TickCounts?
        if wanted.contains(.trades) {
            let source = try TickFileReader<Trade>(ByteFile(path), names: names)
            (trades, counts) = (source, source.counts)
        }
        if wanted.contains(.quotes) {
            let source = try TickFileReader<Quote>(ByteFile(path), names: names)
            (quotes, counts) = (source, source.counts)
        }
        if wanted.contains(.bars) {
            let source = try TickFileReader<Bar>(ByteFile(path), names: names)
            (bars, counts) = (source, source.counts)
        }
        if wanted.contains(.book) {
            let source = try TickFileReader<BookDelta>(ByteFile(path), names: names)
            (book, counts) = (source, source.counts)
        }
        passedOver = { counts?.text(without: wanted) }
    }

    private mutating func openDBN(_ path: String, _ names: Names, _ barLength: Int64?, _ options: FileOptions)
        throws(MarketDataError)
    {
        let main = options.mainElement(of: path, .dbn) ?? .trades, tally: RecordTally, said: DBNSchema?
        switch main {
        case .trades:
            // What is read beside gives something, so it is not counted here.
            let beside: [(FileElement, UInt8)] = [(.definitions, DBNKind.definition), (.statuses, DBNKind.status)]
            let source = try DBNTrades(
                ByteFile(path), names: names, time: options.time,
                besides: beside.filter { options.wants.contains($0.0) }.map(\.1))
            (trades, tally, said) = (source, source.tally, source.metadata.schema)
            if options.wants.contains(.definitions) {
                definitions = try DBNDefinitions(ByteFile(path), names: names, time: options.time)
            }
            if options.wants.contains(.statuses) {
                statuses = try DBNStatuses(ByteFile(path), names: names, time: options.time)
            }
            if options.wants.contains(.book) { book = try DBNBook(ByteFile(path), names: names, time: options.time) }
            if options.wants.contains(.quotes) { quotes = try DBNQuotes(ByteFile(path), names: names, time: options.time) }
        case .quotes:
            let source = try DBNQuotes(ByteFile(path), names: names, time: options.time)
            (quotes, tally, said) = (source, source.tally, source.metadata.schema)
        case .definitions:
            let source = try DBNDefinitions(ByteFile(path), names: names, time: options.time)
            (definitions, tally, said) = (source, source.tally, source.metadata.schema)
        case .statuses:
            let source = try DBNStatuses(ByteFile(path), names: names, time: options.time)
            (statuses, tally, said) = (source, source.tally, source.metadata.schema)
        case .bars, .book, .corrections:
            let source = try DBNBars(ByteFile(path), names: names, length: barLength ?? UTC.day)
            (bars, tally, said) = (source, source.tally, source.metadata.schema)
        }
        if let said, said.main != main, options.schema == nil {
            throw .badName(
                file: path,
                rule: "it holds \(said.name), which gives \(said.main), and its name does not say so: "
                    + "say schema: \(said.name) beside its path")
        }
        passedOver = { tally.text }
    }

    /// Whether the file gives these.
    public func has(_ element: FileElement) -> Bool {
        switch element {
        case .trades: trades != nil
        case .quotes: quotes != nil
        case .bars: bars != nil
        case .book: book != nil
        case .corrections: corrections != nil
        case .definitions: definitions != nil
        case .statuses: statuses != nil
        }
    }

    /// The format that a file's name or its first line shows; nil where neither does.
    public static func detect(_ path: String) -> FileFormat? {
        if (try? LobsterFiles(path)) != nil { return .lobster }
        if path.lowercased().hasSuffix(".parquet") { return .parquet }
        if let file = try? ByteFile(path), let start = try? file.take(8) {
            if start.starts(with: Array("DBN".utf8)) { return .dbn }
            if start == TickFormat.magic { return .floor }
            if start.starts(with: Array("PAR1".utf8)) { return .parquet }
            // A system event opens an ITCH file: its length of 12, and S.
            if start.starts(with: [0, 12, 83]) || path.contains("NASDAQ_ITCH50") { return .itch }
        }
        guard let blocks = try? LineBlocks(path), let block = try? blocks.next() else { return nil }
        let line = block.prefix { $0 != 10 && $0 != 13 }
        return detect(header: String(decoding: line.prefix(4_096), as: UTF8.self))
    }

    /// The same of a first line.
    static func detect(header: String) -> FileFormat? {
        let text = header.lowercased()
        if text.prefix(19).allSatisfy(\.isNumber), text.contains("{") { return .binance }
        let columns = Set(text.split(separator: ",").map { String($0).trimmed })
        func has(_ names: String...) -> Bool { columns.isSuperset(of: names) }
        if has("time", "symbol", "action", "order_id") { return .bookCSV }
        if has("time", "symbol", "trade_id", "new_price", "new_size") { return .correctionsCSV }
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
