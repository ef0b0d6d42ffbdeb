import PlainData
import TradingModel

/// What compliance knows to be held, working and reserved, over all accounts and strategies.
struct Exposures: ~Copyable {
    /// One instrument's, in 1e-8 units. What a reserved order has at the venue is both reserved and working.
    struct Row: State {
        var held: Int128 = 0, workingBuy: Int128 = 0, workingSell: Int128 = 0, reservedBuy: Int128 = 0, reservedSell: Int128 = 0

        var buying: Int128 { max(workingBuy, reservedBuy) }
        var selling: Int128 { max(workingSell, reservedSell) }
        /// The position if the worse of the two sides fills whole.
        var worst: Int128 { max(held + buying, selling - held) }

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&held)
            coder.field(&workingBuy)
            coder.field(&workingSell)
            coder.field(&reservedBuy)
            coder.field(&reservedSell)
        }
    }
    struct Holding: State {
        var owner: UInt64 = 0, quantity: Int64 = 0, workingBuy: Int64 = 0, workingSell: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&owner)
            coder.field(&quantity)
            coder.field(&workingBuy)
            coder.field(&workingSell)
        }
    }
    struct Reservation: State {
        var order: UInt64 = 0
        /// Positive for a buy, negative for a sell.
        var left: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&order)
            coder.field(&left)
        }
    }
    private var rows = Dense<Row>(repeating: Row())
    private var holdings = Chains<Holding>(repeating: Holding())
    private var reservations = Chains<Reservation>(repeating: Reservation())

    func row(_ symbol: SymbolID) -> Row { rows.value(symbol.index) }
    /// One more than the largest instrument number that may have a row.
    var symbols: Int { rows.count }

    mutating func apply(_ update: PositionUpdate) {
        let symbol = update.symbol.index, owner = UInt64(update.account.rawValue) << 32 | UInt64(update.strategy.rawValue)
        var at = holdings.first(symbol)
        while at != 0, holdings[at].owner != owner { at = holdings.next(at) }
        if at == 0 { at = holdings.add(Holding(owner: owner), to: symbol) }
        let old = holdings[at]
        rows[symbol].held += Int128(update.quantity.rawValue) - Int128(old.quantity)
        rows[symbol].workingBuy += Int128(update.workingBuy.rawValue) - Int128(old.workingBuy)
        rows[symbol].workingSell += Int128(update.workingSell.rawValue) - Int128(old.workingSell)
        holdings[at] = Holding(
            owner: owner, quantity: update.quantity.rawValue, workingBuy: update.workingBuy.rawValue,
            workingSell: update.workingSell.rawValue)
    }

    /// What is still reserved for an order that passed; zero for one that is not known.
    func reserved(_ order: ClOrdID, _ symbol: SymbolID) -> Quantity {
        let at = find(order, symbol.index)
        return at == 0 ? .zero : Quantity(rawValue: abs(reservations[at].left))
    }

    mutating func reserve(_ order: ClOrdID, _ symbol: SymbolID, _ side: Side, _ quantity: Quantity) {
        let at = reservations.add(Reservation(order: order.rawValue), to: symbol.index)
        set(at, symbol.index, side.sign * max(0, quantity.rawValue))
    }

    /// An order that passed has come so far: what has traded is a position now, what is over is free.
    mutating func apply(_ update: ParentUpdate) {
        let at = find(update.clOrdID, update.symbol.index)
        guard at != 0 else { return }
        if update.state == .working {
            let left = max(0, update.orderQty.rawValue - update.cumQty.rawValue)
            set(at, update.symbol.index, update.side.sign * left)
        } else {
            set(at, update.symbol.index, 0)
            reservations.remove(at, from: update.symbol.index)
        }
    }

    private func find(_ order: ClOrdID, _ symbol: Int) -> Int {
        var at = reservations.first(symbol)
        while at != 0, reservations[at].order != order.rawValue { at = reservations.next(at) }
        return at
    }
    private mutating func set(_ at: Int, _ symbol: Int, _ left: Int64) {
        let old = reservations[at].left
        rows[symbol].reservedBuy += Int128(max(0, left)) - Int128(max(0, old))
        rows[symbol].reservedSell += Int128(min(0, old)) - Int128(min(0, left))
        reservations[at].left = left
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&rows)
        holdings.state(&coder)
        reservations.state(&coder)
    }
}
