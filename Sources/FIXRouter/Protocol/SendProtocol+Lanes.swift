import TradingModel

/// The last steps before the session: lanes, throttle, and the id that a change names.
extension SendProtocol {
    /// How many requests and questions wait for the throttle or for answers.
    var queuedCount: Int { lanes.count }

    /// When the throttle lets the next one through; nil when nothing waits for that.
    var nextDeparture: Int64? { isUp ? lanes.opensAt(unacknowledged: table.unacknowledged) : nil }

    /// It may leave, as soon as its lane lets it.
    mutating func leave(_ request: OrderRequest, possResend: Bool) {
        guard table[request.clOrdID]?.lane == PendingRequest.Lane.none else { return }
        table.setLane(request.clOrdID, .queued)
        chains.begins(request, now: latest)
        lanes.send(request, possResend: possResend)
    }

    /// Lets leave what may leave now.
    mutating func depart(now: Int64, into actions: inout [Action]) {
        while isUp, let letter = lanes.next(now: now, unacknowledged: table.unacknowledged) {
            switch letter {
            case .ask(let request): actions.append(.ask(request))
            case .askAll: actions.append(.askAll)
            case .cancelAll: actions.append(.cancelAll)
            case .send(let id, let possResend):
                // Refused meanwhile, or taken out of the lanes by a lost session.
                guard let entry = table[id], entry.lane == .queued else { continue }
                if entry.phase == .waiting, isTooOld(entry, now) {
                    refuse(entry.request, .heldBack, into: &actions)
                    continue
                }
                table.setLane(id, .leaving)
                var request = entry.request
                request.origClOrdID = chains.origClOrdID(of: request)
                actions.append(.send(request, possResend: possResend))
            }
            lanes.left(now: now)
        }
    }

    mutating func clearLanes() {
        lanes.removeAll()
        table.clearLanes()
    }

    /// A later change takes the place of those that have not left: a cancel always, a replace where one is under way at a time.
    mutating func supersede(by request: OrderRequest, into actions: inout [Action]) {
        guard request.action == .cancel || (request.action == .replace && limits.replaces == .one) else { return }
        for id in chains.unsent(before: request) {
            guard let entry = table[id], entry.phase == .waiting, entry.lane != .leaving, !entry.wasNamed else { continue }
            refuse(entry.request, .superseded, into: &actions)
        }
    }

    /// A cancel waits for the decision on a replace no longer than for any answer.
    mutating func releaseLateCancels(now: Int64, into actions: inout [Action]) {
        guard isUp, !held.isEmpty else { return }
        for id in held.keys.sorted() where chains.isLate(id, now: now, patience: limits.answer) {
            release(from: id, now: now, into: &actions)
        }
    }
}
