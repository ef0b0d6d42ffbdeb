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

    /// The elements that a file of this format gives, the first one being the main output.
    public var elements: [String] {
        switch self {
        case .tradesCSV: [Trade.elementName]
        case .quotesCSV: [Quote.elementName]
        case .barsCSV, .panelCSV, .closesCSV: [Bar.elementName]
        case .targetsCSV: [Target.elementName]
        case .ordersCSV: [OrderRequest.elementName]
        case .reportsCSV: [ExecutionReport.elementName]
        case .lobster, .binance: [Trade.elementName, Quote.elementName]
        }
    }
}

/// A file's sources, one a kind of element. Each reads the file for itself; the engine merges them by event time.
public struct MarketFile {
    public var trades: (any PullSource<Trade>)?
    public var quotes: (any PullSource<Quote>)?
    public var bars: (any PullSource<Bar>)?
    public var targets: (any PullSource<Target>)?
    public var orders: (any PullSource<OrderRequest>)?
    public var reports: (any PullSource<ExecutionReport>)?

    /// Opens the file and reads how it begins, so that what cannot work is told before anything runs.
    /// - Parameter barLength: of a bar, in nanoseconds, for files of bars that do not say it.
    public init(_ path: String, format: FileFormat, names: Names, barLength: Int64? = nil) throws(MarketDataError) {
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
        }
    }

    /// The format that a file's name or its first line shows; nil where neither does.
    public static func detect(_ path: String) -> FileFormat? {
        if (try? LobsterFiles(path)) != nil { return .lobster }
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
