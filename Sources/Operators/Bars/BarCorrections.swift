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
    public static var stateVersion: Int { 2 }
    let length: Int64, sessions: SessionRule
    var bars: KeptBars

    /// - Parameters:
    ///   - length: of the bars' windows, in nanoseconds.
    ///   - kept: how many bars of an instrument can still be corrected.
    public init(length: Int64, sessions: SessionRule = .none, kept: Int = 64) {
        precondition(length > 0, "bars of \(length) ns to correct")
        (self.length, self.sessions) = (length, sessions)
        bars = KeptBars(kept)
    }

    public mutating func process(first bar: Bar, into out: inout Emitter<BarCorrection, Trade>) { bars.keep(KeptBar(bar)) }

    public mutating func process(second trade: Trade, into out: inout Emitter<BarCorrection, Trade>) {
        let key = trade.symbol.index
        guard trade.size >= .zero, let window = sessions.window(of: trade.eventTime, length: length) else {
            return out.emitSide(trade)
        }
        if let place = bars.place(key, window) {
            guard bars[place].add(trade) else { return out.emitSide(trade) }
            return out.emit(BarCorrection(bars[place].bar, revision: bars[place].revision))
        }
        // None was there: an empty window. Older than all that are kept, nobody knows what it was.
        guard !bars.mayHaveHeld(key, window) else { return out.emitSide(trade) }
        let place = bars.keep(KeptBar(opening: trade, window))
        out.emit(BarCorrection(bars[place].bar, revision: 1))
    }
    public mutating func state(_ coder: inout StateCoder) { bars.state(&coder) }
}
