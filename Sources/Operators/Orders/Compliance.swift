import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Checks every order before it may leave, and reserves for those that pass what they may come to.
///
///     orders     ──▶ ┌────────────┐ ──▶ ClearedOrder
///     positions  ──▶ │ compliance │
///     references ──▶ │            │ ──▶ Finding
///     parents    ──▶ └────────────┘
///
/// - Inputs: the orders; the positions of all accounts and strategies; prices to measure collars with; how far the orders
///   that passed have come, which is what releases their reservations.
/// - Output: a `ClearedOrder` for each order whose every check is OK. Cancels and status requests always pass.
/// - Side output: for each order its findings that are not OK, then one `decision`. An order under REVIEW waits for a
///   second person; it is not passed on.
/// - Time: an order's age is measured at its event time or the watermark, whichever is later.
/// - State: per instrument the last price, positions by owner, a row an order that has not ended; orders that passed
///   within the throttle's and the duplicates' windows.
/// - Source: see `Rules`.
public struct Compliance<Reference: Priced>: Operator4, ~Copyable {
    @inlinable public static var sideName: String { "findings" }
    /// 2: the throttle keeps the times that count, oldest first.
    public static var stateVersion: Int { 2 }

    let rules: Rules
    let instruments: InstrumentTable
    @usableFromInline var references: Dense<LastPrice>
    private var exposures = Exposures()
    private var flow: OrderFlow
    /// Sees each decision with what it was made of; nil but in a replay that explains.
    public var witness: ComplianceWitness?

    public init(_ limits: Limits, instruments: InstrumentTable) {
        rules = Rules(limits)
        self.instruments = instruments
        references = Dense(repeating: LastPrice())
        flow = OrderFlow(
            throttleOrders: limits.throttleOrders, throttleWindow: limits.throttleWindow, duplicateWindow: limits.duplicateWindow)
    }

    /// All findings of one order.
    public var mostOutputs: Int { Verdict.mostFindings }

    public mutating func process(first order: OrderRequest, into out: inout Emitter<ClearedOrder, Finding>) {
        // The end of input is no time to measure ages with.
        let now = out.hasReached(endOfTime) ? order.eventTime : max(order.eventTime, out.watermark)
        let context = context(of: order, now)
        witness?.saw(order, context, rules, out.sequence)
        let verdict = rules.evaluate(order, in: context)
        for i in 0..<verdict.count { out.emitSide(verdict[i]) }
        out.emitSide(verdict.decision)
        guard let cleared = verdict.cleared else { return }
        if order.action == .new || order.action == .replace {
            // A replace may add to what its original holds; until the venue agrees, the larger of the two counts.
            let held = order.action == .replace ? exposures.reserved(order.origClOrdID, order.symbol) : .zero
            exposures.reserve(order.clOrdID, order.symbol, order.side, order.orderQty - held)
            flow.add(order, now)
        }
        out.emit(cleared)
    }
    public mutating func process(second position: PositionUpdate, into out: inout Emitter<ClearedOrder, Finding>) {
        exposures.apply(position)
    }
    @inlinable public mutating func process(third reference: Reference, into out: inout Emitter<ClearedOrder, Finding>) {
        references[reference.symbol.index].take(reference)
    }
    public mutating func process(fourth parent: ParentUpdate, into out: inout Emitter<ClearedOrder, Finding>) {
        exposures.apply(parent)
    }

    private mutating func context(of order: OrderRequest, _ now: Int64) -> Context {
        let last = references.value(order.symbol.index), row = exposures.row(order.symbol)
        var context = Context(
            instrument: instruments[order.symbol], reference: last.price,
            referenceAge: last.price.isNone ? -1 : elapsed(from: last.time, to: now), held: row.held, buying: row.buying,
            selling: row.selling, otherGross: rules.limits.maxGross == nil ? .zero : gross(except: order.symbol),
            recentOrders: flow.recent(now))
        switch order.action {
        case .new:
            let isKnown = exposures.reserved(order.clOrdID, order.symbol) > .zero
            context.duplicates = flow.duplicates(of: order, now) + (isKnown ? 1 : 0)
        case .replace:
            let held = Int128(exposures.reserved(order.origClOrdID, order.symbol).rawValue)
            if order.side.isBuy { context.buying -= held } else { context.selling -= held }
        case .cancel, .status: break
        }
        return context
    }

    /// Nil where something is held or works whose price is not known.
    private func gross(except symbol: SymbolID) -> Notional? {
        var sum: Int128 = 0
        for at in 0..<exposures.symbols where at != symbol.index {
            let worst = exposures.row(SymbolID(rawValue: UInt32(at))).worst, last = references.value(at).price
            guard worst != 0 else { continue }
            let (notional, over) = worst.multipliedReportingOverflow(by: Int128(last.rawValue))
            let (next, past) = sum.addingReportingOverflow(notional)
            if last.isNone || over || past { return nil }
            sum = next
        }
        return Notional(rawValue: sum)
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&references)
        exposures.state(&coder)
        flow.state(&coder)
    }
}
