import TradingModel

/// What a trade counts in bars of imbalance and of runs: one, its size, or its money.
public enum TradeWeight: Sendable {
    case tick, volume, value

    func of(_ trade: Trade) -> Double {
        switch self {
        case .tick: 1
        case .volume: trade.size.nearest
        case .value: trade.size.nearest * trade.price.nearest
        }
    }
}

/// Bars that end when buyers and sellers are further out of balance than was to be expected.
///
///     bₜ = 1 where the price rose, −1 where it fell, else as before      θ = Σ bₜ·vₜ over the bar
///     full when |θ| ≥ E[T] · |E[b·v]|
///
/// - Expectations: E[T], the trades of a bar, is an average over bars with weight 2/(span + 1), at first `ticks`; E[b·v] is
///   one over trades with weight 2/(span·ticks + 1), from the first trade. Until the first `ticks` trades there is no bar.
/// - Bounds: E[T] is held within `ticks` divided and multiplied by `bound`: without that the rule is known to run away, to bars of one
///   trade or to one bar.
/// - Source: López de Prado, "Advances in Financial Machine Learning", 2018, section 2.3.2.1.
public struct ImbalanceRule: BarRule {
    let weight: TradeWeight, expectation: Expectation
    public init(_ weight: TradeWeight, ticks: Int, span: Int = 20, bound: Double = 10) {
        (self.weight, expectation) = (weight, Expectation(ticks: ticks, span: span, bound: bound))
    }
    public struct Memory: Words {
        var sign = TickSign(), seen: Int64 = 0, length = 0.0, imbalance = 0.0, theta = 0.0
        public init() {}
    }
    public var memory: Memory {
        var memory = Memory()
        memory.length = expectation.ticks
        return memory
    }
    public func isFull(_ bar: TradeBar, with trade: Trade, _ memory: inout Memory) -> Bool {
        let flow = memory.sign.next(trade) * weight.of(trade)
        memory.theta += flow
        memory.imbalance = memory.seen == 0 ? flow : memory.imbalance + expectation.perTrade * (flow - memory.imbalance)
        memory.seen += 1
        guard Double(memory.seen) >= expectation.ticks, memory.theta != 0,
            abs(memory.theta) >= memory.length * abs(memory.imbalance)
        else { return false }
        memory.theta = 0
        memory.length = expectation.next(memory.length, Double(bar.trades))
        return true
    }
}

/// Bars that end when one side alone has done more than was to be expected of the stronger one.
///
///     θ = max(Σ vₜ of buys, Σ vₜ of sells)      full when θ ≥ E[T] · max(P·E[v of buys], (1 − P)·E[v of sells])
///
/// - Expectations: E[T] and P, the share of buys in a bar, are averages over bars; E[v] of either side is one over its trades. As
///   `ImbalanceRule` has them, bounds included; before the first bar P is that of the trades so far.
/// - Source: López de Prado, "Advances in Financial Machine Learning", 2018, section 2.3.2.2.
public struct RunRule: BarRule {
    let weight: TradeWeight, expectation: Expectation
    public init(_ weight: TradeWeight, ticks: Int, span: Int = 20, bound: Double = 10) {
        (self.weight, expectation) = (weight, Expectation(ticks: ticks, span: span, bound: bound))
    }
    public struct Memory: Words {
        var sign = TickSign(), seen: Int64 = 0, length = 0.0, share = -1.0
        var buys = Side(), sells = Side()
        public init() {}
    }
    struct Side: Words {
        /// Of the open bar: how many trades, and how much; and what a trade of this side is expected to be.
        var count: Int64 = 0, sum = 0.0, mean = -1.0
        mutating func add(_ x: Double, _ weight: Double) {
            count += 1
            sum += x
            mean = mean < 0 ? x : mean + weight * (x - mean)
        }
        mutating func begin() { (count, sum) = (0, 0) }
    }
    public var memory: Memory {
        var memory = Memory()
        memory.length = expectation.ticks
        return memory
    }
    public func isFull(_ bar: TradeBar, with trade: Trade, _ memory: inout Memory) -> Bool {
        let sign = memory.sign.next(trade), size = weight.of(trade)
        if sign > 0 { memory.buys.add(size, expectation.perTrade) } else { memory.sells.add(size, expectation.perTrade) }
        memory.seen += 1
        let now = Double(memory.buys.count) / Double(memory.buys.count + memory.sells.count)
        let share = memory.share < 0 ? now : memory.share
        let expected = memory.length * max(share * max(0, memory.buys.mean), (1 - share) * max(0, memory.sells.mean))
        let run = max(memory.buys.sum, memory.sells.sum)
        guard Double(memory.seen) >= expectation.ticks, run > 0, run >= expected else { return false }
        memory.share = memory.share < 0 ? now : memory.share + expectation.perBar * (now - memory.share)
        memory.length = expectation.next(memory.length, Double(bar.trades))
        memory.buys.begin()
        memory.sells.begin()
        return true
    }
}

/// How expectations follow what came.
struct Expectation: Sendable {
    let ticks: Double, perBar: Double, perTrade: Double, bound: Double
    init(ticks: Int, span: Int, bound: Double) {
        precondition(ticks > 0 && span > 0 && bound >= 1, "an expectation of \(ticks) trades over \(span) bars, within \(bound)")
        (self.ticks, self.bound) = (Double(ticks), bound)
        (perBar, perTrade) = (2 / Double(span + 1), 2 / (Double(span) * Double(ticks) + 1))
    }
    func next(_ length: Double, _ trades: Double) -> Double {
        min(ticks * bound, max(ticks / bound, length + perBar * (trades - length)))
    }
}

/// The tick rule: up where the price rose, down where it fell, else as before; the first trade is up.
struct TickSign: Words {
    var price: Int64 = .min, sign = 1.0
    init() {}
    mutating func next(_ trade: Trade) -> Double {
        if price != .min, trade.price.rawValue != price { sign = trade.price.rawValue > price ? 1 : -1 }
        price = trade.price.rawValue
        return sign
    }
}
