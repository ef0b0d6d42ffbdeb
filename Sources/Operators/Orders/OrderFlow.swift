import PlainData
import TradingModel

/// The orders that passed compliance not long ago: how many, and which of them were alike.
struct OrderFlow: ~Copyable {
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
    private let throttleWindow: Int64, duplicateWindow: Int64, throttleOrders: Int
    /// When the last orders passed, round and round; never falling, so that those of the window are the newest ones.
    private var times: Dense<Int64>
    /// How many orders have passed, and how many of those are too old to count.
    private var passed: Int64 = 0, old: Int64 = 0, latest = Int64.min
    private var terms = Chains<Terms>(repeating: Terms())

    init(throttleOrders: Int, throttleWindow: Int64, duplicateWindow: Int64) {
        (self.throttleOrders, self.throttleWindow, self.duplicateWindow) = (throttleOrders, throttleWindow, duplicateWindow)
        times = Dense(repeating: .min)
    }

    /// How many orders passed within the throttle's window before `now`; no more than the limit is counted. An order that
    /// is older than the last one that passed is measured as if it came then.
    mutating func recent(_ now: Int64) -> Int {
        old = max(old, passed - Int64(throttleOrders))
        move(to: now)
        while old < passed, elapsed(from: times[slot(old)], to: latest) >= throttleWindow { old += 1 }
        return Int(passed - old)
    }
    /// A time that leaps back by a window or more was wrong before, and what passed then came now at the latest: one order
    /// from the future must not hold the throttle shut until that future comes.
    private mutating func move(to now: Int64) {
        guard now < latest, elapsed(from: now, to: latest) >= throttleWindow else { return latest = max(latest, now) }
        for order in old..<passed { times[slot(order)] = min(times[slot(order)], now) }
        latest = now
    }
    private func slot(_ order: Int64) -> Int { Int(order % Int64(max(1, throttleOrders))) }

    /// How many equal orders passed within the duplicates' window before `now`. Forgets what is older.
    mutating func duplicates(of order: OrderRequest, _ now: Int64) -> Int {
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

    mutating func add(_ order: OrderRequest, _ now: Int64) {
        move(to: now)
        times[slot(passed)] = latest
        passed += 1
        guard order.action == .new, duplicateWindow > 0 else { return }
        var passed = Terms(order)
        passed.time = now
        terms.add(passed, to: order.symbol.index)
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&latest)
        // The times that count, oldest first: a floor with another limit puts them elsewhere.
        var count = UInt64(passed - old)
        coder.field(&count)
        let first = coder.isSaving ? old : 0
        if !coder.isSaving { (passed, old) = (coder.isTruncated ? 0 : Int64(clamping: count), 0) }
        for order in first..<max(first, first + Int64(clamping: count)) where !coder.isTruncated {
            var time = coder.isSaving ? times[slot(order)] : .min
            coder.field(&time)
            if !coder.isSaving { times[slot(order)] = time }
        }
        terms.state(&coder)
    }
}
