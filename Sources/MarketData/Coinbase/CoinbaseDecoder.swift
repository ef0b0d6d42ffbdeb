import PlainData
import TradingModel

/// Decodes messages of the Coinbase Exchange feed: one pass over the bytes, keys in any order, unknown keys walked over,
/// numbers exact or not at all, nothing allocated for a `match` or a `ticker`.
///
/// Not to be shared: a copy works on the same scratch memory.
public struct CoinbaseDecoder {
    private let symbols: SymbolReader
    private let unescaper = Unescaper()
    private let values = CoinbaseValues()
    private var times = TimeReader()

    private let fields: FieldTable

    public init(names: Names) {
        symbols = SymbolReader(names)
        fields = FieldTable(["bids", "asks", "changes"], names)
    }

    /// - Parameters:
    ///   - bytes: one whole message.
    ///   - receivedAt: stands in for the time of a ticker that has none (the venue's first one), ns since 1970.
    public mutating func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64) throws(CoinbaseReject) -> CoinbaseMessage {
        values.removeAll()
        unescaper.begin(messageBytes: bytes.count)
        var twice: CoinbaseKey?
        do throws(JSONFlaw) {
            twice = try scan(bytes)
        } catch {
            throw error.kind == .syntax ? .notJSON(offset: error.offset) : .tooDeep(offset: error.offset)
        }
        if let twice { throw .twice(twice.name) }
        return try interpret(receivedAt)
    }

    /// The levels of the message decoded last, where it was of the `level2` channel; nil where it was of another.
    func book(into batch: VenueBatch) throws(CoinbaseReject) -> BookMessage? {
        let type = try text(.type)
        let isSnapshot = type.equals("snapshot")
        guard isSnapshot || type.equals("l2update") else { return nil }
        var message = BookMessage(symbol: try symbol(), time: 0)
        message.isSnapshot = isSnapshot
        batch.suspect = message.symbol
        // The venue has been seen to write the year 1 here.
        var times = times
        if values[.time] != nil, let time = times.time(try text(.time)), time > 0 { message.time = time }
        fields.begin(messageBytes: 0)
        do throws(JSONFlaw) {
            if isSnapshot {
                for (key, isBid) in [(CoinbaseKey.bids, true), (.asks, false)] {
                    guard let value = values[key] else { throw JSONFlaw(kind: .syntax, offset: 0) }
                    var cursor = JSONCursor(value.bytes)
                    try fields.pairs(&cursor, isBid: isBid, isBid ? 0 : 1, into: batch)
                }
            } else {
                guard let value = values[.changes] else { throw JSONFlaw(kind: .syntax, offset: 0) }
                var cursor = JSONCursor(value.bytes)
                try changes(&cursor, batch)
            }
        } catch {
            throw .bad(type.equals("snapshot") ? "bids or asks" : "changes", value: "", flaw: "is no list of levels")
        }
        try fields.check()
        message.count = batch.levels.count
        return message
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
            guard try !cursor.nextElement(isFirst: false), side.bytes.equals("buy") || side.bytes.equals("sell") else {
                throw cursor.flaw()
            }
            fields.level(price, size, isBid: side.bytes.equals("buy"), 2, into: batch)
        }
    }

    /// - Returns: a key that is there twice.
    private func scan(_ bytes: UnsafeRawBufferPointer) throws(JSONFlaw) -> CoinbaseKey? {
        var cursor = JSONCursor(bytes)
        var twice: CoinbaseKey?
        try cursor.beginObject()
        var isFirst = true
        while let key = try cursor.nextKey(isFirst: isFirst) {
            isFirst = false
            let value = try cursor.value()
            if let known = CoinbaseKey(unescaper.text(key)), !values.set(known, value) { twice = known }
        }
        try cursor.finish()
        return twice
    }

    private mutating func interpret(_ receivedAt: Int64) throws(CoinbaseReject) -> CoinbaseMessage {
        let type = try text(.type)
        if type.equals("match") { return .match(try trade(), sequence: try unsigned(.sequence), isLast: false) }
        if type.equals("ticker") { return .ticker(try quote(receivedAt), sequence: try unsigned(.sequence)) }
        if type.equals("heartbeat") {
            return .heartbeat(
                symbol: try symbol(), time: try time(), sequence: try unsigned(.sequence), lastTradeID: try unsigned(.lastTradeID)
            )
        }
        if type.equals("last_match") { return .match(try trade(), sequence: try unsigned(.sequence), isLast: true) }
        if type.equals("subscriptions") { return .subscriptions }
        if type.equals("error") { return .error(message: try words(.message), reason: try words(.reason)) }
        return .other
    }

    private mutating func trade() throws(CoinbaseReject) -> Trade {
        let size = Quantity(rawValue: try decimal(.size, scale: Quantity.scale))
        if size.rawValue <= 0 { throw bad(.size, try text(.size), "is not above zero") }
        return Trade(
            eventTime: try time(), symbol: try symbol(), price: Price(rawValue: try decimal(.price, scale: Price.scale)),
            size: size,
            aggressor: try aggressor(), tradeID: try unsigned(.tradeID))
    }

    private mutating func quote(_ receivedAt: Int64) throws(CoinbaseReject) -> Quote {
        let bid = try priceIfAny(.bestBid)
        let ask = try priceIfAny(.bestAsk)
        return Quote(
            eventTime: values[.time] == nil ? receivedAt : try time(), symbol: try symbol(), bid: bid,
            bidSize: try amountIfAny(.bestBidSize), ask: ask, askSize: try amountIfAny(.bestAskSize))
    }

    /// `side` is the maker's; the aggressor is the other one.
    private func aggressor() throws(CoinbaseReject) -> Side {
        let side = try text(.side)
        if side.equals("buy") { return .sell }
        if side.equals("sell") { return .buy }
        throw bad(.side, side, "is neither buy nor sell")
    }
}

