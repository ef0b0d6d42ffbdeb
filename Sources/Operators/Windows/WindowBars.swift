import PlainData
import StreamRuntime
import TradingModel

/// Bars of each instrument's trades over windows that slide, or that end when nothing has traded for a while.
///
///     trades     t1──t2──────│──────t3──t4──│──────
///     watermark  ───────────────────────────────────▶
///     out                    bar(t1,t2)     bar(t3,t4)       sessions, a gap after their last trade
///
/// - Input: `Trade`, in any order of time.
/// - Output: one `Bar` per window that saw a trade, when the watermark reaches its end plus the lateness, in order of (end,
///   instrument). `time` is the window's start: of a session, its first trade. `eventTime` is its end: of a session,
///   a gap after its last trade. Open and close are the first and the last trade in journal order, as `TimeBars` has
///   them; the average price is rounded once.
/// - Side output: trades that no window can take, see `Windows`; and those of a negative size, or that take the volume of
///   the instrument's open windows together past 92 billion.
/// - State: see `Windows`. Cost: some 10 ns a trade and 0.3 µs a bar.
public struct WindowBars: KeyedOperator, ~Copyable {
    @inlinable public static var sideName: String { "late" }

    @usableFromInline var windows: Windows<BarSum>

    /// - Parameters:
    ///   - lateness: how long after its end, in event time, a window still takes trades, in nanoseconds.
    ///   - symbols: how many instruments to make room for at first.
    public init(_ shape: WindowShape, lateness: Int64 = 0, symbols: Int = 0) {
        windows = Windows(shape, lateness: lateness, symbols: symbols)
    }

    @inlinable public mutating func process(_ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        if !windows.add(trade, of: trade.symbol.index, into: &out) { out.emitSide(trade) }
    }
    @inlinable public mutating func absorb(_ run: Span<Trade>) -> Int { windows.absorb(run) { $0.symbol.index } }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<Bar, Trade>) {
        guard let window = windows.close(timer, into: &out) else { return }
        out.emit(window.contents.bar(SymbolID(rawValue: UInt32(window.key)), window.start, window.end))
    }

    @inlinable public static func key(of trade: Trade) -> Int { trade.symbol.index }
    public var keys: Int { windows.count }
    public func holds(_ symbol: Int) -> Bool { windows.holds(symbol) }
    public mutating func state(of symbol: Int, _ coder: inout StateCoder) { windows.state(of: symbol, &coder) }
}

/// The sums of a bar, and which of its trades came first and last.
public struct BarSum: Aggregate {
    @usableFromInline var sums = OpenBar()
    @usableFromInline var first: UInt64 = 0, last: UInt64 = 0
    @inlinable public init() {}

    @inlinable @inline(__always) public mutating func add(_ trade: Trade, order: UInt64) {
        last = order
        if sums.start == 0 {
            _ = sums.add(trade, 0)
        } else {
            sums = OpenBar(opening: trade, start: 0)
            first = order
        }
    }
    public mutating func merge(_ other: BarSum) {
        if other.first < first { (first, sums.open) = (other.first, other.sums.open) }
        if other.last > last { (last, sums.close) = (other.last, other.sums.close) }
        sums.merge(other.sums)
    }
    @inlinable @inline(__always) public static func load(of trade: Trade) -> Int64 { trade.size.rawValue }

    func bar(_ symbol: SymbolID, _ start: Int64, _ end: Int64) -> Bar {
        var placed = sums
        placed.start = start
        return placed.bar(symbol, end - start)
    }
    public mutating func state(_ coder: inout StateCoder) {
        sums.state(&coder)
        coder.field(&first)
        coder.field(&last)
    }
}

extension OpenBar {
    /// All but open and close, which only the order of the trades can tell. Nothing overflows while the volumes together do
    /// not, see `notionalHigh`.
    mutating func merge(_ other: OpenBar) {
        high = max(high, other.high)
        low = min(low, other.low)
        volume += other.volume
        trades += other.trades
        let (word, carries) = notionalLow.addingReportingOverflow(other.notionalLow)
        notionalLow = word
        notionalHigh += other.notionalHigh + (carries ? 1 : 0)
    }
}
