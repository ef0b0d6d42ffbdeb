import PlainData
import TradingModel

/// The Coinbase Exchange feed: `matches`, `ticker`, `heartbeat` and `level2` (or `level2_batch`), whose snapshot comes first
/// on the connection. Nothing in `level2` is numbered: what keeps a book whole is the connection alone.
///
/// Values are of the type that the venue writes, prices and sizes texts and numbers of messages numbers; other types are refused.
///
/// Source: Coinbase Exchange, "WebSocket Channels" (docs.cdp.coinbase.com/exchange/docs/websocket-channels).
final class CoinbaseVenue: Venue {
    private enum Key {
        static let names: [StaticString] = [
            "type", "product_id", "time", "price", "size", "side", "trade_id", "sequence", "best_bid", "best_bid_size",
            "best_ask", "best_ask_size", "last_trade_id", "message", "reason", "bids", "asks", "changes",
        ]
        static let type = 0, product = 1, time = 2, price = 3, size = 4, side = 5, tradeID = 6, sequence = 7, bid = 8, bidSize = 9
        static let ask = 10, askSize = 11, lastTradeID = 12, message = 13, reason = 14, bids = 15, asks = 16, changes = 17
    }

    let rules = VenueRules(trades: .contiguous, books: .inStream, messagesPerSecond: 10)
    private let fields: FieldTable
    private let names: Names
    private let symbols: [String]
    private let channels: [String]
    private let hasBooks: Bool

    init(_ symbols: [String], _ channels: [String], names: Names) {
        (self.symbols, self.names) = (symbols, names)
        self.channels = channels.map { ["trades": "matches", "quotes": "ticker", "book": "level2_batch"][$0] ?? $0 }
        hasBooks = self.channels.contains { $0.hasPrefix("level2") }
        fields = FieldTable(Key.names, names)
    }

