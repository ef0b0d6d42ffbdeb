import PlainData
import TradingModel

/// Polygon's stock stream: trades (`T`), quotes (`Q`), bars of a second (`A`) and of a minute (`AM`), in arrays. Who we are
/// is said first.
///
/// `q` grows with each message of a ticker, with steps: an older one is seen, a missing one is not. Of a trade it is the
/// `tradeID`, since the venue's own ids are texts of each exchange.
///
/// Source: Polygon.io, "Stocks WebSocket" (polygon.io/docs/websocket/stocks).
final class PolygonVenue: Venue {
    private enum Key {
        static let names: [StaticString] = [
            "ev", "sym", "t", "p", "s", "q", "bp", "bs", "ap", "as", "o", "h", "l", "c", "v", "vw", "e", "status", "message",
        ]
        static let event = 0, symbol = 1, time = 2, price = 3, size = 4, sequence = 5, bid = 6, bidSize = 7, ask = 8, askSize = 9
        static let open = 10, high = 11, low = 12, close = 13, volume = 14, vwap = 15, end = 16, status = 17, message = 18
        /// Of a bar, `s` is its start.
        static let start = 4
    }

    let rules = VenueRules(trades: .increasing, books: .inStream, messagesPerSecond: 10)
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
        let wanted = [(Channel.trades, "T"), (.quotes, "Q"), (.secondBars, "A"), (.bars, "AM")].filter { channels.contains($0.0) }
        let streams = wanted.flatMap { channel in symbols.map { channel.1 + "." + $0 } }.joined(separator: ",")
        let words = credentials.first.map { [#"{"action":"auth","params":\#(jsonText($0))}"#] } ?? []
        return words + [#"{"action":"subscribe","params":\#(jsonText(streams))}"#]
    }

    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject) {
        try fields.eachObject(of: bytes) { () throws(VenueReject) in try self.interpret(batch) }
    }

    private func interpret(_ batch: VenueBatch) throws(VenueReject) {
        let event = try fields.text(Key.event)
        if event.equals("T") {
            let trade = Trade(
                eventTime: try fields.time(Key.time, unit: 1_000_000), symbol: try fields.symbol(Key.symbol),
                price: try fields.price(Key.price), size: try fields.size(Key.size), tradeID: try sequence())
            batch.add(.trade(trade, isBaseline: false))
        } else if event.equals("Q") {
            let quote = Quote(
                eventTime: try fields.time(Key.time, unit: 1_000_000), symbol: try fields.symbol(Key.symbol),
                bid: try fields.sidePrice(Key.bid), bidSize: try fields.amount(Key.bidSize), ask: try fields.sidePrice(Key.ask),
                askSize: try fields.amount(Key.askSize))
            batch.add(.quote(quote, sequence: try sequence()))
        } else if event.equals("A") || event.equals("AM") {
            batch.add(
                .bar(
                    Bar(
                        time: try fields.time(Key.start, unit: 1_000_000), closeTime: try fields.time(Key.end, unit: 1_000_000),
                        symbol: try fields.symbol(Key.symbol), open: try fields.price(Key.open), high: try fields.price(Key.high),
                        low: try fields.price(Key.low), close: try fields.price(Key.close), volume: try fields.amount(Key.volume),
                        vwap: fields[Key.vwap] == nil ? .none : try fields.price(Key.vwap))))
        } else if event.equals("status") {
            try status(batch)
        }
    }

    private func sequence() throws(VenueReject) -> UInt64 { fields[Key.sequence] == nil ? 0 : try fields.unsigned(Key.sequence) }

    private func status(_ batch: VenueBatch) throws(VenueReject) {
        let status = try fields.text(Key.status)
        if status.equals("success") { return batch.add(.subscribed) }
        if status.equals("connected") || status.equals("auth_success") { return }
        batch.add(.error(names.text(shown(status) + ": " + fields.words(Key.message))))
    }
}
