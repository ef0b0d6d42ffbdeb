import PlainData
import TradingModel

/// What the recorded market does.
extension MatchingEngine {
    /// The tape shows a new best bid and ask.
    public mutating func quote(_ quote: Quote, into reports: inout [ExecutionReport]) {
        let book = book(of: quote.symbol)
        if books[book].queues == nil { show(quote, book, into: &reports) }
    }

    /// The tape's quote, or the best of its orders.
    mutating func show(_ quote: Quote, _ book: Int, into reports: inout [ExecutionReport]) {
        let isCrossed = !quote.bid.isNone && !quote.ask.isNone && quote.bid > quote.ask
        books[book].hasQuote = !isCrossed
        let bidChanged = books[book].bid.show(isCrossed ? .none : quote.bid, quote.bidSize)
        let askChanged = books[book].ask.show(isCrossed ? .none : quote.ask, quote.askSize)
        if books[book].isStopped { return }
        if askChanged, !books[book].buys.isEmpty { meet(book, buys: true, quote.eventTime, into: &reports) }
        if bidChanged, !books[book].sells.isEmpty { meet(book, buys: false, quote.eventTime, into: &reports) }
        if isCrossed { return }  // it says nothing of who stands where
        if bidChanged { moveQueues(book, buys: true) }
        if askChanged { moveQueues(book, buys: false) }
    }

    /// The tape prints a trade.
    public mutating func trade(_ trade: Trade, into reports: inout [ExecutionReport]) {
        let book = book(of: trade.symbol)
        guard trade.size > .zero else { return }
        if books[book].awaited != 0, let kind = AuctionUpdate.Kind(rawValue: books[book].awaited) {
            return auction(kind, at: trade, into: &reports)
        }
        books[book].lastPx = trade.price
        // Where the market is told order by order, its executions are too.
        guard !books[book].isStopped, books[book].queues == nil else { return }
        var used = Quantity.zero
        // Whom the print met goes first, where the tape says so; our two sides share the one print.
        let buysFirst = trade.aggressor != .buy
        fill(book, buys: buysFirst, from: trade, &used, into: &reports)
        fill(book, buys: !buysFirst, from: trade, &used, into: &reports)
    }

    /// After a halt: our orders of one side against what is displayed now, and where they stand in it.
    mutating func meetAgain(_ book: Int, buys: Bool, _ time: Int64, into reports: inout [ExecutionReport]) {
        if buys ? !books[book].buys.isEmpty : !books[book].sells.isEmpty { meet(book, buys: buys, time, into: &reports) }
        if books[book].hasQuote { moveQueues(book, buys: buys) }
    }

    /// Our orders of one side against a changed opposite quote.
    private mutating func meet(_ book: Int, buys: Bool, _ time: Int64, into reports: inout [ExecutionReport]) {
        var ended = false, i = 0
        let count = buys ? books[book].buys.count : books[book].sells.count
        let opposite = buys ? books[book].ask.price : books[book].bid.price
        while i < count {
            let place = buys ? books[book].buys[i] : books[book].sells[i]
            i += 1
            guard !opposite.isNone, orders[Int(place)].allows(opposite) else {
                if books[book].unrested == 0 { break }
                // The market has left its limit: from now on it is a resting order. A market order never is.
                if orders[Int(place)].ordType == .limit, !orders[Int(place)].hasRested {
                    orders[Int(place)].hasRested = true
                    books[book].unrested -= 1
                }
                continue
            }
            if (buys ? books[book].ask.remaining : books[book].bid.remaining) > .zero {
                take(place, time, into: &reports)
                ended = ended || orders[Int(place)].ordStatus.isTerminal
            } else if books[book].unrested == 0 {
                break
            }
        }
        if ended { compact(book, buys: buys) }
    }

