import PlainData
import StreamRuntime
import TradingModel

/// When a bar of trades has enough.
public protocol BarRule: Sendable {
    associatedtype Memory: State
    /// Of an instrument before its first trade.
    var memory: Memory { get }
    /// Whether the bar is full with this trade, which it holds already.
    func isFull(_ bar: TradeBar, with trade: Trade, _ memory: inout Memory) -> Bool
}

/// Bars of each instrument's trades that end when a rule says so, whatever the time: every so many trades, so wide a range, so
/// much imbalance.
///
///     trades   t1 t2 t3 t4 t5
///     out            bar      bar(t4…)      three trades each
///
/// - Input: `Trade`. They are taken as they come, which is the order of the journal: a bar has no window that a trade could be late
///   for.
/// - Output: the bar with the trade that fills it; that trade is in it, and in no other. `time` is the first trade's, `closeTime` the latest
///   one's. The open bar at the end of input is not said.
/// - Second output: trades of a negative size, and those that take a bar's volume past ±92 billion.
/// - State: the open bar and the rule's memory of each instrument.
/// - Source: López de Prado, "Advances in Financial Machine Learning", 2018, section 2.3.
public struct TradeBars<Rule: BarRule>: KeyedOperator, ~Copyable {
    @inlinable public static var sideName: String { "refused" }
    let rule: Rule
    var rows: Dense<Row>

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(_ rule: Rule, symbols: Int = 0) {
        self.rule = rule
        rows = Dense(symbols, repeating: Row(memory: rule.memory))
    }

    public mutating func process(_ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        let key = trade.symbol.index
        guard rows[key].bar.add(trade) else { return out.emitSide(trade) }
        rows[key].isUsed = 1
        guard rule.isFull(rows[key].bar, with: trade, &rows[key].memory) else { return }
        out.emit(rows[key].bar.bar(trade.symbol))
        rows[key].bar = TradeBar()
    }

    public static func key(of trade: Trade) -> Int { trade.symbol.index }
    public var keys: Int { rows.count }
    public func holds(_ key: Int) -> Bool { rows.value(key).isUsed != 0 }
    public mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&rows[key]) }

    struct Row: State {
        var isUsed: Int64 = 0, bar = TradeBar(), memory: Rule.Memory
        init(memory: Rule.Memory) { self.memory = memory }
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&isUsed)
            coder.field(&bar)
            coder.field(&memory)
        }
    }
}

/// An open bar that no window bounds.
public struct TradeBar: State {
    private(set) var sums = OpenBar()
    private(set) var first: Int64 = 0, last: Int64 = 0
    public init() {}

    var isEmpty: Bool { !sums.isOpen }
    public var trades: Int64 { sums.trades }
    public var volume: Int64 { sums.volume }
    public var range: Int64 { sums.isOpen ? sums.high &- sums.low : 0 }
    public var notional: Notional { Notional(rawValue: Int128(sums.notionalHigh) << 64 | Int128(sums.notionalLow)) }

    /// - Returns: false, with nothing changed, when the size is negative or the volume would be too large.
    mutating func add(_ trade: Trade) -> Bool {
        guard sums.isOpen else {
            guard trade.size >= .zero else { return false }
            sums = OpenBar(opening: trade, start: 0)
            (first, last) = (trade.eventTime, trade.eventTime)
            return true
        }
        guard sums.add(trade, 0) else { return false }
        last = max(last, trade.eventTime)
        return true
    }
    func bar(_ symbol: SymbolID) -> Bar {
        var bar = sums.bar(symbol, 0)
        (bar.time, bar.closeTime) = (first, last)
        return bar
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&sums)
        coder.field(&first)
        coder.field(&last)
    }
}

/// A bar every so many trades.
public struct TickRule: BarRule {
    let ticks: Int64
    public init(ticks: Int) {
        precondition(ticks > 0, "bars of \(ticks) trades")
        self.ticks = Int64(ticks)
    }
    public var memory: Int64 { 0 }
    public func isFull(_ bar: TradeBar, with trade: Trade, _ memory: inout Int64) -> Bool { bar.trades >= ticks }
}

/// A bar whenever highest and lowest price are so far apart. The trade that does it is the bar's last, and may take it further.
public struct RangeRule: BarRule {
    let range: Int64
    public init(range: Price) {
        precondition(range > .zero, "bars of a range of \(range)")
        self.range = range.rawValue
    }
    public var memory: Int64 { 0 }
    public func isFull(_ bar: TradeBar, with trade: Trade, _ memory: inout Int64) -> Bool { bar.range >= range }
}
