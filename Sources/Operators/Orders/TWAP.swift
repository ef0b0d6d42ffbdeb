import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Works a cleared parent order in equal slices of time, so that its average price is near the time-weighted one.
///
///     parent 100 ──▶ 25 ─── 25 ─── 25 ─── 25 ──▶│ what is left is canceled
///                    t      t + d/4              t + d
///
/// - Inputs: cleared orders (a new one is a parent; a cancel of a parent ends it; whatever is about an order that is not
///   a parent passes through); what the order book of record says of the children.
/// - Output: children and cancels of children, all cleared by way of their parent.
/// - Side output: a `ParentUpdate` when a parent is accepted, at each change of what is open or traded, and at its end.
/// - Schedule: after slice j of n, ⌊quantity · j / n⌋ in whole lots is to be traded or at the venue; what rounding or a
///   child leaves over is in the next slice, the last one takes all. A child still open at the next slice is canceled; its
///   quantity stays reserved until the venue confirms, and then comes back, once, because it is never added to
///   anything: what a slice sends is the schedule less all that is filled or open.
/// - Completion: `.completeByEnd` sends the last slice at the parent's limit, and again what comes back from its
///   cancels; `.cancelRemainder` prices it like the others. At the end what is open is canceled, and when the venue has
///   confirmed all of it the parent is done. A child whose fate is in doubt keeps its parent from being done.
/// - Invariant: Σ filled + Σ open ≤ quantity. A fill that comes after the venue confirmed a cancel can break it from
///   outside; then the children that are open are canceled at once.
/// - State: the parents that work and their children. Fills of a parent's children after it is done are not followed.
/// - Source: Almgren & Chriss, "Optimal Execution of Portfolio Transactions", Journal of Risk 3, 2000/2001: with risk
///   aversion zero the optimal trajectory is the straight line.
public struct TWAP: Operator2, ~Copyable {
    public enum Completion: Sendable { case completeByEnd, cancelRemainder }
    public struct Parameters: Sendable {
        /// From the parent to its end, in nanoseconds of event time.
        public var duration: Int64
        public var slices: Int
        public var completion: Completion
        /// How many ticks better than the parent's limit a child is priced: 0 at the limit, more waits.
        public var passiveTicks: Int64

        public init(duration: Int64, slices: Int, completion: Completion = .completeByEnd, passiveTicks: Int64 = 0) {
            precondition(slices > 0 && duration > 0 && duration < 1 << 60 && passiveTicks >= 0)
            (self.duration, self.slices, self.completion) = (duration, slices, completion)
            self.passiveTicks = passiveTicks
        }
    }
    public typealias Out = ClearedOrder
    public typealias Side = ParentUpdate
    public static var sideName: String { "parents" }

    /// The most children of one parent that are open without a cancel on its way.
    static var mostChildren: Int { 14 }

    let parameters: Parameters, instruments: InstrumentTable
    /// By instrument; the rows are the timers' keys.
    private var parents = Chains<SlicedParent>(repeating: SlicedParent())
    /// By their parent's row.
    private var children = Chains<SlicedChild>(repeating: SlicedChild())
    private var ids: ClOrdIDMaker

    public init(_ parameters: Parameters, instruments: InstrumentTable, ids: ClOrdIDMaker) {
        (self.parameters, self.instruments, self.ids) = (parameters, instruments, ids)
    }

    /// All open children canceled, and a new one.
    public var mostOutputs: Int { Self.mostChildren + 2 }

    // MARK: Orders

    public mutating func process(first order: ClearedOrder, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let request = order.request
        if request.action == .new { return accept(order, into: &out) }
        let row = find(request.origClOrdID.isNone ? request.clOrdID : request.origClOrdID, request.symbol)
        guard row != 0 else { return out.emit(order) }
        switch request.action {
        case .cancel: end(row, request.eventTime, into: &out)
        case .replace: out.emitSide(Self.update(request, .rejected, at: request.eventTime))
        case .new, .status: parents[row].isChanged = true
        }
        report(row, request.eventTime, into: &out)
    }

