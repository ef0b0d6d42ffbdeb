import PlainData
import StreamRuntime
import TradingModel

/// A bar that was said, and how it stands since.
struct KeptBar: State {
    var bar = Bar(
        time: 0, closeTime: 0, symbol: SymbolID(rawValue: 0), open: .zero, high: .zero, low: .zero, close: .zero, volume: .zero)
    /// How often it was put right.
    var revision: Int64 = 0
    /// How many trades have been told of it, those taken back since among them.
    var told: Int64 = 0
    /// Σ price·size in 128 bits: of the bar's rounded average price at first, exact once it is made of its trades.
    private var moneyLow: UInt64 = 0, moneyHigh: Int64 = 0
    var isExact: Int64 = 0

    init() {}
    init(_ bar: Bar) {
        (self.bar, told) = (bar, Int64(bar.trades))
        money = bar.vwap.isNone ? .zero : Notional(bar.vwap, bar.volume)
    }
    /// A window that had no bar has one with its first trade.
    init(opening trade: Trade, _ window: SessionWindow) {
        bar = Bar(
            time: window.label, closeTime: window.end, symbol: trade.symbol, open: trade.price, high: trade.price,
            low: trade.price, close: trade.price, volume: trade.size, vwap: trade.size > .zero ? trade.price : .none, trades: 1)
        (revision, told, isExact) = (1, 1, 1)
        money = Notional(trade.price, trade.size)
    }

    private var money: Notional {
        get { Notional(rawValue: Int128(moneyHigh) << 64 | Int128(moneyLow)) }
        set {
            moneyLow = UInt64(truncatingIfNeeded: newValue.rawValue)
            moneyHigh = Int64(truncatingIfNeeded: newValue.rawValue >> 64)
        }
    }

    /// A trade more, the last in the journal.
    /// - Returns: false, with nothing changed, when the volume would be too large.
    mutating func add(_ trade: Trade) -> Bool {
        let (volume, over) = bar.volume.rawValue.addingReportingOverflow(trade.size.rawValue)
        guard !over else { return false }
        let isFirst = bar.trades == 0  // a flat one: its prices are the bar's before
        bar.open = isFirst ? trade.price : bar.open
        bar.high = isFirst ? trade.price : max(bar.high, trade.price)
        bar.low = isFirst ? trade.price : min(bar.low, trade.price)
        bar.close = trade.price
        bar.volume = Quantity(rawValue: volume)
        money += Notional(trade.price, trade.size)
        bar.vwap = money.price(per: bar.volume) ?? .none
        bar.trades &+= 1
        told += 1
        revision += 1
        return true
    }
    /// The bar of these trades and no others, in the order of the journal. None at all: a bar without prices.
    /// - Returns: false, with nothing changed, when the volume would be too large.
    mutating func remake(of trades: [Trade], told: Int) -> Bool {
        var made = KeptBar()
        (made.bar.time, made.bar.closeTime, made.bar.symbol) = (bar.time, bar.closeTime, bar.symbol)
        (made.bar.open, made.bar.high, made.bar.low, made.bar.close) = (.none, .none, .none, .none)
        made.bar.vwap = .none
        for trade in trades { guard made.add(trade) else { return false } }
        (made.revision, made.told, made.isExact) = (revision + 1, Int64(told), 1)
        self = made
        return true
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.element(&bar)
        coder.field(&revision)
        coder.field(&told)
        coder.field(&moneyLow)
        coder.field(&moneyHigh)
        coder.field(&isExact)
    }
}

/// The last bars of each instrument, so many of each.
struct KeptBars: ~Copyable {
    private let kept: Int
    /// The bars of instrument s at s·kept ..< (s + 1)·kept, each at its number modulo `kept`.
    private var bars: Dense<KeptBar>
    private var counts: Dense<Int64>

    init(_ kept: Int) {
        precondition(kept > 0 && kept <= 1 << 16, "\(kept) bars to correct")
        self.kept = kept
        bars = Dense(repeating: KeptBar())
        counts = Dense(repeating: 0)
    }

    subscript(place: Int) -> KeptBar {
        get { bars[place] }
        _modify { yield &bars[place] }
    }
    /// - Returns: its place.
    @discardableResult mutating func keep(_ bar: KeptBar) -> Int {
        let key = bar.bar.symbol.index, place = key * kept + Int(counts.value(key)) % kept
        bars[place] = bar
        counts[key] += 1
        return place
    }
    /// The place of a window's bar; nil where it is not there.
    func place(_ key: Int, _ window: SessionWindow) -> Int? {
        let count = Int(counts.value(key))
        for number in max(0, count - kept)..<count {
            let place = key * kept + number % kept
            if bars[place].bar.closeTime == window.end, bars[place].bar.time == window.label { return place }
        }
        return nil
    }
    /// Whether a window without a bar here may have had one: it ends before all that are here, and some are here no more.
    func mayHaveHeld(_ key: Int, _ window: SessionWindow) -> Bool {
        let count = Int(counts.value(key))
        guard count > kept else { return false }
        return !(0..<kept).contains { bars[key * kept + $0].bar.closeTime < window.end }
    }
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&bars)
        coder.field(&counts)
    }
}
