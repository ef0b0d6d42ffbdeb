import PlainData
import TradingModel

/// The table of orders and the sorted sides.
extension MatchingEngine {
    /// The symbol's book, made when it is first needed.
    mutating func book(of symbol: SymbolID) -> Int {
        if symbol.index >= books.count {
            precondition(symbol.index < 1 << 24, "a symbol's number is a small integer")
            for _ in books.count...symbol.index {
                books.append(SymbolBook())
                (books[books.count - 1].phase, books[books.count - 1].awaited) = (phase, awaited)
            }
        }
        return symbol.index
    }

    mutating func store(_ order: VenueOrder) -> Int32 {
        if let place = freePlaces.popLast() {
            orders[Int(place)] = order
            return place
        }
        orders.append(order)
        return Int32(orders.count - 1)
    }

    /// Puts an order behind those of its price and gives it its queue.
    mutating func stand(_ place: Int32) {
        let order = orders[Int(place)], book = order.symbol.index
        if isCollected(order) { return collect(place) }
        if !order.hasRested { books[book].unrested += 1 }
        var at = order.side.isBuy ? books[book].buys.count : books[book].sells.count
        while at > 0, order.hasBetterPrice(than: orders[Int(neighbour(before: at, order))]) { at -= 1 }
        orders[Int(place)].queueAhead = queue(for: order)
        orders[Int(place)].turn = books[book].queues?.takeTurn() ?? 0
        if order.side.isBuy { books[book].buys.insert(place, at: at) } else { books[book].sells.insert(place, at: at) }
    }

    /// Whether it waits for an auction, outside the book. Bars have their auctions in their opens and closes.
    func isCollected(_ order: VenueOrder) -> Bool { order.isForAuction && configuration.market == .ticks }

    private mutating func collect(_ place: Int32) {
        let order = orders[Int(place)], book = order.symbol.index
        if order.timeInForce == .atTheOpening { books[book].opening.append(place) } else { books[book].closing.append(place) }
    }

    private func neighbour(before at: Int, _ order: VenueOrder) -> Int32 {
        order.side.isBuy ? books[order.symbol.index].buys[at - 1] : books[order.symbol.index].sells[at - 1]
    }

    /// What stands ahead of an order that joins its price now.
    private func queue(for order: VenueOrder) -> Int64 {
        // Field by field: the whole book would be copied.
        let book = order.symbol.index, isBid = order.side.isBuy
        if books[book].queues != nil { return books[book].queues?.size(at: order.price, isBid: isBid) ?? 0 }
        guard books[book].hasQuote else { return VenueOrder.unknownQueue }
        let own = isBid ? books[book].bid : books[book].ask
        if own.price.isNone || order.hasPriority(over: own.price) { return 0 }
        return order.price == own.price ? own.size.rawValue : VenueOrder.unknownQueue
    }

    /// Takes an order out of its side.
    mutating func withdraw(_ place: Int32) {
        let order = orders[Int(place)], book = order.symbol.index
        if isCollected(order) {
            if order.timeInForce == .atTheOpening {
                books[book].opening.removeAll { $0 == place }
            } else {
                books[book].closing.removeAll { $0 == place }
            }
            return
        }
        if order.side.isBuy {
            books[book].buys.removeAll { $0 == place }
        } else {
            books[book].sells.removeAll { $0 == place }
        }
        if !order.hasRested { books[book].unrested -= 1 }
    }

    /// Takes the ended orders out of a side.
    mutating func compact(_ book: Int, buys: Bool) {
        var kept = 0
        let count = buys ? books[book].buys.count : books[book].sells.count
        for i in 0..<count {
            let place = buys ? books[book].buys[i] : books[book].sells[i]
            if orders[Int(place)].ordStatus.isTerminal {
                if !orders[Int(place)].hasRested { books[book].unrested -= 1 }
                continue
            }
            if kept < i { if buys { books[book].buys[kept] = place } else { books[book].sells[kept] = place } }
            kept += 1
        }
        if buys { books[book].buys.removeLast(count - kept) } else { books[book].sells.removeLast(count - kept) }
    }
}
