import PlainData
import StreamRuntime
import TradingModel

/// Answers an EMS: one stream of reports for each of its parents, whatever its children went through.
///
///     messages         ──▶ ┌─────────┐
///     findings         ──▶ │ parent  │ ──▶ ParentReport
///     children's state ──▶ │ reports │
///     parents' state   ──▶ └─────────┘
///
/// - Inputs: what the EMS sent; what compliance decided; what became of the children; how far the slicer has come.
/// - Output: FIX's reports of the parent, by the rules of Appendix D. An order is New when the slicer has taken it, Rejected when
///   compliance, the slicer or the message itself rules it out, Pending New while a second person looks. Each fill, bust and
///   correction of a child is one of the parent, under an ExecID of the desk's own; where a bust makes a child of an ended parent
///   work again, the parent does until that child has ended. A cancel is pending until no child can
///   trade any more. A parent that ends unfilled without a cancel is Canceled, and says that its time is over.
/// - A repeated ClOrdID: an order that may be a copy (43, 97) is answered with its status, another is Rejected as a duplicate. A
///   request about an unknown order is refused as one, and so is one about an order that has ended.
/// - Ids are functions of the record that caused them, so that a report which is made again after a crash is the same.
/// - State: a row a parent, a child and a fill of the day.
public struct ParentReports: Operator4, ~Copyable {
    public typealias Output = Emitter<ParentReport, Nothing>
    /// How many requests of one parent may wait for an answer.
    static var mostRequests: Int { 14 }
    /// 2: what works again after a bust. 3: parents may be suspended.
    public static var stateVersion: Int { 3 }

    private var book = EntryBook()
    private var parents = Dense<ReportedParent>(repeating: ReportedParent())
    /// By their parent.
    private var requests = Chains<ParentRequest>(repeating: ParentRequest())
    /// From 1 on; by the id that they were entered with.
    private var children = Dense<ReportedChild>(repeating: ReportedChild())
    private var childCount: Int64 = 0
    private var childByID = IDTable()
    private var fills = Dense<ReportedFill>(repeating: ReportedFill())
    private var fillCount: Int64 = 0
    /// By the venue's ExecID and the child.
    private var fillByID = IDTable()
    private var ids: ClOrdIDMaker

    public init(ids: ClOrdIDMaker) { self.ids = ids }

    /// A parent's end, and an answer to each request that waited.
    public var mostOutputs: Int { Self.mostRequests + 2 }

    // MARK: What the EMS sends

    public mutating func process(first entry: ParentEntry, into out: inout Output) {
        switch (entry.msgType, book.take(entry)) {
        case (.dontKnowTrade, _): break
        case (.orderStatusRequest, .known(let row)),
            (.newOrderSingle, .known(let row)) where entry.mayBeCopy:
            answer(entry, row, into: &out)
        case (.orderStatusRequest, _): unknown(entry, into: &out)
        case (.newOrderSingle, .fresh(let row)): enter(entry, row, into: &out)
        case (.newOrderSingle, .known(let row)): repeated(entry, row, into: &out)
        case (_, .unknown), (.newOrderSingle, _): refuse(entry, 0, reason: 1, .unknownOrder, into: &out)
        case (_, .known(let row)) where entry.mayBeCopy: answer(entry, row, into: &out)
        case (_, .known(let row)): refuse(entry, row, reason: 6, .duplicate, into: &out)
        case (_, .fresh(let row)): ask(entry, row, into: &out)
        }
    }

    private mutating func enter(_ entry: ParentEntry, _ row: Int, into out: inout Output) {
        var parent = ReportedParent()
        (parent.current, parent.orderID) = (entry.clOrdID, ids.next(out.sequence))
        (parent.orderQty, parent.price) = (entry.orderQty, entry.price)
        if entry.isRefused { (parent.phase, parent.last) = (.ended, .rejected) }
        parents[row] = parent
        guard entry.isRefused else { return }
        var report = report(row, .rejected, at: entry.eventTime, out.sequence)
        (report.reason, report.why, report.text) = (entry.rejReason, .entry, entry.text)
        out.emit(report)
    }

