import PlainData
import StreamRuntime
import TradingModel

/// A raw capture of Binance streams, one message a line behind the recorder's clock:
/// `1723161254087896568 {"stream":"btcusdt@trade","data":{…}}`.
///
/// `trade` messages are trades, `bookTicker` messages quotes; everything else is walked over. The time of both is the
/// recorder's (ns since 1970): the spot `bookTicker` has no time of its own, and only one clock keeps trades and quotes in
/// the order in which they came.
///
/// Source: Binance, "Web Socket Streams" (trade streams, individual symbol book ticker streams).
struct BinanceCapture {
    enum Kind { case trades, quotes }

    /// The wanted keys of `data`.
    private enum Key: Int {
        case symbol, price, quantity, tradeID, isBuyerMaker, bid, bidSize, ask, askSize

        init?(_ text: UnsafeRawBufferPointer) {
            guard text.count == 1 else { return nil }
            switch text[0] {
            case UInt8(ascii: "s"): self = .symbol
            case UInt8(ascii: "p"): self = .price
            case UInt8(ascii: "q"): self = .quantity
            case UInt8(ascii: "t"): self = .tradeID
            case UInt8(ascii: "m"): self = .isBuyerMaker
            case UInt8(ascii: "b"): self = .bid
            case UInt8(ascii: "B"): self = .bidSize
            case UInt8(ascii: "a"): self = .ask
            case UInt8(ascii: "A"): self = .askSize
            default: return nil
            }
        }
    }

    private let blocks: LineBlocks
    private let symbols: SymbolReader
    private let unescaper = Unescaper()
    private var block: UnsafeRawBufferPointer
    private var at = 0
    private(set) var line = 0
    /// Of the message found last.
    private(set) var time: Int64 = 0
    private var values = [JSONValue?](repeating: nil, count: 9)