    private mutating func accept(_ order: ClearedOrder, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let request = order.request
        // Compliance lets no id pass twice while it works; an end past the calendar's cannot be waited for.
        guard find(request.clOrdID, request.symbol) == 0, request.eventTime < .max - 2 * parameters.duration else {
            return out.emitSide(Self.update(request, .rejected, at: request.eventTime))
        }
        var parent = SlicedParent()
        (parent.order, parent.start) = (order, request.eventTime)
        let row = parents.add(parent, to: request.symbol.index)
        slice(row, request.eventTime, into: &out)
        report(row, request.eventTime, into: &out)
    }

    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        // Where time has leapt over several slices, they are one.
        slice(timer.key, max(timer.time, out.watermark), into: &out)
        report(timer.key, timer.time, into: &out)
    }

    /// Begins the slice that is due at `now`, or ends the parent.
    private mutating func slice(_ row: Int, _ now: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let start = parents[row].start, time = min(now, start + parameters.duration)
        if time == start + parameters.duration { return end(row, time, into: &out) }
        while parents[row].slice < parameters.slices, begin(of: parents[row].slice, start) <= now { parents[row].slice += 1 }
        cancelOpen(row, time, into: &out)
        send(row, time, into: &out)
        out.setTimer(row, at: begin(of: parents[row].slice, start))
    }
    /// When slice `index`, counted from 0, begins; the one after the last is the end.
    private func begin(of index: Int64, _ start: Int64) -> Int64 {
        let n = Int64(parameters.slices), (each, rest) = parameters.duration.quotientAndRemainder(dividingBy: n)
        return start + each * index + Int64(Int128(rest) * Int128(index) / Int128(n))
    }

    /// Sends what the schedule wants at the venue and is neither there nor traded.
    private mutating func send(_ row: Int, _ time: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let parent = parents[row]
        guard let order = parent.order, !parent.isEnding, parent.unanswered < Self.mostChildren else { return }
        let instrument = instruments[order.request.symbol], lot = instrument.lotSize
        let share = Int128(order.request.orderQty.rawValue) * Int128(parent.slice) / Int128(parameters.slices)
        let planned = Quantity(rawValue: Int64(share)).rounded(downTo: lot)
        let quantity = Quantity(rawValue: planned.rawValue - parent.filled - parent.open).rounded(downTo: lot)
        guard quantity > .zero else { return }
        let isUrgent = parent.slice == parameters.slices && parameters.completion == .completeByEnd
        let id = ids.next(out.sequence)
        let price = isUrgent ? order.request.price : patient(order.request, instrument)
        guard let child = order.child(clOrdID: id, orderQty: quantity, price: price, eventTime: time) else { return }
        children.add(SlicedChild(order: child, open: quantity.rawValue), to: row)
        parents[row].open += quantity.rawValue
        parents[row].unanswered += 1
        parents[row].isChanged = true
        out.emit(child)
    }
    private func patient(_ request: OrderRequest, _ instrument: Instrument) -> Price {
        guard request.ordType == .limit else { return .none }
        let (better, over) = parameters.passiveTicks.multipliedReportingOverflow(by: instrument.tickSize.rawValue)
        let (price, past) = request.price.rawValue.subtractingReportingOverflow(better * request.side.sign)
        return over || past || price <= 0 ? request.price : Price(rawValue: price)
    }

    /// Nothing more is sent; what is open is canceled.
    private mutating func end(_ row: Int, _ time: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        parents[row].isEnding = true
        out.cancelTimer(row)
        cancelOpen(row, time, into: &out)
    }
    private mutating func cancelOpen(_ row: Int, _ time: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        var at = children.first(row)
        while at != 0 {
            cancel(at, time, into: &out)
            at = children.next(at)
        }
        parents[row].unanswered = 0
    }
    private mutating func cancel(_ at: Int, _ time: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        guard children[at].open > 0, children[at].cancel == .none, let order = children[at].order,
            let cancel = order.cancel(clOrdID: ids.next(out.sequence), eventTime: time)
        else { return }
        children[at].cancel = .asked
        children[at].cancels += 1
        out.emit(cancel)
    }

    /// The venue refused a cancel and the child lives. It is asked again with the next slice's cancels; when there will be
    /// none at once, but not for ever.
    private mutating func askAgain(
        _ at: Int, _ row: Int, _ time: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>
    ) {
        if parents[row].isEnding, children[at].cancels < 3 {
            children[at].cancel = .none
            cancel(at, time, into: &out)
        } else if !parents[row].isEnding, parents[row].unanswered < Self.mostChildren {
            children[at].cancel = .none
            parents[row].unanswered += 1
        }
    }

    // MARK: What becomes of the children

    public mutating func process(second update: OrderUpdate, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        guard !update.parentID.isNone else { return }
        let row = find(update.parentID, update.symbol)
        var at = row == 0 ? 0 : children.first(row)
        while at != 0, children[at].order?.clOrdID != update.rootID { at = children.next(at) }
        guard at != 0 else { return }

        let child = children[at], isOver = update.ordStatus.isTerminal
        let filled = update.cumQty.rawValue, open = isOver ? 0 : max(0, update.orderQty.rawValue - filled)
        if filled != child.filled || open != child.open { parents[row].isChanged = true }
        // Differences from what was known, so that an event told twice changes nothing twice.
        parents[row].filled += filled - child.filled
        parents[row].open += open - child.open
        (children[at].filled, children[at].open) = (filled, open)

        if update.pending > 0, child.cancel == .asked { children[at].cancel = .pending }
        if !isOver, update.pending == 0, child.cancel == .pending {
            askAgain(at, row, update.eventTime, into: &out)
        }
        let quantity = parents[row].order?.request.orderQty.rawValue ?? 0
        if parents[row].filled + parents[row].open > quantity { cancelOpen(row, update.eventTime, into: &out) }
        // In the last slice what our cancel brought back goes out again; what the venue refused waits for the end.
        if isOver, child.open > 0, child.cancel != .none, parents[row].slice == parameters.slices,
            parameters.completion == .completeByEnd
        {
            send(row, update.eventTime, into: &out)
        }
        report(row, update.eventTime, into: &out)
    }

    private func find(_ order: ClOrdID, _ symbol: SymbolID) -> Int {
        var at = parents.first(symbol.index)
        while at != 0, parents[at].order?.clOrdID != order { at = parents.next(at) }
        return at
    }

    /// Says how far a parent has come, if that is news, and lets go of one that is done.
    private mutating func report(_ row: Int, _ time: Int64, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let parent = parents[row]
        guard let request = parent.order?.request else { return }
        let isDone = parent.open == 0 && (parent.isEnding || parent.filled >= request.orderQty.rawValue)
        guard isDone || parent.isChanged else { return }
        parents[row].isChanged = false
        var update = Self.update(request, isDone ? .done : .working, at: time)
        (update.openQty, update.cumQty) = (Quantity(rawValue: parent.open), Quantity(rawValue: parent.filled))
        out.emitSide(update)
        guard isDone else { return }
        out.cancelTimer(row)
        while case let at = children.first(row), at != 0 {
            children[at] = SlicedChild()
            children.remove(at, from: row)
        }
        parents[row] = SlicedParent()
        parents.remove(row, from: request.symbol.index)
    }
    private static func update(_ request: OrderRequest, _ state: ParentUpdate.State, at time: Int64) -> ParentUpdate {
        ParentUpdate(
            eventTime: time, clOrdID: request.clOrdID, symbol: request.symbol, account: request.account,
            strategy: request.strategy, side: request.side, state: state, orderQty: request.orderQty, openQty: .zero,
            cumQty: .zero, price: request.price)
    }

    public mutating func state(_ coder: inout StateCoder) {
        parents.state(&coder)
        children.state(&coder)
        ids.state(&coder)
    }
}
