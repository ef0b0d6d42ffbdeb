import MarketData
import PlainData
import StreamRuntime
import TradingModel

/// What a feed's books are worth at the moment, as figures: the best levels, the state and the quality of each.
///
/// Touched by whoever holds the feed's lock. A gauge is written only where its value is another.
struct BookGauges: ~Copyable {
    struct Gauges {
        let bid: SeriesMetrics, bidSize: SeriesMetrics, ask: SeriesMetrics, askSize: SeriesMetrics
        let state: SeriesMetrics, quality: SeriesMetrics
    }
    private let source: String, names: Names, counters: Counters
    private var books: [Gauges] = []
    /// By symbol: the book's place plus one, and its quality as told last.
    struct Seen: BitwiseCopyable {
        var place: UInt32 = 0
        var quality = BookQuality.building
    }
    private var seen = Dense(repeating: Seen())

    init(_ source: String, _ names: Names, _ counters: Counters) {
        (self.source, self.names, self.counters) = (source, names, counters)
    }

    private mutating func gauges(_ symbol: SymbolID) -> Gauges {
        let place = Int(seen.value(symbol.index).place)
        return place > 0 ? books[place - 1] : add(symbol)
    }
    private mutating func add(_ symbol: SymbolID) -> Gauges {
        let labels = [("source", source), ("symbol", names.text(of: symbol))]
        func gauge(_ name: String, _ help: String) -> SeriesMetrics { counters.gauge("floor_book_" + name, labels, help: help) }
        let new = Gauges(
            bid: gauge("best_bid", "The best bid when the book was good last; 0 where nobody bids."),
            bidSize: gauge("best_bid_size", "The size of the best bid."),
            ask: gauge("best_ask", "The best ask when the book was good last; 0 where nobody offers."),
            askSize: gauge("best_ask_size", "The size of the best ask."),
            state: gauge("state", "As floor_feed_state, of one book."),
            quality: gauge("quality", "0: good; else the sum of 1 building, 2 gap, 4 stale, 8 crossed, 16 locked, 32 checksum."))
        new.quality.value = Double(BookQuality.building.rawValue)
        new.state.value = Double(SourceMetrics.State.snapshotting.rawValue)
        books.append(new)
        seen[symbol.index].place = UInt32(books.count)
        return new
    }

    mutating func take(top quote: Quote) {
        let gauges = gauges(quote.symbol)
        // The doubles nearest to the decimals.
        func number(_ price: Price) -> Double { price.isNone ? 0 : Double(price.rawValue) / 1e9 }
        func number(_ size: Quantity) -> Double { Double(size.rawValue) / 1e8 }
        (gauges.bid.value, gauges.bidSize.value) = (number(quote.bid), number(quote.bidSize))
        (gauges.ask.value, gauges.askSize.value) = (number(quote.ask), number(quote.askSize))
    }

    mutating func take(_ delta: BookDelta) {
        guard delta.quality != seen.value(delta.symbol.index).quality, delta.isEndOfTransaction else { return }
        gauges(delta.symbol).quality.value = Double(delta.quality.rawValue)
        seen[delta.symbol.index].quality = delta.quality
    }

    /// The state of the book of which a status speaks.
    mutating func take(_ status: FeedStatus) {
        let state: SourceMetrics.State? =
            switch status.kind {
            case .snapshotting: .snapshotting
            case .recovering: .recovering
            case .live where status.symbol.rawValue != 0: .live
            default: nil
            }
        if let state { gauges(status.symbol).state.value = Double(state.rawValue) }
        if status.kind == .disconnected { for book in books { book.state.value = Double(SourceMetrics.State.down.rawValue) } }
    }
}
