import PlainData
import TradingModel

@testable import MarketData

// Books as simple as can be, to hold the real ones against.

/// Sizes by price.
struct LevelModel {
    var bids: [Int64: Int64] = [:], asks: [Int64: Int64] = [:]

    mutating func apply(_ delta: BookDelta) {
        switch delta.action {
        case .add, .modify: set(delta, delta.size.rawValue)
        case .cancel: set(delta, 0)
        case .snapshotBegin: (bids, asks) = ([:], [:])
        case .clear:
            if delta.side != .sell { bids = [:] }
            if delta.side != .buy { asks = [:] }
        default: break
        }
    }
    private mutating func set(_ delta: BookDelta, _ size: Int64) {
        let value = size == 0 ? nil : size
        if delta.side == .buy { bids[delta.price.rawValue] = value } else { asks[delta.price.rawValue] = value }
    }
    func levels(_ side: Side) -> [BookLevel] {
        let sorted = side == .buy ? bids.sorted { $0.key > $1.key } : asks.sorted { $0.key < $1.key }
        return sorted.map { BookLevel(price: Price(rawValue: $0.key), size: Quantity(rawValue: $0.value)) }
    }
}

/// All orders in one list, the oldest first.
struct OrderModel {
    struct Order: Equatable {
        var id: UInt64, side: Side, price: Int64, size: Int64
    }
    var orders: [Order] = []

    mutating func apply(_ delta: BookDelta) {
        let at = orders.firstIndex { $0.id == delta.orderID }
        let new = Order(id: delta.orderID, side: delta.side, price: delta.price.rawValue, size: delta.size.rawValue)
        switch (delta.action, at) {
        case (.add, nil), (.modify, nil): orders.append(new)
        case (.modify, let at?):
            if orders[at].side == new.side, orders[at].price == new.price, new.size <= orders[at].size {
                orders[at].size = new.size
            } else {
                orders.remove(at: at)
                orders.append(new)
            }
        case (.cancel, let at?):
            if delta.size.rawValue == 0 || delta.size.rawValue >= orders[at].size {
                orders.remove(at: at)
            } else {
                orders[at].size -= delta.size.rawValue
            }
        case (.snapshotBegin, _): orders = []
        case (.clear, _): orders.removeAll { delta.side == .none || $0.side == delta.side }
        default: break
        }
    }
    func levels(_ side: Side) -> [BookLevel] {
        var sizes: [Int64: (Int64, UInt32)] = [:]
        for order in orders where order.side == side {
            sizes[order.price] = ((sizes[order.price]?.0 ?? 0) + order.size, (sizes[order.price]?.1 ?? 0) + 1)
        }
        return sizes.sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }
            .map { BookLevel(price: Price(rawValue: $0.key), size: Quantity(rawValue: $0.value.0), orders: $0.value.1) }
    }
    func sizeAhead(of id: UInt64) -> Int64? {
        guard let at = orders.firstIndex(where: { $0.id == id }) else { return nil }
        let order = orders[at]
        return orders[..<at].filter { $0.side == order.side && $0.price == order.price }.reduce(0) { $0 + $1.size }
    }
}

func delta(
    _ action: BookDelta.Action, _ side: Side = .none, _ price: Int64 = 0, _ size: Int64 = 0, id: UInt64 = 0,
    sequence: UInt64 = 0, isLast: Bool = true, quality: BookQuality = .ok
) -> BookDelta {
    BookDelta(
        eventTime: 1, symbol: SymbolID(rawValue: 1), action: action, side: side, price: Price(rawValue: price * Price.one),
        size: Quantity(units: size), orderID: id, sequence: sequence, flags: isLast ? .endOfTransaction : [], quality: quality)
}
