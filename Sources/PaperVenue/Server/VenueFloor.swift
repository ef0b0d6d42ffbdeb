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
    /// A report and whom it is for.
    struct Addressed {
        var report: ExecutionReport, client: Int32
        var isReplace = false
    }

    let names: Names
    private let configuration: VenueConfiguration
    private let derivesQuotes: Bool
    private(set) var engine: MatchingEngine
    private var instruments: InstrumentTable
    private var products: [FeedProduct?] = []
    private var messages = FeedMessages()
    private var owners: [TextID: Int32] = [:]
    private var fresh: [ExecutionReport] = []

    private(set) var feed: [FeedItem] = []
    private(set) var feedBytes: [UInt8] = []
    private(set) var reports: [Addressed] = []
    private(set) var fills: [Fill] = []
    private(set) var eventCount = 0

    init(_ configuration: VenueConfiguration, names: Names, instruments: InstrumentTable, hasQuotes: Bool) {
        (self.configuration, self.names, self.instruments) = (configuration, names, instruments)
        derivesQuotes = !hasQuotes
        engine = MatchingEngine(
            MatchingConfiguration(identifiers: .texts(names, prefix: "V"), fees: configuration.fees), instruments: instruments)
        for instrument in instruments.all { _ = product(of: instrument.symbol) }
    }

    // MARK: The market

    mutating func play(_ event: TapeEvent) {
        eventCount += 1
        switch event {
        case .quote(let quote): show(quote)
        case .trade(var trade):
            let symbol = product(of: trade.symbol)
            if trade.aggressor == .none { trade = attributed(trade) }
            withProduct(symbol) { messages, product in messages.match(trade, &product) }
            push(.matches, trade.symbol)
            engine.trade(trade, into: &fresh)
            address(isReplace: false)
            if derivesQuotes { show(derivedQuote(around: trade)) }
        }
    }

    private mutating func show(_ quote: Quote) {
        let symbol = product(of: quote.symbol)
        withProduct(symbol) { messages, product in messages.ticker(quote, &product) }
        push(.ticker, quote.symbol)
        engine.quote(quote, into: &fresh)
        address(isReplace: false)
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
        engine.endOfDay(time, into: &fresh)
        address(isReplace: false)
        engine.isClosed = true
    }

    // MARK: The clients

    mutating func enter(_ entry: OrderEntry, from client: Int32, at time: Int64) {
        var request = entry.request
        request.eventTime = time
        let before = fresh.count
        if entry.isPossResend, request.action == .new, engine.knows(request.clOrdID) { request.action = .status }
        engine.apply(request, into: &fresh)
        for report in fresh[before...] where report.execType == .new { owners[report.orderID] = client }
        address(to: client, isReplace: request.action == .replace)
    }

    // MARK: What came of it

    /// Forgets the feed messages handed out.
    mutating func clearFeed() {
        feed.removeAll(keepingCapacity: true)
        feedBytes.removeAll(keepingCapacity: true)
    }
    mutating func clearReports() { reports.removeAll(keepingCapacity: true) }

    /// The products so far, by symbol.
    func productName(_ symbol: SymbolID) -> String { products[symbol.index]?.name ?? "" }
    var productCount: Int { products.count }

    private mutating func address(to client: Int32? = nil, isReplace: Bool) {
        for report in fresh {
            reports.append(Addressed(report: report, client: client ?? owners[report.orderID] ?? 0, isReplace: isReplace))
        }
        fresh.removeAll(keepingCapacity: true)
        let filled = engine.takeFills()
        if !filled.isEmpty { fills += filled }
    }

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
                engine.define(instrument)
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
