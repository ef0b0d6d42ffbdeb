import PlainData
import TradingModel

extension OrderState {
    /// Applies what we sent: a cancel, a replace or a status request. (`new` makes the order.)
    public mutating func apply(_ request: OrderRequest) -> OrderEffects {
        var effects = OrderEffects()
        switch request.action {
        case .new:
            effects.note(.duplicateClOrdID, request)
            return effects
        case .cancel, .replace:
            var modify = ModifyRequest()
            modify.kind = request.action == .cancel ? .cancel : .replace
            (modify.clOrdID, modify.origClOrdID) = (request.clOrdID, request.origClOrdID)
            (modify.orderQty, modify.price) = (request.orderQty, request.price)
            requests.append(modify)
        case .status:
            // The question is out; the answer settles the doubt, not the asking.
            if certainty == .inDoubt { isReconciling = true }
        // A slicer's affair: it is about no order of the venue's.
        case .suspend, .release: return effects
        }
        effects.update = update(at: request.eventTime)
        return effects
    }

    /// The place of a request by its ClOrdID; the latest first, since reports are mostly about it.
    func requestIndex(_ id: ClOrdID) -> Int? { requests.lastIndex { $0.clOrdID == id } }

    /// The router could not tell, after a crash, whether the order or the request left.
    mutating func takeInDoubt(_ report: ExecutionReport) {
        if let index = requestIndex(report.clOrdID) {
            if requests[index].isPending { requests[index].isInDoubt = true }
        } else if !isEnded {
            isInDoubt = true
        }
    }

    /// The venue has spoken of the order, so it has it.
    mutating func settleDoubt(_ report: ExecutionReport) {
        (isInDoubt, isReconciling) = (false, false)
        if let index = requestIndex(report.clOrdID) { requests[index].isInDoubt = false }
    }

    /// PendingCancel or PendingReplace: the venue has the request and thinks about it.
    mutating func acknowledge(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        guard !isEnded else { return effects.note(.afterTerminal, report) }
        // A request that has its answer already: this report was overtaken.
        guard let index = requestIndex(report.clOrdID), requests[index].isPending else {
            return effects.note(.illegalTransition, report)
        }
        requests[index].stage = .acknowledged
        if venueStatus == .pendingNew { venueStatus = .new }
        announce(report, index)
    }

    /// A venue that has two replaces before it can call the second one pending on the terms of the first (D.2.b): then these
    /// are shown, and taken back if one of the two is refused.
    private mutating func announce(_ report: ExecutionReport, _ index: Int) {
        guard report.execType == .pendingReplace, report.orderQty > .zero, report.orderQty != orderQty,
            let first = requestIndex(requests[index].origClOrdID), requests[first].kind == .replace,
            requests[first].isPending, requests[first].orderQty == report.orderQty
        else { return }
        if announcedIndex < 0 { agreedQty = orderQty }
        (announcedIndex, orderQty) = (Int64(first), report.orderQty)
    }
    mutating func takeBack(_ index: Int) {
        guard announcedIndex >= 0, index >= announcedIndex else { return }
        (announcedIndex, orderQty) = (-1, agreedQty)
    }

    /// OrderCancelReject. The order goes on as it was.
    mutating func reject(_ report: ExecutionReport, _ effects: inout OrderEffects) -> Bool {
        guard let index = requestIndex(report.clOrdID), requests[index].isPending else {
            effects.note(.illegalTransition, report)
            return false
        }
        requests[index].stage = .rejected
        requests[index].isInDoubt = false
        takeBack(index)
        if report.cxlRejReason == 1, !isEnded {
            // "Unknown order" about an order that lives here: neither side is to be believed before the venue is asked.
            isReconciling = true
            effects.note(.illegalTransition, report)
        } else if !isEnded, report.ordStatus.isTerminal, report.ordStatus != ordStatus {
            // The venue says that the order is over; a report that says how is missing or on its way.
            effects.note(.illegalTransition, report)
        } else {
            resume(report)
        }
        return true
    }

    /// ExecType Replaced: the only report that changes the order's terms at our request.
    mutating func replace(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        guard let index = requestIndex(report.clOrdID) else {
            // Agreed by telephone, or the venue's own doing: the terms change under the ClOrdID that the order has.
            if isEnded { return effects.note(.afterTerminal, report) }
            if report.clOrdID != clOrdID && report.clOrdID != rootID {
                effects.note(.unknownOrder, report)
                adopt(report)
            }
            if report.orderQty > .zero { orderQty = report.orderQty }
            return resume(report)
        }
        guard requests[index].isPending, index > termsIndex else {
            if requests[index].isPending { requests[index].stage = .accepted }
            return effects.note(.illegalTransition, report)  // a later replace holds already
        }
        if isEnded {
            // Either it lives again or this report was overtaken by the end. Thought alive, it keeps its reservation
            // until the venue is asked.
            effects.note(.afterTerminal, report)
            isReconciling = true
        }
        acceptChain(upTo: index)
        termsIndex = Int64(index)
        if index >= announcedIndex { announcedIndex = -1 }
        clOrdID = requests[index].clOrdID
        // The venue may grant less than was asked, as when the quantity asked for was already filled (D12).
        orderQty = report.orderQty > .zero ? report.orderQty : requests[index].orderQty
        price = requests[index].price
        if isEnded || venueStatus == .pendingNew { venueStatus = .new }
        resume(report)
    }

    /// An accepted replace proves its ancestors accepted, even where their reports were lost.
    private mutating func acceptChain(upTo index: Int) {
        var at: Int? = index
        while let place = at, requests[place].isPending {
            requests[place].stage = .accepted
            let parent = requests[place].origClOrdID
            at = requests[..<place].lastIndex { $0.clOrdID == parent }
        }
    }

    /// The venue knows the order under an id that we never gave it. The chain goes on from there.
    private mutating func adopt(_ report: ExecutionReport) {
        var request = ModifyRequest()
        (request.kind, request.stage, request.clOrdID) = (.replace, .accepted, report.clOrdID)
        (request.origClOrdID, request.orderQty, request.price) = (clOrdID, report.orderQty, price)
        requests.append(request)
        (termsIndex, clOrdID) = (Int64(requests.count - 1), report.clOrdID)
    }

    /// A venue that calls the order New or PartiallyFilled again has taken it out of Stopped, Suspended or DoneForDay.
    mutating func resume(_ report: ExecutionReport) {
        let isWorking =
            report.ordStatus == .new || report.ordStatus == .partiallyFilled || report.ordStatus == .filled
        guard isWorking else { return }
        switch venueStatus {
        case .stopped, .suspended: venueStatus = .new
        case .doneForDay where resumes || report.leavesQty > .zero: venueStatus = .new
        default: break
        }
    }
}
