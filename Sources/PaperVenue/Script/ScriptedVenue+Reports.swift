import PlainData
import TradingModel

/// How reports leave.
extension ScriptedVenue {
    /// A report meets the steps that wait for it, then the wire.
    mutating func send(_ original: ExecutionReport, to client: Int32, isReplace: Bool, _ generation: UInt8) {
        var report = original
        if let status = undecided[report.orderID], Self.isOutranked(report) { report.ordStatus = status }
        if script.isEmpty { return append(Addressed(report: report, client: client, isReplace: isReplace)) }
        var carried: VenueScript.Transport?
        var following: [Int] = []
        for i in script.steps.indices where script.steps[i].on == .report {
            guard matches(i, report), counts(i) else { continue }
            if carried == nil, script.steps[i].transport.isAny { carried = script.steps[i].transport }
            if !script.steps[i].happenings.isEmpty { following.append(i) }
        }
        carry(report, client, isReplace, carried ?? VenueScript.Transport())
        guard generation < Self.mostGenerations else {
            if !following.isEmpty { remark(following[0], "answers its own words; it is not followed further") }
            return
        }
        for i in following { follow(i, report.clOrdID, report.execID, client, from: now, generation: generation + 1) }
    }

    /// While a cancel or replace is undecided, the order's other news say that it is (FIX Appendix D: the higher status).
    private static func isOutranked(_ report: ExecutionReport) -> Bool {
        report.msgType == .executionReport && (report.execType == .trade || report.execType == .orderStatus)
    }

    private mutating func carry(_ report: ExecutionReport, _ client: Int32, _ isReplace: Bool, _ transport: VenueScript.Transport)
    {
        if transport.isLost { return }
        for copy in 0...transport.copies {
            var report = report
            if copy > 0, transport.isPossResend { report.possResend = 1 }
            var item = Due(.report, at: now + transport.delay, report, client, isReplace)
            if transport.hold > 0 {
                item.wait = Int32(transport.hold)
                held.append(item)
            } else if transport.delay > 0 {
                schedule(item)
            } else {
                deliver(report, client, isReplace)
            }
        }
    }

    /// The report leaves, and with it those that waited for it to overtake them.
    mutating func deliver(_ report: ExecutionReport, _ client: Int32, _ isReplace: Bool) {
        if keepsMail, let back = away[client] ?? away[-1], back > now {
            return schedule(Due(.report, at: back, report, client, isReplace))
        }
        append(Addressed(report: report, client: client, isReplace: isReplace))
        guard !held.isEmpty else { return }
        var freed: [Due] = []
        for i in held.indices.reversed() where held[i].client == client {
            held[i].wait -= 1
            if held[i].wait == 0 { freed.insert(held.remove(at: i), at: 0) }
        }
        for item in freed { append(Addressed(report: item.report, client: item.client, isReplace: item.isReplace)) }
    }

    private func matches(_ i: Int, _ report: ExecutionReport) -> Bool {
        let step = script.steps[i], isRefusal = report.msgType == .orderCancelReject
        if step.isCancelReject != isRefusal, step.isCancelReject || step.execType != nil { return false }
        if let execType = step.execType, execType != report.execType { return false }
        if let symbol = step.symbol, symbol != report.symbol { return false }
        if let account = step.account, account != report.account { return false }
        if let side = step.side, side.isBuy != report.side.isBuy { return false }
        return names(step, report.clOrdID, report.origClOrdID)
    }
}
