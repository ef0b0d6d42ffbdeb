import TradingModel

/// The one question about all orders that is open.
struct MassQuestion: Equatable {
    /// MassStatusReqID(584); 0 while it waits in the lanes.
    var number: UInt64 = 0
    var askedAt: Int64?
    /// How many answers came.
    var answers = 0
}

/// What an ExecutionReport says of the OrderMassStatusRequest that it answers.
struct MassAnswer: Hashable, Sendable {
    /// MassStatusReqID(584), 0 for one that is not of our making; TotNumReports(911), LastRptRequested(912).
    var number: UInt64, total: Int?, isLast: Bool
}

/// One message about all orders: OrderMassStatusRequest(AF) after a logon, OrderMassCancelRequest(q) where everything is to be
/// canceled and a throttle holds up the cancels one by one.
///
/// Neither is believed alone. An order that the answers do not name is asked about by itself before anything follows from it:
/// venues differ in whether they list what has ended. And each cancel stays in its lane until its order has ended.
extension SendProtocol {
    /// Asks about all that are in doubt, if there are two or more; one is asked about by itself.
    mutating func askInMass() {
        massQuestion = nil
        let wanted = table.inOrder.filter(\.isAskedInMass)
        guard wanted.count > 1 else {
            for entry in wanted {
                table.setAskedInMass(entry.request.clOrdID, false)
                lanes.ask(entry.request)
            }
            return
        }
        massQuestion = MassQuestion()
        lanes.askAll()
    }

    /// The outcome of `askAll`.
    mutating func askedAll(_ outcome: HandOver, number: UInt64, now: Int64, into actions: inout [Action]) {
        guard massQuestion != nil else { return }
        switch outcome {
        case .sent(let msgSeqNum):
            massQuestion = MassQuestion(number: number, askedAt: now)
            table.noteMassQuestion(msgSeqNum)
            // No "unknown order" answers it.
            for entry in table.inOrder where entry.isAskedInMass { table.set(entry.request.clOrdID, .asked(at: now, number: 0)) }
        case .notLoggedOn: isUp = false
        case .unencodable, .failed:
            endMassQuestion(into: &actions)
            depart(now: now, into: &actions)
        }
    }

    /// An answer to it came; the last one ends it.
    /// - Returns: false for one that is about no order, which is not the desk's to see.
    mutating func answered(_ answer: MassAnswer, _ report: ExecutionReport, now: Int64, into actions: inout [Action]) -> Bool {
        latest = max(latest, now)
        let isAboutNothing = report.ordStatus == .rejected && !table.contains(report.clOrdID)
        guard var question = massQuestion, question.number == answer.number, answer.number != 0 else { return !isAboutNothing }
        question.answers += 1
        massQuestion = question
        if isAboutNothing || answer.isLast || answer.total.map({ question.answers >= $0 }) == true {
            endMassQuestion(into: &actions)
            depart(now: now, into: &actions)
        }
        return !isAboutNothing
    }

    /// What it left open is asked about one by one.
    mutating func endMassQuestion(into actions: inout [Action]) {
        massQuestion = nil
        for entry in table.inOrder where entry.isAskedInMass {
            table.setAskedInMass(entry.request.clOrdID, false)
            table.set(entry.request.clOrdID, .doubtful)
            lanes.ask(entry.request)
        }
    }

    /// Whether the cancels that wait are of every order that the venue may hold: then one message says the same.
    /// Looked at as time passes, and not at every cancel: it looks at every order.
    mutating func cancelInMass() {
        let waiting = lanes.cancelCount
        guard let least = limits.massCancel, isUp, waiting >= max(least, massCanceled * 2) else {
            if waiting == 0 { massCanceled = 0 }
            return
        }
        guard table.openOrders.allSatisfy({ chains.isToBeCanceled($0) }),
            table.inOrder.allSatisfy({
                $0.request.action == .cancel || $0.phase == .waiting || chains.isToBeCanceled($0.request.clOrdID)
            })
        else { return }
        massCanceled = waiting
        lanes.cancelAll()
    }

    /// The order has ended by the venue's own word: a cancel of it that still waits has nothing to do.
    mutating func dropCancels(of report: ExecutionReport, into actions: inout [Action]) {
        guard report.msgType == .executionReport, lanes.cancelCount > 0 else { return }
        switch report.ordStatus {
        case .canceled, .expired, .rejected: break
        default: return
        }
        guard let id = chains.change(of: report.clOrdID), let entry = table[id], entry.request.action == .cancel,
            entry.phase == .waiting, entry.lane == .queued
        else { return }
        refuse(entry.request, .orderEnded, into: &actions)
    }
}
