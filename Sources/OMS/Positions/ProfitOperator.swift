import PlainData
import StreamRuntime
import TradingModel

/// What marks a position: the last trade, a bar's close, the middle of a quote.
public protocol Marking: Element {
    var symbol: SymbolID { get }
    /// `.none` where there is none.
    var markPrice: Price { get }
}
extension Trade: Marking { public var markPrice: Price { price } }
extension Bar: Marking { public var markPrice: Price { close } }
extension Quote: Marking { public var markPrice: Price { mid ?? .none } }

/// What a broker takes of each execution.
public struct Commission: Sendable, Equatable {
    /// In 1e-8 of the traded money: a basis point is 10 000.
    public var rate: Int64
    /// In 1e-9 of the currency for each unit traded.
    public var perUnit: Int64
    public init(rate: Int64 = 0, perUnit: Int64 = 0) { (self.rate, self.perUnit) = (rate, perUnit) }

    /// - Returns: 1e-17 of the currency, rounded half to even.
    func of(turnover: Int128, traded: Int128) -> Int128 {
        let byMoney = share(of: turnover, part: UInt128(rate.magnitude), whole: 100_000_000)
        return (rate < 0 ? -byMoney : byMoney) + traded * Int128(perUnit)
    }
}

/// How to get from an instrument's currency to the desk's.
public struct Conversion: Sendable {
    /// The pair whose price says it: EURUSD for euros in dollars, or USDJPY, of which one is divided by the price.
    public var pair: SymbolID, isInverse: Bool
    public init(pair: SymbolID, isInverse: Bool) { (self.pair, self.isInverse) = (pair, isInverse) }
}

/// Profit and loss of every account, strategy and instrument: realised, unrealised at the last price, fees, and the sum in the
/// desk's own currency.
///
/// - Inputs: the rows of the order book of record; prices; the prices of currency pairs.
/// - Output: a row with every execution, bust and correction, and, while something is held, one whenever a price has changed it, at
///   most every so often. A row says what was known at its time.
/// - Money: exact, in 1e-17 of the currency; rounded half to even where a share or a rate divides.
/// - Unrealised: quantity · mark − what the holding cost. realised + unrealised = cash + quantity · mark, whatever the method.
/// - State: all fills of the day by position, the last price of each instrument.
public struct ProfitOperator<Mark: Marking>: Operator3, ~Copyable {
    public typealias First = OrderUpdate
    public typealias Second = Mark
    public typealias Third = Trade
    public typealias Out = ProfitAndLoss
    public typealias Side = Nothing

    private struct Last: State {
        var price = Price.none
        /// The first position of the symbol, and for each the next one; −1 ends.
        var head: Int64 = -1
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&price.rawValue)
            coder.field(&head)
        }
    }
    private struct Link: State {
        var next: Int64 = -1
        mutating func state(_ coder: inout StateCoder) { coder.field(&next) }
    }

    private var keeper: PositionKeeper
    private let commission: Commission, every: Int64
    private let instruments: InstrumentTable, base: TextID
    private let conversions: [TextID: Conversion]
    private var last = Dense<Last>(repeating: Last()), rates = Dense<Last>(repeating: Last())
    private var links = Dense<Link>(repeating: Link())
    private var known: Int64 = 0

    /// - Parameters:
    ///   - every: ns between two rows that prices alone cause.
    ///   - base: the desk's currency; instruments without one are in it.
    ///   - conversions: by currency.
    public init(
        _ method: CostMethod, commission: Commission, every: Int64, instruments: InstrumentTable, base: TextID,
        conversions: [TextID: Conversion]
    ) {
        keeper = PositionKeeper(method)
        (self.commission, self.every, self.instruments) = (commission, every, instruments)
        (self.base, self.conversions) = (base, conversions)
    }

    public mutating func process(first row: OrderUpdate, into out: inout Emitter<ProfitAndLoss, Nothing>) {
        guard let slot = keeper.change(row) else { return }
        while known < keeper.positions.count {
            let symbol = keeper.positions[Int(known)].symbol.index
            links[Int(known)].next = last[symbol].head
            last[symbol].head = known
            known += 1
        }
        guard row.execType == .trade || row.execType == .tradeCancel || row.execType == .tradeCorrect else { return }
        out.cancelTimer(slot)
        out.emit(profit(slot, at: row.eventTime))
    }
    public mutating func process(second price: Mark, into out: inout Emitter<ProfitAndLoss, Nothing>) {
        let mark = price.markPrice, symbol = price.symbol.index
        guard !mark.isNone, mark != last[symbol].price else { return }
        last[symbol].price = mark
        var slot = last[symbol].head
        while slot >= 0 {
            if keeper.positions[Int(slot)].units != 0 { out.setTimer(Int(slot), at: (price.eventTime / every + 1) * every) }
            slot = links[Int(slot)].next
        }
    }
    public mutating func process(third rate: Trade, into out: inout Emitter<ProfitAndLoss, Nothing>) {
        if rate.price > .zero { rates[rate.symbol.index].price = rate.price }
    }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ProfitAndLoss, Nothing>) {
        out.emit(profit(timer.key, at: timer.time))
    }

    private func profit(_ slot: Int, at time: Int64) -> ProfitAndLoss {
        let held = keeper.positions[slot], mark = last.value(held.symbol.index).price
        let own = instruments[held.symbol].currency, currency = own == .none ? base : own
        let fees = commission.of(turnover: held.turnover, traded: held.traded)
        var unrealised = MaybeNotional.none, net = MaybeNotional.none, netBase = MaybeNotional.none
        let rate = rate(of: currency)
        if held.units == 0 || !mark.isNone {
            let open = held.units == 0 ? 0 : held.units * Int128(mark.rawValue) - held.cost
            let sum = held.earned + open - fees
            (unrealised, net) = (MaybeNotional(Notional(rawValue: open)), MaybeNotional(Notional(rawValue: sum)))
            if !rate.isNone {
                let converted = share(of: sum, part: UInt128(rate.rawValue.magnitude), whole: 1_000_000_000)
                netBase = MaybeNotional(Notional(rawValue: converted))
            }
        }
        return ProfitAndLoss(
            eventTime: time, symbol: held.symbol, account: held.account, strategy: held.strategy, currency: currency,
            quantity: held.quantity, avgPx: held.avgPx, mark: mark, rate: rate, realised: held.realised, unrealised: unrealised,
            fees: Notional(rawValue: fees), net: net, netBase: netBase)
    }

    /// Rounded half to even at 1e-9 where it is one divided by a price.
    private func rate(of currency: TextID) -> Price {
        if currency == base { return Price(rawValue: 1_000_000_000) }
        guard let way = conversions[currency] else { return .none }
        let price = rates.value(way.pair.index).price
        guard !price.isNone, way.isInverse else { return price }
        let inverse = share(of: 1_000_000_000, part: 1_000_000_000, whole: UInt128(price.rawValue.magnitude))
        return Int64(exactly: inverse).map { Price(rawValue: $0) } ?? .none
    }

    public mutating func state(_ coder: inout StateCoder) {
        keeper.state(&coder)
        coder.field(&last)
        coder.field(&rates)
        coder.field(&links)
        coder.field(&known)
    }
}
