import PlainData
import TradingModel

/// One invented instrument during the session: its fair value, its quote, and its own randomness.
struct GeneratedInstrument {
    /// What moves all instruments in a step; normal numbers, scaled with the hour.
    struct Move {
        var market: Double, sector: Double, pace: Double
    }

    private let symbol: SymbolID
    private var random: SplitMix64
    /// In cents.
    private var fair: Double
    /// The relative move of one step at the pace of 1.
    private let volatility: Double
    private let beta: Double
    /// Spreads are this many cents, or one more.
    private let spread: Int64
    private var bid: Int64 = 0, ask: Int64 = 0, bidSize: Int64 = 0, askSize: Int64 = 0
    private var wasBuy = false
    private var lastTime = Int64.min

    init(_ index: Int, seed: UInt64) {
        symbol = SymbolID(rawValue: UInt32(index + 1))
        random = .part(of: seed, 4, index)
        fair = 2_000 + 28_000 * Shape.square(random.unit())
        // 1 % to 2 % a day, over 2 340 steps.
        volatility = (0.01 + 0.01 * random.unit()) / Double(DayGenerator.sliceCount).squareRoot()
        beta = 0.8 + 0.4 * random.unit()
        // One or two basis points for busy shares, a few more for quiet ones.
        spread = 1 + Int64((fair / 6_000 + 0.1 * Double(min(index, 30))).rounded(.down))
    }

    /// Ten seconds: the fair value moves on, the quote follows, and `count` trades happen.
    mutating func step(_ move: Move, from start: Int64, trades count: Int, into trades: inout [Trade], _ quotes: inout [Quote]) {
        // Variances: 0.33 market, 0.15 sector, 0.52 its own.
        let own = random.normal() * move.pace
        let mixed = beta * 0.574_456 * move.market + 0.387_298 * move.sector + 0.721_110 * own
        let target = max(500, fair * (1 + volatility * mixed))
        if lastTime == .min {
            moveQuote()
            show(at: start, &quotes)
        } else if random.below(4) == 0, moveQuote() {
            show(at: max(lastTime + 1_000, start + 1_000 * Int64(random.below(9_000_000))), &quotes)
        }
        let from = fair
        var times = (0..<count).map { _ in Int64(random.below(9_990_000)) }
        times.sort()
        for time in times {
            fair = from + (target - from) * Double(time) / 10_000_000
            trade(at: start + time * 1_000, &trades, &quotes)
        }
        fair = target
    }

    private mutating func trade(at time: Int64, _ trades: inout [Trade], _ quotes: inout [Quote]) {
        if moveQuote() { show(at: max(lastTime + 1_000, time - 1_000 * Int64(20 + random.below(380))), &quotes) }
        let isBuy = random.below(20) < 11 ? wasBuy : !wasBuy
        wasBuy = isBuy
        let size = min(tradeSize(), isBuy ? askSize : bidSize)
        lastTime = max(time, lastTime + 1_000)
        trades.append(
            Trade(
                eventTime: lastTime, symbol: symbol, price: Self.price(isBuy ? ask : bid), size: Quantity(units: size),
                aggressor: isBuy ? .buy : .sell))
        take(size, fromAsk: isBuy)
        show(at: lastTime + 1_000 * Int64(5 + random.below(45)), &quotes)
    }

    /// Puts the quote around the fair value.
    /// - Returns: whether it changed.
    @discardableResult private mutating func moveQuote() -> Bool {
        let width = spread + (random.below(6) == 0 ? 1 : 0)
        let keeps = Double(bid) <= fair && fair <= Double(ask) && ask - bid <= spread + 1
        guard !keeps || bidSize < 100 || askSize < 100 else { return false }
        if !keeps {
            let newBid = Int64((fair - Double(width - 1) / 2).rounded(.down))
            if newBid != bid { (bid, bidSize) = (newBid, 0) }
            if newBid + width != ask { (ask, askSize) = (newBid + width, 0) }
        }
        if bidSize < 100 { bidSize += depth() }
        if askSize < 100 { askSize += depth() }
        return true
    }

    /// A trade shortens what it met; an emptied level gives way to the next.
    private mutating func take(_ size: Int64, fromAsk: Bool) {
        if fromAsk {
            askSize -= size
            if askSize == 0 { (ask, askSize) = (ask + 1, depth()) }
        } else {
            bidSize -= size
            if bidSize == 0 { (bid, bidSize) = (bid - 1, depth()) }
        }
    }

    private mutating func show(at time: Int64, _ quotes: inout [Quote]) {
        lastTime = time
        quotes.append(
            Quote(
                eventTime: time, symbol: symbol, bid: Self.price(bid), bidSize: Quantity(units: bidSize), ask: Self.price(ask),
                askSize: Quantity(units: askSize)))
    }

    private mutating func depth() -> Int64 {
        100 * (1 + Int64(random.below(8))) + (random.below(10) == 0 ? 100 * Int64(random.below(30)) : 0)
    }

    /// Mostly round lots of a hundred, some odd ones, a few large ones.
    private mutating func tradeSize() -> Int64 {
        switch random.below(16) {
        case 0...6: 100
        case 7...9: 1 + Int64(random.below(99))
        case 10...12: 200 + 100 * Int64(random.below(3))
        case 13, 14: 100 * (1 + Int64(random.below(10)))
        default: 1_000 + 100 * Int64(random.below(20))
        }
    }

    private static func price(_ cents: Int64) -> Price { Price(rawValue: cents * 10_000_000) }
}