    /// A cancel or a replace of an order that there is.
    private mutating func ask(_ entry: ParentEntry, _ row: Int, into out: inout Output) {
        if entry.isRefused { return refuse(entry, row, reason: 2, .entry, into: &out) }
        if book.changesTerms(entry, row) { return refuse(entry, row, reason: 2, .terms, into: &out) }
        if parents[row].phase == .ended { return refuse(entry, row, reason: 0, .ended, into: &out) }
        guard waiting(row) < Self.mostRequests else { return refuse(entry, row, reason: 3, .tooMany, into: &out) }
        let isReplace = entry.msgType.isReplace
        var request = ParentRequest()
        (request.id, request.isReplace) = (entry.clOrdID, isReplace)
        if entry.msgType == .suspend || entry.msgType == .release { request.hold = entry.msgType }
        (request.orderQty, request.price) = (entry.orderQty, entry.price)
        requests.add(request, to: row)
        if isReplace { parents[row].replaces += 1 } else { parents[row].cancels += 1 }
        var report = report(row, isReplace ? .pendingReplace : .pendingCancel, at: entry.eventTime, out.sequence)
        (report.clOrdID, report.origClOrdID) = (entry.clOrdID, parents[row].current)
        out.emit(report)
    }

    private mutating func answer(_ entry: ParentEntry, _ row: Int, into out: inout Output) {
        out.emit(report(row, .orderStatus, at: entry.eventTime, out.sequence))
    }
    private mutating func unknown(_ entry: ParentEntry, into out: inout Output) {
        var report = ParentReport(
            eventTime: entry.eventTime, clOrdID: entry.clOrdID, execType: .orderStatus, ordStatus: .rejected)
        (report.execID, report.symbol, report.side) = (ids.next(out.sequence), entry.symbol, entry.side)
        (report.reason, report.why) = (5, .unknownOrder)
        out.emit(report)
    }
    private mutating func repeated(_ entry: ParentEntry, _ row: Int, into out: inout Output) {
        var report = report(row, .rejected, at: entry.eventTime, out.sequence)
        (report.clOrdID, report.reason, report.why) = (entry.clOrdID, 6, .duplicate)
        out.emit(report)
    }
    private mutating func refuse(
        _ entry: ParentEntry, _ row: Int, reason: Int16, _ why: ParentReport.Why, into out: inout Output
    ) {
        var request = ParentRequest()
        (request.id, request.isReplace) = (entry.clOrdID, entry.msgType.isReplace)
        var report = refusal(request, row, reason: reason, why, at: entry.eventTime, out.sequence)
        if row == 0 { (report.origClOrdID, report.ordStatus) = (entry.origClOrdID, .rejected) }
        if why == .entry { report.text = entry.text }
        out.emit(report)
    }

    // MARK: What compliance decides

    public mutating func process(second finding: Finding, into out: inout Output) {
        guard let row = book.row(of: finding.clOrdID) else { return }
        guard finding.check == .decision else {
            if finding.outcome == .block, parents[row].check == .decision { parents[row].check = finding.check }
            return
        }
        let check = parents[row].check
        parents[row].check = .decision
        if book[row].root == finding.clOrdID {
            guard parents[row].phase == .pending, finding.outcome != .ok else { return }
            if finding.outcome == .block { (parents[row].phase, parents[row].last) = (.ended, .rejected) }
            let type: ExecType = finding.outcome == .block ? .rejected : .pendingNew
            var report = report(row, type, at: finding.eventTime, out.sequence)
            (report.why, report.check) = (finding.outcome == .block ? .control : .review, check)
            if finding.outcome == .block { report.reason = Self.rejReason(check) }
            out.emit(report)
            if finding.outcome == .block { answerAll(row, finding.eventTime, into: &out) }
        } else if finding.outcome == .block, let request = take(finding.clOrdID, of: row) {
            var report = refusal(request, row, reason: 2, .control, at: finding.eventTime, out.sequence)
            report.check = check
            out.emit(report)
        }
    }
    /// OrdRejReason (103) for what a control found.
    private static func rejReason(_ check: Check) -> Int16 {
        switch check {
        case .instrumentKnown: 1
        case .maxQuantity, .maxNotional, .position, .openOrders, .credit: 3
        case .duplicate: 6
        case .quantityLot: 13
        default: 0
        }
    }

    // MARK: What becomes of the children