    func greetings() -> [String] { [request("subscribe", symbols, channels)] }
    func resubscription(_ symbol: SymbolID) -> [String] {
        let books = channels.filter { $0.hasPrefix("level2") }
        return ["unsubscribe", "subscribe"].map { request($0, [names.text(of: symbol)], books) }
    }
    private func request(_ type: String, _ symbols: [String], _ channels: [String]) -> String {
        #"{"type":"\#(type)","product_ids":"# + jsonList(symbols) + #","channels":"# + jsonList(channels) + "}"
    }

    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject) {
        fields.begin(bytes)
        do throws(JSONFlaw) {
            var cursor = JSONCursor(bytes)
            try fields.scan(&cursor) { (key, cursor) throws(JSONFlaw) in try self.levels(key, &cursor, batch) }
            try cursor.finish()
        } catch {
            throw VenueReject(error)
        }
        let type = try fields.text(Key.type)
        if hasBooks, type.equals("l2update") || type.equals("snapshot") { batch.suspect = try fields.symbol(Key.product) }
        try fields.check()
        try interpret(type, batch)
    }

    @inline(__always)
    private func interpret(_ type: UnsafeRawBufferPointer, _ batch: VenueBatch) throws(VenueReject) {
        if type.equals("match") { return try trade(isLast: false, batch) }
        if type.equals("ticker") { return try quote(batch) }
        if type.equals("l2update") { return try book(isSnapshot: false, batch) }
        try interpretRare(type, batch)
    }
    private func interpretRare(_ type: UnsafeRawBufferPointer, _ batch: VenueBatch) throws(VenueReject) {
        if type.equals("last_match") { return try trade(isLast: true, batch) }
        if type.equals("snapshot") { return try book(isSnapshot: true, batch) }
        if type.equals("heartbeat") {
            let (symbol, time) = (try fields.symbol(Key.product), try fields.time(Key.time))
            _ = try number(Key.sequence)
            return batch.add(.heartbeat(symbol, time: time, lastTradeID: try number(Key.lastTradeID)))
        }
        if type.equals("subscriptions") { return batch.add(.subscribed) }
        if type.equals("error") {
            batch.add(.error(names.text(fields.words(Key.message) + " " + fields.words(Key.reason))))
        }
    }

    // MARK: Messages

    @inline(__always)
    private func trade(isLast: Bool, _ batch: VenueBatch) throws(VenueReject) {
        let size = Quantity(rawValue: try decimal(Key.size, Quantity.scale))
        if size.rawValue <= 0 { throw fields.bad(Key.size, try fields.text(Key.size), "is not above zero") }
        let trade = Trade(
            eventTime: try fields.time(Key.time), symbol: try fields.symbol(Key.product),
            price: Price(rawValue: try decimal(Key.price, Price.scale)), size: size, aggressor: try aggressor(),
            tradeID: try number(Key.tradeID))
        _ = try number(Key.sequence)
        batch.add(.trade(trade, isBaseline: isLast))
    }
    /// `side` is the maker's; the aggressor is the other one.
    @inline(__always)
    private func aggressor() throws(VenueReject) -> Side {
        let side = try fields.text(Key.side)
        if side.equals("buy") { return .sell }
        if side.equals("sell") { return .buy }
        throw fields.bad(Key.side, side, "is neither buy nor sell")
    }

    /// The venue's first ticker has no time.
    @inline(__always)
    private func quote(_ batch: VenueBatch) throws(VenueReject) {
        let quote = Quote(
            eventTime: fields[Key.time] == nil ? 0 : try fields.time(Key.time), symbol: try fields.symbol(Key.product),
            bid: try sidePrice(Key.bid), bidSize: try amount(Key.bidSize), ask: try sidePrice(Key.ask),
            askSize: try amount(Key.askSize))
        batch.add(.quote(quote, sequence: try number(Key.sequence)))
    }

    private func book(isSnapshot: Bool, _ batch: VenueBatch) throws(VenueReject) {
        guard hasBooks else { return }
        if isSnapshot {
            guard fields.has(Key.bids), fields.has(Key.asks) else { throw .missing(fields.has(Key.bids) ? "asks" : "bids") }
        } else if !fields.has(Key.changes) {
            throw .missing("changes")
        }
        var message = BookMessage(symbol: try fields.symbol(Key.product), time: 0)
        message.isSnapshot = isSnapshot
        // The venue has been seen to write the year 1 here.
        if fields[Key.time] != nil, let time = try? fields.time(Key.time), time > 0 { message.time = time }
        message.count = batch.levels.count
        batch.add(.book(message))
    }

    // MARK: Levels

    @inline(__always)
    private func levels(_ key: Int, _ cursor: inout JSONCursor, _ batch: VenueBatch) throws(JSONFlaw) -> Bool {
        guard hasBooks, key >= Key.bids else { return false }
        if key == Key.changes {
            try changes(&cursor, batch)
        } else {
            try fields.pairs(&cursor, isBid: key == Key.bids, key, into: batch)
        }
        return true
    }

    /// `[["buy","price","size"],…]`
    private func changes(_ cursor: inout JSONCursor, _ batch: VenueBatch) throws(JSONFlaw) {
        try cursor.beginArray()
        var isFirst = true
        while try cursor.nextElement(isFirst: isFirst) {
            isFirst = false
            try cursor.beginArray()
            guard try cursor.nextElement(isFirst: true) else { throw cursor.flaw() }
            let side = try cursor.value()
            guard try cursor.nextElement(isFirst: false) else { throw cursor.flaw() }
            let price = try cursor.value()
            guard try cursor.nextElement(isFirst: false) else { throw cursor.flaw() }
            let size = try cursor.value()
            let isBid = side.bytes.equals("buy")
            guard try !cursor.nextElement(isFirst: false), isBid || side.bytes.equals("sell") else { throw cursor.flaw() }
            fields.level(price, size, isBid: isBid, Key.changes, into: batch)
        }
    }

    // MARK: Values

    @inline(__always)
    private func decimal(_ key: Int, _ scale: Int) throws(VenueReject) -> Int64 {
        _ = try fields.text(key)
        return try fields.decimal(key, scale: scale)
    }
    @inline(__always)
    private func number(_ key: Int) throws(VenueReject) -> UInt64 {
        if let value = fields[key], value.kind != .number { throw fields.bad(key, value.bytes, "is no number") }
        return try fields.unsigned(key)
    }
    /// The venue writes zero, or nothing between the quotes, for a side where nobody stands.
    @inline(__always)
    private func sidePrice(_ key: Int) throws(VenueReject) -> Price {
        guard fields[key] != nil, try !fields.text(key).isEmpty else { return .none }
        return try fields.sidePrice(key)
    }
    @inline(__always)
    private func amount(_ key: Int) throws(VenueReject) -> Quantity {
        guard fields[key] != nil, try !fields.text(key).isEmpty else { return .zero }
        return try fields.amount(key)
    }
}
