import PlainData
import TradingModel

/// The orders that passed compliance not long ago, by instrument: which of them were alike.
struct RecentTerms: ~Copyable {
    struct Terms: State, Equatable {
        var time = Int64.min, owner: UInt64 = 0, quantity: Int64 = 0, price: Int64 = 0, codes: UInt64 = 0

        init() {}
        init(_ order: OrderRequest) {
            owner = UInt64(order.account.rawValue) << 32 | UInt64(order.strategy.rawValue)
            (quantity, price) = (order.orderQty.rawValue, order.price.rawValue)
            codes =
                UInt64(order.side.rawValue) << 16 | UInt64(order.ordType.rawValue) << 8 | UInt64(order.timeInForce.rawValue)
        }
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&time)
            coder.field(&owner)
            coder.field(&quantity)
            coder.field(&price)
            coder.field(&codes)
        }
    }
    private var terms = Chains<Terms>(repeating: Terms())

    /// How many equal orders passed within `duplicateWindow` before `now`. Forgets what is older.
    mutating func duplicates(of order: OrderRequest, _ now: Int64, duplicateWindow: Int64) -> Int {
        let wanted = Terms(order), symbol = order.symbol.index
        var count = 0, at = terms.first(symbol)
        while at != 0 {
            let next = terms.next(at)
            var seen = terms[at]
            if elapsed(from: seen.time, to: now) >= duplicateWindow {
                terms.remove(at, from: symbol)
            } else {
                seen.time = wanted.time
                if seen == wanted { count += 1 }
            }
            at = next
        }
        return count
    }

    mutating func add(_ order: OrderRequest, _ now: Int64, duplicateWindow: Int64) {
        guard order.action == .new, duplicateWindow > 0 else { return }
        var passed = Terms(order)
        passed.time = now
        terms.add(passed, to: order.symbol.index)
    }

    mutating func state(_ coder: inout StateCoder) { terms.state(&coder) }
}
