import Clearance
import PlainData
import StreamRuntime
import TradingModel

typealias SlicerOutput = Emitter<ClearedOrder, ParentUpdate>

/// The parents that a slicer works and their children: what every tactic has in common, and what must hold of each.
///
/// - Invariant: Σ filled + Σ open ≤ quantity. A child's quantity is open until the venue has said the last word on it, and
///   then comes back, once, because it is never added to anything: what is sent is the plan less all that is filled or open.
///   A fill after the venue confirmed a cancel, or a parent made smaller, can break it from outside; then the children
///   that are open are canceled at once.
/// - Lots: children are whole lots; what rounding leaves over is in the next one.
/// - Ids and times are functions of the records: a replay, or a restart between any two records, sends the same children.
struct ParentBook: ~Copyable {
    /// The most children of one parent that are open without a cancel on its way.
    static var mostChildren: Int { 14 }
    /// How many children of an iceberg in a row may end with nothing traded: then it gives up.
    static var mostRefusals: Int { 3 }

    /// What a parent's terms may be, and what they are where it has none.
    let menu: StrategyMenu, instruments: InstrumentTable
    /// Whether an order may name terms of its own. Then whatever is about an order that is not worked here is refused: who
    /// sends parents in does not speak to the venue.
    private let hasTerms: Bool
    /// The plan of each parent, by row. Made of its terms, so it is no state.
    private(set) var plans: [SlicePlan] = []
    /// Terms by their order, which comes after them or, where compliance stops it, does not; from 1 on.
    private var terms = Dense<AwaitedTerms>(repeating: AwaitedTerms())
    private var termsCount: Int64 = 0
    private var termsByID = IDTable()
    /// By instrument; the rows are the timers' keys.
    var parents = Chains<SlicedParent>(repeating: SlicedParent())
    /// By their parent's row.
    private var children = Chains<SlicedChild>(repeating: SlicedChild())
    private var ids: ClOrdIDMaker

    init(_ menu: StrategyMenu, instruments: InstrumentTable, ids: ClOrdIDMaker, hasTerms: Bool = false) {
        (self.menu, self.instruments, self.ids, self.hasTerms) = (menu, instruments, ids, hasTerms)
    }

    /// All open children canceled, and a new one.
    static var mostOutputs: Int { mostChildren + 2 }

    // MARK: Orders

    mutating func take(_ order: ClearedOrder, into out: inout SlicerOutput) {
        let request = order.request
        if request.action == .new { return accept(order, into: &out) }
        let row = find(request.origClOrdID.isNone ? request.clOrdID : request.origClOrdID, request.symbol)
        guard row != 0 else {
            if !hasTerms, !request.action.isHold { return out.emit(order) }
            return request.action == .status ? () : out.emitSide(Self.update(request, .rejected, at: request.eventTime))
        }
        switch request.action {
        case .cancel: end(row, request.eventTime, into: &out)
        case .replace: amend(row, order, into: &out)
        case .suspend: suspend(row, request, into: &out)
        case .release: release(row, request, into: &out)
        case .new, .status: parents[row].isChanged = true
        }
        report(row, request.eventTime, into: &out)
    }

    private mutating func accept(_ order: ClearedOrder, into out: inout SlicerOutput) {
        let request = order.request
        let terms = termsByID.find(request.clOrdID.rawValue).map { self.terms.value($0).terms } ?? ParentTerms()
        let start = max(request.eventTime, terms.start)
        // Compliance lets no id pass twice while it works; an end past the calendar's cannot be waited for.
        guard find(request.clOrdID, request.symbol) == 0, start < .max / 2, let plan = menu.plan(terms, from: start),
            start < .max - 2 * plan.duration, plan.fitted(to: start).isPossible(from: start)
        else { return out.emitSide(Self.update(request, .rejected, at: request.eventTime)) }
        var parent = SlicedParent()
        (parent.order, parent.alias, parent.start, parent.terms) = (order, request.clOrdID, start, terms)
        let row = parents.add(parent, to: request.symbol.index)
        keep(plan.fitted(to: start), row)
        parents[row].rest = scheduled(row)
        if start > request.eventTime { out.setTimer(row, at: start) } else { work(row, start, into: &out) }
        report(row, request.eventTime, into: &out)
    }

