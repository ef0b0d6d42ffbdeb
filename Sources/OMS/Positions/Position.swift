import PlainData
import TradingModel

/// What one account and strategy holds of one instrument, at average cost or by lots.
///
/// The money is kept as sums, never as averages: `cash + cost = realised` holds to the last digit after every fill.
/// All sums are 128 bits wide, so that no row can overflow them (see `mostNotional`).
public struct Position: Sendable {
    public internal(set) var account = TextID.none, strategy = TextID.none
    public internal(set) var symbol = SymbolID(rawValue: 0)
    /// In 1e-8 units; negative is short.
    var units: Int128 = 0
    /// What the holding cost, in 1e-17 of the currency; negative is what a short position brought.
    var cost: Int128 = 0
    var earned: Int128 = 0
    var spent: Int128 = 0
    var buying: Int128 = 0, selling: Int128 = 0
    public internal(set) var lastPx = Price.none
    /// Σ price·quantity and Σ quantity of the live fills, both without signs: what fees are charged on.
    var turnover: Int128 = 0, traded: Int128 = 0
    /// Which cost leaves when a part is closed.
    var method = CostMethod.average
    /// What is held, by the fills that opened it; only where the first in goes out first.
    var lots = Lots()
    /// All fills in the order in which they were booked, so that a bust leaves what there would be without the fill.
    var fills: [PositionFill] = []

    /// 2^104 × 1e-17 = 2·10^14 of a currency: a fill beyond is no fill. 8 million of them still fit into 128 bits.
    static let mostNotional: Int128 = 1 << 104

    public var quantity: Quantity { Quantity(rawValue: Int64(clamping: units)) }
    public var workingBuy: Quantity { Quantity(rawValue: Int64(clamping: buying)) }
    public var workingSell: Quantity { Quantity(rawValue: Int64(clamping: selling)) }
    public var realised: Notional { Notional(rawValue: earned) }
    public var cash: Notional { Notional(rawValue: -spent) }
    /// The cost of what is held; negative for a short position.
    public var openCost: Notional { Notional(rawValue: cost) }
    /// Cost over quantity, rounded half to even at 1e-9; none when flat.
    public var avgPx: Price { openCost.price(per: quantity) ?? .none }

    /// Trades `change` units (negative to sell) for `amount` of money (of the same sign).
    ///
    /// Closing takes from the cost the share of the units that leave; a flip through zero closes first and then opens
    /// at the price of the fill.
    mutating func trade(_ change: Int128, for amount: Int128) {
        spent += amount
        turnover += amount < 0 ? -amount : amount
        traded += change < 0 ? -change : change
        let isClosing = units != 0 && (units < 0) != (change < 0)
        guard isClosing else {
            units += change
            cost += amount
            if method == .fifo { lots.open(change, for: amount) }
            return
        }
        let closed = min(change.magnitude, units.magnitude)
        let released = method == .fifo ? lots.close(closed) : share(of: cost, part: closed, whole: units.magnitude)
        let received = share(of: amount, part: closed, whole: change.magnitude)
        earned -= received + released
        cost += amount - received - released
        units += change
        if method == .fifo, closed < change.magnitude { lots.open(units, for: amount - received) }
    }

    /// What the fills that live come to, from the first one on.
    mutating func rebook() {
        (units, cost, earned, spent, turnover, traded) = (0, 0, 0, 0, 0, 0)
        lots = Lots()
        for fill in fills where fill.quantity.rawValue != 0 { trade(fill.units, for: fill.amount) }
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&account.rawValue)
        coder.field(&strategy.rawValue)
        coder.field(&symbol.rawValue)
        coder.field(&units)
        coder.field(&cost)
        coder.field(&earned)
        coder.field(&spent)
        coder.field(&turnover)
        coder.field(&traded)
        lots.state(&coder)
        coder.field(&buying)
        coder.field(&selling)
        coder.field(&lastPx.rawValue)
        coder.field(&fills, filler: PositionFill())
    }
}

/// One fill as a position holds it. Quantity zero: undone.
struct PositionFill: State {
    var quantity: Quantity = .zero
    var price: Price = .zero
    var isBuy = true

    var units: Int128 { isBuy ? Int128(quantity.rawValue) : -Int128(quantity.rawValue) }
    var amount: Int128 { units * Int128(price.rawValue) }
    /// False for an amount that no market trades: see `Position.mostNotional`.
    var isBookable: Bool { amount.magnitude <= Position.mostNotional.magnitude }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&quantity.rawValue)
        coder.field(&price.rawValue)
        coder.field(&isBuy)
    }
}

/// `amount` · `part` / `whole`, rounded half to even. Exact where nothing remains, and all of it for the whole.
func share(of amount: Int128, part: UInt128, whole: UInt128) -> Int128 {
    let product = amount.magnitude.multipliedFullWidth(by: part)
    let (quotient, rest) = whole.dividingFullWidth((product.high, product.low))
    let isUp = rest > whole - rest || (rest == whole - rest && quotient % 2 != 0)
    let rounded = Int128(quotient + (isUp ? 1 : 0))
    return amount < 0 ? -rounded : rounded
}
