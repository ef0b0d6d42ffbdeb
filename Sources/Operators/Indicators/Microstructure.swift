import PlainData
import TradingModel

/// The order-flow imbalance of the last `period` quotes: by how much buyers at the best bid outgrew sellers at the best ask.
///
///     eₙ = [bid ≥ bid']·bid_size − [bid ≤ bid']·bid_size' − [ask ≤ ask']·ask_size + [ask ≥ ask']·ask_size'      ' the quote before
///     OFI = Σ eₙ
///
/// - Input: quotes; one of which a side stands empty is passed over. Output in units of the instrument.
/// - Seed: none. First value at quote `period` + 1.
/// - Source: Cont, Kukanov & Stoikov, "The Price Impact of Order Book Events", Journal of Financial Econometrics 12(1), 2014.
public struct OrderFlowImbalance: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 0, "an imbalance of \(period) quotes")
        self.period = period
    }
    public struct Memory: Words {
        var count: Int64 = 0, bid: Int64 = 0, ask: Int64 = 0, bidSize = 0.0, askSize = 0.0
        var ring = Ring(), sum = WindowSum()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { period }
    public func update(_ memory: inout Memory, _ numbers: Numbers, _ quote: Quote) -> Double? {
        guard !quote.bid.isNone, !quote.ask.isNone else { return nil }
        let (bid, ask, before) = (quote.bid.rawValue, quote.ask.rawValue, memory)
        (memory.bid, memory.ask, memory.count) = (bid, ask, 1)
        (memory.bidSize, memory.askSize) = (quote.bidSize.nearest, quote.askSize.nearest)
        guard before.count > 0 else { return nil }
        var flow = bid >= before.bid ? memory.bidSize : 0
        if bid <= before.bid { flow -= before.bidSize }
        if ask <= before.ask { flow -= memory.askSize }
        if ask >= before.ask { flow += before.askSize }
        memory.sum.slide(flow, memory.ring.push(flow, numbers))
        return memory.ring.isFull(numbers) ? memory.sum.value : nil
    }
}

/// The micro-price: the middle weighted by the sizes of the other sides, so that it leans to where less stands.
///
///     micro = (bid·ask_size + ask·bid_size) / (bid_size + ask_size)
///
/// - Input: quotes; one without both sides or without a size says nothing. No warm-up.
/// - Source: Gatheral & Oomen, "Zero-Intelligence Realized Variance Estimation", Finance and Stochastics 14, 2010. (Stoikov's
///   micro-price of 2018 adds an adjustment estimated from history.)
public struct MicroPrice: Indicator {
    public init() {}
    public var memory: Int64 { 0 }
    public func update(_ memory: inout Int64, _ numbers: Numbers, _ quote: Quote) -> Double? {
        guard !quote.bid.isNone, !quote.ask.isNone else { return nil }
        let (bidSize, askSize) = (quote.bidSize.nearest, quote.askSize.nearest), sum = bidSize + askSize
        guard bidSize >= 0, askSize >= 0, sum > 0 else { return nil }
        return (quote.bid.nearest * askSize + quote.ask.nearest * bidSize) / sum
    }
}

/// Kyle's lambda of the last `period` trades or bars: how far a unit of signed volume moves the price.
///
///     λ = Σ Δpᵢ·qᵢ / Σ qᵢ²      qᵢ the volume, positive where buyers crossed the spread
///
/// - Input: trades, signed by the aggressor, or, where the venue does not say, by the tick rule: as the price moved, or as the trade
///   before. Bars are signed by the tick rule on their closes.
/// - Seed: none. First value at element `period` + 1, if there was volume. Output in price per unit.
/// - Source: Kyle, "Continuous Auctions and Insider Trading", Econometrica 53(6), 1985; estimated as in López de Prado, "Advances
///   in Financial Machine Learning", 2018, section 19.4.1.
public struct KyleLambda<Input: Signed>: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 0, "an impact of \(period) elements")
        self.period = period
    }
    public struct Memory: Words {
        var count: Int64 = 0, price = 0.0, sign = 0.0
        var moves = Ring(), flows = Ring(), products = Sum(), squares = WindowSum()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { 2 * period }
    public func update(_ memory: inout Memory, _ numbers: Numbers, _ input: Input) -> Double? {
        let price = input.number, move = price - memory.price, isFirst = memory.count == 0
        (memory.price, memory.count) = (price, 1)
        if input.side != 0 { memory.sign = input.side } else if !isFirst, move != 0 { memory.sign = move > 0 ? 1 : -1 }
        if isFirst { return nil }
        let flow = memory.sign * input.traded
        let oldMove = memory.moves.push(move, numbers.part(0, period)),
            oldFlow = memory.flows.push(flow, numbers.part(period, period))
        if let oldMove, let oldFlow { memory.products.add(-oldMove, times: oldFlow) }
        memory.products.add(move, times: flow)
        memory.squares.slide(flow * flow, oldFlow.map { $0 * $0 })
        guard memory.moves.isFull(numbers.part(0, period)), memory.squares.value > 0 else { return nil }
        return memory.products.value / memory.squares.value
    }
}

/// An observation of what was traded, and of who wanted it.
public protocol Signed: Numbered {
    /// 1 where buyers crossed the spread, −1 where sellers did, 0 where nobody says.
    var side: Double { get }
    var traded: Double { get }
}

extension Trade: Signed {
    public var side: Double { aggressor == .buy ? 1 : aggressor == .none ? 0 : -1 }
    public var traded: Double { size.nearest }
}

extension Bar: Signed {
    public var side: Double { 0 }
    public var traded: Double { volume.nearest }
}
