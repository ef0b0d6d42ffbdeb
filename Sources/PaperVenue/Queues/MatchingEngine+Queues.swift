import PlainData
import TradingModel

/// The market told order by order (L3): each of ours has its place in the queue of its price.
///
/// An order joins behind all that stands at its limit, at whatever level. Those ahead go by their own executions and cancels, and
/// those who come later stand behind. When the tape executes somebody who stands behind one of ours, or at a worse price, ours
/// trades in his stead, at its limit, as maker; one execution is shared by all of ours, and gives no more than it traded. The
/// recorded market goes on as it did.
///
/// For an instrument that is told so the quotes and prints of other inputs do not count: the best levels are those of its orders.
extension MatchingEngine {
    /// One change of the recorded book, with the number of its order.
    public mutating func change(_ delta: BookDelta, into reports: inout [ExecutionReport]) {
        let book = book(of: delta.symbol)
        if books[book].queues == nil { beginQueues(book) }
        switch delta.action {
        case .add: add(delta, book)
        case .modify: modify(delta, book)
        case .cancel: leave(delta.orderID, delta.size.rawValue, book)
        case .fill: executed(delta, book, into: &reports)
        case .trade: if !delta.price.isNone { books[book].lastPx = delta.price }
        case .clear:
            books[book].queues?.removeAll(delta.side)
            joinAgain(book, delta.side)
        case .snapshotBegin: books[book].queues?.removeAll()
        case .snapshotEnd: joinAgain(book, .none)
        case .none, .status: break
        }
        if delta.isEndOfTransaction { showBest(book, delta.eventTime, into: &reports) }
    }

    /// From now on the market is told order by order: what was displayed before does not count.
    private mutating func beginQueues(_ book: Int) {
        books[book].queues = MarketQueues()
        joinAgain(book, .none)
    }

    /// Our orders of a side, or of both, stand behind all that is there.
    private mutating func joinAgain(_ book: Int, _ side: Side) {
        for place in (side == .sell ? [] : books[book].buys) + (side == .buy ? [] : books[book].sells) {
            let order = orders[Int(place)]
            orders[Int(place)].queueAhead = books[book].queues?.size(at: order.price, isBid: order.side.isBuy) ?? 0
            orders[Int(place)].turn = books[book].queues?.takeTurn() ?? 0
        }
    }

    private mutating func add(_ delta: BookDelta, _ book: Int) {
        let wasThere = delta.flags.contains(.snapshot)
        guard books[book].queues?.add(delta, wasThere: wasThere) == true, wasThere else { return }
        for place in delta.side == .buy ? books[book].buys : books[book].sells where orders[Int(place)].price == delta.price {
            orders[Int(place)].queueAhead += delta.size.rawValue
        }
    }

    /// A part of an order of the market goes: those of ours behind it move up.
    private mutating func leave(_ id: UInt64, _ size: Int64, _ book: Int) {
        guard let (order, gone) = books[book].queues?.take(id, size) else { return }
        for place in order.isBid ? books[book].buys : books[book].sells
        where orders[Int(place)].price.rawValue == order.price && orders[Int(place)].turn > order.turn {
            orders[Int(place)].queueAhead = max(0, orders[Int(place)].queueAhead - gone)
        }
    }

    /// An order keeps its place where only its size falls.
    private mutating func modify(_ delta: BookDelta, _ book: Int) {
        guard let order = books[book].queues?[delta.orderID] else { return add(delta, book) }
        let isSame = order.price == delta.price.rawValue && order.isBid == (delta.side == .buy)
        if isSame, delta.size.rawValue <= order.size {
            if delta.size.rawValue < order.size { leave(delta.orderID, order.size - delta.size.rawValue, book) }
            return
        }
        leave(delta.orderID, 0, book)
        add(delta, book)
    }

    /// Somebody's order traded. What that takes off the book comes as a change of its own.
    private mutating func executed(_ delta: BookDelta, _ book: Int, into reports: inout [ExecutionReport]) {
        if !delta.price.isNone { books[book].lastPx = delta.price }
        guard delta.size > .zero, !books[book].isStopped, let resting = books[book].queues?[delta.orderID] else { return }
        var left = delta.size, ended = false
        for place in resting.isBid ? books[book].buys : books[book].sells where left > .zero {
            let order = orders[Int(place)], price = Price(rawValue: resting.price)
            guard order.hasPriority(over: price) || (order.price == price && order.turn < resting.turn) else {
                if order.price == price { continue }
                break
            }
            // A market order's rest, and one that still comes to the market, take what is displayed.
            guard order.hasRested, !order.price.isNone else { continue }
            let quantity = min(left, order.remainder)
            left -= quantity
            execute(place, quantity, at: order.price, .maker, delta.eventTime, into: &reports)
            ended = ended || orders[Int(place)].ordStatus.isTerminal
        }
        if ended { compact(book, buys: resting.isBid) }
    }

    private mutating func showBest(_ book: Int, _ time: Int64, into reports: inout [ExecutionReport]) {
        guard let quote = best(SymbolID(rawValue: UInt32(book)), time) else { return }
        show(quote, book, into: &reports)
    }
    /// The best levels of an instrument that is told order by order.
    func best(_ symbol: SymbolID, _ time: Int64) -> Quote? {
        guard symbol.index < books.count, let queues = books[symbol.index].queues else { return nil }
        let bid = queues.best(isBid: true), ask = queues.best(isBid: false)
        return Quote(
            eventTime: time, symbol: symbol, bid: bid?.price ?? .none, bidSize: bid?.size ?? .zero, ask: ask?.price ?? .none,
            askSize: ask?.size ?? .zero)
    }
}