// MARK: Values

extension CoinbaseDecoder {
    @inline(__always)
    private func text(_ key: CoinbaseKey) throws(CoinbaseReject) -> UnsafeRawBufferPointer {
        guard let value = values[key] else { throw .missing(key.name) }
        guard value.kind == .string else { throw bad(key, value.bytes, "is no string") }
        return unescaper.text(value)
    }

    /// Text for people; empty where it is absent.
    private func words(_ key: CoinbaseKey) throws(CoinbaseReject) -> String {
        values[key] == nil ? "" : shown(try text(key))
    }

    @inline(__always)
    private func symbol() throws(CoinbaseReject) -> SymbolID {
        let bytes = try text(.productID)
        if bytes.isEmpty { throw bad(.productID, bytes, "is empty") }
        return symbols.symbol(bytes)
    }

    @inline(__always)
    private mutating func time() throws(CoinbaseReject) -> Int64 {
        let bytes = try text(.time)
        guard bytes.count >= 10, bytes[4] == 45, let time = times.time(bytes) else {
            throw bad(.time, bytes, "is not a time in UTC")
        }
        return time
    }

    @inline(__always)
    private func decimal(_ key: CoinbaseKey, scale: Int) throws(CoinbaseReject) -> Int64 {
        let bytes = try text(key)
        do throws(Decimal.Flaw) {
            return try Decimal.parse(bytes, scale: scale)
        } catch {
            throw bad(key, bytes, FieldFlaw(0, error, decimals: scale).text)
        }
    }

    /// The venue writes zero for a side where nobody stands.
    @inline(__always)
    private func priceIfAny(_ key: CoinbaseKey) throws(CoinbaseReject) -> Price {
        guard values[key] != nil, try !text(key).isEmpty else { return .none }
        let price = try decimal(key, scale: Price.scale)
        return price == 0 ? .none : Price(rawValue: price)
    }

    @inline(__always)
    private func amountIfAny(_ key: CoinbaseKey) throws(CoinbaseReject) -> Quantity {
        guard values[key] != nil, try !text(key).isEmpty else { return .zero }
        let amount = try decimal(key, scale: Quantity.scale)
        if amount < 0 { throw bad(key, try text(key), "is negative") }
        return Quantity(rawValue: amount)
    }

    @inline(__always)
    private func unsigned(_ key: CoinbaseKey) throws(CoinbaseReject) -> UInt64 {
        guard let value = values[key] else { throw .missing(key.name) }
        guard value.kind == .number else { throw bad(key, value.bytes, "is no number") }
        var number: UInt64 = 0
        for byte in value.bytes {
            guard byte &- 48 < 10 else { throw bad(key, value.bytes, "is no whole number ≥ 0") }
            let (product, over) = number.multipliedReportingOverflow(by: 10)
            let (sum, past) = product.addingReportingOverflow(UInt64(byte &- 48))
            if over || past { throw bad(key, value.bytes, "is out of range") }
            number = sum
        }
        return number
    }

    @inline(never)
    private func bad(_ key: CoinbaseKey, _ bytes: UnsafeRawBufferPointer, _ flaw: String) -> CoinbaseReject {
        .bad(key.name, value: shown(bytes), flaw: flaw)
    }
}
