import FIXSessions
import PlainData
import TradingModel

/// Writes what an EMS is told: ExecutionReport (8) and OrderCancelReject (9) of FIX 4.2, 4.4 and 5.0 SP2.
struct ParentReportEncoder: Sendable {
    let names: Names
    var version = FIXVersion.fix44

    func encode(_ report: ParentReport, into message: inout FIXMessageBuilder) {
        let isRefusal = report.msgType == .orderCancelReject
        message.reset(to: isRefusal ? .orderCancelReject : .executionReport)
        message.append(.orderID, report.orderID.isNone ? "NONE" : report.orderID.ownText)
        append(.clOrdID, report.clOrdID.text(names), to: &message)
        append(.origClOrdID, report.origClOrdID.text(names), to: &message)
        message.append(.ordStatus, character: report.ordStatus.rawValue)
        append(.account, report.account.text(names), to: &message)
        if isRefusal {
            message.append(.cxlRejResponseTo, report.isOfReplace != 0 ? "2" : "1")
            if report.reason >= 0 { message.append(.cxlRejReason, Int(report.reason)) }
        } else {
            execution(report, &message)
        }
        message.append(.transactTime, utcNanoseconds: report.eventTime)
        append(.text, text(report), to: &message)
    }

    private func execution(_ report: ParentReport, _ message: inout FIXMessageBuilder) {
        message.append(.execID, report.execID.ownText)
        if !report.execRefID.isNone { message.append(.execRefID, report.execRefID.ownText) }
        if version == .fix42 { message.append(.execTransType, character: execTransType(report.execType)) }
        message.append(.execType, character: execType(report))
        append(.symbol, report.symbol.text(names), to: &message)
        message.append(.side, character: report.side == .none ? UInt8(ascii: "7") : report.side.rawValue)
        message.append(.orderQty, report.orderQty.description)
        if !report.price.isNone { message.append(.price, report.price.description) }
        message.append(.cumQty, report.cumQty.description)
        message.append(.leavesQty, report.leavesQty.description)
        message.append(.avgPx, report.avgPx.isNone ? "0" : report.avgPx.description)
        switch report.execType {
        case .trade, .tradeCorrect, .tradeCancel:
            message.append(.lastQty, report.lastQty.description)
            message.append(.lastPx, report.lastPx.isNone ? "0" : report.lastPx.description)
        default: break
        }
        // 99 is "other": somebody at the desk has let it go on.
        if report.execType == .restated { message.append(.execRestatementReason, 99) }
        if report.reason >= 0 { message.append(.ordRejReason, Int(report.reason)) }
    }

    /// FIX 4.2 says in a field of its own that an execution is canceled or corrected, or that this is an answer; and has two
    /// codes for a trade.
    private func execTransType(_ type: ExecType) -> UInt8 {
        switch type {
        case .tradeCancel: UInt8(ascii: "1")
        case .tradeCorrect: UInt8(ascii: "2")
        case .orderStatus: UInt8(ascii: "3")
        default: UInt8(ascii: "0")
        }
    }
    private func execType(_ report: ParentReport) -> UInt8 {
        guard version == .fix42 else { return report.execType.rawValue }
        switch report.execType {
        case .trade, .tradeCorrect, .tradeCancel:
            return report.leavesQty == .zero && report.cumQty >= report.orderQty ? UInt8(ascii: "2") : UInt8(ascii: "1")
        case .orderStatus: return report.ordStatus.rawValue
        default: return report.execType.rawValue
        }
    }

    private func text(_ report: ParentReport) -> String {
        switch report.why {
        case .none: ""
        case .control: "refused by control \(report.check.code)"
        case .review: report.check == .decision ? "held until a second person approves" : "held by control \(report.check.code)"
        case .entry: report.text.text(names)
        case .noSchedule:
            "it cannot be worked: its time is over, its strategy is not offered here, or nothing is planned for its time"
        case .duplicate: "ClOrdID was used before"
        case .unknownOrder: "no such order today"
        case .ended: "the order has ended"
        case .notWorking: "it cannot be changed so: less than is traded, or nothing to change"
        case .tooMany: "too many requests of the order wait for their answers"
        case .scheduleOver: "its time is over"
        case .terms: "a replace changes quantity and limit; cancel the order and enter it anew with another strategy or time"
        }
    }

    /// An empty field does not exist in FIX; what would end one is left out.
    private func append(_ tag: FIXTag, _ text: String, to message: inout FIXMessageBuilder) {
        let bytes = text.utf8.filter { $0 >= 0x20 && $0 != 0x7F }
        if !bytes.isEmpty { message.append(tag, bytes: bytes) }
    }
}
