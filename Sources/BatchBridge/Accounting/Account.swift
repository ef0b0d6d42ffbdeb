import PaperVenue
import PlainData
import TradingModel

/// One execution with what it did to the account.
public struct TradeRow: Sendable, Equatable {
    /// When it filled: the beginning of the bar.
    public var time: Int64
    /// When the order was decided: the end of the bar before.
    public var orderTime: Int64
    public var symbol: SymbolID
    public var side: Side
    public var quantity: Quantity
    public var price: Price
    public var fee: Notional
    /// What is held of the symbol after it; negative is short.
    public var position: Quantity
    /// The account's cash after it.
    public var cash: Notional
    public var clOrdID: ClOrdID, parentID: ClOrdID
    /// Whether the order waited at its limit (maker) or traded at the open (taker).
    public var isMaker: Bool

    /// price · quantity, without a sign.
    public var notional: Notional { Notional(price, quantity) }
    /// What came into the account: negative for a buy, always less the fee.
    public var cashFlow: Notional { (side.isBuy ? -notional : notional) - fee }
}

/// The account at the close of one session. `equity = cash + long + short`, exactly.
public struct SessionRow: Sendable, Equatable {
    /// The session's day, as midnight UTC in nanoseconds since 1970.
    public var date: Int64
    public var cash: Notional
    /// Σ quantity · last close over what is held long, and over what is held short (never above zero).
    public var long: Notional, short: Notional
    /// Σ price · quantity of the session's executions, and what they cost in fees.
    public var traded: Notional, costs: Notional
    /// How many instruments are held, how many executions there were, and how many positions were marked at an older
    /// close because the session had none.
    public var positions: Int, trades: Int, staleMarks: Int

    public var equity: Notional { cash + long + short }
    public var gross: Notional { long - short }
    public var net: Notional { long + short }
}

/// Cash and positions, kept exactly: every amount is a product or a sum of the fills' own numbers.
struct Account {
    private struct Holding {
        var quantity = Quantity.zero
        var close = Price.none
        /// The session whose close that is.
        var marked = 0
    }
    private(set) var cash: Notional
    private var holdings: [Holding] = []
    private var session = 1
    private var traded = Notional.zero, costs = Notional.zero, trades = 0

    init(cash: Notional) { self.cash = cash }

    func position(of symbol: SymbolID) -> Quantity {
        symbol.index < holdings.count ? holdings[symbol.index].quantity : .zero
    }

    /// What is held of it at its last close.
    func value(of symbol: SymbolID) -> Notional {
        guard symbol.index < holdings.count, holdings[symbol.index].quantity != .zero else { return .zero }
        return Notional(holdings[symbol.index].close, holdings[symbol.index].quantity)
    }

    private mutating func reach(_ symbol: SymbolID) {
        while holdings.count <= symbol.index { holdings.append(Holding()) }
    }

    /// Books one execution.
    mutating func book(_ fill: Fill, orderTime: Int64, parentID: ClOrdID) -> TradeRow {
        reach(fill.symbol)
        var row = TradeRow(
            time: fill.eventTime, orderTime: orderTime, symbol: fill.symbol, side: fill.side, quantity: fill.lastQty,
            price: fill.lastPx, fee: fill.fee, position: .zero, cash: .zero, clOrdID: fill.clOrdID, parentID: parentID,
            isMaker: fill.liquidity == .maker)
        if fill.side.isBuy {
            holdings[fill.symbol.index].quantity += fill.lastQty
        } else {
            holdings[fill.symbol.index].quantity -= fill.lastQty
        }
        // Until the session closes, what was bought is worth what it cost, should no close come.
        if holdings[fill.symbol.index].close.isNone { holdings[fill.symbol.index].close = fill.lastPx }
        cash += row.cashFlow
        traded += row.notional
        costs += fill.fee
        trades += 1
        (row.position, row.cash) = (holdings[fill.symbol.index].quantity, cash)
        return row
    }

    /// The bar's close is what the instrument is worth from now on.
    mutating func mark(_ bar: Bar) {
        reach(bar.symbol)
        holdings[bar.symbol.index].close = bar.close
        holdings[bar.symbol.index].marked = session
    }

    /// Ends a session.
    mutating func close(_ date: Int64) -> SessionRow {
        var row = SessionRow(
            date: date, cash: cash, long: .zero, short: .zero, traded: traded, costs: costs, positions: 0, trades: trades,
            staleMarks: 0)
        for holding in holdings where holding.quantity != .zero {
            let value = Notional(holding.close, holding.quantity)
            // By the sign of the quantity: a price can be negative.
            if holding.quantity > .zero { row.long += value } else { row.short += value }
            row.positions += 1
            if holding.marked != session { row.staleMarks += 1 }
        }
        (traded, costs, trades) = (.zero, .zero, 0)
        session += 1
        return row
    }
}
