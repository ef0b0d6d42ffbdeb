import PlainData
import StreamRuntime
import TradingModel

/// Puts right the bars that late trades belong to: says each again with the late trade in it.
///
/// - Inputs: the bars of a `TimeBars` or `CalendarBars`, and its late trades.
/// - Output: a `BarCorrection` for each late trade: the whole bar as it would have been had it still been open, the late trade the last in
///   the journal and so its close. A window that had no bar gets one.
/// - Exactness: all but the average price, which is made of the bar's rounded one: tests hold it within 9e-9.
/// - Second output: trades whose bar is not among the instrument's last `kept` any more, and those that none can take.
/// - State: the last bars of each instrument.
public struct BarCorrections: Operator2, ~Copyable {
    @inlinable public static var sideName: String { "lost" }
    let length: Int64, sessions: SessionRule, kept: Int
    /// The bars of instrument s at s·kept ..< (s + 1)·kept, each at its number modulo `kept`.
    var bars: Dense<KeptBar>
    var counts: Dense<Int64>

    /// - Parameters:
    ///   - length: of the bars' windows, in nanoseconds.
    ///   - kept: how many bars of an instrument can still be corrected.
    public init(length: Int64, sessions: SessionRule = .none, kept: Int = 64) {
        precondition(length > 0 && kept > 0 && kept <= 1 << 16, "\(kept) bars of \(length) ns to correct")
        (self.length, self.sessions, self.kept) = (length, sessions, kept)
        bars = Dense(repeating: KeptBar())
        counts = Dense(repeating: 0)
    }

    public mutating func process(first bar: Bar, into out: inout Emitter<BarCorrection, Trade>) {
        keep(KeptBar(bar, revision: 0))
    }

    public mutating func process(second trade: Trade, into out: inout Emitter<BarCorrection, Trade>) {
        let key = trade.symbol.index
        guard trade.size >= .zero, let window = sessions.window(of: trade.eventTime, length: length) else {
            return out.emitSide(trade)
        }
        let count = Int(counts.value(key)), from = max(0, count - kept)
        guard count > 0 else { return out.emitSide(trade) }
        var oldest = Int64.max
        for number in from..<count {
            let slot = key * kept + number % kept
            oldest = min(oldest, bars[slot].bar.closeTime)
            guard bars[slot].bar.closeTime == window.end, bars[slot].bar.time == window.label else { continue }
            guard bars[slot].add(trade) else { return out.emitSide(trade) }
            return out.emit(BarCorrection(bars[slot].bar, revision: bars[slot].revision))
        }
        // None was there: an empty window. Older than all that are kept, nobody knows what it was.
        guard window.end > oldest || count <= kept else { return out.emitSide(trade) }
        let made = KeptBar(
            Bar(
                time: window.label, closeTime: window.end, symbol: trade.symbol, open: trade.price, high: trade.price,
                low: trade.price,
                close: trade.price, volume: trade.size, vwap: trade.size > .zero ? trade.price : .none, trades: 1), revision: 1)
        keep(made)
        out.emit(BarCorrection(made.bar, revision: 1))
    }
    private mutating func keep(_ bar: KeptBar) {
        let key = bar.bar.symbol.index
        bars[key * kept + Int(counts[key]) % kept] = bar
        counts[key] += 1
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&bars)
        coder.field(&counts)
    }
}

struct KeptBar: State {
    var bar = Bar(
        time: 0, closeTime: 0, symbol: SymbolID(rawValue: 0), open: .zero, high: .zero, low: .zero, close: .zero, volume: .zero)
    var revision: Int64 = 0
    init() {}
    init(_ bar: Bar, revision: Int64) { (self.bar, self.revision) = (bar, revision) }

    /// - Returns: false, with nothing changed, when the volume would be too large.
    mutating func add(_ trade: Trade) -> Bool {
        let (volume, over) = bar.volume.rawValue.addingReportingOverflow(trade.size.rawValue)
        guard !over else { return false }
        let money = (bar.vwap.isNone ? .zero : Notional(bar.vwap, bar.volume)) + Notional(trade.price, trade.size)
        let isFirst = bar.trades == 0  // a flat one: its prices are the bar's before
        bar.open = isFirst ? trade.price : bar.open
        bar.high = isFirst ? trade.price : max(bar.high, trade.price)
        bar.low = isFirst ? trade.price : min(bar.low, trade.price)
        bar.close = trade.price
        bar.volume = Quantity(rawValue: volume)
        bar.vwap = money.price(per: bar.volume) ?? .none
        bar.trades &+= 1
        revision += 1
        return true
    }
    mutating func state(_ coder: inout StateCoder) {
        coder.element(&bar)
        coder.field(&revision)
    }
}
