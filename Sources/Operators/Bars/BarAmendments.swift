import PlainData
import StreamRuntime
import TradingModel

/// Puts right the bars of trades that come late, and of those that a venue takes back or tells differently later.
///
///     trades       t1──t2──t3──│
///     bars                     bar(t1 t2 t3)
///     corrections                  t2 is none
///     out                              bar(t1 t3)
///
/// - Inputs: the trades that a `TimeBars` or `CalendarBars` reads, its bars, its late trades, and what the venue says of trades.
/// - Output: a `BarCorrection` for each that changes a bar which was said: the whole bar, made anew of its trades as they are known
///   now. What is said of a trade while its bar is still open comes right behind the bar. A corrected trade keeps its place and its time;
///   a bar of which nothing is left has no prices, no volume and no trades. A window that had no bar gets one.
/// - Exactness: to the last digit, the average price too: bars with their corrections are the bars of the corrected tape.
/// - Second output: corrections that find no trade, by number, and by price and size where they say them; that find one whose bar
///   is not among the instrument's last `kept` any more; or whose bar's trades are not all remembered.
/// - State: the last bars of each instrument, and the last `remembered` trades of all.
/// - Cost: a few stores a trade; a walk over the instrument's remembered trades for a correction.
public struct BarAmendments: Operator4, ~Copyable {
    @inlinable public static var sideName: String { "unmatched" }
    let length: Int64, lateness: Int64, sessions: SessionRule
    var bars: KeptBars
    var trades: TradeMemory
    /// By instrument: how many changed trades' bars are still to come.
    var waiting = Dense<Int64>(repeating: 0)

    /// - Parameters:
    ///   - length: of the bars' windows, in nanoseconds.
    ///   - lateness: of the bars, in nanoseconds.
    ///   - kept: how many bars of an instrument can still be put right.
    ///   - remembered: how many trades, of all instruments together.
    public init(length: Int64, lateness: Int64 = 0, sessions: SessionRule = .none, kept: Int = 64, remembered: Int = 1 << 18) {
        precondition(length > 0 && lateness >= 0, "bars of \(length) ns, late by \(lateness) ns, to correct")
        (self.length, self.lateness, self.sessions) = (length, lateness, sessions)
        bars = KeptBars(kept)
        trades = TradeMemory(room: remembered)
    }

    public mutating func process(first trade: Trade, into out: inout Emitter<BarCorrection, TradeCorrection>) {
        if trade.size >= .zero { trades.append(trade) }
    }

    public mutating func process(second bar: Bar, into out: inout Emitter<BarCorrection, TradeCorrection>) {
        let place = bars.keep(KeptBar(bar)), key = bar.symbol.index
        guard waiting.value(key) > 0, let window = sessions.window(of: bar.closeTime - 1, length: length) else { return }
        let waited = trades.stopWaiting(bar.symbol, for: window)
        waiting[key] -= waited
        if waited > 0, remake(place, window) { say(place, into: &out) }
    }

    /// It was remembered a moment ago.
    public mutating func process(third late: Trade, into out: inout Emitter<BarCorrection, TradeCorrection>) {
        guard late.size >= .zero, let window = sessions.window(of: late.eventTime, length: length),
            out.hasReached(window.end + lateness)
        else { return }
        if let place = bars.place(late.symbol.index, window) {
            // Made of all its trades once, it takes a late one as it took the others; so it does where they are not remembered.
            let isMade = bars[place].isExact == 0 && remake(place, window, with: 1)
            if isMade || bars[place].add(late) { say(place, into: &out) }
        } else if !bars.mayHaveHeld(late.symbol.index, window) {
            say(bars.keep(KeptBar(opening: late, window)), into: &out)
        }
    }

    public mutating func process(fourth correction: TradeCorrection, into out: inout Emitter<BarCorrection, TradeCorrection>) {
        guard correction.newSize >= .zero, let number = trades.find(correction) else { return out.emitSide(correction) }
        trades.change(number, by: correction)
        let key = correction.symbol.index
        guard let window = sessions.window(of: trades[number].time, length: length) else { return }  // In no bar.
        if let place = bars.place(key, window) {
            guard remake(place, window) else { return out.emitSide(correction) }
            say(place, into: &out)
        } else if out.hasReached(window.end + lateness) {
            out.emitSide(correction)
        } else if trades[number].marks & TradeMemory.Row.isWaiting == 0 {
            trades[number].marks |= TradeMemory.Row.isWaiting
            waiting[key] += 1
        }
    }

    /// - Parameter more: how many trades are new to it.
    /// - Returns: false, with nothing changed, where not all trades of the bar are remembered.
    private mutating func remake(_ place: Int, _ window: SessionWindow, with more: Int64 = 0) -> Bool {
        let found = trades.trades(bars[place].bar.symbol, of: window)
        guard found.told >= bars[place].told + more else { return false }
        return bars[place].remake(of: found.trades, told: found.told)
    }
    private func say(_ place: Int, into out: inout Emitter<BarCorrection, TradeCorrection>) {
        out.emit(BarCorrection(bars[place].bar, revision: bars[place].revision))
    }

    public mutating func state(_ coder: inout StateCoder) {
        bars.state(&coder)
        trades.state(&coder)
        coder.field(&waiting)
    }
}
