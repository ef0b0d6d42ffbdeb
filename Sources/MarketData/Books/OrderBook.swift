import PlainData
import TradingModel

/// A book of single orders (L3) of one instrument, with the queue of each level.
///
/// - Input: `BookDelta` with order numbers. `cancel` takes `size` off the order, all of it where `size` is 0 or as large;
///   `modify` says how the order stands from now on. An order keeps its place in the queue where only its size falls.
///   A `modify` of an unknown order adds it, as DBN asks; that and a `cancel` of one make the book `inconsistent`.
/// - Reading, transactions and sequences: as in `LevelBook`.
public struct OrderBook: ~Copyable {
    var state: BookState
    private var table = OrderTable()

    public init(_ policy: BookPolicy = BookPolicy()) {
        precondition(policy.depth == nil, "a book of orders keeps all levels")
        state = BookState(policy)
    }

    public var quality: BookQuality { state.quality }
    public var counters: BookCounters { state.counters }
    public var sequence: UInt64 { state.sequence }
    public var orders: Int { table.count }

    /// - Returns: whether a message is at its end: the book may be read.
    @discardableResult
    public mutating func apply(_ delta: BookDelta) -> Bool {
        guard state.admits(delta) else { return false }
        switch delta.action {
        case .add: add(delta)
        case .modify: modify(delta)
        case .cancel: cancel(delta)
        case .snapshotBegin, .clear: clear(delta)
        default: _ = state.applyCommon(delta)
        }
        state.close(delta)
        return delta.isEndOfTransaction
    }

    @inline(__always)
    private mutating func add(_ delta: BookDelta) {
        guard isOrder(delta), table.find(delta.orderID) == nil else { return state.refuse() }
        let order = OrderTable.Order(
            id: delta.orderID, key: 0, size: delta.size.rawValue, previous: Ladder.none, next: Ladder.none,
            isBid: delta.side == .buy)
        let slot = table.insert(order)
        if !enqueue(slot, delta.price) {
            table.remove(slot)
            state.refuse()
        }
    }

    private func isOrder(_ delta: BookDelta) -> Bool {
        delta.side != .none && !delta.price.isNone && delta.size.rawValue > 0 && delta.orderID != 0
    }

    private mutating func modify(_ delta: BookDelta) {
        guard isOrder(delta) else { return state.refuse() }
        guard let slot = table.find(delta.orderID) else {
            add(delta)
            return state.refuse()
        }
        let order = table.orders[slot]
        let key = delta.side == .buy ? state.bids.key(delta.price) : state.asks.key(delta.price)
        if order.isBid == (delta.side == .buy), order.key == key, delta.size.rawValue <= order.size {
            return reduce(slot, by: order.size - delta.size.rawValue)
        }
        dequeue(slot)
        table.orders[slot].isBid = delta.side == .buy
        table.orders[slot].size = delta.size.rawValue
        if !enqueue(slot, delta.price) {
            table.remove(slot)
            state.refuse()
        }
    }

    @inline(__always)
    private mutating func cancel(_ delta: BookDelta) {
        guard delta.size.rawValue >= 0, let slot = table.find(delta.orderID) else { return state.refuse() }
        let left = table.orders[slot].size
        let gone = delta.size.rawValue
        if gone > 0, gone < left { return reduce(slot, by: gone) }
        dequeue(slot)
        table.remove(slot)
        if gone > left { state.refuse() }
    }

    private mutating func clear(_ delta: BookDelta) {
        _ = state.applyCommon(delta)
        if state.bids.count == 0, state.asks.count == 0 { return table.removeAll() }
        // One side only: its orders go one by one. Rare.
        var ids: [Int] = []
        table.forEach { slot, order in if order.isBid == (delta.side == .buy) { ids.append(slot) } }
        for slot in ids { table.remove(slot) }
    }

    // MARK: Queues

    /// Puts an order at the end of its level's queue; false where the level's size would overflow.
    @inline(__always)
    private mutating func enqueue(_ slot: Int, _ price: Price) -> Bool {
        table.orders[slot].isBid
            ? Self.enqueue(&state.bids, table.orders, slot, price) : Self.enqueue(&state.asks, table.orders, slot, price)
    }