    mutating func take(_ terms: ParentTerms) {
        termsCount += 1
        self.terms[Int(termsCount)].terms = terms
        termsByID.set(terms.clOrdID.rawValue, Int(termsCount))
    }
    private mutating func keep(_ plan: SlicePlan, _ row: Int) {
        while plans.count <= row { plans.append(menu.usual) }
        plans[row] = plan
    }

    /// Another quantity or limit, cleared like an order of its own: its children are canceled, and what is left to do of the
    /// new quantity follows the rest of the schedule.
    private mutating func amend(_ row: Int, _ replace: ClearedOrder, into out: inout SlicerOutput) {
        let request = replace.request
        guard !parents[row].isEnding, let amended = parents[row].order?.amended(by: replace),
            request.orderQty.rawValue > parents[row].filled
        else { return out.emitSide(Self.update(request, .rejected, at: request.eventTime)) }
        parents[row].order = amended
        parents[row].alias = request.clOrdID
        parents[row].isChanged = true
        parents[row].planned = .min
        cancelOpen(row, request.eventTime, into: &out)
        // What was reserved for the replace is the parent's own from now on.
        out.emitSide(Self.update(request, .done, at: request.eventTime))
    }

    mutating func timerFired(_ timer: Timer, into out: inout SlicerOutput) {
        // Where time has leapt over several slices, they are one.
        work(timer.key, max(timer.time, out.watermark), into: &out)
        report(timer.key, timer.time, into: &out)
    }

    /// The schedule is over at its last moment: what is to be in the closing auction is sent, or the parent ends. Until then the
    /// slice that is due begins, unless the parent is suspended.
    private mutating func work(_ row: Int, _ now: Int64, into out: inout SlicerOutput) {
        let plan = plans[row], last = parents[row].start + plan.duration
        if parents[row].isClosing { return end(row, now, into: &out, keepingAuction: true) }
        guard now >= last else {
            return parents[row].isPaused ? out.setTimer(row, at: last) : slice(row, now, into: &out)
        }
        guard let auction = plan.auction, now < auction.at else { return end(row, last, into: &out) }
        (parents[row].isClosing, parents[row].unanswered) = (true, 0)
        cancelOpen(row, now, into: &out)
        sendToAuction(row, now, into: &out)
        out.setTimer(row, at: auction.at)
    }
    /// Begins the slice that is due at `time`.
    private mutating func slice(_ row: Int, _ time: Int64, into out: inout SlicerOutput) {
        let plan = plans[row], start = parents[row].start
        if plan.isIceberg {
            out.setTimer(row, at: start + plan.duration)
            return send(row, time, into: &out)
        }
        follow(row)
        reach(row, time)
        cancelOpen(row, time, into: &out)
        send(row, time, into: &out)
        awaitSlice(row, into: &out)
    }
    /// Counts the slices that have begun.
    mutating func reach(_ row: Int, _ time: Int64) {
        let plan = plans[row], start = parents[row].start
        while parents[row].slice < plan.slices, plan.begin(of: parents[row].slice, start) <= time { parents[row].slice += 1 }
    }
    /// Notes where the parent stands, and waits for its next slice.
    mutating func awaitSlice(_ row: Int, into out: inout SlicerOutput) {
        parents[row].seen = parents[row].volume
        parents[row].planned = parents[row].filled + parents[row].open
        out.setTimer(row, at: plans[row].begin(of: parents[row].slice, parents[row].start))
    }
    /// How much of a parent its schedule is for: all but what is kept for the closing auction.
    func scheduled(_ row: Int) -> Int64 {
        guard let request = parents[row].order?.request else { return 0 }
        return request.orderQty.rawValue - plans[row].auctioned(of: request.orderQty, lot: instruments[request.symbol].lotSize)
    }
    /// What is to be done anew, because it came back or the parent was amended, is spread over the rest of the schedule.
    private mutating func follow(_ row: Int) {
        let parent = parents[row], committed = parent.filled + parent.open
        guard committed != parent.planned, parent.slice > 0 else { return }
        parents[row].base = parent.slice
        parents[row].rest = max(0, scheduled(row) - committed)
    }

