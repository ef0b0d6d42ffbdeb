import PlainData
import TradingModel

/// What compliance knows to be held, working and reserved, over all accounts and strategies.
struct Exposures: ~Copyable {
    /// One instrument's, in 1e-8 units. What a reserved order has at the venue is both reserved and working.
    struct Row: State {
        var held: Int128 = 0, workingBuy: Int128 = 0, workingSell: Int128 = 0, reservedBuy: Int128 = 0, reservedSell: Int128 = 0
        /// The best own limits, 1e-9; `.min` and `.max` where there is none. Found anew when the best one leaves.
        var bestBuy = Int64.min, bestSell = Int64.max
        /// Whether anything was ever held or ordered.
        var isKnown = false

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
            coder.field(&bestBuy)
            coder.field(&bestSell)
            coder.field(&isKnown)
        }
    }
    struct Holding: State {
        var owner: UInt64 = 0, quantity: Int64 = 0, workingBuy: Int64 = 0, workingSell: Int64 = 0, cash: Int128 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&owner)
            coder.field(&quantity)
            coder.field(&workingBuy)
            coder.field(&workingSell)
            coder.field(&cash)
        }
    }
    struct Reservation: State {
        var order: UInt64 = 0
        /// Positive for a buy, negative for a sell.
        var left: Int64 = 0
        /// What a unit is reserved at, 1e-9: the limit, or the reference of a market order; 0 where there was none.
        var price: Int64 = 0
        /// Its limit, as one that rests can be traded with; 0 for a market order.
        var limit: Int64 = 0
        var traded: Int64 = 0
        var account: UInt32 = 0, strategy: UInt32 = 0, symbol: UInt32 = 0
        /// Whether it is reserved for in the account's credit.
        var isCredit = false
        var side = Side.none

        /// In 1e-17, as much as sums of very many have room for.
        var notional: Int128 { min(Int128(left.magnitude) * Int128(price), 1_000_000_000_000_000_000_000_000_000_000_000) }

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&order)
            coder.field(&left)
            coder.field(&price)
            coder.field(&limit)
            coder.field(&traded)
            coder.field(&account)
            coder.field(&strategy)
            coder.field(&symbol)
            coder.field(&isCredit)
            coder.field(code: &side)
        }
    }
    /// What an account has reserved, and the cash that came (positive) and went.
    struct Credit: State {
        var reserved: Int128 = 0, cash: Int128 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&reserved)
            coder.field(&cash)
        }
    }
    private var rows = Dense<Row>(repeating: Row())
    private var holdings = Chains<Holding>(repeating: Holding())
    private var reservations = Chains<Reservation>(repeating: Reservation())
    /// The reservation of an order; 0 where it has been released.
    private var byID = IDTable()
    /// By account.
    private var credits = Dense<Credit>(repeating: Credit())
    /// Over all: reserved orders and their money, the cash of the day, executions told of.
    private(set) var open: Int64 = 0, openNotional: Int128 = 0, cash: Int128 = 0, trades: Int64 = 0

    func row(_ symbol: SymbolID) -> Row { rows.value(symbol.index) }
    /// One more than the largest instrument number that may have a row.
    var symbols: Int { rows.count }
    /// What an account has spent and reserved, less what its sales brought.
    func creditUsed(_ account: TextID) -> Int128 {
        let credit = credits.value(Int(account.rawValue))
        return credit.reserved - credit.cash
    }
    /// What the credit of an account has in reserve: the sum of its open orders' money.
    func creditReserved(_ account: TextID) -> Int128 { credits.value(Int(account.rawValue)).reserved }

    mutating func apply(_ update: PositionUpdate) {
        let symbol = update.symbol.index, owner = UInt64(update.account.rawValue) << 32 | UInt64(update.strategy.rawValue)
        var at = holdings.first(symbol)
        while at != 0, holdings[at].owner != owner { at = holdings.next(at) }
        if at == 0 { at = holdings.add(Holding(owner: owner), to: symbol) }
        let old = holdings[at]
        rows[symbol].held += Int128(update.quantity.rawValue) - Int128(old.quantity)
        rows[symbol].workingBuy += Int128(update.workingBuy.rawValue) - Int128(old.workingBuy)
        rows[symbol].workingSell += Int128(update.workingSell.rawValue) - Int128(old.workingSell)
        rows[symbol].isKnown = true
        cash += update.cash.rawValue - old.cash
        credits[Int(update.account.rawValue)].cash += update.cash.rawValue - old.cash
        holdings[at] = Holding(
            owner: owner, quantity: update.quantity.rawValue, workingBuy: update.workingBuy.rawValue,
            workingSell: update.workingSell.rawValue, cash: update.cash.rawValue)
    }

    /// What is still reserved for an order that passed; zero for one that is not known.
    func reserved(_ order: ClOrdID, _ symbol: SymbolID) -> Quantity {
        let at = find(order, symbol.index)
        return at == 0 ? .zero : Quantity(rawValue: abs(reservations[at].left))
    }
    /// The money of that, and of an order that reserves credit.
    func reservedNotional(_ order: ClOrdID, _ symbol: SymbolID) -> Int128 {
        let at = find(order, symbol.index)
        return at == 0 ? 0 : reservations[at].notional
    }

    /// Reserves a quantity for an order that passed, at its limit or else the reference.
    mutating func reserve(_ order: OrderRequest, _ quantity: Quantity, reference: Price) {
        let limit = order.ordType == .limit && order.price > .zero ? order.price.rawValue : 0
        let price = limit > 0 ? limit : max(0, reference.isNone ? 0 : reference.rawValue), symbol = order.symbol.index
        var made = Reservation(order: order.clOrdID.rawValue)
        (made.price, made.limit, made.account, made.strategy) = (price, limit, order.account.rawValue, order.strategy.rawValue)
        (made.symbol, made.side) = (order.symbol.rawValue, order.side)
        made.isCredit = order.side.isBuy || order.side == .sellShort
        let at = reservations.add(made, to: symbol)
        if made.order != 0 { byID.set(made.order, at) }
        open += 1
        rows[symbol].isKnown = true
        if limit > 0, order.side.isBuy { rows[symbol].bestBuy = max(rows[symbol].bestBuy, limit) }
        if limit > 0, !order.side.isBuy { rows[symbol].bestSell = min(rows[symbol].bestSell, limit) }
        set(at, symbol, order.side.sign * max(0, quantity.rawValue))
    }

    /// An order that passed has come so far: what has traded is a position now, what is over is free.
    mutating func apply(_ update: ParentUpdate) {
        let symbol = update.symbol.index, at = find(update.clOrdID, symbol)
        guard at != 0 else { return }
        if update.cumQty.rawValue > reservations[at].traded { trades += 1 }
        reservations[at].traded = update.cumQty.rawValue
        if update.state.isOpen {
            if update.price > .zero, reservations[at].limit > 0, update.price.rawValue != reservations[at].limit {
                reprice(at, symbol, update.price.rawValue)
            }
            let left = max(0, update.orderQty.rawValue - update.cumQty.rawValue)
            set(at, symbol, update.side.sign * left)
        } else {
            set(at, symbol, 0)
            open -= 1
            byID.set(reservations[at].order, 0)
            let gone = reservations[at]
            reservations.remove(at, from: symbol)
            leave(gone, symbol)
        }
    }
    /// A replace has another limit.
    private mutating func reprice(_ at: Int, _ symbol: Int, _ price: Int64) {
        let left = reservations[at].left, old = reservations[at]
        set(at, symbol, 0)
        (reservations[at].price, reservations[at].limit) = (price, price)
        set(at, symbol, left)
        leave(old, symbol)
        if left > 0 { rows[symbol].bestBuy = max(rows[symbol].bestBuy, price) }
        if left < 0 { rows[symbol].bestSell = min(rows[symbol].bestSell, price) }
    }
    /// The best own limits, when one that may have been the best is gone.
    private mutating func leave(_ gone: Reservation, _ symbol: Int) {
        guard gone.limit > 0, gone.limit == rows[symbol].bestBuy || gone.limit == rows[symbol].bestSell else { return }
        (rows[symbol].bestBuy, rows[symbol].bestSell) = (.min, .max)
        var at = reservations.first(symbol)
        while at != 0 {
            let limit = reservations[at].limit
            if limit > 0, reservations[at].left > 0 { rows[symbol].bestBuy = max(rows[symbol].bestBuy, limit) }
            if limit > 0, reservations[at].left < 0 { rows[symbol].bestSell = min(rows[symbol].bestSell, limit) }
            at = reservations.next(at)
        }
    }

    /// Where a reservation lies, and its instrument.
    struct Place {
        var row: Int32, symbol: UInt32
    }
    /// The reservations whose owners are `wanted`, by instrument.
    func rows(_ wanted: (_ account: UInt32, _ strategy: UInt32, _ symbol: UInt32) -> Bool) -> [Place] {
        var places: [Place] = []
        for symbol in 0..<reservations.keys {
            var at = reservations.first(symbol)
            while at != 0 {
                let row = reservations[at]
                if wanted(row.account, row.strategy, row.symbol) { places.append(Place(row: Int32(at), symbol: row.symbol)) }
                at = reservations.next(at)
            }
        }
        return places
    }
    /// A cancel, still without an id, of the order that a reservation is for.
    func cancel(of row: Int, symbol: UInt32) -> OrderRequest? {
        let held = reservations[row]
        guard held.order != 0, held.symbol == symbol else { return nil }
        return OrderRequest(
            eventTime: 0, action: .cancel, clOrdID: .none, origClOrdID: ClOrdID(rawValue: held.order),
            account: TextID(rawValue: held.account), strategy: TextID(rawValue: held.strategy),
            symbol: SymbolID(rawValue: symbol), side: held.side,
            orderQty: Quantity(rawValue: held.traded + Int64(held.left.magnitude)), ordType: held.limit > 0 ? .limit : .market,
            price: held.limit > 0 ? Price(rawValue: held.limit) : .none)
    }
    /// A cancel or a question that names its order alone, with the order's instrument, side and owners.
    func completed(_ order: OrderRequest) -> OrderRequest {
        let id = order.origClOrdID.isNone ? order.clOrdID : order.origClOrdID
        guard order.action != .new, order.action != .replace, let at = byID.find(id.rawValue), at != 0,
            reservations[at].order == id.rawValue
        else { return order }
        let held = reservations[at]
        var whole = order
        whole.symbol = SymbolID(rawValue: held.symbol)
        if whole.side == .none { whole.side = held.side }
        if whole.account == .none { whole.account = TextID(rawValue: held.account) }
        if whole.strategy == .none { whole.strategy = TextID(rawValue: held.strategy) }
        return whole
    }

    private func find(_ order: ClOrdID, _ symbol: Int) -> Int {
        guard let at = byID.find(order.rawValue), at != 0 else { return 0 }
        return reservations[at].order == order.rawValue ? at : 0
    }
    private mutating func set(_ at: Int, _ symbol: Int, _ left: Int64) {
        let old = reservations[at]
        rows[symbol].reservedBuy += Int128(max(0, left)) - Int128(max(0, old.left))
        rows[symbol].reservedSell += Int128(min(0, old.left)) - Int128(min(0, left))
        reservations[at].left = left
        let change = reservations[at].notional - old.notional
        openNotional += change
        if old.isCredit { credits[Int(old.account)].reserved += change }
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&rows)
        holdings.state(&coder)
        reservations.state(&coder)
        byID.state(&coder)
        coder.field(&credits)
        coder.field(&open)
        coder.field(&openNotional)
        coder.field(&cash)
        coder.field(&trades)
    }
}
