import PlainData
import TradingModel

/// The Coinbase Exchange feed: `matches`, `ticker`, `heartbeat` and `level2` (or `level2_batch`), whose snapshot comes first
/// on the connection. Nothing in `level2` is numbered: what keeps a book whole is the connection alone.
///
/// Source: Coinbase Exchange, "WebSocket Channels" (docs.cdp.coinbase.com/exchange/docs/websocket-channels).
final class CoinbaseVenue: Venue {
    let rules = VenueRules(trades: .contiguous, books: .inStream, messagesPerSecond: 10)
    @exclusivity(unchecked) private var decoder: CoinbaseDecoder
    private let names: Names
    private let symbols: [String]
    private let channels: [String]
    private let hasBooks: Bool

    init(_ symbols: [String], _ channels: [String], names: Names) {
        (self.symbols, self.names) = (symbols, names)
        self.channels = channels.map { ["trades": "matches", "quotes": "ticker", "book": "level2_batch"][$0] ?? $0 }
        hasBooks = self.channels.contains { $0.hasPrefix("level2") }
        decoder = CoinbaseDecoder(names: names)
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
        switch try decoder.decode(bytes, receivedAt: receivedAt) {
        case .match(let trade, _, let isLast): batch.add(.trade(trade, isBaseline: isLast))
        case .ticker(let quote, let number): batch.add(.quote(quote, sequence: number))
        case .heartbeat(let symbol, let time, _, let lastTradeID):
            batch.add(.heartbeat(symbol, time: time, lastTradeID: lastTradeID))
        case .subscriptions: batch.add(.subscribed)
        case .error(let message, let reason): batch.add(.error(names.text(message + " " + reason)))
        case .other:
            if hasBooks, let message = try decoder.book(into: batch) { batch.add(.book(message)) }
        }
    }
}
