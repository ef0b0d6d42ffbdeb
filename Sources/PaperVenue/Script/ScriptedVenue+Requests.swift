import PlainData
import TradingModel

/// How requests are received.
extension ScriptedVenue {
    /// A request meets the steps that wait for it, then, at once or later, the engine.
    mutating func receive(_ request: OrderRequest, _ isPossResend: Bool, _ client: Int32) {
        var deciding = -1
        var following: [Int] = []
        for i in script.steps.indices where script.steps[i].on == VenueScript.Trigger(request.action) {
            guard matches(i, request), counts(i) else { continue }
            if deciding < 0, script.steps[i].reception.isAny { deciding = i }
            if !script.steps[i].happenings.isEmpty { following.append(i) }
        }
        var begins = now
        if deciding >= 0 {
            let reception = script.steps[deciding].reception
            if reception.isPending { say(pending: request, client) }
            if reception.delay > 0 {
                begins = now + reception.delay
                schedule(Due(.request, at: begins, request, isPossResend, client, step: deciding))
            } else {
                decide(request, isPossResend, client, step: deciding)
            }
        } else {
            decide(request, isPossResend, client, step: -1)
        }
        for i in following { follow(i, request.clOrdID, .none, client, from: begins, generation: 1) }
    }

    private mutating func say(pending request: OrderRequest, _ client: Int32) {
        engine.acknowledge(request, into: &fresh)
        if let last = fresh.last, request.action != .new { undecided[last.orderID] = last.ordStatus }
        sayFresh(to: client, isReplace: request.action == .replace)
    }

    /// The venue's answer.
    mutating func decide(_ request: OrderRequest, _ isPossResend: Bool, _ client: Int32, step: Int) {
        var request = request
        request.eventTime = now
        let reception = step < 0 ? VenueScript.Reception() : script.steps[step].reception
        if !undecided.isEmpty, let order = engine.orderID(of: request.origClOrdID) { undecided[order] = nil }
        if reception.isIgnored { return }
        if let reason = reception.rejectReason {
            engine.reject(request, reason: reason, text: script.steps[step].text, into: &fresh)
        } else {
            if isPossResend, request.action == .new, engine.knows(request.clOrdID) { request.action = .status }
            engine.apply(request, into: &fresh)
        }
        sayFresh(to: client, isReplace: request.action == .replace)
    }

    private func matches(_ i: Int, _ request: OrderRequest) -> Bool {
        let step = script.steps[i]
        // A cancel or replace says less of its order than the order itself.
        let order = engine.order(
            of: request.action == .new ? .none : request.origClOrdID.isNone ? request.clOrdID : request.origClOrdID)
        if let symbol = step.symbol, symbol != order?.symbol ?? request.symbol { return false }
        if let account = step.account, account != order?.account ?? request.account { return false }
        if let side = step.side, side.isBuy != (order?.side ?? request.side).isBuy { return false }
        return names(step, request.clOrdID, request.origClOrdID)
    }

    /// Whether a step's pattern names one of two ids.
    func names(_ step: VenueScript.Step, _ id: ClOrdID, _ other: ClOrdID) -> Bool {
        guard let pattern = step.order, pattern != "*" else { return true }
        return Glob.matches(pattern, id.text(names)) || (!other.isNone && Glob.matches(pattern, other.text(names)))
    }

    /// Counts a match; whether the step applies to it.
    mutating func counts(_ i: Int) -> Bool {
        seen[i] += 1
        let step = script.steps[i], number = seen[i] - step.nth
        return number >= 0 && (step.times == 0 || number < step.times)
    }
}

extension MatchingEngine {
    func order(of id: ClOrdID) -> VenueOrder? { id.isNone ? nil : places[id].map { orders[Int($0)] } }
    func orderID(of id: ClOrdID) -> TextID? { order(of: id)?.orderID }
}
