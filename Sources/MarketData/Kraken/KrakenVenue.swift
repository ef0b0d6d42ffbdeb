import CZlib
import PlainData
import TradingModel

/// Kraken's public feed, version 2: `trade`, `ticker` and `book`, whose every message carries a checksum of the ten best
/// levels of either side.
///
/// The checksum: asks from the lowest, then bids from the highest; of each the price and the size as written, without point
/// and leading zeros; CRC-32 of that text. How many decimals are written is the pair's own, and learned from the messages.
///
/// Source: Kraken, "Book (Level 2)" and "Book checksum (v2)" (docs.kraken.com/api).
final class KrakenVenue: Venue {
    private enum Key {
        static let names: [StaticString] = [
            "channel", "type", "data", "symbol", "side", "price", "qty", "trade_id", "timestamp", "bids", "asks", "checksum",
            "bid",
            "bid_qty", "ask", "ask_qty", "method", "success", "error",
        ]
        static let channel = 0, type = 1, data = 2, symbol = 3, side = 4, price = 5, quantity = 6, tradeID = 7, time = 8, bids = 9
        static let asks = 10, checksum = 11, bid = 12, bidSize = 13, ask = 14, askSize = 15, method = 16, success = 17, error = 18
    }
    private struct Decimals: BitwiseCopyable {
        var price: UInt8 = 0, size: UInt8 = 0
    }

    let rules: VenueRules
    let ping: String? = #"{"method":"ping"}"#
    private let head: FieldTable
    private let fields: FieldTable
    private let names: Names
    private let symbols: [String]
    private let channels: [Channel]
    private let depth: Int
    private var decimals = Dense<Decimals>(repeating: Decimals())
    private var seen = Decimals()
    private let digits = UnsafeMutablePointer<UInt8>.allocate(capacity: 1_024)

    init(_ symbols: [String], _ channels: [Channel], depth: Int, names: Names) {
        (self.symbols, self.channels, self.names, self.depth) = (symbols, channels, names, depth)
        rules = VenueRules(trades: .contiguous, books: .inStream, messagesPerSecond: 5, depth: depth)
        (head, fields) = (FieldTable(Key.names, names), FieldTable(Key.names, names))
    }
    deinit { digits.deallocate() }

