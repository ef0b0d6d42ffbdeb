/// The keys of Coinbase messages that are looked at.
enum CoinbaseKey: Int {
    case type, productID, time, price, size, side, tradeID, sequence, bestBid, bestBidSize, bestAsk, bestAskSize, lastTradeID
    case message, reason, bids, asks, changes

    static var count: Int { 18 }

    var name: String {
        switch self {
        case .type: "type"
        case .productID: "product_id"
        case .time: "time"
        case .price: "price"
        case .size: "size"
        case .side: "side"
        case .tradeID: "trade_id"
        case .sequence: "sequence"
        case .bestBid: "best_bid"
        case .bestBidSize: "best_bid_size"
        case .bestAsk: "best_ask"
        case .bestAskSize: "best_ask_size"
        case .lastTradeID: "last_trade_id"
        case .message: "message"
        case .reason: "reason"
        case .bids: "bids"
        case .asks: "asks"
        case .changes: "changes"
        }
    }

    /// The key with this text, told by its length first.
    @inline(__always)
    init?(_ text: UnsafeRawBufferPointer) {
        switch text.count {
        case 4:
            if text.equals("type") { self = .type; return }
            if text.equals("time") { self = .time; return }
            if text.equals("size") { self = .size; return }
            if text.equals("side") { self = .side; return }
            if text.equals("bids") { self = .bids; return }
            if text.equals("asks") { self = .asks; return }
        case 5:
            if text.equals("price") { self = .price; return }
        case 6:
            if text.equals("reason") { self = .reason; return }
        case 7:
            if text.equals("message") { self = .message; return }
            if text.equals("changes") { self = .changes; return }
        case 8:
            if text.equals("sequence") { self = .sequence; return }
            if text.equals("trade_id") { self = .tradeID; return }
            if text.equals("best_bid") { self = .bestBid; return }
            if text.equals("best_ask") { self = .bestAsk; return }
        case 10:
            if text.equals("product_id") { self = .productID; return }
        case 13:
            if text.equals("best_bid_size") { self = .bestBidSize; return }
            if text.equals("best_ask_size") { self = .bestAskSize; return }
            if text.equals("last_trade_id") { self = .lastTradeID; return }
        default: break
        }
        return nil
    }
}

/// The values of one message by their key, where they lie in the message.
final class CoinbaseValues {
    private let values: UnsafeMutablePointer<JSONValue>
    @exclusivity(unchecked) private var seen: UInt32 = 0

    init() {
        values = .allocate(capacity: CoinbaseKey.count)
        let none = JSONValue(kind: .null, bytes: UnsafeRawBufferPointer(start: nil, count: 0), hasEscapes: false)
        values.initialize(repeating: none, count: CoinbaseKey.count)
    }

    deinit { values.deallocate() }

    func removeAll() { seen = 0 }

    /// False where there was one already: which of them is meant, nobody knows.
    @inline(__always)
    func set(_ key: CoinbaseKey, _ value: JSONValue) -> Bool {
        let bit: UInt32 = 1 << UInt32(key.rawValue)
        if seen & bit != 0 { return false }
        seen |= bit
        values[key.rawValue] = value
        return true
    }

    /// Nil where the key is absent or its value null.
    @inline(__always)
    subscript(key: CoinbaseKey) -> JSONValue? {
        guard seen & 1 << UInt32(key.rawValue) != 0, values[key.rawValue].kind != .null else { return nil }
        return values[key.rawValue]
    }
}
