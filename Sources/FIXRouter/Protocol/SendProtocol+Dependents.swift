import TradingModel

/// Cancels and replaces of an order whose fate is unknown.
///
///     order doubtful ─► asked ─► known: what was held follows
///                          │ ────► unanswered: what was held leaves nonetheless; a cancel can only reduce what is at risk
///                          └ ────► unknown there: an order that was to be canceled is not entered any more, and what was
///                                  held for it has nothing to be about
///
/// Sent beside the question, a cancel would come before its order, be refused as one of an unknown order, and leave the order
/// to be entered after it.
extension SendProtocol {
    /// An order that is to be canceled is never entered later than its cancel.
    mutating func noteCancel(_ request: OrderRequest) {
        if request.action == .cancel { table.setCanceled(request.origClOrdID) }
    }

    /// Whether the request waits for the venue's word on its order, or on an earlier change of it. Until then it stays as it is.
    @discardableResult
    mutating func holdIfNeeded(_ request: OrderRequest) -> Bool {
        // One that may have left already is asked about whatever else is under way.
        let isNew = table[request.clOrdID]?.phase == .waiting
        guard
            let id = isAbout(request) ?? (isNew ? chains.blocks(request, now: latest, patience: limits.answer) : nil)
        else { return false }
        held[id, default: []].insert(request.clOrdID)
        table.setHeld(request.clOrdID, true)
        return true
    }

    /// The order, or the replace, that the request is about, where its fate is open.
    private func isAbout(_ request: OrderRequest) -> ClOrdID? {
        guard request.action == .cancel || request.action == .replace, request.origClOrdID != request.clOrdID,
            let order = table[request.origClOrdID]
        else { return nil }
        switch order.phase {
        case .waiting where order.lane == .leaving: return nil  // it leaves now, and this one behind it
        case .waiting: break
        // On a session that stands the venue has it, only slowly.
        case .doubtful, .asked: guard order.isCutOff, !order.wasNamed else { return nil }
        case .sent, .unanswered: return nil
        }
        return request.origClOrdID
    }

    /// A cancel of an order that has certainly not left: neither has to.
    mutating func refuseIfNeverLeft(_ cancel: OrderRequest, into actions: inout [Action]) {
        guard cancel.action == .cancel, let order = table[cancel.origClOrdID], order.phase == .waiting,
            order.lane != .leaving, order.request.action == .new
        else { return }
        refuse(order.request, .canceledBefore, into: &actions)
    }

    /// The venue has named the order, or nobody will hear of it soon: what was held for it leaves.
    mutating func release(from order: ClOrdID, now: Int64, into actions: inout [Action]) {
        guard !held.isEmpty, isUp, let ids = held.removeValue(forKey: order) else { return }
        for id in ids.sorted() { resume(id, now: now, into: &actions) }
    }
}

extension Doubt {
    /// Whether the message itself may be lost, and the request come to the venue twice.
    var isOfTheWay: Bool {
        switch self {
        case .sendNotRecorded, .answerNotRecorded, .sendFailed, .sessionLost, .gapFilled: true
        case .noAnswer, .statusUnanswered, .statusRefused, .unknownAtVenue, .unreadableReport, .reportsLost, .notAsked: false
        }
    }
}
