import TradingModel

/// Elements of one kind that came one after the other, to be put out at once: one lock and one look at the clock for all of
/// them. They wait for the end of the turn in which they came at most, or until there are enough.
struct Gathered: ~Copyable {
    private enum Kind { case trades, quotes, deltas }
    private var kind = Kind.trades
    private var trades = Pile<Trade>(), quotes = Pile<Quote>(), deltas = Pile<BookDelta>()

    /// A few microseconds' worth.
    static var most: Int { 32 }

    @inline(__always)
    var count: Int {
        switch kind {
        case .trades: trades.count
        case .quotes: quotes.count
        case .deltas: deltas.count
        }
    }

    /// False where it is of another kind than what is there, or of one that is not gathered: put out what is there first.
    @inline(__always)
    mutating func takes(_ item: FeedItem) -> Bool {
        switch item {
        case .trade(let trade):
            guard begin(.trades) else { return false }
            trades.append(trade)
        case .quote(let quote):
            guard begin(.quotes) else { return false }
            quotes.append(quote)
        case .delta(let delta):
            guard begin(.deltas) else { return false }
            deltas.append(delta)
        case .bar, .top, .correction, .status: return false
        }
        return true
    }
    @inline(__always)
    private mutating func begin(_ wanted: Kind) -> Bool {
        if kind == wanted { return true }
        guard count == 0 else { return false }
        kind = wanted
        return true
    }

    /// Offers all of them; those for which there is no room go to `keep`, in order.
    mutating func put(to output: any FeedOutput, orElse keep: (FeedItem) -> Void) {
        switch kind {
        case .trades:
            let taken = output.take(trades: trades.all)
            for at in taken..<trades.count { keep(.trade(trades.base[at])) }
            trades.removeAll()
        case .quotes:
            let taken = output.take(quotes: quotes.all)
            for at in taken..<quotes.count { keep(.quote(quotes.base[at])) }
            quotes.removeAll()
        case .deltas:
            let taken = output.take(deltas: deltas.all)
            for at in taken..<deltas.count { keep(.delta(deltas.base[at])) }
            deltas.removeAll()
        }
    }
}
