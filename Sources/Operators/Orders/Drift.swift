import PlainData
import StreamRuntime
import TradingModel

/// Proposes parent orders where what is held has drifted from what is wanted by more than a band.
///
///     targets    ──▶ ┌───────┐
///     positions  ──▶ │ drift │ ──▶ OrderRequest       wanted = weight · equity / last price, down to the lot
///     prices     ──▶ │       │
///     parents    ──▶ └───────┘
///
/// - Inputs: targets; positions (only those of this account and strategy count); prices, `Trade` or `Bar`; how far its
///   proposals have come.
/// - Output: a new `OrderRequest` for wanted − held, when that times the last price is more than the band (so is the
///   difference before rounding: a lot alone is no drift) and no earlier proposal for the instrument is outstanding. It is
///   outstanding until its parent is `done` or `rejected`; if nothing
///   is heard of it within `hold`, compliance has refused it, and the drift is looked at anew.
/// - Side output: targets whose weight is not a number within ±1 000.
/// - Looks: at every target, position, price and parent of an instrument. Without a target, or a price above zero,
///   there is nothing to compare.
/// - Cost: one multiplication and one comparison a price; the exact sums are made only beyond the band.
public struct Drift<Reference: Priced>: Operator4, ~Copyable {
    /// How a proposal is priced.
    public enum Style: Sendable, Equatable {
        case market
        /// At the last price, better or worse by so many ticks: positive pays up (aggressive), negative waits (passive).
        case limit(ticks: Int64)
    }
    /// What a drift works for, and how.
    public struct Parameters: Sendable {
        /// The money that a weight of 1 stands for.
        public var equity: Notional
        /// How much may be wanting or over, in basis points of the equity.
        public var bandBasisPoints: Int64
        public var style: Style
        /// How long a proposal may stay unanswered, in nanoseconds of event time.
        public var hold: Int64
        public var account: TextID, strategy: TextID

        public init(
            equity: Notional, bandBasisPoints: Int64, style: Style = .limit(ticks: 0), hold: Int64 = 1_000_000_000,
            account: TextID = .none, strategy: TextID = .none
        ) {
            precondition(equity >= .zero && (0...10_000).contains(bandBasisPoints) && hold > 0)
            (self.equity, self.bandBasisPoints, self.style, self.hold) = (equity, bandBasisPoints, style, hold)
            (self.account, self.strategy) = (account, strategy)
        }
    }

    let parameters: Parameters, instruments: InstrumentTable
    let band: Notional
    @usableFromInline let bandMoney: Double
    @usableFromInline var rows: Dense<DriftRow>
    /// Proposals that are outstanding, by instrument; their rows are the timers' keys.
    private var outstanding = Chains<Proposal>(repeating: Proposal())
    private var ids: ClOrdIDMaker

    public init(_ parameters: Parameters, instruments: InstrumentTable, ids: ClOrdIDMaker) {
        (self.parameters, self.instruments, self.ids) = (parameters, instruments, ids)
        let scaled = parameters.equity.rawValue.multipliedFullWidth(by: Int128(parameters.bandBasisPoints))
        band = Notional(rawValue: Int128(10_000).dividingFullWidth(scaled).quotient)
        // A hair below, so that rounding never hides what the exact comparison would see.
        bandMoney = band.double * (1 - 1e-9)
        rows = Dense(repeating: DriftRow())
    }

