import Glibc
import PlainData
import TradingModel

/// What a generated day's folder holds.
public struct DayFiles: Sendable {
    public let trades: String, quotes: String, instruments: String
    public private(set) var tradeCount = 0, quoteCount = 0

    /// Writes a day as `trades.csv`, `quotes.csv` (with `.gz` behind them where asked) and `instruments.csv` into a folder, which
    /// is made if need be.
    public static func write(
        _ configuration: DayGenerator.Configuration, to directory: String, compressed: Bool = false
    ) throws(GenerateError) -> DayFiles {
        if mkdir(directory, 0o755) != 0, errno != EEXIST {
            throw .notWritten(path: directory, reason: String(cString: strerror(errno)))
        }
        let ending = compressed ? ".csv.gz" : ".csv"
        var files = DayFiles(
            trades: directory + "/trades" + ending, quotes: directory + "/quotes" + ending,
            instruments: directory + "/instruments.csv")
        var trades = try GeneratedFile(path: files.trades), quotes = try GeneratedFile(path: files.quotes)
        (files.tradeCount, files.quoteCount) = try write(
            configuration, trades: { (block) throws(GenerateError) in try trades.write(block) },
            quotes: { (block) throws(GenerateError) in try quotes.write(block) })
        try trades.finish()
        try quotes.finish()
        try writeInstruments(configuration.symbols, to: files.instruments)
        return files
    }

    /// Writes a day as CSV to two takers of bytes.
    /// - Returns: how many trades and quotes there were.
    static func write(
        _ configuration: DayGenerator.Configuration, trades tradeSink: RowWriter.Sink, quotes quoteSink: RowWriter.Sink
    ) throws(GenerateError) -> (trades: Int, quotes: Int) {
        var day = try DayGenerator(configuration)
        let symbols = (0..<configuration.symbols).map { Array(GeneratedUniverse.symbol($0).utf8) }
        var tradeRows = RowWriter(), quoteRows = RowWriter()
        tradeRows.text("time,symbol,price,size")
        try tradeRows.endRow(tradeSink)
        quoteRows.text("time,symbol,bid,bid_size,ask,ask_size")
        try quoteRows.endRow(quoteSink)
        var trades: [Trade] = [], quotes: [Quote] = []
        var counts = (0, 0)
        while day.next(trades: &trades, quotes: &quotes) {
            for trade in trades {
                tradeRows.start(trade.eventTime, symbols[trade.symbol.index - 1])
                tradeRows.price(trade.price)
                tradeRows.comma()
                tradeRows.units(trade.size)
                try tradeRows.endRow(tradeSink)
            }
            for quote in quotes {
                quoteRows.start(quote.eventTime, symbols[quote.symbol.index - 1])
                quoteRows.price(quote.bid)
                quoteRows.comma()
                quoteRows.units(quote.bidSize)
                quoteRows.comma()
                quoteRows.price(quote.ask)
                quoteRows.comma()
                quoteRows.units(quote.askSize)
                try quoteRows.endRow(quoteSink)
            }
            counts = (counts.0 + trades.count, counts.1 + quotes.count)
            trades.removeAll(keepingCapacity: true)
            quotes.removeAll(keepingCapacity: true)
        }
        try tradeRows.flush(tradeSink)
        try quoteRows.flush(quoteSink)
        return counts
    }

    /// `symbol,tick_size,lot_size,currency,sector`.
    static func writeInstruments(_ symbols: Int, to path: String) throws(GenerateError) {
        var file = try GeneratedFile(path: path)
        var rows = RowWriter()
        rows.text("symbol,tick_size,lot_size,currency,sector")
        try rows.endRow { (block) throws(GenerateError) in try file.write(block) }
        for i in 0..<symbols {
            rows.text(GeneratedUniverse.symbol(i) + ",0.01,1,USD," + GeneratedUniverse.sectors[GeneratedUniverse.sector(i)])
            try rows.endRow { (block) throws(GenerateError) in try file.write(block) }
        }
        try rows.flush { (block) throws(GenerateError) in try file.write(block) }
        try file.finish()
    }
}

extension RowWriter {
    mutating func start(_ time: Int64, _ symbol: [UInt8]) {
        self.time(time)
        comma()
        bytes(symbol)
        comma()
    }
    mutating func price(_ price: Price) { cents(price.rawValue / 10_000_000) }
    mutating func units(_ quantity: Quantity) { integer(quantity.rawValue / Quantity.one) }
}
