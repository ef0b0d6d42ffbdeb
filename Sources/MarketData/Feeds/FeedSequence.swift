import PlainData
import TradingModel

/// Whether the messages of each product come complete, once and in order.
///
/// Trades: `trade_id` grows by one a trade of a product, so a larger step is a gap (`sequence` counts messages of the full
/// channel too, which is not subscribed to here, so its steps say nothing). Tickers: `sequence` only has to grow.
struct FeedSequence: ~Copyable {
    enum Finding: Equatable {
        case next
        /// The ids that are missing before this one, which is in order otherwise.
        case gap(from: UInt64, to: UInt64)
        /// Came before: not to be used again.
        case duplicate
        /// Older than what came before. `fills`: it belongs to the last gap, and was not there yet.
        case outOfOrder(fills: Bool)
    }

    struct Product: BitwiseCopyable {
        var lastTrade: UInt64 = 0  // 0: none yet
        var lastTicker: UInt64 = 0
        var gapFrom: UInt64 = 0
        var gapTo: UInt64 = 0  // below gapFrom: no gap is open
        /// Which of the first 64 ids of the gap came late.
        var filled: UInt64 = 0
    }

    private var products = Dense(repeating: Product(gapFrom: 1))

    @inline(__always)
    mutating func trade(_ symbol: SymbolID, id: UInt64) -> Finding {
        let last = products.value(symbol.index).lastTrade
        if last == 0 || id == last &+ 1 {
            products[symbol.index].lastTrade = id
            return .next
        }
        return step(symbol, last, id)
    }
    @inline(never)
    private mutating func step(_ symbol: SymbolID, _ last: UInt64, _ id: UInt64) -> Finding {
        guard id > last else { return late(symbol.index, id) }
        products[symbol.index].lastTrade = id
        open(symbol.index, last + 1, id - 1)
        return .gap(from: last + 1, to: id - 1)
    }

    /// Where numbers only grow: a smaller one is late, a larger one says nothing of a gap.
    mutating func growing(_ symbol: SymbolID, id: UInt64) -> Finding {
        let place = symbol.index
        let last = products.value(place).lastTrade
        if id > last {
            products[place].lastTrade = id
            return .next
        }
        return id == last ? .duplicate : .outOfOrder(fills: false)
    }

    /// A heartbeat says which trade was the last one.
    mutating func heartbeat(_ symbol: SymbolID, lastTradeID id: UInt64) -> Finding {
        let place = symbol.index
        let last = products.value(place).lastTrade
        guard last != 0, id > last else { return .next }
        products[place].lastTrade = id
        open(place, last + 1, id)
        return .gap(from: last + 1, to: id)
    }

    mutating func ticker(_ symbol: SymbolID, sequence: UInt64) -> Finding {
        let place = symbol.index
        let last = products.value(place).lastTicker
        if sequence > last {
            products[place].lastTicker = sequence
            return .next
        }
        return sequence == last ? .duplicate : .outOfOrder(fills: false)
    }

    func hasTrade(_ symbol: SymbolID) -> Bool { products.value(symbol.index).lastTrade != 0 }

    private mutating func open(_ place: Int, _ from: UInt64, _ to: UInt64) {
        (products[place].gapFrom, products[place].gapTo, products[place].filled) = (from, to, 0)
    }

    private mutating func late(_ place: Int, _ id: UInt64) -> Finding {
        let (from, to) = (products[place].gapFrom, products[place].gapTo)
        guard id >= from, id <= to, id - from < 64 else {
            return id == products[place].lastTrade ? .duplicate : .outOfOrder(fills: false)
        }
        let bit: UInt64 = 1 << (id - from)
        if products[place].filled & bit != 0 { return .duplicate }
        products[place].filled |= bit
        return .outOfOrder(fills: true)
    }
}