    public mutating func process(first target: Target, into out: inout Emitter<OrderRequest, Target>) {
        guard target.weight.isFinite, abs(target.weight) <= 1_000 else { return out.emitSide(target) }
        let symbol = target.symbol.index
        rows[symbol].weight = Int64((target.weight * 1e9).rounded())
        rows[symbol].wantedMoney = target.weight * parameters.equity.double
        rows[symbol].hasTarget = true
        look(at: target.symbol, target.eventTime, into: &out)
    }
    public mutating func process(second position: PositionUpdate, into out: inout Emitter<OrderRequest, Target>) {
        guard position.account == parameters.account, position.strategy == parameters.strategy else { return }
        rows[position.symbol.index].held = position.quantity
        look(at: position.symbol, position.eventTime, into: &out)
    }
    @inlinable public mutating func process(third price: Reference, into out: inout Emitter<OrderRequest, Target>) {
        let symbol = price.symbol.index
        rows[symbol].last.take(price)
        if rows[symbol].mayBeOff(bandMoney) { look(at: price.symbol, price.eventTime, into: &out) }
    }
    public mutating func process(fourth parent: ParentUpdate, into out: inout Emitter<OrderRequest, Target>) {
        guard parent.account == parameters.account, parent.strategy == parameters.strategy else { return }
        let symbol = parent.symbol.index
        var at = outstanding.first(symbol)
        while at != 0, outstanding[at].order != parent.clOrdID.rawValue { at = outstanding.next(at) }
        if parent.state.isOpen {
            // One that was given up and yet works after all is outstanding again.
            if at == 0 { at = add(parent.clOrdID, to: parent.symbol) }
            return out.cancelTimer(at)
        }
        guard at != 0 else { return }
        out.cancelTimer(at)
        remove(at, from: parent.symbol)
        look(at: parent.symbol, parent.eventTime, into: &out)
    }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<OrderRequest, Target>) {
        let symbol = SymbolID(rawValue: outstanding[timer.key].symbol)
        remove(timer.key, from: symbol)
        // When all input has ended, nobody is left to answer another one.
        if !out.hasReached(endOfTime) { look(at: symbol, timer.time, into: &out) }
    }

    private mutating func add(_ order: ClOrdID, to symbol: SymbolID) -> Int {
        rows[symbol.index].outstanding += 1
        return outstanding.add(Proposal(order: order.rawValue, symbol: symbol.rawValue), to: symbol.index)
    }
    private mutating func remove(_ row: Int, from symbol: SymbolID) {
        rows[symbol.index].outstanding -= 1
        outstanding.remove(row, from: symbol.index)
    }

    /// The exact comparison, and the proposal.
    @usableFromInline @inline(never)
    mutating func look(at symbol: SymbolID, _ time: Int64, into out: inout Emitter<OrderRequest, Target>) {
        let row = rows[symbol.index], instrument = instruments[symbol]
        guard row.mayBeOff(bandMoney), let wanted = wanted(row, instrument) else { return }
        let (off, over) = wanted.rawValue.subtractingReportingOverflow(row.held.rawValue)
        guard !over, off != 0, Notional(row.last.price, Quantity(rawValue: off)).magnitude > band else { return }
        let side: TradingModel.Side = off > 0 ? .buy : .sell
        guard let price = price(row.last.price, side, instrument) else { return }
        let order = OrderRequest(
            eventTime: time, clOrdID: ids.next(out.sequence), account: parameters.account, strategy: parameters.strategy,
            symbol: symbol, side: side, orderQty: Quantity(rawValue: abs(off)), ordType: price.isNone ? .market : .limit,
            price: price)
        let key = add(order.clOrdID, to: symbol)
        let now = out.hasReached(endOfTime) ? time : max(time, out.watermark)
        let (due, past) = now.addingReportingOverflow(parameters.hold)
        out.setTimer(key, at: past ? endOfTime - 1 : due)
        out.emit(order)
    }

    /// weight · equity / price in whole lots, toward zero; nil where that is no quantity.
    private func wanted(_ row: DriftRow, _ instrument: Instrument) -> Quantity? {
        // weight in 1e-9, equity in 1e-17, price in 1e-9: the quotient is in 1e-17 and a quantity in 1e-8 units.
        let money = Int128(row.weight).multipliedFullWidth(by: parameters.equity.rawValue)
        let divisor = Int128(row.last.price.rawValue) * 1_000_000_000
        guard money.high == (Int128(bitPattern: money.low) < 0 ? -1 : 0) else { return nil }
        return Int64(exactly: Int128(bitPattern: money.low) / divisor).map {
            Quantity(rawValue: $0).rounded(downTo: instrument.lotSize)
        }
    }
    /// The limit; `.none` for a market order; nil where the grid leaves no price above zero.
    private func price(_ last: Price, _ side: TradingModel.Side, _ instrument: Instrument) -> Price? {
        guard case .limit(let ticks) = parameters.style else { return Price.none }
        let (step, over) = ticks.multipliedReportingOverflow(by: instrument.tickSize.rawValue * side.sign)
        let (sum, past) = instrument.passive(last, side).rawValue.addingReportingOverflow(step)
        return over || past || sum <= 0 ? nil : Price(rawValue: sum)
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&rows)
        outstanding.state(&coder)
        ids.state(&coder)
    }
}

/// What a drift knows of one instrument.
public struct DriftRow: State {
    @usableFromInline var last = LastPrice()
    /// In 1e-9: weights are taken to nine digits, so that a tenth is a tenth.
    @usableFromInline var weight: Int64 = 0
    @usableFromInline var wantedMoney = 0.0
    @usableFromInline var held = Quantity.zero
    @usableFromInline var outstanding: Int64 = 0
    @usableFromInline var hasTarget = false
    @usableFromInline init() {}

    /// Whether a proposal is possible at all. What this lets pass is compared exactly.
    @inlinable @inline(__always) func mayBeOff(_ band: Double) -> Bool {
        hasTarget && outstanding == 0 && !last.price.isNone && abs(wantedMoney - held.double * last.price.double) >= band
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&last)
        coder.field(&weight)
        coder.field(&wantedMoney)
        coder.field(&held.rawValue)
        coder.field(&outstanding)
        coder.field(&hasTarget)
    }
}

/// A proposal that waits for its end.
struct Proposal: State {
    var order: UInt64 = 0, symbol: UInt32 = 0

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&order)
        coder.field(&symbol)
    }
}
