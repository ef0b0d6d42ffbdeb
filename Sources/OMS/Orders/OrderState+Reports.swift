import PlainData
import TradingModel

extension OrderState {
    /// Applies what the venue (or the router) said. Never throws and never traps, whatever the report holds.
    public mutating func apply(_ report: ExecutionReport) -> OrderEffects {
        var effects = OrderEffects()
        var change: FillChange?
        switch report.msgType {
        case .sent: break  // it left; what the venue makes of it is still to come
        case .inDoubt: takeInDoubt(report)
        case .orderCancelReject:
            guard reject(report, &effects) else { return effects }
        case .executionReport:
            guard remember(report) else {
                effects.note(.duplicateExecID, report, reported: report.lastQty)
                return effects
            }
            noteWrongFields(report, &effects)
            let isApplied = applyExecType(report, &effects, &change)
            guard isApplied else { return effects }
            noteDifferences(report, &effects)
        }
        settle()
        effects.update = update(
            at: report.eventTime, execType: report.execType, lastQty: change?.quantity ?? .zero, lastPx: change?.price ?? .none,
            execID: report.execID, execRefID: change?.undone ?? .none)
        return effects
    }

    /// - Returns: whether there is anything to show for it.
    private mutating func applyExecType(
        _ report: ExecutionReport, _ effects: inout OrderEffects, _ change: inout FillChange?
    ) -> Bool {
        switch report.execType {
        case .trade, .tradeCancel, .tradeCorrect:
            change = execute(report, &effects)
            if change == nil { return false }
            settleDoubt(report)
        case .new, .pendingNew: accept(report, &effects)
        case .rejected: refuse(report, &effects)
        case .canceled, .expired, .doneForDay, .calculated: end(report, &effects)
        case .stopped, .suspended:
            settleDoubt(report)
            if isEnded { effects.note(.afterTerminal, report) } else { venueStatus = report.execType.asStatus }
        case .pendingCancel, .pendingReplace:
            settleDoubt(report)
            acknowledge(report, &effects)
        case .replaced:
            settleDoubt(report)
            replace(report, &effects)
        case .restated:
            settleDoubt(report)
            restate(report, &effects)
        case .orderStatus: takeStatus(report, &effects)
        case .none:
            effects.note(.illegalTransition, report)
            return false
        }
        return true
    }

    private mutating func accept(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        settleDoubt(report)
        if isEnded { return effects.note(.afterTerminal, report) }
        // New under a replace's ClOrdID is no Replaced, and an acknowledgement after a fill comes late.
        let isOurs = requestIndex(report.clOrdID) == nil
        guard venueStatus == .pendingNew, isOurs else {
            if !isOurs || cumQty > .zero { effects.note(.illegalTransition, report) }
            return
        }
        if report.execType == .new { venueStatus = .new }
    }

    private mutating func refuse(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        // Some venues refuse a replace by a report and not by an OrderCancelReject.
        if let index = requestIndex(report.clOrdID), requests[index].isPending {
            (requests[index].stage, requests[index].isInDoubt) = (.rejected, false)
            return takeBack(index)
        }
        // The second order of a ClOrdID was refused; the report shows the first one, which lives on (D22, F.1).
        if report.ordStatus != .rejected || (report.ordRejReason == 6 && (venueStatus != .pendingNew || isInDoubt)) {
            return effects.note(.duplicateClOrdID, report)
        }
        settleDoubt(report)
        if isEnded { return effects.note(.afterTerminal, report) }
        if cumQty > .zero { effects.note(.illegalTransition, report) }
        venueStatus = .rejected
    }

    private mutating func end(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        settleDoubt(report)
        let status = report.execType.asStatus
        if let index = requestIndex(report.clOrdID), requests[index].isPending, requests[index].kind == .cancel {
            requests[index].stage = .accepted
        }
        if isEnded && venueStatus != .doneForDay {
            if venueStatus != status { effects.note(.afterTerminal, report) }
            return
        }
        venueStatus = status
        resumes = status == .doneForDay && (report.leavesQty > .zero || timeInForce == .goodTillCancel)
    }

    /// The venue changed the order without being asked: renewed it for the day, cut it, or split it.
    private mutating func restate(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        if isEnded && venueStatus != .doneForDay { return effects.note(.afterTerminal, report) }
        if report.orderQty > .zero, report.orderQty != orderQty {
            let isSplit =
                report.cumQty != cumQty && cumQty > .zero
                && Int128(report.cumQty.rawValue) * Int128(orderQty.rawValue)
                    == Int128(cumQty.rawValue) * Int128(report.orderQty.rawValue)
            if isSplit, !rescale(from: orderQty, to: report.orderQty) {
                effects.note(.illegalTransition, report, expected: cumQty, reported: report.cumQty)
            }
            (orderQty, announcedIndex) = (report.orderQty, -1)
        }
        if venueStatus == .pendingNew { venueStatus = .new }
        resume(report)
    }

    /// The answer to a status request: what the venue holds to be true. Quantities are compared, never taken over.
    private mutating func takeStatus(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        let isUnknownThere = report.ordStatus == .rejected
        if isEnded {
            if isUnknownThere != (venueStatus == .rejected) && !report.ordStatus.isTerminal {
                effects.note(.afterTerminal, report)
            }
            return settleDoubt(report)
        }
        if isUnknownThere, venueStatus != .pendingNew {
            // It had the order once. Nothing is concluded; somebody has to look.
            isReconciling = true
            return effects.note(.illegalTransition, report)
        }
        settleDoubt(report)
        switch report.ordStatus {
        case .rejected, .canceled, .expired, .calculated, .stopped, .suspended: venueStatus = report.ordStatus
        case .doneForDay:
            venueStatus = .doneForDay
            resumes = report.leavesQty > .zero || timeInForce == .goodTillCancel
        case .pendingNew: break
        default:
            if venueStatus == .pendingNew { venueStatus = .new }
            resume(report)
        }
    }

    private func noteWrongFields(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        let isOther =
            (report.symbol.rawValue != 0 && symbol.rawValue != 0 && report.symbol != symbol)
            || (report.side != .none && side != .none && report.side != side)
        if isOther { effects.note(.illegalTransition, report) }
    }

    /// Where the venue's sums differ from ours after the event: a fill is missing on one side, or out of order.
    private func noteDifferences(_ report: ExecutionReport, _ effects: inout OrderEffects) {
        let isExecution =
            report.execType == .trade || report.execType == .tradeCancel || report.execType == .tradeCorrect
        if report.cumQty != cumQty, report.cumQty != .zero || isExecution {
            effects.note(.cumQtyMismatch, report, expected: cumQty, reported: report.cumQty)
        }
        if report.orderQty != orderQty, report.orderQty != .zero {
            effects.note(.quantityMismatch, report, expected: orderQty, reported: report.orderQty)
        }
    }
}

extension ExecType {
    /// The OrdStatus of the same code; both fields share their characters where both have the meaning.
    var asStatus: OrdStatus { OrdStatus(rawValue: rawValue) ?? .new }
}