    init(_ path: String, names: Names) throws(MarketDataError) {
        blocks = try LineBlocks(path)
        symbols = SymbolReader(names)
        block = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Goes to the next message of a kind; false at the end.
    mutating func next(_ kind: Kind) throws(MarketDataError) -> Bool {
        while let text = try nextLine() {
            if text.isEmpty { continue }
            var digits = 0
            var time: Int64 = 0
            while digits < min(text.count, 19), text[digits] &- 48 < 10 {
                time = time &* 10 &+ Int64(text[digits] &- 48)
                digits += 1
            }
            guard digits == 19, text.count > 20, text[19] == 32, time > 0 else {
                throw .badLine(
                    file: blocks.path, line: line, flaw: "the line does not begin with nanoseconds since 1970 and a blank")
            }
            self.time = time
            do throws(JSONFlaw) {
                if try scan(UnsafeRawBufferPointer(rebasing: text[20...]), kind) { return true }
            } catch {
                throw .badLine(file: blocks.path, line: line, flaw: "no JSON at byte \(20 + error.offset)")
            }
        }
        return false
    }

    private mutating func nextLine() throws(MarketDataError) -> UnsafeRawBufferPointer? {
        while at >= block.count {
            blocks.count(lines: line)
            guard let next = try blocks.next() else { return nil }
            (block, at) = (next, 0)
        }
        var end = at
        while end < block.count, block[end] != 10 { end += 1 }
        defer { at = end + 1 }
        line += 1
        let last = end > at && block[end - 1] == 13 ? end - 1 : end
        return UnsafeRawBufferPointer(rebasing: block[at..<last])
    }

    /// Walks over a message; true where it is of this kind.
    private mutating func scan(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) throws(JSONFlaw) -> Bool {
        unescaper.begin(messageBytes: bytes.count)
        var cursor = JSONCursor(bytes)
        try cursor.beginObject()
        var isFirst = true
        var isKind = false
        var data: UnsafeRawBufferPointer?
        while let key = try cursor.nextKey(isFirst: isFirst) {
            isFirst = false
            let value = try cursor.value()
            if key.bytes.equals("stream"), value.kind == .string {
                isKind = kind == .trades ? value.bytes.hasSuffix("@trade") : value.bytes.hasSuffix("@bookTicker")
            } else if key.bytes.equals("data"), value.kind == .compound {
                data = value.bytes
            }
        }
        try cursor.finish()
        guard isKind, let data else { return false }
        for place in values.indices { values[place] = nil }
        var inner = JSONCursor(data)
        try inner.beginObject()
        isFirst = true
        while let key = try inner.nextKey(isFirst: isFirst) {
            isFirst = false
            let value = try inner.value()
            if let key = Key(key.bytes) { values[key.rawValue] = value }
        }
        return true
    }

    // MARK: The message found last

    private func text(_ key: Key, _ name: String) throws(MarketDataError) -> UnsafeRawBufferPointer {
        guard let value = values[key.rawValue], value.kind == .string else {
            throw .badLine(file: blocks.path, line: line, flaw: "the message has no text \"\(name)\"")
        }
        return unescaper.text(value)
    }

    private func decimal(_ key: Key, _ name: String, scale: Int) throws(MarketDataError) -> Int64 {
        let bytes = try text(key, name)
        do throws(Decimal.Flaw) {
            return try Decimal.parse(bytes, scale: scale)
        } catch {
            throw .badValue(
                file: blocks.path, line: line, column: name, value: shown(bytes), flaw: FieldFlaw(0, error, decimals: scale).text,
                rule: "it is a decimal number")
        }
    }

    func symbol() throws(MarketDataError) -> SymbolID {
        let bytes = try text(.symbol, "s")
        if bytes.isEmpty { throw .badLine(file: blocks.path, line: line, flaw: "the symbol is empty") }
        return symbols.symbol(bytes)
    }

    func trade() throws(MarketDataError) -> Trade {
        guard let id = values[Key.tradeID.rawValue], id.kind == .number,
            let number = UInt64(String(decoding: id.bytes, as: UTF8.self)),
            let maker = values[Key.isBuyerMaker.rawValue], maker.kind == .bool
        else { throw .badLine(file: blocks.path, line: line, flaw: "the trade has no number \"t\" or no flag \"m\"") }
        let size = Quantity(rawValue: try decimal(.quantity, "q", scale: Quantity.scale))
        if size <= .zero {
            throw .badValue(
                file: blocks.path, line: line, column: "q", value: size.description, flaw: "is not above zero",
                rule: "sizes are > 0")
        }
        return Trade(
            eventTime: time, symbol: try symbol(), price: Price(rawValue: try decimal(.price, "p", scale: Price.scale)),
            size: size,
            aggressor: maker.bytes.equals("true") ? .sell : .buy, tradeID: number)
    }

    func quote() throws(MarketDataError) -> Quote {
        Quote(
            eventTime: time, symbol: try symbol(), bid: Price(rawValue: try decimal(.bid, "b", scale: Price.scale)),
            bidSize: Quantity(rawValue: try decimal(.bidSize, "B", scale: Quantity.scale)),
            ask: Price(rawValue: try decimal(.ask, "a", scale: Price.scale)),
            askSize: Quantity(rawValue: try decimal(.askSize, "A", scale: Quantity.scale)))
    }
}

extension UnsafeRawBufferPointer {
    func hasSuffix(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return count >= length && UnsafeRawBufferPointer(rebasing: self[(count - length)...]).equals(text)
    }
}

/// The trades of a Binance capture.
public struct BinanceTrades: PullSource {
    private var capture: BinanceCapture
    private var failure: MarketDataError?

    public init(_ path: String, names: Names) throws(MarketDataError) { capture = try BinanceCapture(path, names: names) }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Trade>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, try capture.next(.trades) {
                (out + count).initialize(to: try capture.trade())
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }
}

/// The best bids and asks of a Binance capture.
public struct BinanceQuotes: PullSource {
    private var capture: BinanceCapture
    private var failure: MarketDataError?

    public init(_ path: String, names: Names) throws(MarketDataError) { capture = try BinanceCapture(path, names: names) }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Quote>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, try capture.next(.quotes) {
                (out + count).initialize(to: try capture.quote())
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }
}