    public mutating func process(third update: OrderUpdate, into out: inout Output) {
        guard !update.parentID.isNone, let row = book.row(of: update.parentID) else { return }
        let at = child(update.rootID), before = children[at]
        reopen(at, row, update)
        defer { closeAgain(row, before, update, into: &out) }
        guard update.cumQty != before.cumQty || update.cumNotional != before.notional else { return }
        let change = update.cumQty - before.cumQty
        (children[at].cumQty, children[at].notional) = (update.cumQty, update.cumNotional)
        parents[row].cumQty += change
        parents[row].notional += update.cumNotional - before.notional
        let undone = update.execRefID == .none ? nil : fillByID.find(Self.key(update.execRefID, at))
        let type: ExecType =
            switch update.execType {
            case .tradeCorrect: .tradeCorrect
            case _ where change < .zero: .tradeCancel
            default: .trade
            }
        var report = report(row, type, at: update.eventTime, out.sequence)
        report.lastPx = update.lastPx
        report.lastQty = change.magnitude
        if let undone {
            report.execRefID = fills[undone].execID
            if type == .tradeCorrect { report.lastQty = fills[undone].quantity + change }
        }
        if type != .tradeCancel { remember(update.execID, at, report) }
        out.emit(report)
    }
    /// After a parent's end its child works again where an execution was taken back.
    private mutating func reopen(_ at: Int, _ row: Int, _ update: OrderUpdate) {
        let known = children[at].reopened
        let isAgain = parents[row].phase == .ended && (known > .zero || update.cumQty < children[at].cumQty)
        let leaves = isAgain ? update.leavesQty : .zero
        children[at].reopened = leaves
        parents[row].reopened += leaves - known
    }
    /// Such a child has ended without trading: then its parent has, once more.
    private mutating func closeAgain(_ row: Int, _ before: ReportedChild, _ update: OrderUpdate, into out: inout Output) {
        guard before.reopened > .zero, parents[row].reopened == .zero, parents[row].cumQty < parents[row].orderQty else { return }
        out.emit(report(row, .canceled, at: update.eventTime, out.sequence))
    }
    private mutating func child(_ id: ClOrdID) -> Int {
        if let known = childByID.find(id.rawValue) { return known }
        childCount += 1
        childByID.set(id.rawValue, Int(childCount))
        return Int(childCount)
    }
    private static func key(_ execID: TextID, _ child: Int) -> UInt64 { UInt64(execID.rawValue) << 32 | UInt64(child) }
    private mutating func remember(_ execID: TextID, _ child: Int, _ report: ParentReport) {
        guard execID != .none else { return }
        fillCount += 1
        var fill = ReportedFill()
        (fill.execID, fill.quantity) = (report.execID, report.lastQty)
        fills[Int(fillCount)] = fill
        fillByID.set(Self.key(execID, child), Int(fillCount))
    }

    // MARK: How far the slicer has come

    public mutating func process(fourth update: ParentUpdate, into out: inout Output) {
        guard let row = book.row(of: update.clOrdID) else { return }
        guard book[row].root == update.clOrdID else { return decide(update, row, into: &out) }
        switch update.state {
        case .working where parents[row].phase == .pending:
            parents[row].phase = .working
            out.emit(report(row, .new, at: update.eventTime, out.sequence))
        case .rejected where parents[row].phase == .pending:
            (parents[row].phase, parents[row].last) = (.ended, .rejected)
            var report = report(row, .rejected, at: update.eventTime, out.sequence)
            (report.reason, report.why) = (11, .noSchedule)
            out.emit(report)
            answerAll(row, update.eventTime, into: &out)
        case .done where parents[row].phase != .ended: end(row, update.eventTime, into: &out)
        case .working, .suspended: hold(row, update, into: &out)
        case .rejected, .done: break
        }
    }
    /// Somebody at the desk holds the parent, or lets it go on: the EMS did not ask for it.
    private mutating func hold(_ row: Int, _ update: ParentUpdate, into out: inout Output) {
        let isSuspended = update.state == .suspended
        guard parents[row].phase == .working, parents[row].isSuspended != isSuspended else { return }
        parents[row].isSuspended = isSuspended
        out.emit(report(row, isSuspended ? .suspended : .restated, at: update.eventTime, out.sequence))
    }

