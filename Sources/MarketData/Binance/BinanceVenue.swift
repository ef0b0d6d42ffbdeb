import PlainData
import TradingModel

/// Binance, spot and USD-M futures: `trade`, `aggTrade`, `bookTicker` and the differences of depth, of raw and of combined
/// streams.
///
/// A book: differences are kept while the snapshot is fetched; what lies in the snapshot is dropped (spot `u` ≤
/// `lastUpdateId`), the first one used must overlap it, and each next one begins where its predecessor ends (spot `U` =
/// `u` + 1, futures `pu` = `u`).
///
/// Sources: Binance, "WebSocket Streams" and "How to manage a local order book correctly" (spot and USD-M).
final class BinanceVenue: Venue {
    private enum Key {
        static let names: [StaticString] = [
            "e", "E", "T", "s", "t", "p", "q", "m", "u", "U", "pu", "b", "B", "a", "A", "lastUpdateId", "bids", "asks", "X", "id",
            "code", "msg", "stream", "data", "error", "result",
        ]
        static let event = 0, time = 1, tradeTime = 2, symbol = 3, tradeID = 4, price = 5, quantity = 6, isBuyerMaker = 7,
            last = 8
        static let first = 9, previous = 10, bid = 11, bidSize = 12, ask = 13, askSize = 14, lastUpdateID = 15, bids = 16
        static let asks = 17, origin = 18, id = 19, code = 20, message = 21, stream = 22, data = 23, error = 24, result = 25
    }

    let rules: VenueRules
    private let fields: FieldTable
    private let names: Names
    private let symbols: [String]
    private let channels: [Channel]
    private let isFutures: Bool

    init(_ symbols: [String], _ channels: [Channel], isFutures: Bool, names: Names) {
        (self.symbols, self.channels, self.isFutures, self.names) = (symbols, channels, isFutures, names)
        rules = VenueRules(trades: .contiguous, books: .numbered, messagesPerSecond: 5)
        fields = FieldTable(Key.names, names)
    }

    func greetings() -> [String] {
        let streams = symbols.flatMap { symbol in
            channels.compactMap { channel -> String? in
                let name = symbol.lowercased()
                return switch channel {
                case .trades: name + "@trade"
                case .aggregateTrades: name + "@aggTrade"
                case .quotes: name + "@bookTicker"
                case .book: name + "@depth@100ms"
                case .bars, .secondBars, .heartbeat: nil
                }
            }
        }
        return stride(from: 0, to: streams.count, by: 100).map { from in
            let part = streams[from..<min(streams.count, from + 100)]
            return #"{"method":"SUBSCRIBE","params":"# + jsonList(part) + #","id":\#(from / 100 + 1)}"#
        }
    }

