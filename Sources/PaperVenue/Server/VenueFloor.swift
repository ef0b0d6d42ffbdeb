import PlainData
import TradingModel

/// What happens inside the venue, one input after the other: no socket, no clock.
///
/// Tape events move the market and become feed messages; requests become reports. Both are handed out to the caller in the order
/// in which they came about.
struct VenueFloor: ~Copyable {
    /// One message of the feed, as a range of `feedBytes`.
    struct FeedItem {
        var channel: FeedChannel, symbol: SymbolID
        var range: Range<Int>
    }
    let names: Names
    private let configuration: VenueConfiguration
    private let derivesQuotes: Bool, listsAnySymbol: Bool
    /// The matching engine, and what a script does around it.
    private(set) var venue: ScriptedVenue
    private var instruments: InstrumentTable
    private var products: [FeedProduct?] = []
    private var messages = FeedMessages()

    private(set) var feed: [FeedItem] = []
    private(set) var feedBytes: [UInt8] = []
    private(set) var eventCount = 0
    var reports: [ScriptedVenue.Addressed] { venue.reports }
    /// The day's executions as they stand now.
    var fills: [Fill] { venue.executions }

    init(_ configuration: VenueConfiguration, names: Names, instruments: InstrumentTable, hasQuotes: Bool) {
        (self.configuration, self.names, self.instruments) = (configuration, names, instruments)
        derivesQuotes = !hasQuotes
        // A venue without a tape and without a list takes whatever it is asked for.
        listsAnySymbol = !configuration.hasTape && instruments.all.isEmpty
        venue = ScriptedVenue(
            Self.matching(configuration, names), instruments: instruments, script: configuration.script, names: names,
            latency: configuration.latency)
        for instrument in instruments.all { _ = product(of: instrument.symbol) }
    }

    private static func matching(_ configuration: VenueConfiguration, _ names: Names) -> MatchingConfiguration {
        var matching = MatchingConfiguration(identifiers: .texts(names, prefix: "V"), fees: configuration.fees)
        matching.queue = configuration.queue
        return matching
    }

    // MARK: The market

    mutating func play(_ event: TapeEvent) {
        eventCount += 1
        switch event {
        case .quote(let quote): show(quote)
        case .book(let delta): change(delta)
        case .trade(var trade):
            let symbol = product(of: trade.symbol)
            if trade.aggressor == .none { trade = attributed(trade) }
            withProduct(symbol) { messages, product in messages.match(trade, &product) }
            push(.matches, trade.symbol)
            venue.play(trade)
            if derivesQuotes { show(derivedQuote(around: trade)) }
        }
    }

    /// A change of a book of single orders. An execution is a match, and whenever the best levels change they are a ticker.
    private mutating func change(_ delta: BookDelta) {
        let symbol = product(of: delta.symbol)
        if delta.action == .fill, delta.size > .zero, !delta.price.isNone {
            let trade = Trade(
                eventTime: delta.eventTime, symbol: delta.symbol, price: delta.price, size: delta.size,
                aggressor: delta.side == .buy ? .sell : .buy)
            withProduct(symbol) { messages, product in messages.match(trade, &product) }
            push(.matches, delta.symbol)
        }
        venue.play(delta)
        guard delta.isEndOfTransaction, let quote = venue.engine.best(delta.symbol, delta.eventTime) else { return }
        if let known = products[symbol]?.quote, known.shows(quote) { return }
        withProduct(symbol) { messages, product in messages.ticker(quote, &product) }
        push(.ticker, delta.symbol)
    }

    private mutating func show(_ quote: Quote) {
        let symbol = product(of: quote.symbol)
        withProduct(symbol) { messages, product in messages.ticker(quote, &product) }
        push(.ticker, quote.symbol)
        venue.play(quote)
    }

    /// A heartbeat of every product.
    mutating func heartbeat(at time: Int64) {
        for i in products.indices {
            guard let product = products[i] else { continue }
            messages.heartbeat(product, time)
            push(.heartbeat, SymbolID(rawValue: UInt32(i)))
        }
    }

    /// Ends the day: day orders expire, and from now on new ones are rejected.
    mutating func close(at time: Int64) {
        venue.close(at: time)
    }

