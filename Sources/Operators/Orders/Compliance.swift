import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Checks every order before it may leave, and reserves for those that pass what they may come to.
///
///     orders     ──▶ ┌────────────┐ ──▶ ClearedOrder
///     positions  ──▶ │ compliance │
///     references ──▶ │            │ ──▶ Finding
///     parents    ──▶ │            │
///     commands   ──▶ └────────────┘
///
/// - Inputs: the orders; the positions of all accounts and strategies; prices to measure collars with; how far the orders
///   that passed have come, which is what releases their reservations; what people tell it.
/// - Output: a `ClearedOrder` for each order whose every check is OK. Cancels and status requests always pass.
/// - Side output: for each order its findings that are not OK, then one `decision`. An order under REVIEW waits for a
///   second person, and its second decision, OK or BLOCK, follows with what was done.
/// - Time: an order's age is measured at its event time or the watermark, whichever is later.
/// - State: per instrument the last price, positions by owner, a row an order that has not ended; orders that passed
///   within the throttle's and the duplicates' windows.
/// - Source: see `Rules`.
public struct Compliance<Reference: Priced>: Operator5, ~Copyable {
    @inlinable public static var sideName: String { "findings" }
    /// 6: rates by owner, windows and limits that may change. 5: limits change while it runs.
    public static var stateVersion: Int { 6 }

    /// Those in force.
    var rules: Rules
    var limitBook: LimitBook
    let instruments: InstrumentTable, hours: TradingHours
    @usableFromInline var references: Dense<LastPrice>
    var exposures = Exposures()
    @usableFromInline var valuation = Valuation()
    private var recentTerms = RecentTerms()
    /// Orders that passed within the throttle's window: of all, by strategy and by account.
    private var rates = OrderRates(), strategyRates = OrderRates(), accountRates = OrderRates()
    private var passed: Int64 = 0
    var repeats = RepeatWatch()
    var reviews = ReviewDesk(), switches: Switchboard
    /// What a switch that was thrown has still to cancel: empty again before the next record.
    var sweep: [Exposures.Place] = [], sweepTime: Int64 = 0
    var ids: ClOrdIDMaker
    /// Where people see what waits and what is stopped; nil where nobody can tell this desk anything.
    public var board: ControlBoard? { didSet { board?.show(limitBook) } }
    /// Sees each decision with what it was made of; nil but in a replay that explains.
    public var witness: ComplianceWitness?

    /// - Parameters:
    ///   - ids: of the cancels that a switch makes.
    ///   - venue: where its orders go; none where that is not one venue.
    ///   - hours: when the instruments trade.
    ///   - reader: of whole sets of limits; nil where nobody can put one over these.
    public init(
        _ limits: Limits, instruments: InstrumentTable, ids: ClOrdIDMaker = ClOrdIDMaker(day: 0, vertex: 0),
        venue: TextID = .none, hours: TradingHours = TradingHours(), reader: LimitReader? = nil
    ) {
        rules = Rules(limits)
        limitBook = LimitBook(limits, reader: reader)
        (self.instruments, self.ids, self.hours) = (instruments, ids, hours)
        switches = Switchboard(venue: venue)
        references = Dense(repeating: LastPrice())
    }

    /// All findings of one order, with what becomes of one that waits.
    public var mostOutputs: Int { Verdict.mostFindings + 3 }
    public var mostPerTimer: Int { Self.sweepRun }

    public mutating func process(first order: OrderRequest, into out: inout Emitter<ClearedOrder, Finding>) {
        // The end of input is no time to measure ages with.
        let now = out.hasReached(endOfTime) ? order.eventTime : max(order.eventTime, out.watermark)
        if intercept(order, now, into: &out) { return }
        let order = order.symbol.rawValue == 0 ? exposures.completed(order) : order
        if order.action.isHold, order.symbol.rawValue == 0 { return refuseHold(order, now, into: &out) }
        let verdict = decide(order, at: now, sequence: out.sequence)
        for i in 0..<verdict.count { out.emitSide(verdict[i]) }
        out.emitSide(verdict.decision)
        if let cleared = verdict.cleared { return out.emit(cleared) }
        if verdict.outcome == .review { park(order, verdict, now, into: &out) }
    }
    /// What is found of an order, and, where it passes, its reservation.
    public mutating func decide(_ order: OrderRequest, at now: Int64, sequence: UInt64 = 0) -> Verdict {
        let context = context(of: order, now)
        witness?.saw(order, context, rules, sequence)
        let verdict = rules.evaluate(order, in: context)
        guard verdict.outcome == .ok, order.action == .new || order.action == .replace else { return verdict }
        reserve(order, context, now)
        return verdict
    }
    mutating func reserve(_ order: OrderRequest, _ context: Context, _ now: Int64) {
        // A replace may add to what its original holds; until the venue agrees, the larger of the two counts.
        let held = order.action == .replace ? exposures.reserved(order.origClOrdID, order.symbol) : .zero
        exposures.reserve(order, order.orderQty - held, reference: context.reference)
        valuation.mark(order.symbol.index)
        passed += 1
        count(order, now)
    }
    /// What passed counts in whatever is limited over time.
    private mutating func count(_ order: OrderRequest, _ now: Int64) {
        let limits = rules.limits, strategy = Int(order.strategy.rawValue), window = limits.throttleWindow
        rates.add(0, now, within: window)
        if limits.controls.strategyThrottle != nil { strategyRates.add(strategy, now, within: window) }
        if limits.controls.accountThrottle != nil { accountRates.add(Int(order.account.rawValue), now, within: window) }
        recentTerms.add(order, now, duplicateWindow: limits.duplicateWindow)
        if repeats.add(strategy, now, limits.controls) { board?.show(switches, repeats) }
    }
    public mutating func take(_ position: PositionUpdate) {
        exposures.apply(position)
        valuation.mark(position.symbol.index)
    }
    public mutating func take(_ parent: ParentUpdate) {
        exposures.apply(parent)
        valuation.mark(parent.symbol.index)
    }
    @inlinable public mutating func take(_ reference: Reference) {
        references[reference.symbol.index].take(reference)
        valuation.mark(reference.symbol.index)
    }

