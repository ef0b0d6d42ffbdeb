import PlainData
import TradingModel

/// A message of the Coinbase Exchange feed, as far as it is used here.
///
/// Source: Coinbase Exchange, "WebSocket Channels" (docs.cdp.coinbase.com/exchange/docs/websocket-channels).
public enum CoinbaseMessage: Equatable, Sendable {
    /// A trade; `isLast` for the one that precedes the subscription (`last_match`).
    case match(Trade, sequence: UInt64, isLast: Bool)
    case ticker(Quote, sequence: UInt64)
    case heartbeat(symbol: SymbolID, time: Int64, sequence: UInt64, lastTradeID: UInt64)
    case subscriptions
    /// What the venue refuses, in its words.
    case error(message: String, reason: String)
    /// A message of a channel that is not used here.
    case other
}

public typealias CoinbaseReject = VenueReject

extension Trade {
    static func areSame(_ a: Trade, _ b: Trade) -> Bool {
        a.eventTime == b.eventTime && a.price == b.price && a.size == b.size && a.tradeID == b.tradeID && a.symbol == b.symbol
            && a.aggressor == b.aggressor
    }
}

extension CoinbaseMessage {
    public static func == (a: CoinbaseMessage, b: CoinbaseMessage) -> Bool {
        switch (a, b) {
        case (.match(let a, let sequenceA, let lastA), .match(let b, let sequenceB, let lastB)):
            Trade.areSame(a, b) && sequenceA == sequenceB && lastA == lastB
        case (.ticker(let a, let sequenceA), .ticker(let b, let sequenceB)):
            a.eventTime == b.eventTime && a.symbol == b.symbol && a.bid == b.bid && a.bidSize == b.bidSize && a.ask == b.ask
                && a.askSize == b.askSize && sequenceA == sequenceB
        case (.heartbeat(let a, let timeA, let sequenceA, let tradeA), .heartbeat(let b, let timeB, let sequenceB, let tradeB)):
            a == b && timeA == timeB && sequenceA == sequenceB && tradeA == tradeB
        case (.subscriptions, .subscriptions), (.other, .other): true
        case (.error(let messageA, let reasonA), .error(let messageB, let reasonB)): messageA == messageB && reasonA == reasonB
        default: false
        }
    }
}