    func snapshotPath(_ symbol: SymbolID) -> String? {
        let name = names.text(of: symbol)
        return isFutures ? "/fapi/v1/depth?symbol=\(name)&limit=1000" : "/api/v3/depth?symbol=\(name)&limit=1000"
    }

    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject) {
        fields.begin(bytes)
        var stream: JSONValue?
        do throws(JSONFlaw) { stream = try walk(bytes, batch) } catch { throw VenueReject(error) }
        try fields.check()
        try interpret(stream, batch)
    }

    /// Of a combined stream the fields are those of `data`.
    @inline(__always)
    private func walk(_ bytes: UnsafeRawBufferPointer, _ batch: VenueBatch) throws(JSONFlaw) -> JSONValue? {
        var cursor = JSONCursor(bytes)
        var stream: JSONValue?
        var isWrapped = false
        fields.beginObject()
        try cursor.beginObject()
        var isFirst = true
        while let index = try fields.nextKey(&cursor, isFirst: isFirst) {
            isFirst = false
            switch index {
            case Key.data where !isWrapped && cursor.peek() == UInt8(ascii: "{"):
                isWrapped = true
                try fields.scan(&cursor) { (key, cursor) throws(JSONFlaw) in try self.levels(key, &cursor, batch) }
            case Key.stream: stream = try cursor.value()
            case 0... where !isWrapped:
                if try levels(index, &cursor, batch) { fields.mark(index) } else { fields.set(index, try cursor.value()) }
            default: _ = try cursor.value()
            }
        }
        try cursor.finish()
        return stream
    }

    @inline(__always)
    private func levels(_ key: Int, _ cursor: inout JSONCursor, _ batch: VenueBatch) throws(JSONFlaw) -> Bool {
        guard key == Key.bid || key == Key.ask || key == Key.bids || key == Key.asks, cursor.peek() == UInt8(ascii: "[") else {
            return false
        }
        try fields.pairs(&cursor, isBid: key == Key.bid || key == Key.bids, key, into: batch)
        return true
    }

    @inline(__always)
    private func interpret(_ stream: JSONValue?, _ batch: VenueBatch) throws(VenueReject) {
        guard fields[Key.event] != nil else { return try interpretUnnamed(stream, batch) }
        let event = try fields.text(Key.event)
        if event.equals("trade") { return try trade(Key.tradeID, batch) }
        if event.equals("bookTicker") { return try quote(time(Key.time), batch) }
        if event.equals("depthUpdate") { return try update(batch) }
        if event.equals("aggTrade") { return try trade(Key.ask, batch) }
    }

    /// What has no `e`: best quotes of the spot market, answers, snapshots.
    private func interpretUnnamed(_ stream: JSONValue?, _ batch: VenueBatch) throws(VenueReject) {
        if fields[Key.lastUpdateID] != nil { return try snapshot(stream, batch) }
        if fields[Key.bid] != nil, fields[Key.symbol] != nil { return try quote(0, batch) }
        if fields[Key.error] != nil || fields[Key.message] != nil {
            let words = fields.words(Key.message)
            return batch.add(.error(names.text(words.isEmpty ? "the request was refused" : words)))
        }
        if fields[Key.id] != nil { batch.add(.subscribed) }
    }

    /// Milliseconds, or microseconds where the stream was asked for them.
    @inline(__always)
    private func time(_ key: Int) throws(VenueReject) -> Int64 {
        let count = try fields.unsigned(key)
        if count < 100_000_000_000_000 { return Int64(count) * 1_000_000 }
        return try fields.time(key, unit: 1_000)
    }

    @inline(__always)
    private func trade(_ id: Int, _ batch: VenueBatch) throws(VenueReject) {
        let symbol = try fields.symbol(Key.symbol)
        let number = try fields.unsigned(id)
        // Futures list what the insurance fund takes over among the trades; it is none.
        if fields[Key.origin] != nil, !(try fields.text(Key.origin)).equals("MARKET") {
            return batch.add(.passedOver(symbol, number))
        }
        guard let isBuyerMaker = try fields.flag(Key.isBuyerMaker) else { throw .missing("m") }
        batch.add(
            .trade(
                Trade(
                    eventTime: try time(Key.tradeTime), symbol: symbol, price: try fields.price(Key.price),
                    size: try fields.size(Key.quantity), aggressor: isBuyerMaker ? .sell : .buy, tradeID: number),
                isBaseline: false))
    }

    @inline(__always)
    private func quote(_ time: Int64, _ batch: VenueBatch) throws(VenueReject) {
        let quote = Quote(
            eventTime: time, symbol: try fields.symbol(Key.symbol), bid: try fields.sidePrice(Key.bid),
            bidSize: try fields.amount(Key.bidSize), ask: try fields.sidePrice(Key.ask), askSize: try fields.amount(Key.askSize))
        batch.add(.quote(quote, sequence: try fields.unsigned(Key.last)))
    }

    @inline(__always)
    private func update(_ batch: VenueBatch) throws(VenueReject) {
        var message = BookMessage(symbol: try fields.symbol(Key.symbol), time: try time(Key.time))
        message.first = try fields.unsigned(Key.first)
        message.last = try fields.unsigned(Key.last)
        if message.last < message.first { throw .bad("u", value: "\(message.last)", flaw: "is below U") }
        if fields[Key.previous] != nil {
            message.previous = try fields.unsigned(Key.previous)
            message.isLinked = true
        }
        guard fields.has(Key.bid), fields.has(Key.ask) else { throw .missing(fields.has(Key.bid) ? "a" : "b") }
        message.count = batch.levels.count
        batch.add(.book(message))
    }

    private func snapshot(_ stream: JSONValue?, _ batch: VenueBatch) throws(VenueReject) {
        guard fields.has(Key.bids), fields.has(Key.asks) else { throw .missing(fields.has(Key.bids) ? "asks" : "bids") }
        var message = BookMessage(symbol: SymbolID(rawValue: 0), time: 0)
        if fields[Key.time] != nil { message.time = try time(Key.time) }
        if let stream, stream.kind == .string {
            let name = String(decoding: fields.unescaper.text(stream), as: UTF8.self)
            message.symbol = names.symbol(name.prefix { $0 != "@" }.uppercased())
        } else if symbols.count == 1 {
            message.symbol = names.symbol(symbols[0])
        }
        message.isSnapshot = true
        message.last = try fields.unsigned(Key.lastUpdateID)
        message.count = batch.levels.count
        batch.add(.book(message))
    }
}
