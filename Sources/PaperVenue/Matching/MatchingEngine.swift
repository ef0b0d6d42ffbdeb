import PlainData
import TradingModel

/// A venue's matching: our orders against the recorded market, as a pure function of the calls made to it.
///
/// The recorded market is immutable: it does not react to our orders, and our orders do not trade with each other.
/// What keeps the fills honest:
///
/// - An order that crosses the displayed quote takes what is displayed, at the displayed price, as taker. What it
///   took stays taken until that side of the quote changes in price or size. A crossed quote shows nobody.
/// - What is left of it rests (day, good till cancel) or is canceled (immediate or cancel); fill or kill trades
///   whole or not at all. A market order's rest takes what the following quotes display.
/// - A resting order fills at its own limit, as maker: when the tape trades past the limit, when the displayed
///   opposite side comes to the limit, or when the tape trades at the limit after the queue ahead has traded. All fills
///   from one print together never exceed the print.
/// - The queue ahead is the whole displayed size where the order joins the best price, unknown behind it (such an order
///   waits until the market comes to its level, and then stands behind all that is displayed), and nothing before it.
///   Trades at the price shorten it; cancellations only when less is displayed than stands ahead. A print whose
///   aggressor is on the order's own side does not trade with it.
/// - Bars: an order that came no later than a bar's start fills at the open if its limit allows it (taker), else at its
///   limit if the bar trades past it (maker); touching it is not enough. All fills of a bar stay within its volume
///   where that is known, and are stamped with the bar's start.
///
/// Orders of one side fill by price, then by time; a replace keeps its place only when it lowers the quantity at the
/// same price. ClOrdIDs are remembered until the end of the day after the one in which their order ended.
///
/// - Output: reports in the order in which they would be sent; every request gets at least one.
/// - Cost: a tick without orders near it touches one book; nothing is allocated but the reports, and new orders' entries.
/// - Source: the queue model is the risk-averse one of hftbacktest (nkaz001/hftbacktest, `RiskAdverseQueueModel`);
///   messages follow FIX 4.4, volume 7, Appendix D.
public struct MatchingEngine: ~Copyable {
    public let configuration: MatchingConfiguration
    var instruments: InstrumentTable
    var books: [SymbolBook] = []
    var orders: [VenueOrder] = []
    /// Where the order of an id lies; ids of cancels and replaces lead to the order they were about.
    var places: [ClOrdID: Int32] = [:]
    var freePlaces: [Int32] = []
    var fills: [Fill] = []
    var orderCount: UInt32 = 0, execCount: UInt32 = 0
    var day: Int32 = 1
    var texts = TextCache()
    /// What holds for symbols that nobody has named yet.
    var phase = AuctionPhase()
    var awaited: UInt8 = 0
    var auctions: [AuctionUpdate] = []
    /// While set, new orders are rejected (OrdRejReason 2).
    public var isClosed = false

    /// - Parameter instruments: what is listed; an order in anything else is rejected (OrdRejReason 1).
    public init(_ configuration: MatchingConfiguration, instruments: InstrumentTable) {
        (self.configuration, self.instruments) = (configuration, instruments)
    }

    /// Lists an instrument, or changes its grid.
    public mutating func define(_ instrument: Instrument) { instruments.define(instrument) }

    /// Net bought minus sold since the start.
    public func position(of symbol: SymbolID) -> Quantity {
        symbol.index < books.count ? books[symbol.index].position : .zero
    }
    /// Fees charged since the start; negative is a rebate.
    public func fees(of symbol: SymbolID) -> Notional { symbol.index < books.count ? books[symbol.index].fees : .zero }
    /// Σ price·quantity traded since the start.
    public func turnover(of symbol: SymbolID) -> Notional {
        symbol.index < books.count ? books[symbol.index].turnover : .zero
    }
    /// Whether an order, cancel or replace came under this id today or yesterday.
    public func knows(_ id: ClOrdID) -> Bool { places[id] != nil }
    /// How many orders work now.
    public var workingCount: Int {
        books.reduce(0) { $0 + $1.buys.count + $1.sells.count + $1.opening.count + $1.closing.count }
    }
    /// The symbols that have a book, traded or not.
    public var symbolCount: Int { books.count }

    /// The executions since the last call, in their order.
    public mutating func takeFills() -> [Fill] {
        let taken = fills
        fills.removeAll(keepingCapacity: false)
        return taken
    }

    /// How auctions stood since the last call, in their order.
    public mutating func takeAuctions() -> [AuctionUpdate] {
        let taken = auctions
        if !auctions.isEmpty { auctions.removeAll() }
        return taken
    }

    /// Does what the request asks: `submit`, `cancel`, `replace` or `status` by its action.
    public mutating func apply(_ request: OrderRequest, into reports: inout [ExecutionReport]) {
        switch request.action {
        case .new: submit(request, into: &reports)
        case .cancel: cancel(request, into: &reports)
        case .replace: replace(request, into: &reports)
        case .status: status(request, into: &reports)
        // No venue's affair: there is no such message.
        case .suspend, .release: refuse(request, places[request.origClOrdID], cxlRejReason: 2, "", into: &reports)
        }
    }

    /// Ends the day at `time`: day orders expire (or are done for the day, as configured); good-till-cancel orders and the
    /// displayed quotes' consumption stay.
    public mutating func endOfDay(_ time: Int64, into reports: inout [ExecutionReport]) {
        let ending: (OrdStatus, ExecType) =
            configuration.dayEnd == .expired ? (.expired, .expired) : (.doneForDay, .doneForDay)
        for book in books.indices {
            for isBuy in [true, false] {
                for place in isBuy ? books[book].buys : books[book].sells where orders[Int(place)].timeInForce != .goodTillCancel
                {
                    end(place, ending.0)
                    report(ending.1, place, time, into: &reports)
                }
                compact(book, buys: isBuy)
            }
            for place in books[book].opening + books[book].closing {
                end(place, ending.0)
                report(ending.1, place, time, into: &reports)
            }
            (books[book].opening, books[book].closing, books[book].others) = ([], [], [])
            (books[book].phase, books[book].awaited) = (AuctionPhase(), 0)
        }
        (phase, awaited) = (AuctionPhase(), 0)
        forgetOldOrders()
        day += 1
    }

    /// ClOrdIDs are unique within a day (FIX tag 11), so what ended on an earlier day need not be kept.
    private mutating func forgetOldOrders() {
        guard !places.isEmpty else { return }
        let (before, today) = (places.count, day)
        places = places.filter { orders[Int($0.value)].endedOnDay == 0 || orders[Int($0.value)].endedOnDay >= today }
        guard places.count < before else { return }
        for place in orders.indices where orders[place].endedOnDay > 0 && orders[place].endedOnDay < today {
            orders[place].endedOnDay = -1  // free: never found by an id again
            freePlaces.append(Int32(place))
        }
    }
}
