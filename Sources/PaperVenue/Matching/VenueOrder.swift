import PlainData
import TradingModel

/// An order as the venue keeps it.
struct VenueOrder: BitwiseCopyable {
    /// The id it goes by now: that of the last accepted replace.
    var clOrdID: ClOrdID
    var orderQty: Quantity, cumQty = Quantity.zero
    /// The limit; `.none` for a market order.
    var price: Price
    /// Σ price·quantity of its executions.
    var notional = Notional.zero
    /// When it, or the replace that took its priority, came.
    var since: Int64
    /// How much of the recorded market still trades before it at its price; `unknownQueue` while nobody can say.
    var queueAhead = unknownQueue
    /// Its turn among the recorded market's orders, where these are told one by one.
    var turn: UInt64 = 0
    /// What traded at its price since the displayed size was last looked at: that part of a decrease is known.
    var tradedAhead: Int64 = 0
    /// The day in which it ended; its ids are forgotten when the next day has ended.
    var endedOnDay: Int32 = 0
    var symbol: SymbolID
    var account: TextID, orderID: TextID
    var side: Side, ordType: OrdType, timeInForce: TimeInForce
    var ordStatus = OrdStatus.new
    /// True once the displayed market did not reach its limit: from then on it is others who come to it.
    var hasRested = false

    static let unknownQueue = Int64.max

    init(_ request: OrderRequest, orderID: TextID) {
        (clOrdID, orderQty, since) = (request.clOrdID, request.orderQty, request.eventTime)
        (symbol, account, self.orderID) = (request.symbol, request.account, orderID)
        (side, ordType, timeInForce) = (request.side, request.ordType, request.timeInForce)
        price = request.ordType == .market ? .none : request.price
    }

    var remainder: Quantity { orderQty - cumQty }
    /// LeavesQty (151): nothing is left of an order that has ended.
    var leavesQty: Quantity { ordStatus.isTerminal ? .zero : remainder }
    var avgPx: Price { notional.price(per: cumQty) ?? .none }
    /// Whether it takes part in an auction and in nothing else.
    var isForAuction: Bool { timeInForce == .atTheOpening || timeInForce == .atTheClose }
    var isImmediate: Bool { timeInForce == .immediateOrCancel || timeInForce == .fillOrKill }

    /// Whether it may trade at `other`: no worse than its limit.
    func allows(_ other: Price) -> Bool {
        price.isNone || (side.isBuy ? other <= price : other >= price)
    }
    /// Whether a trade at `other` went past its limit, so that the limit must have traded first.
    func isTraded(through other: Price) -> Bool {
        !price.isNone && (side.isBuy ? other < price : other > price)
    }
    /// Whether it stands strictly before `other` in the book; time decides between equals.
    func hasBetterPrice(than other: VenueOrder) -> Bool {
        if other.price.isNone { return false }
        if price.isNone { return true }
        return side.isBuy ? price > other.price : price < other.price
    }
}

/// One side of the recorded quote, and what of it our orders have left.
struct DisplayedSide: BitwiseCopyable {
    var price = Price.none
    var size = Quantity.zero
    /// The recorded market does not know our orders: what they took of a quote stays taken until that side changes.
    var remaining = Quantity.zero

    /// The size before the last change, while the price stayed; zero where it did not.
    var sizeBefore = Quantity.zero

    /// Shows a new quote's side.
    /// - Returns: whether it differs from what was shown before.
    mutating func show(_ newPrice: Price, _ newSize: Quantity) -> Bool {
        let stands = !newPrice.isNone && newSize > .zero
        let shown = (stands ? newPrice : .none, stands ? newSize : .zero)
        guard shown != (price, size) else { return false }
        sizeBefore = shown.0 == price ? size : .zero
        (price, size, remaining) = (shown.0, shown.1, shown.1)
        return true
    }
}

/// One instrument: the quote the tape shows, and our working orders in price-time order.
struct SymbolBook {
    var bid = DisplayedSide(), ask = DisplayedSide()
    /// Whether the last quote says who stands where: it came, and was not crossed.
    var hasQuote = false
    /// Places in the engine's table of orders, best first.
    var buys: [Int32] = [], sells: [Int32] = []
    /// How many working orders have not rested yet; almost always none.
    var unrested = 0
    /// While set nothing matches.
    var isHalted = false
    var isStopped: Bool { isHalted || phase.isCalling }

    /// Orders for an auction alone, in the order in which they came.
    var opening: [Int32] = [], closing: [Int32] = []
    /// What others have sent for the next auction.
    var others: [AuctionInterest] = []
    var phase = AuctionPhase()
    /// An auction that the next print is: 0 for none.
    var awaited: UInt8 = 0
    /// The last trade's price.
    var lastPx = Price.none
    /// When the next indicative price may be told.
    var nextIndication = Int64.min
    /// The recorded market order by order, where it is told so.
    var queues: MarketQueues?

    /// Net bought, traded notional and fees so far.
    var position = Quantity.zero, turnover = Notional.zero, fees = Notional.zero
}