    /// Fills one order from the displayed opposite side: at the displayed price when it comes to the market, at its own
    /// limit when the market comes to it.
    mutating func take(_ place: Int32, _ time: Int64, into reports: inout [ExecutionReport]) {
        let order = orders[Int(place)], book = order.symbol.index
        let opposite = order.side.isBuy ? books[book].ask : books[book].bid
        let quantity = min(order.remainder, opposite.remaining)
        guard quantity > .zero else { return }
        if order.side.isBuy { books[book].ask.remaining -= quantity } else { books[book].bid.remaining -= quantity }
        let price = order.hasRested ? order.price : opposite.price
        execute(place, quantity, at: price, order.hasRested ? .maker : .taker, time, into: &reports)
    }

    /// Our resting orders of one side from one print; `used` is what the print has already given.
    private mutating func fill(
        _ book: Int, buys: Bool, from trade: Trade, _ used: inout Quantity, into reports: inout [ExecutionReport]
    ) {
        let count = buys ? books[book].buys.count : books[book].sells.count
        guard count > 0 else { return }
        let meetsUs = buys ? trade.aggressor != .buy : (trade.aggressor != .sell && trade.aggressor != .sellShort)
        var ended = false
        for i in 0..<count {
            let place = buys ? books[book].buys[i] : books[book].sells[i]
            let order = orders[Int(place)]
            guard order.hasRested else { continue }
            var available = trade.size - used
            if !order.isTraded(through: trade.price) {
                guard order.price == trade.price, meetsUs else { break }
                guard order.queueAhead != VenueOrder.unknownQueue else { continue }
                let past = trade.size.rawValue - order.queueAhead
                orders[Int(place)].queueAhead = max(0, -past)
                orders[Int(place)].tradedAhead += trade.size.rawValue
                available = Quantity(rawValue: past) - used
            }
            let quantity = min(order.remainder, available)
            guard quantity > .zero else { continue }
            used += quantity
            execute(place, quantity, at: order.price, .maker, trade.eventTime, into: &reports)
            ended = ended || orders[Int(place)].ordStatus.isTerminal
        }
        if ended { compact(book, buys: buys) }
    }

    /// How much stands ahead of an order after the size at its price has changed.
    private func queue(_ order: VenueOrder, after own: DisplayedSide) -> Int64 {
        let most = own.size.rawValue, front = order.queueAhead
        guard case .probabilistic(let power) = configuration.queue, front != VenueOrder.unknownQueue, own.sizeBefore > .zero
        else { return min(front, most) }
        // What traded was taken from the front already. What it took is not among those who left.
        let before = own.sizeBefore.rawValue - order.tradedAhead
        let gone = before - most
        guard gone > 0, front > 0 else { return min(front, most) }
        let back = Swift.max(0, before - front)
        func raised(_ quantity: Int64) -> Double {
            var product = 1.0
            for _ in 0..<power { product *= Double(quantity) }
            return product
        }
        let behind = raised(back) / (raised(back) + raised(front))
        // What cannot have left behind has left ahead.
        let estimate = Double(front) - (1 - behind) * Double(gone) + Swift.min(0, Double(back) - behind * Double(gone))
        return Swift.min(most, Swift.max(0, Int64(estimate.rounded(.up))))
    }

    /// Our queues after the quote on our own side changed: never longer than what is displayed, nothing when we are alone
    /// at the front.
    private mutating func moveQueues(_ book: Int, buys: Bool) {
        if books[book].queues != nil { return }
        let own = buys ? books[book].bid : books[book].ask
        for i in 0..<(buys ? books[book].buys.count : books[book].sells.count) {
            let place = buys ? books[book].buys[i] : books[book].sells[i]
            let order = orders[Int(place)]
            if order.price == own.price, !own.price.isNone {
                orders[Int(place)].queueAhead = queue(order, after: own)
                orders[Int(place)].tradedAhead = 0
            } else if own.price.isNone || order.hasPriority(over: own.price) {
                orders[Int(place)].queueAhead = 0
            } else {
                break
            }
        }
    }
}

extension VenueOrder {
    /// Whether its limit is strictly better than a price of its own side.
    func hasPriority(over other: Price) -> Bool { price.isNone || (side.isBuy ? price > other : price < other) }
}