    /// Sends what the plan wants at the venue and is neither there nor traded.
    mutating func send(_ row: Int, _ time: Int64, into out: inout SlicerOutput) {
        let parent = parents[row], plan = plans[row]
        if parent.isClosing { return sendToAuction(row, time, into: &out) }
        guard let request = parent.order?.request else { return }
        let instrument = instruments[request.symbol]
        let quantity = plan.due(parent, of: scheduled(row), request.clOrdID, lot: instrument.lotSize)
        let price = plan.isUrgent(parent) ? request.price : patient(request, instrument, plan)
        if send(row, quantity, at: price, time, into: &out), plan.isIceberg { parents[row].slice += 1 }
    }
    private mutating func send(
        _ row: Int, _ quantity: Quantity, at price: Price, _ time: Int64, toAuction: Bool = false, into out: inout SlicerOutput
    ) -> Bool {
        let parent = parents[row]
        guard quantity > .zero, let order = parent.order, !parent.isEnding, !parent.isPaused,
            parent.unanswered < Self.mostChildren,
            let child = order.child(
                clOrdID: ids.next(out.sequence), orderQty: quantity, price: price, eventTime: time,
                timeInForce: toAuction ? .atTheClose : nil)
        else { return false }
        children.add(SlicedChild(order: child, open: quantity.rawValue, isInAuction: toAuction), to: row)
        parents[row].open += quantity.rawValue
        parents[row].unanswered += 1
        parents[row].isChanged = true
        out.emit(child)
        return true
    }
    /// Sends what the closing auction is to have and has not: the share that was kept for it, or all that is left.
    private mutating func sendToAuction(_ row: Int, _ time: Int64, into out: inout SlicerOutput) {
        guard let request = parents[row].order?.request, let auction = plans[row].auction else { return }
        let lot = instruments[request.symbol].lotSize
        var wanted = request.orderQty.rawValue - parents[row].filled - parents[row].open
        if !auction.takesRest {
            wanted = min(wanted, plans[row].auctioned(of: request.orderQty, lot: lot) - inAuction(row))
        }
        _ = send(
            row, Quantity(rawValue: max(0, wanted)).rounded(downTo: lot), at: request.price, time, toAuction: true, into: &out)
    }
    /// What the auction has of a parent, traded or open.
    private func inAuction(_ row: Int) -> Int64 {
        var at = children.first(row), sum: Int64 = 0
        while at != 0 {
            if children[at].isInAuction { sum += children[at].filled + children[at].open }
            at = children.next(at)
        }
        return sum
    }
    private func patient(_ request: OrderRequest, _ instrument: Instrument, _ plan: SlicePlan) -> Price {
        guard request.ordType == .limit else { return .none }
        let (better, over) = plan.passiveTicks.multipliedReportingOverflow(by: instrument.tickSize.rawValue)
        let (price, past) = request.price.rawValue.subtractingReportingOverflow(better * request.side.sign)
        return over || past || price <= 0 ? request.price : Price(rawValue: price)
    }

    /// Nothing more is sent; what is open is canceled, but for what lies in the closing auction, which ends by itself.
    private mutating func end(_ row: Int, _ time: Int64, into out: inout SlicerOutput, keepingAuction: Bool = false) {
        parents[row].isEnding = true
        out.cancelTimer(row)
        cancelOpen(row, time, into: &out, keepingAuction: keepingAuction)
    }
    mutating func cancelOpen(_ row: Int, _ time: Int64, into out: inout SlicerOutput, keepingAuction: Bool = false) {
        var at = children.first(row)
        while at != 0 {
            if !(keepingAuction && children[at].isInAuction) { cancel(at, time, into: &out) }
            at = children.next(at)
        }
        if !plans[row].isIceberg { parents[row].unanswered = 0 }
    }
    private mutating func cancel(_ at: Int, _ time: Int64, into out: inout SlicerOutput) {
        guard children[at].open > 0, children[at].cancel == .none, let order = children[at].order,
            let cancel = order.cancel(clOrdID: ids.next(out.sequence), eventTime: time)
        else { return }
        children[at].cancel = .asked
        children[at].cancels += 1
        out.emit(cancel)
    }

