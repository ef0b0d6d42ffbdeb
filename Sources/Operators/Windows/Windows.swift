import PlainData
import StreamRuntime

/// The windows of every instrument, for operators that gather: which window an element belongs to, when it closes, and what
/// comes too late for it. An operator on it is as short as this:
///
///     struct Counts: Operator, ~Copyable {
///         static var sideName: String { "late" }
///         var windows = Windows<Count>(.tumbling(UTC.second), lateness: 0)
///
///         mutating func process(_ trade: Trade, into out: inout Emitter<Counted, Trade>) {
///             if !windows.add(trade, of: trade.symbol.index, into: &out) { out.emitSide(trade) }
///         }
///         mutating func timerFired(_ timer: Timer, into out: inout Emitter<Counted, Trade>) {
///             let window = windows.close(timer, into: &out)
///             out.emit(Counted(window.start, window.end, window.contents.count))
///         }
///         mutating func state(_ coder: inout StateCoder) { windows.state(&coder) }
///     }
///
/// - A window closes at the first record whose watermark reaches its end plus the lateness, before that record's elements,
///   once: nothing is said again. Windows that close together do so in order of (end, instrument). A window in which
///   nothing fell does not exist.
/// - An element is late when all that could hold it has closed. A sliding window that is still open takes what others that
///   have closed missed. A session takes what is within a gap of any of its elements, and joins with its neighbour when an
///   element lies within a gap of both. What lies within a gap of a session that has closed is late: so the sessions
///   that come out are exactly those of the elements that were not late.
/// - State: an instrument has at most `most` windows open, counted from its oldest; what would open one more is refused.
/// - Cost: 4 ns an element that falls where the one before fell; nothing is allocated in a steady state.
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
    /// A window's timer is its instrument's number times 2^bits, plus its slot: so timers of one time fire by instrument.
    @usableFromInline let bits: Int
    /// The last moment whose windows the calendar holds.
    @usableFromInline let latest: Int64
    @usableFromInline var keys: Dense<WindowKey>
    @usableFromInline var rows: Dense<WindowRow<Contents>>
    /// The first of the unused rows, and how many have ever been used. Row 0 is none.
    @usableFromInline var free: Int64 = 0, used: Int64 = 0
    /// The number of the element that was taken last.
    @usableFromInline var order: UInt64 = 0

    /// - Parameters:
    ///   - lateness: how long after its end, in event time, a window still takes elements, in nanoseconds.
    ///   - symbols: how many instruments to make room for at first.
    ///   - most: how many windows of one instrument may be open at once, at least; a session's 64.
    public init(_ shape: WindowShape, lateness: Int64 = 0, symbols: Int = 0, most: Int = 256) {
        precondition(lateness >= 0 && lateness < 1 << 60, "a lateness of \(lateness) ns")
        precondition(most > 0 && most <= 1 << 16, "\(most) open windows of an instrument")
        (self.shape, self.lateness) = (shape, lateness)
        let wanted = shape.isSession ? 64 : max(most, 4 * Int(shape.length / shape.every))
        bits = Int.bitWidth - (wanted - 1).leadingZeroBitCount
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
        let row = Int(keys[key].newest), time = element.eventTime
        // One unsigned comparison: before the start is far past the end. Row 0 has no inside.
        let isInside = UInt64(bitPattern: time &- rows[row].start) < UInt64(bitPattern: rows[row].end &- rows[row].start)
        guard isInside, !shape.isSession || time < latest else { return place(element, key, into: &out) }
        guard put(element, row, key) else { return false }
        if shape.isSession { stretch(row, key, to: time &+ shape.length, into: &out) }
        return true
    }

    /// The rare path: not the window, or the part of windows, that the instrument's newest element fell into.
    @inlinable @inline(never) mutating func place<Out: Element, Side: Element>(
        _ element: Contents.Input, _ key: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        let time = element.eventTime
        guard time > -latest, time < latest, key < 1 << (24 - bits) else { return false }
        return shape.isSession ? placeInSession(element, key, into: &out) : placeInPane(element, key, into: &out)
    }

    /// Takes a window that this timer closes. Call it once for each timer that fires.
    @inlinable public mutating func close<Out: Element, Side: Element>(_ timer: Timer, into out: inout Emitter<Out, Side>)
        -> Closed
    {
        let key = timer.key >> bits, end = timer.time - lateness
        return shape.isSession ? closeSession(key, end) : closeFixed(key, end)
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&keys)
        coder.field(&rows)
        coder.field(&free)
        coder.field(&used)
        coder.field(&order)
    }
}
