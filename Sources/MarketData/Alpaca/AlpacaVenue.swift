import PlainData
import TradingModel

/// Alpaca's stock stream: trades, quotes and minute bars, in arrays. Who we are is said first.
///
/// Trades are numbered for each exchange alone, so nothing is told by their steps. Whoever subscribes to trades is told their
/// corrections and cancels (`c`, `x`) too. Halts, bands and imbalances are not used.
///
/// Source: Alpaca, "Real-time Stock Data" (docs.alpaca.markets).
final class AlpacaVenue: Venue {
    private enum Key {
        static let names: [StaticString] = [
            "T", "S", "t", "p", "s", "i", "bp", "bs", "ap", "as", "o", "h", "l", "c", "v", "n", "vw", "msg", "code",
            "oi", "op", "os", "ci", "cp", "cs",
        ]
        static let type = 0, symbol = 1, time = 2, price = 3, size = 4, id = 5, bid = 6, bidSize = 7, ask = 8, askSize = 9
        static let open = 10, high = 11, low = 12, close = 13, volume = 14, trades = 15, vwap = 16, message = 17
        static let oldID = 19, oldPrice = 20, oldSize = 21, newID = 22, newPrice = 23, newSize = 24
    }

    let rules = VenueRules(trades: .unordered, books: .inStream, messagesPerSecond: 10)
    private let fields: FieldTable
    private let names: Names
    private let symbols: [String]
    private let channels: [Channel]
    private let credentials: [String]

    init(_ symbols: [String], _ channels: [Channel], credentials: [String], names: Names) {
        (self.symbols, self.channels, self.credentials, self.names) = (symbols, channels, credentials, names)
        fields = FieldTable(Key.names, names)
    }

    func greetings() -> [String] {
        var texts: [String] = []
        if credentials.count == 2 {
            texts.append(#"{"action":"auth","key":\#(jsonText(credentials[0])),"secret":\#(jsonText(credentials[1]))}"#)
        }
        let wanted = [(Channel.trades, "trades"), (.quotes, "quotes"), (.bars, "bars")].filter { channels.contains($0.0) }
        texts.append(#"{"action":"subscribe","# + wanted.map { "\"\($0.1)\":" + jsonList(symbols) }.joined(separator: ",") + "}")
        return texts
    }

    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject) {
        try fields.eachObject(of: bytes) { () throws(VenueReject) in try self.interpret(batch) }
    }

    private func interpret(_ batch: VenueBatch) throws(VenueReject) {
        let type = try fields.text(Key.type)
        if type.equals("t") {
            let trade = Trade(
                eventTime: try fields.time(Key.time), symbol: try fields.symbol(Key.symbol), price: try fields.price(Key.price),
                size: try fields.size(Key.size), tradeID: fields[Key.id] == nil ? 0 : try fields.unsigned(Key.id))
            batch.add(.trade(trade, isBaseline: false))
        } else if type.equals("q") {
            let quote = Quote(
                eventTime: try fields.time(Key.time), symbol: try fields.symbol(Key.symbol), bid: try fields.sidePrice(Key.bid),
                bidSize: try fields.amount(Key.bidSize), ask: try fields.sidePrice(Key.ask),
                askSize: try fields.amount(Key.askSize))
            batch.add(.quote(quote, sequence: 0))
        } else if type.equals("b") {
            batch.add(.bar(try bar()))
        } else if type.equals("c") {
            batch.add(
                .correction(
                    try correction(
                        Key.oldID, Key.oldPrice, Key.oldSize,
                        newID: try fields.unsigned(Key.newID), try fields.price(Key.newPrice), try fields.size(Key.newSize))))
        } else if type.equals("x") {
            batch.add(.correction(try correction(Key.id, Key.price, Key.size, newID: 0, .none, .zero)))
        } else if type.equals("subscription") {
            batch.add(.subscribed)
        } else if type.equals("error") {
            batch.add(.error(names.text(fields.words(Key.message))))
        }
    }

    private func correction(
        _ id: Int, _ price: Int, _ size: Int, newID: UInt64, _ newPrice: Price, _ newSize: Quantity
    ) throws(VenueReject) -> TradeCorrection {
        TradeCorrection(
            eventTime: try fields.time(Key.time), symbol: try fields.symbol(Key.symbol), tradeID: try fields.unsigned(id),
            price: try fields.price(price), size: try fields.size(size), newTradeID: newID, newPrice: newPrice, newSize: newSize)
    }

    /// A minute, stamped at its start.
    private func bar() throws(VenueReject) -> Bar {
        let start = try fields.time(Key.time)
        let trades = fields[Key.trades] == nil ? 0 : try fields.unsigned(Key.trades)
        return Bar(
            time: start, closeTime: start + 60 * UTC.second, symbol: try fields.symbol(Key.symbol),
            open: try fields.price(Key.open), high: try fields.price(Key.high), low: try fields.price(Key.low),
            close: try fields.price(Key.close), volume: try fields.amount(Key.volume),
            vwap: fields[Key.vwap] == nil ? .none : try fields.price(Key.vwap), trades: UInt32(clamping: trades))
    }
}

extension FieldTable {
    /// A message that is an array of objects, or one object: each is walked over and shown.
    @inline(__always)
    func eachObject(
        of bytes: UnsafeRawBufferPointer, _ body: () throws(VenueReject) -> Void
    ) throws(VenueReject) {
        begin(bytes)
        var cursor = JSONCursor(bytes)
        var isFirst = true
        let isArray = cursor.peek() == UInt8(ascii: "[")
        while try nextObject(&cursor, isArray: isArray, isFirst: isFirst) {
            isFirst = false
            try check()
            try body()
        }
    }

    /// The next object's fields; false at the end of the message.
    @inline(__always)
    private func nextObject(_ cursor: inout JSONCursor, isArray: Bool, isFirst: Bool) throws(VenueReject) -> Bool {
        do throws(JSONFlaw) {
            if isArray {
                if isFirst { try cursor.beginArray() }
                guard try cursor.nextElement(isFirst: isFirst) else {
                    try cursor.finish()
                    return false
                }
            } else if !isFirst {
                try cursor.finish()
                return false
            }
            try scan(&cursor) { (_, _) throws(JSONFlaw) in false }
            return true
        } catch {
            throw VenueReject(error)
        }
    }
}