    /// Says how auctions stand, as far as that is new.
    mutating func tellAuctions() {
        for update in venue.engine.takeAuctions() {
            let symbol = product(of: update.symbol)
            withProduct(symbol) { messages, product in messages.auction(update, &product) }
            push(.auction, update.symbol)
        }
    }

    // MARK: The clients

    mutating func enter(_ entry: OrderEntry, from client: Int32, at time: Int64) {
        if listsAnySymbol { _ = product(of: entry.request.symbol) }
        venue.enter(entry.request, isPossResend: entry.isPossResend, from: client, at: time)
    }
    mutating func open(at time: Int64) { venue.open(at: time) }
    mutating func loggedOn(_ client: Int32, at time: Int64) { venue.loggedOn(client, at: time) }
    /// Does what the script has for up to `time`.
    mutating func advance(to time: Int64) { venue.advance(to: time) }
    mutating func setClock(to time: Int64) { venue.setClock(to: time) }

    // MARK: What came of it

    /// Forgets the feed messages handed out.
    mutating func clearFeed() {
        feed.removeAll(keepingCapacity: true)
        feedBytes.removeAll(keepingCapacity: true)
    }
    mutating func clearReports() { venue.clearReports() }
    mutating func takeCommands() -> [ScriptedVenue.Command] { venue.takeCommands() }
    mutating func takeRemarks() -> [String] {
        defer { venue.remarks = [] }
        return venue.remarks
    }

    /// The products so far, by symbol.
    func productName(_ symbol: SymbolID) -> String { products[symbol.index]?.name ?? "" }
    var productCount: Int { products.count }

    private mutating func push(_ channel: FeedChannel, _ symbol: SymbolID) {
        let start = feedBytes.count
        feedBytes.append(contentsOf: messages.bytes)
        feed.append(FeedItem(channel: channel, symbol: symbol, range: start..<feedBytes.count))
    }

    /// Lists the symbol when the tape first shows it.
    private mutating func product(of symbol: SymbolID) -> Int {
        while products.count <= symbol.index { products.append(nil) }
        if products[symbol.index] == nil {
            products[symbol.index] = FeedProduct(symbol.text(names))
            if !instruments[symbol].isDefined {
                let instrument = Instrument(
                    symbol: symbol, tickSize: configuration.tickSize, lotSize: configuration.lotSize)
                instruments.define(instrument)
                venue.engine.define(instrument)
            }
        }
        return symbol.index
    }

    private mutating func withProduct(_ index: Int, _ body: (inout FeedMessages, inout FeedProduct) -> Void) {
        guard var product = products[index] else { return }
        body(&messages, &product)
        products[index] = product
    }

    /// Names the aggressor where the tape does not: by the quote, else by the last trade's price.
    ///
    /// Source: Lee & Ready, "Inferring Trade Direction from Intraday Data", Journal of Finance 46(2), 1991.
    private func attributed(_ trade: Trade) -> Trade {
        let product = products[trade.symbol.index]
        var side = Side.none
        if let quote = product?.quote, let mid = quote.mid, trade.price != mid {
            side = trade.price > mid ? .buy : .sell
        } else if let last = product?.last {
            side = trade.price == last.price ? last.aggressor : trade.price > last.price ? .buy : .sell
        }
        return Trade(
            eventTime: trade.eventTime, symbol: trade.symbol, price: trade.price, size: trade.size,
            aggressor: side == .none ? .buy : side, tradeID: trade.tradeID)
    }

    private func derivedQuote(around trade: Trade) -> Quote {
        let tick = instruments[trade.symbol].tickSize.rawValue
        let half = (tick > 0 ? tick : 10_000_000) * configuration.derivedHalfSpreadTicks
        let size = configuration.derivedSize ?? trade.size
        return Quote(
            eventTime: trade.eventTime, symbol: trade.symbol, bid: Price(rawValue: trade.price.rawValue - half), bidSize: size,
            ask: Price(rawValue: trade.price.rawValue + half), askSize: size)
    }
}

extension Quote {
    /// Whether it shows the same as another.
    fileprivate func shows(_ other: Quote) -> Bool {
        (bid, bidSize) == (other.bid, other.bidSize) && (ask, askSize) == (other.ask, other.askSize)
    }
}
