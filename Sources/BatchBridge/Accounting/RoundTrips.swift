import TradingModel

/// One stretch of holding an instrument, from flat to flat; a fill that goes through zero ends one and begins another.
public struct RoundTrip: Sendable, Equatable {
    public var symbol: SymbolID
    public var opened: Int64, closed: Int64
    /// Everything it brought and cost, fees included.
    public var profit: Notional
}

/// Cuts executions into round trips.
struct RoundTripBook {
    private struct Open {
        var quantity = Quantity.zero, since: Int64 = 0, cash = Notional.zero
    }
    private var open: [Open] = []
    private(set) var closed: [RoundTrip] = []

    mutating func add(_ trade: TradeRow) {
        let symbol = trade.symbol.index
        while open.count <= symbol { open.append(Open()) }
        let change = trade.side.isBuy ? trade.quantity : -trade.quantity
        let held = open[symbol].quantity
        let isClosing = held != .zero && (held > .zero) != (change > .zero)
        if held == .zero { open[symbol].since = trade.time }
        guard isClosing, change.magnitude >= held.magnitude else {
            open[symbol].quantity += change
            open[symbol].cash += trade.cashFlow
            return
        }
        // The fee goes with the part that closes.
        let closing = Notional(trade.price, held) - trade.fee
        closed.append(
            RoundTrip(
                symbol: trade.symbol, opened: open[symbol].since, closed: trade.time, profit: open[symbol].cash + closing))
        let rest = held + change
        open[symbol] = Open(quantity: rest, since: trade.time, cash: -Notional(trade.price, rest))
    }
}
