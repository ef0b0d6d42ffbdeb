import PlainData
import StreamRuntime

/// The windows of every instrument, for operators that gather: which window an element belongs to, when it closes, and what
/// comes too late for it. An operator on it is as short as this:
///
///     struct Counts: KeyedOperator, ~Copyable {
///         static var sideName: String { "late" }
///         var windows = Windows<Count>(.tumbling(UTC.second), lateness: 0)
///
///         mutating func process(_ trade: Trade, into out: inout Emitter<Counted, Trade>) {
///             if !windows.add(trade, of: trade.symbol.index, into: &out) { out.emitSide(trade) }
///         }
///         mutating func timerFired(_ timer: Timer, into out: inout Emitter<Counted, Trade>) {
///             guard let window = windows.close(timer, into: &out) else { return }
///             out.emit(Counted(window.start, window.end, window.contents.count))
///         }
///         static func key(of trade: Trade) -> Int { trade.symbol.index }
///         var keys: Int { windows.count }
///         func holds(_ key: Int) -> Bool { windows.holds(key) }
///         mutating func state(of key: Int, _ coder: inout StateCoder) { windows.state(of: key, &coder) }
///     }
///
/// - A window closes at the first record whose watermark reaches its end plus the lateness, before that record's elements,
///   once: nothing is said again. Windows that close together do so in order of (end, instrument). A window in which
///   nothing fell does not exist.
/// - An element is late when all that could hold it has closed. A sliding window that is still open takes what others that
///   have closed missed. A session takes what is within a gap of any of its elements, and joins with its neighbour when an
///   element lies within a gap of both. What lies within a gap of a session that has closed is late: so the sessions
///   that come out are exactly those of the elements that were not late.
/// - State: of each instrument the windows that are open, or, where they overlap, the parts that they share: at most `most`
///   rows, and what would open one more is refused.
/// - Timers: one for each instrument, under its number, when its next window may close.
/// - Cost: some 10 ns an element that falls where its instrument's last one fell, and 0.3 µs a window that closes; nothing is
///   allocated in a steady state.
/// - Source: Akidau et al., "The Dataflow Model", VLDB 8(12), 2015; decision 11 says where sessions differ from Flink's and Beam's.
public struct Windows<Contents: Aggregate>: ~Copyable {
    /// A window that has closed.
    public struct Closed {
        /// The instrument, or what else the windows are kept by.
        public let key: Int
        public let start: Int64, end: Int64
        public let contents: Contents
        @inlinable init(_ key: Int, _ start: Int64, _ end: Int64, _ contents: Contents) {
            (self.key, self.start, self.end, self.contents) = (key, start, end, contents)
        }
    }

    @usableFromInline let shape: WindowShape
    @usableFromInline let lateness: Int64
    @usableFromInline let most: Int64
    /// The last moment whose windows the calendar holds.
    @usableFromInline let latest: Int64
    @usableFromInline var keys: Dense<WindowKey>
    @usableFromInline var rows: Dense<WindowRow<Contents>>
    /// The first of the unused rows, and how many have ever been used. Row 0 is none.
    @usableFromInline var free: Int64 = 0, used: Int64 = 0

    /// - Parameters:
    ///   - lateness: how long after its end, in event time, a window still takes elements, in nanoseconds.
    ///   - symbols: how many instruments to make room for at first.
    ///   - most: how many rows one instrument may have, beside the parts of one sliding window.
    public init(_ shape: WindowShape, lateness: Int64 = 0, symbols: Int = 0, most: Int = 256) {
        precondition(lateness >= 0 && lateness < 1 << 60, "a lateness of \(lateness) ns")
        precondition(most > 0 && most <= 1 << 20, "\(most) open windows of an instrument")
        (self.shape, self.lateness) = (shape, lateness)
        self.most = Int64(most) + (shape.length == shape.every ? 0 : 2 * (shape.length / shape.every))
        latest = .max - 3 * shape.length - lateness
        keys = Dense(symbols, repeating: WindowKey())
        rows = Dense(repeating: WindowRow())
    }

    /// - Parameter key: the instrument's number.
    /// - Returns: false, with nothing changed, when no window can take the element: send it to the side. It is late, its
    ///   load is refused, it would open too many windows, or its time has no window in the calendar.
    @inlinable @inline(__always) public mutating func add<Out: Element, Side: Element>(
        _ element: Contents.Input, of key: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        takes(element, key) || place(element, key, into: &out)
    }

    /// For an operator's `absorb`: takes as many of the run's first elements as fall where their instrument's last one fell.
    @inlinable @inline(__always) public mutating func absorb(_ run: Span<Contents.Input>, by key: (Contents.Input) -> Int) -> Int
    {
        var at = 0
        while at < run.count, takes(run[unchecked: at], key(run[unchecked: at])) { at &+= 1 }
        return at
    }

    /// The common path. It sets no timer: that of a session that grows stays where it was and looks again when it fires.
    @inlinable @inline(__always) mutating func takes(_ element: Contents.Input, _ key: Int) -> Bool {
        let row = Int(keys[key].newest), time = element.eventTime
        // One unsigned comparison: before the start is far past the end. Row 0 has no inside.
        guard UInt64(bitPattern: time &- rows[row].start) < UInt64(bitPattern: rows[row].end &- rows[row].start),
            !shape.isSession || time < latest, put(element, row, key)
        else { return false }
        if shape.isSession { rows[row].end = max(rows[row].end, time &+ shape.length) }
        return true
    }

    /// The rare path: not the window, or the part of windows, that the instrument's newest element fell into.
    @inlinable @inline(never) mutating func place<Out: Element, Side: Element>(
        _ element: Contents.Input, _ key: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        let time = element.eventTime
        guard time > -latest, time < latest else { return false }
        return shape.isSession ? placeInSession(element, key, into: &out) : placeInPane(element, key, into: &out)
    }

    /// The window that closes with this timer, if one does. Call it once for each timer that fires.
    @inlinable public mutating func close<Out: Element, Side: Element>(_ timer: Timer, into out: inout Emitter<Out, Side>)
        -> Closed?
    {
        let key = timer.key, end = timer.time - lateness
        keys[key].due = .max
        let closed = nextEnd(key, after: end - 1) == end ? (shape.isSession ? takeSession(key, end) : takeFixed(key, end)) : nil
        let next = nextEnd(key, after: end)
        if next != .max {
            keys[key].due = next
            out.setNextTimer(key, at: next + lateness)
        }
        return closed
    }

    /// When the instrument's next window ends, of those that end after `end`; `Int64.max` when none is open.
    @inlinable func nextEnd(_ key: Int, after end: Int64) -> Int64 {
        let row = Int(keys[key].oldest)
        if row == 0 { return .max }
        if shape.isSession { return rows[row].end }
        let first = shape.pane(of: rows[row].start).firstEnd
        return first > end ? first : first + ((end - first) / shape.every + 1) * shape.every
    }

    /// Sees to it that the instrument's timer fires when a window that ends at `end` closes, or before.
    @inlinable mutating func wait<Out: Element, Side: Element>(_ key: Int, _ end: Int64, into out: inout Emitter<Out, Side>) {
        guard end < keys[key].due else { return }
        keys[key].due = end
        out.setTimer(key, at: end + lateness)
    }
}
