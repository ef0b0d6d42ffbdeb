import PlainData
import TradingModel

/// Bitstamp: `live_trades` and `diff_order_book`; `order_book` messages are snapshots.
///
/// A book's messages have no numbers but times in microseconds, so a lost one cannot be seen; one that is older than its
/// predecessor can.
///
/// Source: Bitstamp, "WebSocket API v2" (bitstamp.net/websocket/v2).
final class BitstampVenue: Venue {
    private enum Key {
        static let names: [StaticString] = [
            "event", "channel", "data", "microtimestamp", "timestamp", "bids", "asks", "amount_str", "price_str", "amount",
            "price",
            "type", "id", "message", "code",
        ]
        static let event = 0, channel = 1, data = 2, micros = 3, seconds = 4, bids = 5, asks = 6, amountText = 7, priceText = 8
        static let amount = 9, price = 10, type = 11, id = 12, message = 13
    }

    let rules = VenueRules(trades: .increasing, books: .timed, messagesPerSecond: 10)
    let ping: String? = #"{"event":"bts:heartbeat"}"#
    private let fields: FieldTable
    private let names: Names
    private let symbols: [String]
    private let channels: [Channel]

    init(_ symbols: [String], _ channels: [Channel], names: Names) {
        (self.symbols, self.channels, self.names) = (symbols, channels, names)
        fields = FieldTable(Key.names, names)
    }

    /// `BTC/USD`, `btcusd` and `BTCUSD` are one.
    private func pair(_ symbol: String) -> String { symbol.lowercased().filter { $0.isLetter || $0.isNumber } }
    private lazy var pairs: [(pair: [UInt8], symbol: SymbolID)] = symbols.map { (Array(pair($0).utf8), names.symbol($0)) }

    func greetings() -> [String] {
        var streams: [String] = []
        if channels.contains(.trades) { streams.append("live_trades_") }
        if channels.contains(.book) { streams.append("diff_order_book_") }
        return symbols.flatMap { symbol in
            streams.map { #"{"event":"bts:subscribe","data":{"channel":\#(jsonText($0 + pair(symbol)))}}"# }
        }
    }
    func snapshotPath(_ symbol: SymbolID) -> String? { "/api/v2/order_book/\(pair(names.text(of: symbol)))/" }

    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject) {
        fields.begin(bytes)
        var (event, channel, isWrapped): (JSONValue?, JSONValue?, Bool) = (nil, nil, false)
        do throws(JSONFlaw) {
            var cursor = JSONCursor(bytes)
            fields.beginObject()
            try cursor.beginObject()
            var isFirst = true
            while let key = try fields.nextKey(&cursor, isFirst: isFirst) {
                isFirst = false
                switch key {
                case Key.data where !isWrapped && cursor.peek() == UInt8(ascii: "{"):
                    isWrapped = true
                    try fields.scan(&cursor) { (key, cursor) throws(JSONFlaw) in try self.levels(key, &cursor, batch) }
                case Key.event: event = try cursor.value()
                case Key.channel: channel = try cursor.value()
                // An answer by HTTP is the book alone.
                case let index where index >= 0 && !isWrapped:
                    if try levels(index, &cursor, batch) { fields.mark(index) } else { fields.set(index, try cursor.value()) }
                default: _ = try cursor.value()
                }
            }
            try cursor.finish()
        } catch {
            throw VenueReject(error)
        }
        if channel != nil, fields.has(Key.bids) { batch.suspect = try symbol(channel) }
        try fields.check()
        try interpret(event, channel, receivedAt, batch)
    }

    @inline(__always)
    private func levels(_ key: Int, _ cursor: inout JSONCursor, _ batch: VenueBatch) throws(JSONFlaw) -> Bool {
        guard key == Key.bids || key == Key.asks, cursor.peek() == UInt8(ascii: "[") else { return false }
        try fields.pairs(&cursor, isBid: key == Key.bids, key, into: batch)
        return true
    }

    private func interpret(
        _ event: JSONValue?, _ channel: JSONValue?, _ receivedAt: Int64, _ batch: VenueBatch
    ) throws(VenueReject) {
        guard let event, event.kind == .string else {
            if fields.has(Key.bids), fields.has(Key.asks) { try book(SymbolID(rawValue: 0), isSnapshot: true, receivedAt, batch) }
            return
        }
        let name = fields.unescaper.text(event)
        if name.equals("trade") { return try trade(symbol(channel), batch) }
        if name.equals("data") || name.equals("snapshot") {
            let isDifference = try text(channel).starts(with: "diff_order_book_".utf8)
            return try book(symbol(channel), isSnapshot: name.equals("snapshot") || !isDifference, receivedAt, batch)
        }
        if name.equals("bts:subscription_succeeded") { return batch.add(.subscribed) }
        if name.equals("bts:request_reconnect") { return batch.add(.restart) }
        if name.equals("bts:error") { return batch.add(.error(names.text(fields.words(Key.message)))) }
    }

    private func text(_ channel: JSONValue?) throws(VenueReject) -> UnsafeRawBufferPointer {
        guard let channel, channel.kind == .string else { throw .missing("channel") }
        return fields.unescaper.text(channel)
    }

    /// What stands behind the last `_` of the channel: as the topology writes it, else in capitals.
    private func symbol(_ channel: JSONValue?) throws(VenueReject) -> SymbolID {
        let bytes = try text(channel)
        var at = bytes.count
        while at > 0, bytes[at - 1] != UInt8(ascii: "_") { at -= 1 }
        guard at > 0, at < bytes.count else { throw .bad("channel", value: shown(bytes), flaw: "names no pair") }
        let name = UnsafeRawBufferPointer(rebasing: bytes[at...])
        for known in pairs where known.pair.count == name.count && known.pair.elementsEqual(name) { return known.symbol }
        return names.symbol(String(decoding: name, as: UTF8.self).uppercased())
    }

    private func time(_ receivedAt: Int64) throws(VenueReject) -> Int64 {
        if fields[Key.micros] != nil { return try fields.time(Key.micros, unit: 1_000) }
        return fields[Key.seconds] != nil ? try fields.time(Key.seconds, unit: 1_000_000_000) : receivedAt
    }

    private func trade(_ symbol: SymbolID, _ batch: VenueBatch) throws(VenueReject) {
        let type = try fields.unsigned(Key.type)
        if type > 1 { throw .bad("type", value: "\(type)", flaw: "is neither 0 (buy) nor 1 (sell)") }
        let trade = Trade(
            eventTime: try time(0), symbol: symbol,
            price: try fields.price(fields[Key.priceText] != nil ? Key.priceText : Key.price),
            size: try fields.size(fields[Key.amountText] != nil ? Key.amountText : Key.amount),
            aggressor: type == 0 ? .buy : .sell, tradeID: try fields.unsigned(Key.id))
        batch.add(.trade(trade, isBaseline: false))
    }

    private func book(
        _ symbol: SymbolID, isSnapshot: Bool, _ receivedAt: Int64, _ batch: VenueBatch
    ) throws(VenueReject) {
        guard fields.has(Key.bids), fields.has(Key.asks) else { throw .missing(fields.has(Key.bids) ? "asks" : "bids") }
        var message = BookMessage(symbol: symbol, time: try time(receivedAt))
        message.isSnapshot = isSnapshot
        // Microseconds are what orders the messages.
        message.last = UInt64(message.time / 1_000)
        (message.first, message.count) = (message.last, batch.levels.count)
        batch.add(.book(message))
    }
}
