import PlainData
import TradingModel

/// The recorded market of one instrument, order by order: who stands where, and since when.
///
/// Every order has a turn, a running number that grows with each one that joins a price, ours included: of two orders at one
/// price the lower turn is first. An order keeps its turn where only its size falls.
struct MarketQueues {
    struct Standing: State {
        var id: UInt64 = 0, price: Int64 = 0, size: Int64 = 0, turn: UInt64 = 0
        var isBid = false

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&id)
            coder.field(&price)
            coder.field(&size)
            coder.field(&turn)
            coder.field(&isBid)
        }
    }
    /// A price where somebody stands; `key` grows towards the other side.
    private struct Level {
        var key: Int64, size: Int64
    }

    private var standing: [UInt64: Standing] = [:]
    /// The best one last.
    private var bids: [Level] = [], asks: [Level] = []
    private var turns: UInt64 = 0

    mutating func takeTurn() -> UInt64 {
        turns += 1
        return turns
    }

    subscript(id: UInt64) -> Standing? { standing[id] }

    /// What stands at a price.
    func size(at price: Price, isBid: Bool) -> Int64 {
        let levels = isBid ? bids : asks
        let at = Self.place(levels, isBid ? price.rawValue : -price.rawValue)
        return at < levels.count && levels[at].key == (isBid ? price.rawValue : -price.rawValue) ? levels[at].size : 0
    }

    func best(isBid: Bool) -> (price: Price, size: Quantity)? {
        guard let level = isBid ? bids.last : asks.last else { return nil }
        return (Price(rawValue: isBid ? level.key : -level.key), Quantity(rawValue: level.size))
    }

    /// - Parameter wasThere: it stood before all of ours, as in a snapshot.
    /// - Returns: false for what is no order, or is one already.
    mutating func add(_ delta: BookDelta, wasThere: Bool) -> Bool {
        let isBid = delta.side == .buy
        guard delta.side != .none, !delta.price.isNone, delta.size > .zero, delta.orderID != 0, standing[delta.orderID] == nil,
            change(delta.price.rawValue, isBid, by: delta.size.rawValue)
        else { return false }
        standing[delta.orderID] = Standing(
            id: delta.orderID, price: delta.price.rawValue, size: delta.size.rawValue, turn: wasThere ? 0 : takeTurn(),
            isBid: isBid)
        return true
    }

    /// Takes a part of an order away, all of it where it has no more.
    /// - Returns: how it stood, and how much of it went.
    mutating func take(_ id: UInt64, _ size: Int64) -> (order: Standing, gone: Int64)? {
        guard let order = standing[id] else { return nil }
        let gone = size <= 0 ? order.size : min(size, order.size)
        _ = change(order.price, order.isBid, by: -gone)
        if gone == order.size { standing[id] = nil } else { standing[id]?.size -= gone }
        return (order, gone)
    }

    /// - Parameter side: `.none` for both.
    mutating func removeAll(_ side: Side = .none) {
        if side != .sell { bids.removeAll(keepingCapacity: true) }
        if side != .buy { asks.removeAll(keepingCapacity: true) }
        standing = side == .none ? [:] : standing.filter { $0.value.isBid != (side == .buy) }
    }

    /// - Returns: false where the level's size would overflow.
    private mutating func change(_ price: Int64, _ isBid: Bool, by size: Int64) -> Bool {
        isBid ? Self.change(&bids, price, by: size) : Self.change(&asks, -price, by: size)
    }
    private static func change(_ levels: inout [Level], _ key: Int64, by size: Int64) -> Bool {
        let at = place(levels, key)
        guard at < levels.count, levels[at].key == key else {
            levels.insert(Level(key: key, size: size), at: at)
            return true
        }
        let (sum, isOver) = levels[at].size.addingReportingOverflow(size)
        if isOver { return false }
        levels[at].size = sum
        if sum <= 0 { levels.remove(at: at) }
        return true
    }
    /// Where a key is, or belongs. Most changes are near the best, at the end.
    private static func place(_ levels: [Level], _ key: Int64) -> Int {
        var (low, high) = (0, levels.count)
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func state(_ coder: inout StateCoder) {
        var orders = standing.values.sorted { $0.id < $1.id }
        coder.field(&orders, filler: Standing())
        coder.field(&turns)
        guard !coder.isSaving else { return }
        removeAll()
        for order in orders where change(order.price, order.isBid, by: order.size) { standing[order.id] = order }
    }
}