    func greetings() -> [String] {
        channels.compactMap { channel in
            switch channel {
            case .trades: request("subscribe", "trade", symbols, #","snapshot":false"#)
            case .quotes: request("subscribe", "ticker", symbols, #","event_trigger":"bbo""#)
            case .book: request("subscribe", "book", symbols, #","depth":\#(depth)"#)
            default: nil
            }
        }
    }
    func resubscription(_ symbol: SymbolID) -> [String] {
        ["unsubscribe", "subscribe"].map { request($0, "book", [names.text(of: symbol)], #","depth":\#(depth)"#) }
    }
    private func request(_ method: String, _ channel: String, _ symbols: [String], _ more: String) -> String {
        #"{"method":"\#(method)","params":{"channel":"\#(channel)","symbol":"# + jsonList(symbols) + more + "}}"
    }

    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject) {
        head.begin(bytes)
        fields.begin(bytes)
        var cursor = JSONCursor(bytes)
        // Where `data` comes behind what says how to read it, as it does, it is read where it lies.
        var isRead = false
        head.beginObject()
        do throws(JSONFlaw) { try cursor.beginObject() } catch { throw VenueReject(error) }
        var isFirst = true
        while let key = try head.key(&cursor, isFirst: isFirst) {
            isFirst = false
            if key == Key.data, !isRead, head.has(Key.channel), head.has(Key.type), let kind = try kind() {
                try elements(&cursor, kind, batch)
                isRead = true
                head.mark(key)
            } else {
                try head.takeValue(&cursor, key)
            }
        }
        do throws(JSONFlaw) { try cursor.finish() } catch { throw VenueReject(error) }
        try head.check()
        if isRead { return }
        guard head[Key.channel] != nil else { return try answer(batch) }
        guard let kind = try kind() else { return }
        guard let data = head[Key.data] else { throw .missing("data") }
        var inner = JSONCursor(data.bytes)
        try elements(&inner, kind, batch)
    }

    /// What the channel's messages hold; nil for one that is not used.
    @inline(__always)
    private func kind() throws(VenueReject) -> VenueItemKind? {
        let channel = try head.text(Key.channel)
        if channel.equals("trade") { return .trade }
        if channel.equals("book") { return .book }
        return channel.equals("ticker") ? .quote : nil
    }

    @inline(__always)
    private func elements(_ cursor: inout JSONCursor, _ kind: VenueItemKind, _ batch: VenueBatch) throws(VenueReject) {
        let isSnapshot = head[Key.type] != nil ? try head.text(Key.type).equals("snapshot") : false
        do throws(JSONFlaw) { try cursor.beginArray() } catch { throw VenueReject(error) }
        var isFirst = true
        while try element(&cursor, isFirst, kind, isSnapshot, batch) { isFirst = false }
    }

    private enum VenueItemKind { case trade, quote, book }

    /// One object of `data`; false at the end.
    @inline(__always)
    private func element(
        _ cursor: inout JSONCursor, _ isFirst: Bool, _ kind: VenueItemKind, _ isSnapshot: Bool, _ batch: VenueBatch
    ) throws(VenueReject) -> Bool {
        let from = batch.levels.count
        seen = Decimals()
        do throws(JSONFlaw) {
            guard try cursor.nextElement(isFirst: isFirst) else { return false }
            try fields.scan(&cursor) { (key, cursor) throws(JSONFlaw) in
                guard key == Key.bids || key == Key.asks, cursor.peek() == UInt8(ascii: "[") else { return false }
                try self.levels(&cursor, isBid: key == Key.bids, batch)
                return true
            }
        } catch {
            throw VenueReject(error)
        }
        if kind == .book { batch.suspect = try fields.symbol(Key.symbol) }
        try fields.check()
        batch.suspect = nil
        switch kind {
        case .trade: try trade(isSnapshot, batch)
        case .quote: try quote(batch)
        case .book: try book(isSnapshot, from, batch)
        }
        return true
    }

    /// `[{"price":1.5,"qty":2},…]`
    @inline(__always)
    private func levels(_ cursor: inout JSONCursor, isBid: Bool, _ batch: VenueBatch) throws(JSONFlaw) {
        try cursor.beginArray()
        var isFirst = true
        while try cursor.nextElement(isFirst: isFirst) {
            isFirst = false
            try cursor.beginObject()
            var (price, size): (JSONValue?, JSONValue?) = (nil, nil)
            var isFirstKey = true
            while let key = try fields.nextKey(&cursor, isFirst: isFirstKey) {
                isFirstKey = false
                let value = try cursor.value()
                if key == Key.price { price = value } else if key == Key.quantity { size = value }
            }
            guard let price, let size else { throw cursor.flaw() }
            seen.price = max(seen.price, Self.decimals(price.bytes))
            seen.size = max(seen.size, Self.decimals(size.bytes))
            fields.level(price, size, isBid: isBid, isBid ? Key.bids : Key.asks, into: batch)
        }
    }
    @inline(__always)
    private static func decimals(_ bytes: UnsafeRawBufferPointer) -> UInt8 {
        var at = bytes.count - 1
        while at >= 0, bytes[at] != 46 { at -= 1 }
        return at < 0 ? 0 : UInt8(truncatingIfNeeded: min(9, bytes.count - 1 - at))
    }

    private func trade(_ isSnapshot: Bool, _ batch: VenueBatch) throws(VenueReject) {
        let side = try fields.text(Key.side)
        guard side.equals("buy") || side.equals("sell") else { throw fields.bad(Key.side, side, "is neither buy nor sell") }
        let trade = Trade(
            eventTime: try fields.time(Key.time), symbol: try fields.symbol(Key.symbol), price: try fields.price(Key.price),
            size: try fields.size(Key.quantity), aggressor: side.equals("buy") ? .buy : .sell,
            tradeID: try fields.unsigned(Key.tradeID))
        batch.add(.trade(trade, isBaseline: isSnapshot))
    }

    private func quote(_ batch: VenueBatch) throws(VenueReject) {
        var quote = Quote(
            eventTime: 0, symbol: try fields.symbol(Key.symbol), bid: try fields.sidePrice(Key.bid),
            bidSize: try fields.amount(Key.bidSize), ask: try fields.sidePrice(Key.ask), askSize: try fields.amount(Key.askSize))
        if fields[Key.time] != nil {
            quote.eventTime = try fields.time(Key.time)
            // Of an instrument that does not trade: 1970, and nobody on either side.
            if quote.eventTime == 0 { return }
        }
        batch.add(.quote(quote, sequence: 0))
    }

    private func book(_ isSnapshot: Bool, _ from: Int, _ batch: VenueBatch) throws(VenueReject) {
        guard fields.has(Key.bids) || fields.has(Key.asks) else { throw .missing("bids and asks") }
        var message = BookMessage(symbol: try fields.symbol(Key.symbol), time: 0)
        if fields[Key.time] != nil { message.time = try fields.time(Key.time) }
        message.isSnapshot = isSnapshot
        (message.from, message.count) = (from, batch.levels.count - from)
        if fields[Key.checksum] != nil {
            guard let checksum = UInt32(exactly: try fields.unsigned(Key.checksum)) else {
                throw .bad("checksum", value: "", flaw: "is out of range")
            }
            (message.checksum, message.hasChecksum) = (checksum, true)
        }
        let known = decimals.value(message.symbol.index)
        if seen.price > known.price || seen.size > known.size {
            decimals[message.symbol.index] = Decimals(price: max(seen.price, known.price), size: max(seen.size, known.size))
        }
        batch.add(.book(message))
    }

    private func answer(_ batch: VenueBatch) throws(VenueReject) {
        guard head[Key.method] != nil, let isGood = try head.flag(Key.success) else { return }
        if !isGood { return batch.add(.error(names.text(head.words(Key.error)))) }
        if try head.text(Key.method).equals("subscribe") { batch.add(.subscribed) }
    }

    // MARK: Checksum

    func agrees(_ book: borrowing LevelBook, _ message: BookMessage) -> Bool {
        guard message.hasChecksum else { return true }
        let decimals = decimals.value(message.symbol.index)
        var count = 0
        put(book.state.asks, decimals, &count)
        put(book.state.bids, decimals, &count)
        return UInt32(truncatingIfNeeded: crc32(0, digits, UInt32(count))) == message.checksum
    }
    private func put(_ ladder: borrowing Ladder, _ decimals: Decimals, _ count: inout Int) {
        for nth in 0..<min(10, ladder.count) {
            let at = ladder.count - 1 - nth
            put(ladder.price(ladder.keys[at]).rawValue, dropping: 9 - Int(decimals.price), &count)
            put(ladder.cells[at].size, dropping: 8 - Int(min(8, decimals.size)), &count)
        }
    }
    /// The digits of a number in units of its last written decimal.
    private func put(_ raw: Int64, dropping places: Int, _ count: inout Int) {
        var value = raw.magnitude
        for _ in 0..<places { value /= 10 }
        let from = count
        repeat {
            digits[count] = UInt8(48 + value % 10)
            count += 1
            value /= 10
        } while value > 0
        var (low, high) = (from, count - 1)
        while low < high {
            (digits[low], digits[high]) = (digits[high], digits[low])
            (low, high) = (low + 1, high - 1)
        }
    }
}