    public mutating func process(second position: PositionUpdate, into out: inout Emitter<ClearedOrder, Finding>) {
        take(position)
    }
    @inlinable public mutating func process(third reference: Reference, into out: inout Emitter<ClearedOrder, Finding>) {
        take(reference)
    }
    public mutating func process(fourth parent: ParentUpdate, into out: inout Emitter<ClearedOrder, Finding>) {
        take(parent)
    }

    /// - Parameter isParked: the order waits here already, so that it is no duplicate of itself.
    mutating func context(of order: OrderRequest, _ now: Int64, isParked: Bool = false) -> Context {
        if rules.limits.maxGross != nil || rules.limits.controls.needsSums { valuation.refresh(exposures, references) }
        let last = references.value(order.symbol.index), row = exposures.row(order.symbol)
        var context = Context(
            instrument: instruments[order.symbol], reference: last.price,
            referenceAge: last.price.isNone ? -1 : elapsed(from: last.time, to: now), held: row.held, buying: row.buying,
            selling: row.selling, otherGross: rules.limits.maxGross == nil ? .zero : valuation.gross(except: order.symbol),
            recentOrders: rates.recent(of: 0, now, within: rules.limits.throttleWindow))
        (context.now, context.isOpen) = (now, hours.isOpen(order.symbol, at: now))
        context.standing = standing(of: order, row, now)
        switch order.action {
        case .new:
            let isKnown =
                exposures.reserved(order.clOrdID, order.symbol) > .zero || (!isParked && reviews.find(order.clOrdID) != 0)
            let alike = recentTerms.duplicates(of: order, now, duplicateWindow: rules.limits.duplicateWindow)
            context.duplicates = alike + (isKnown ? 1 : 0)
        case .replace:
            let held = Int128(exposures.reserved(order.origClOrdID, order.symbol).rawValue)
            if order.side.isBuy { context.buying -= held } else { context.selling -= held }
        case .cancel, .status, .suspend, .release: break
        }
        return context
    }

    /// The desk's figures, as far as they are asked for.
    private mutating func standing(of order: OrderRequest, _ row: Exposures.Row, _ now: Int64) -> Standing {
        let controls = rules.limits.controls, window = rules.limits.throttleWindow
        var standing = Standing()
        (standing.openOrders, standing.trades) = (Int(exposures.open), Int(exposures.trades))
        standing.openNotional = Notional(rawValue: exposures.openNotional)
        standing.creditUsed = Notional(rawValue: exposures.creditUsed(order.account))
        (standing.ordersPassed, standing.hasTraded) = (Int(passed), row.isKnown)
        (standing.repeats, standing.isStopped) = repeats.count(of: Int(order.strategy.rawValue), now, controls)
        if controls.strategyThrottle != nil {
            standing.recentOfStrategy = strategyRates.recent(of: Int(order.strategy.rawValue), now, within: window)
        }
        if controls.accountThrottle != nil {
            standing.recentOfAccount = accountRates.recent(of: Int(order.account.rawValue), now, within: window)
        }
        if order.action == .replace {
            standing.taken = Notional(rawValue: exposures.reservedNotional(order.origClOrdID, order.symbol))
        }
        let opposite = order.side.isBuy ? row.bestSell : row.bestBuy
        if opposite != (order.side.isBuy ? .max : .min) { standing.bestOpposite = Price(rawValue: opposite) }
        if !order.parentID.isNone {
            let left = exposures.reserved(order.parentID, order.symbol)
            standing.parentLeft = left > .zero ? left : nil
        }
        if controls.needsSums { standing.sums = valuation.sums(except: order.symbol, cash: exposures.cash) }
        halt(of: order, &standing)
        return standing
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&references)
        exposures.state(&coder)
        recentTerms.state(&coder)
        rates.state(&coder)
        strategyRates.state(&coder)
        accountRates.state(&coder)
        coder.field(&passed)
        repeats.state(&coder)
        reviews.state(&coder)
        switches.state(&coder)
        ids.state(&coder)
        limitBook.state(&coder)
        guard !coder.isSaving else { return }
        valuation.forget(exposures.symbols)
        rules = limitBook.rules
        board?.show(limitBook)
        board?.show(reviews, limits: rules.limits.version)
        board?.show(switches, repeats)
    }
}
