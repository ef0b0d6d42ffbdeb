import PlainData
import StreamRuntime
import TradingModel

/// Bars of each instrument's trades over tumbling windows of event time.
///
///     trades     t1───t2─────t3──│──t4────
///     watermark  ────────────────▶
///     out                        bar(t1…t3)
///
/// - Input: `Trade`, in any order of time, from one or several sources.
/// - Output: one `Bar` per instrument and window that saw a trade, when the watermark reaches the window's end plus the
///   lateness, in order of (end, instrument). Windows are
///   `[start, start + length)` in UTC nanoseconds since the epoch; a trade on the boundary opens the next one. `time` is
///   the start, `eventTime` the end. A window without trades gives no bar. Open and close are the first and the last
///   trade in journal order, which alone orders trades of one time. The average price is exact until it is rounded once.
/// - Side output: trades that no bar can take: their window has closed (late), their size is negative, or they take
///   the bar's volume past ±92 billion, or their time past the years 1678 to 2261.
/// - State: two open windows per instrument at hand; further ones, while the watermark lags by more than a window, beside.
/// - Cost: one division a window. 5 ns a trade.
/// - Source: left-closed, start-stamped bars as in LEAN, Databento and Coinbase; VWAP = Σ(pᵢ·qᵢ) / Σqᵢ, Berkowitz, Logue &
///   Noser, "The Total Cost of Transactions on the NYSE", Journal of Finance 43(1), 1988.
public struct TimeBars: KeyedOperator, ~Copyable {
    @inlinable public static var sideName: String { "late" }

    @usableFromInline let length: Int64
    let lateness: Int64
    /// The window of the last trade: most trades fall into the same one.
    @usableFromInline var start: Int64 = 0, parity = 0
    /// Slot 2·instrument + parity of the window's number.
    @usableFromInline var open: Dense<OpenBar>
    /// Windows that a newer one of their slot has moved out.
    private var waiting: Chains<Waiting>

    /// - Parameters:
    ///   - length: of a window, in nanoseconds.
    ///   - lateness: how long after its end, in event time, a window still takes trades, in nanoseconds.
    ///   - symbols: how many instruments to make room for at first.
    public init(length: Int64, lateness: Int64 = 0, symbols: Int = 0) {
        precondition(
            length > 0 && length < 1 << 60 && lateness >= 0 && lateness < 1 << 60,
            "bars of \(length) ns with a lateness of \(lateness) ns")
        (self.length, self.lateness) = (length, lateness)
        open = Dense(2 * symbols, repeating: OpenBar())
        waiting = Chains(repeating: Waiting(bar: OpenBar()))
    }

    @inlinable public mutating func process(_ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        // One unsigned comparison: before the start is far past the end.
        if UInt64(bitPattern: trade.eventTime &- start) >= UInt64(bitPattern: length) { move(to: trade.eventTime) }
        let slot = 2 &* trade.symbol.index &+ parity
        if !open[slot].add(trade, start) { begin(slot, trade, into: &out) }
    }

    /// The common case, over and over: trades of the window at hand whose bars are open.
    @inlinable public mutating func absorb(_ run: Span<Trade>) -> Int {
        let (start, length, parity) = (start, length, parity)
        return open.withEntries { open, count in
            for i in run.indices {
                let trade = run[unchecked: i], slot = 2 &* trade.symbol.index &+ parity
                guard UInt64(bitPattern: trade.eventTime &- start) < UInt64(bitPattern: length),
                    UInt(bitPattern: slot) < UInt(bitPattern: count), open[slot].add(trade, start)
                else { return i }
            }
            return run.count
        }
    }

    /// The rare path, once a bar: the bar of the trade's slot is not the trade's, or cannot take it.
    @usableFromInline @inline(never) mutating func begin(_ slot: Int, _ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        guard start != Self.noWindow, open[slot].start != start, trade.size >= .zero else { return out.emitSide(trade) }
        if out.hasReached(start + length + lateness) { return out.emitSide(trade) }
        let symbol = trade.symbol.index
        var row = waiting.first(symbol)
        while row != 0, waiting[row].bar.start != start { row = waiting.next(row) }
        if row != 0 {
            if !waiting[row].bar.add(trade, start) { out.emitSide(trade) }
            return
        }
        let bar = OpenBar(opening: trade, start: start), held = open[slot]
        // Where the watermark lags by more than a window, the newer of two stays at hand.
        if held.isOpen, held.start > start { return wait(bar, of: symbol, into: &out) }
        if held.isOpen { wait(held, of: symbol, into: &out) }
        open[slot] = bar
        out.setTimer(2 * slot, at: start + length + lateness)
    }
    private mutating func wait(_ bar: OpenBar, of symbol: Int, into out: inout Emitter<Bar, Trade>) {
        waiting.add(Waiting(bar: bar), to: symbol)
        if let time = nextTime(of: symbol) { out.setTimer(4 * symbol + 1, at: time) }
    }
    /// When the earliest bar that waits closes.
    private func nextTime(of symbol: Int) -> Int64? {
        var row = waiting.first(symbol), earliest = Int64.max
        while row != 0 {
            earliest = min(earliest, waiting[row].bar.start)
            row = waiting.next(row)
        }
        return earliest == .max ? nil : earliest + length + lateness
    }

    /// An instrument has four timers: 0 and 2 are those of its two slots, 1 is that of the earliest bar that waits.
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<Bar, Trade>) {
        let symbol = timer.key / 4, slot = timer.key / 2
        if timer.key % 2 == 0 {
            out.emit(open[slot].bar(SymbolID(rawValue: UInt32(symbol)), length))
            open[slot] = OpenBar()
            return
        }
        var row = waiting.first(symbol)
        while waiting[row].bar.start + length + lateness != timer.time { row = waiting.next(row) }
        out.emit(waiting[row].bar.bar(SymbolID(rawValue: UInt32(symbol)), length))
        waiting.remove(row, from: symbol)
        if let time = nextTime(of: symbol) { out.setNextTimer(4 * symbol + 1, at: time) }
    }

    /// Where `start` stands when a time near the ends of the 64-bit calendar has no window.
    private static var noWindow: Int64 { .min }

    /// Goes to the window of `time`: the one division.
    @usableFromInline @inline(never) mutating func move(to time: Int64) {
        guard time > .min + 2 * length, time < .max - 2 * length - lateness else {
            start = Self.noWindow
            return
        }
        let window = time >= 0 ? time / length : (time + 1) / length - 1
        start = window * length
        parity = Int(window & 1)
    }

    @inlinable public static func key(of trade: Trade) -> Int { trade.symbol.index }
    public static func key(ofTimer number: Int) -> Int { number / 4 }
    public var keys: Int { max((open.count + 1) / 2, waiting.keys) }
    public func holds(_ symbol: Int) -> Bool {
        open.value(2 * symbol).isOpen || open.value(2 * symbol + 1).isOpen || waiting.first(symbol) != 0
    }
    /// The window at hand is not state: any trade finds its own.
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) {
        coder.field(&open[2 * symbol])
        coder.field(&open[2 * symbol + 1])
        waiting.state(of: symbol, filler: Waiting(bar: OpenBar()), &coder)
    }

    struct Waiting: State {
        var bar: OpenBar
        mutating func state(_ coder: inout StateCoder) { bar.state(&coder) }
    }
}