    /// The slicer's word on a cancel or a replace.
    private mutating func decide(_ update: ParentUpdate, _ row: Int, into out: inout Output) {
        guard update.state != .working, let request = take(update.clOrdID, of: row) else { return }
        guard update.state == .done else {
            let isLive = parents[row].phase == .working
            return out.emit(
                refusal(request, row, reason: isLive ? 2 : 0, isLive ? .notWorking : .ended, at: update.eventTime, out.sequence))
        }
        let before = parents[row].current
        parents[row].current = request.id
        if request.hold == .orderCancelReplaceRequest {
            (parents[row].orderQty, parents[row].price) = (request.orderQty, request.price)
        } else {
            parents[row].isSuspended = request.hold == .suspend
        }
        var report = report(row, request.hold == .suspend ? .suspended : .replaced, at: update.eventTime, out.sequence)
        report.origClOrdID = before
        out.emit(report)
    }

    /// Nothing of it can trade any more.
    private mutating func end(_ row: Int, _ time: Int64, into out: inout Output) {
        parents[row].phase = .ended
        parents[row].last = parents[row].cumQty >= parents[row].orderQty ? .filled : .canceled
        if parents[row].last == .canceled {
            // Of several cancels the last one has it.
            let cancel = takeCancel(of: row)
            var report = report(row, .canceled, at: time, out.sequence)
            if let cancel {
                (report.clOrdID, report.origClOrdID) = (cancel.id, parents[row].current)
            } else {
                report.why = .scheduleOver
            }
            out.emit(report)
        }
        answerAll(row, time, into: &out)
    }

    // MARK: Requests

    /// The parent has ended: whatever waits comes too late.
    private mutating func answerAll(_ row: Int, _ time: Int64, into out: inout Output) {
        while case let at = requests.first(row), at != 0 {
            let request = requests[at]
            requests.remove(at, from: row)
            out.emit(refusal(request, row, reason: 0, .ended, at: time, out.sequence))
        }
        (parents[row].cancels, parents[row].replaces) = (0, 0)
    }
    private func waiting(_ row: Int) -> Int {
        var at = requests.first(row), count = 0
        while at != 0 { (at, count) = (requests.next(at), count + 1) }
        return count
    }
    private mutating func take(_ id: ClOrdID, of row: Int) -> ParentRequest? { take(row) { $0.id == id } }
    private mutating func takeCancel(of row: Int) -> ParentRequest? { take(row) { !$0.isReplace } }
    private mutating func take(_ row: Int, where isWanted: (ParentRequest) -> Bool) -> ParentRequest? {
        var at = requests.first(row)
        while at != 0, !isWanted(requests[at]) { at = requests.next(at) }
        guard at != 0 else { return nil }
        let request = requests[at]
        requests.remove(at, from: row)
        if request.isReplace { parents[row].replaces -= 1 } else { parents[row].cancels -= 1 }
        return request
    }

    // MARK: Reports

    private mutating func report(_ row: Int, _ type: ExecType, at time: Int64, _ sequence: UInt64) -> ParentReport {
        let parent = parents[row], entered = book[row]
        var report = ParentReport(eventTime: time, clOrdID: parent.current, execType: type, ordStatus: parent.ordStatus)
        (report.orderID, report.execID) = (parent.orderID, ids.next(sequence))
        (report.symbol, report.account, report.side) = (entered.symbol, entered.account, entered.side)
        (report.orderQty, report.price) = (parent.orderQty, parent.price)
        (report.cumQty, report.leavesQty) = (parent.cumQty, parent.leavesQty)
        report.avgPx = parent.notional.price(per: parent.cumQty) ?? .none
        return report
    }
    private mutating func refusal(
        _ request: ParentRequest, _ row: Int, reason: Int16, _ why: ParentReport.Why, at time: Int64, _ sequence: UInt64
    ) -> ParentReport {
        var report = ParentReport(
            eventTime: time, clOrdID: request.id, execType: .none, ordStatus: row == 0 ? .rejected : parents[row].ordStatus)
        (report.msgType, report.execID) = (.orderCancelReject, ids.next(sequence))
        (report.reason, report.why, report.isOfReplace) = (reason, why, request.isReplace ? 1 : 0)
        guard row != 0 else { return report }
        (report.origClOrdID, report.orderID) = (parents[row].current, parents[row].orderID)
        report.account = book[row].account
        return report
    }

    public mutating func state(_ coder: inout StateCoder) {
        book.state(&coder)
        coder.field(&parents)
        requests.state(&coder)
        coder.field(&children)
        coder.field(&childCount)
        childByID.state(&coder)
        coder.field(&fills)
        coder.field(&fillCount)
        fillByID.state(&coder)
        ids.state(&coder)
    }
}