    @inline(__always)
    private static func enqueue(
        _ ladder: inout Ladder, _ orders: UnsafeMutablePointer<OrderTable.Order>, _ slot: Int, _ price: Price
    ) -> Bool {
        let key = ladder.key(price)
        let at = ladder.findOrInsert(key)
        let (size, isOver) = ladder.cells[at].size.addingReportingOverflow(orders[slot].size)
        if isOver { return false }  // The level is not new, so none is left empty.
        orders[slot].key = key
        orders[slot].previous = ladder.cells[at].last
        orders[slot].next = Ladder.none
        if ladder.cells[at].last == Ladder.none {
            ladder.cells[at].first = UInt32(slot)
        } else {
            orders[Int(ladder.cells[at].last)].next = UInt32(slot)
        }
        ladder.cells[at].last = UInt32(slot)
        ladder.cells[at].size = size
        ladder.cells[at].orders += 1
        return true
    }

    @inline(__always)
    private mutating func dequeue(_ slot: Int) {
        if table.orders[slot].isBid {
            Self.dequeue(&state.bids, table.orders, slot)
        } else {
            Self.dequeue(&state.asks, table.orders, slot)
        }
    }

    @inline(__always)
    private static func dequeue(_ ladder: inout Ladder, _ orders: UnsafeMutablePointer<OrderTable.Order>, _ slot: Int) {
        let order = orders[slot]
        guard let at = ladder.find(order.key) else { preconditionFailure("an order stands at a level") }
        if ladder.cells[at].orders == 1 { return ladder.remove(at: at) }
        if order.previous == Ladder.none {
            ladder.cells[at].first = order.next
        } else {
            orders[Int(order.previous)].next = order.next
        }
        if order.next == Ladder.none {
            ladder.cells[at].last = order.previous
        } else {
            orders[Int(order.next)].previous = order.previous
        }
        ladder.cells[at].size -= order.size
        ladder.cells[at].orders -= 1
    }

    /// Takes a part of an order away; it keeps its place.
    @inline(__always)
    private mutating func reduce(_ slot: Int, by gone: Int64) {
        let (key, isBid) = (table.orders[slot].key, table.orders[slot].isBid)
        table.orders[slot].size -= gone
        if isBid {
            if let at = state.bids.find(key) { state.bids.cells[at].size -= gone }
        } else if let at = state.asks.find(key) {
            state.asks.cells[at].size -= gone
        }
    }

    // MARK: Reading

    /// The best bid and ask. A side where nobody stands has the price `.none`.
    public func quote(_ symbol: SymbolID, accepting: BookQuality = .ok) throws(UnreadableBook) -> Quote {
        try state.quote(symbol, accepting)
    }
    /// The best `most` levels of a side, the best one first.
    public func levels(_ side: Side, most: Int = .max, accepting: BookQuality = .ok) throws(UnreadableBook) -> [BookLevel] {
        try state.levels(side, most, accepting)
    }
    /// How an order stands; nil where it does not.
    public func order(
        _ id: UInt64, accepting: BookQuality = .ok
    ) throws(UnreadableBook) -> (side: Side, price: Price, size: Quantity)? {
        try state.check(accepting)
        guard let slot = table.find(id) else { return nil }
        let order = table.orders[slot]
        let price = order.isBid ? state.bids.price(order.key) : state.asks.price(order.key)
        return (order.isBid ? .buy : .sell, price, Quantity(rawValue: order.size))
    }
    /// What stands before an order in its level's queue; nil where the order does not stand.
    public func sizeAhead(of id: UInt64, accepting: BookQuality = .ok) throws(UnreadableBook) -> Quantity? {
        try state.check(accepting)
        guard let slot = table.find(id) else { return nil }
        var (ahead, at): (Int64, UInt32) = (0, table.orders[slot].previous)
        while at != Ladder.none {
            ahead += table.orders[Int(at)].size
            at = table.orders[Int(at)].previous
        }
        return Quantity(rawValue: ahead)
    }

    /// The feed's word on the book, where no message carries it.
    public mutating func mark(_ flaws: BookQuality) { state.flaws.formUnion(flaws) }
    public mutating func unmark(_ flaws: BookQuality) { state.flaws.subtract(flaws) }
}