    /// The venue refused a cancel and the child lives. It is asked again with the next slice's cancels; when there will be
    /// none at once, but not for ever.
    private mutating func askAgain(_ at: Int, _ row: Int, _ time: Int64, into out: inout SlicerOutput) {
        if parents[row].isEnding, children[at].cancels < 3 {
            children[at].cancel = .none
            cancel(at, time, into: &out)
        } else if !parents[row].isEnding, parents[row].unanswered < Self.mostChildren {
            children[at].cancel = .none
            if !plans[row].isIceberg { parents[row].unanswered += 1 }
        }
    }

    // MARK: What becomes of the children

    mutating func take(_ update: OrderUpdate, into out: inout SlicerOutput) {
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
        if isOver, child.open > 0 { sendAgain(row, child, filled, update.eventTime, into: &out) }
        report(row, update.eventTime, into: &out)
    }
    /// A child has come to its end: an iceberg shows the next one. Of the others, in the last slice what our cancel brought
    /// back goes out again; what the venue refused waits for the end.
    private mutating func sendAgain(
        _ row: Int, _ child: SlicedChild, _ filled: Int64, _ time: Int64, into out: inout SlicerOutput
    ) {
        let plan = plans[row]
        if parents[row].isClosing {
            if child.cancel != .none { send(row, time, into: &out) }
        } else if plan.isIceberg {
            if filled > 0 || child.cancel != .none { parents[row].unanswered = 0 }
            if parents[row].unanswered >= Self.mostRefusals { end(row, time, into: &out) }
            if parents[row].open == 0 { send(row, time, into: &out) }
        } else if child.cancel != .none, parents[row].slice == plan.slices, plan.completion == .completeByEnd {
            send(row, time, into: &out)
        }
    }

    // MARK: The market

    /// So much has traded of an instrument: the part of its parents that began before.
    mutating func take(_ trade: Trade) {
        var at = parents.first(trade.symbol.index)
        while at != 0 {
            if trade.eventTime >= parents[at].start, trade.size > .zero, !parents[at].isPaused {
                let (sum, over) = parents[at].volume.addingReportingOverflow(trade.size.rawValue)
                parents[at].volume = over ? .max : sum
            }
            at = parents.next(at)
        }
    }

    private func find(_ order: ClOrdID, _ symbol: SymbolID) -> Int {
        var at = parents.first(symbol.index)
        while at != 0, parents[at].order?.clOrdID != order, parents[at].alias != order { at = parents.next(at) }
        return at
    }

    /// Says how far a parent has come, if that is news, and lets go of one that is done.
    private mutating func report(_ row: Int, _ time: Int64, into out: inout SlicerOutput) {
        let parent = parents[row]
        guard let request = parent.order?.request else { return }
        let isDone = parent.open == 0 && (parent.isEnding || parent.filled >= request.orderQty.rawValue)
        guard isDone || parent.isChanged else { return }
        parents[row].isChanged = false
        var update = Self.update(request, isDone ? .done : parent.isPaused ? .suspended : .working, at: time)
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
    static func update(_ request: OrderRequest, _ state: ParentUpdate.State, at time: Int64) -> ParentUpdate {
        ParentUpdate(
            eventTime: time, clOrdID: request.clOrdID, symbol: request.symbol, account: request.account,
            strategy: request.strategy, side: request.side, state: state, orderQty: request.orderQty, openQty: .zero,
            cumQty: .zero, price: request.price)
    }

    mutating func state(_ coder: inout StateCoder) {
        parents.state(&coder)
        children.state(&coder)
        ids.state(&coder)
        coder.field(&terms)
        coder.field(&termsCount)
        termsByID.state(&coder)
        guard !coder.isSaving else { return }
        for row in 0..<parents.rows where parents[row].order != nil {
            guard let plan = menu.plan(parents[row].terms, from: parents[row].start) else { return coder.refuse() }
            keep(plan.fitted(to: parents[row].start), row)
        }
    }
}
