import PlainData
import StreamRuntime
import TradingModel

/// Bars of time that know an exchange's sessions, or that say when nothing was traded.
///
/// - Input: `Trade`, in any order of time.
/// - Output: one `Bar` for each instrument and window that saw a trade, when the watermark reaches its end plus the lateness, as
///   `TimeBars` has them. Windows of an exchange begin with its opening and end at the latest with its close: of 30 minutes in New York at
///   9:30, 10:00 … A window of a day or longer is a session; its `time` is midnight of UTC on the session's date, its end the close.
/// - Empty windows: with `.flat` a window in which nothing was traded gives a bar of the last close, without volume, from an instrument's
///   first bar on, as the watermark passes it; not after the end of input, and between sessions there is none.
/// - Second output: trades that are late, outside of all sessions, of a negative size, or that take the volume past ±92 billion.
/// - State: the open windows of each instrument, at most 256.
/// - Cost: a division and a search among an instrument's open windows for each trade.
public struct CalendarBars: KeyedOperator, ~Copyable {
    public enum Empty: Sendable { case none, flat }
    @inlinable public static var sideName: String { "late" }

    let length: Int64, lateness: Int64, sessions: SessionRule, empty: Empty
    var open: Chains<OpenWindow>
    var marks: Dense<Mark>

    /// - Parameters:
    ///   - length: of a window, in nanoseconds.
    ///   - lateness: how long after its end a window still takes trades, in nanoseconds.
    ///   - symbols: how many instruments to make room for at first.
    public init(length: Int64, lateness: Int64 = 0, sessions: SessionRule, empty: Empty = .none, symbols: Int = 0) {
        precondition(
            length > 0 && length < 1 << 60 && lateness >= 0 && lateness < 1 << 60,
            "bars of \(length) ns with a lateness of \(lateness) ns")
        (self.length, self.lateness, self.sessions, self.empty) = (length, lateness, sessions, empty)
        open = Chains(repeating: OpenWindow())
        marks = Dense(symbols, repeating: Mark())
    }

    public mutating func process(_ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        let key = trade.symbol.index
        var row = open.first(key), rows = 0
        while row != 0, !open[row].holds(trade.eventTime) { (row, rows) = (open.next(row), rows + 1) }
        if row != 0 {
            if !open[row].bar.add(trade, 0) { out.emitSide(trade) }
            return
        }
        guard rows < 256, trade.size >= .zero, let window = sessions.window(of: trade.eventTime, length: length),
            window.end < .max - lateness, !out.hasReached(window.end + lateness), window.end > marks[key].closed
        else { return out.emitSide(trade) }
        open.add(OpenWindow(window, OpenBar(opening: trade, start: 0)), to: key)
        wait(key, window.end, into: &out)
    }
    private mutating func wait(_ key: Int, _ end: Int64, into out: inout Emitter<Bar, Trade>) {
        guard end < marks[key].due else { return }
        marks[key].due = end
        out.setTimer(key, at: end + lateness)
    }

    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<Bar, Trade>) {
        let key = timer.key, end = timer.time - lateness, symbol = SymbolID(rawValue: UInt32(key))
        marks[key].due = .max
        var row = open.first(key)
        while row != 0, open[row].end != end { row = open.next(row) }
        if row != 0 {
            let window = open[row], bar = window.emitted(symbol)
            out.emit(bar)
            open.remove(row, from: key)
            (marks[key].closed, marks[key].close) = (window.end, bar.close.rawValue)
        } else if empty == .flat, let window = sessions.window(after: marks[key].closed, length: length), window.end == end,
            open.first(key) != 0 || !out.hasReached(.max)
        {
            out.emit(Self.flat(window, symbol, Price(rawValue: marks[key].close)))
            marks[key].closed = end
        }
        setNext(key, into: &out)
    }
    private mutating func setNext(_ key: Int, into out: inout Emitter<Bar, Trade>) {
        var (row, earliest) = (open.first(key), Int64.max)
        while row != 0 { (earliest, row) = (min(earliest, open[row].end), open.next(row)) }
        let isOpen = earliest != .max
        if empty == .flat, marks[key].closed != .min, let window = sessions.window(after: marks[key].closed, length: length) {
            earliest = min(earliest, window.end)
        }
        guard earliest < .max - lateness else { return }
        marks[key].due = earliest
        // With a window open the timer was pending in all but name: it fires at the end of input too.
        if isOpen { out.setNextTimer(key, at: earliest + lateness) } else { out.setTimer(key, at: earliest + lateness) }
    }
    private static func flat(_ window: SessionWindow, _ symbol: SymbolID, _ close: Price) -> Bar {
        Bar(
            time: window.label, closeTime: window.end, symbol: symbol, open: close, high: close, low: close, close: close,
            volume: .zero)
    }

    @inlinable public static func key(of trade: Trade) -> Int { trade.symbol.index }
    public var keys: Int { max(marks.count, open.keys) }
    public func holds(_ key: Int) -> Bool { open.first(key) != 0 || marks.value(key).closed != .min }
    public mutating func state(of key: Int, _ coder: inout StateCoder) {
        coder.field(&marks[key])
        open.state(of: key, filler: OpenWindow(), &coder)
    }

    struct Mark: Words {
        /// The end of the last window that was said, what its close was, and the end that the timer waits for.
        var closed = Int64.min, close: Int64 = 0, due = Int64.max
        init() {}
    }
    struct OpenWindow: State {
        var label: Int64 = 0, start: Int64 = 0, end: Int64 = 0, bar = OpenBar()
        init() {}
        init(_ window: SessionWindow, _ bar: OpenBar) {
            (label, start, end, self.bar) = (window.label, window.start, window.end, bar)
        }
        func holds(_ time: Int64) -> Bool { time >= start && time < end }
        func emitted(_ symbol: SymbolID) -> Bar {
            var made = bar.bar(symbol, 0)
            (made.time, made.closeTime) = (label, end)
            return made
        }
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&label)
            coder.field(&start)
            coder.field(&end)
            bar.state(&coder)
        }
    }
}
