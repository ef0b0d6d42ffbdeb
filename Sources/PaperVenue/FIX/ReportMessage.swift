import FIXSessions
import PlainData
import TradingModel

/// The engine's reports as FIX 4.4 messages.
struct ReportMessage {
    private var builder = FIXMessageBuilder(.executionReport)
    private let names: Names

    init(names: Names) { self.names = names }

    /// The ExecutionReport (8) or OrderCancelReject (9).
    /// - Parameter isReplace: whether a refused request was a replace (CxlRejResponseTo).
    mutating func make(_ report: ExecutionReport, isReplace: Bool) -> FIXMessageBuilder {
        let isRefusal = report.msgType == .orderCancelReject
        builder.reset(to: isRefusal ? .orderCancelReject : .executionReport)
        text(.orderID, report.orderID.text(names))
        text(.clOrdID, report.clOrdID.text(names))
        text(.origClOrdID, report.origClOrdID.text(names))
        builder.append(.ordStatus, character: report.ordStatus.rawValue)
        if isRefusal {
            builder.append(.cxlRejResponseTo, isReplace ? "2" : "1")
            builder.append(.cxlRejReason, Int(report.cxlRejReason))
        } else {
            text(.execID, report.execID.text(names))
            text(.execRefID, report.execRefID.text(names))
            builder.append(.execType, character: report.execType.rawValue)
            text(.symbol, report.symbol.text(names))
            builder.append(.side, character: report.side == .none ? UInt8(ascii: "7") : report.side.rawValue)
            builder.append(.orderQty, report.orderQty.description)
            builder.append(.cumQty, report.cumQty.description)
            builder.append(.leavesQty, report.leavesQty.description)
            builder.append(.avgPx, report.avgPx.isNone ? "0" : report.avgPx.description)
            if report.execType == .restated { builder.append(.execRestatementReason, "4") }  // the broker's option
            if report.lastQty != .zero || report.execType == .trade {
                builder.append(.lastQty, report.lastQty.description)
                builder.append(.lastPx, report.lastPx.isNone ? "0" : report.lastPx.description)
            }
            // FIX 4.4 has no value for an auction.
            if report.lastLiquidityInd != .none, report.lastLiquidityInd != .auction {
                builder.append(.lastLiquidityInd, character: report.lastLiquidityInd.rawValue)
            }
            if !report.commission.isNone {
                builder.append(.commission, report.commission.description)
                builder.append(.commType, "3")  // absolute
            }
            if report.ordRejReason >= 0 { builder.append(.ordRejReason, Int(report.ordRejReason)) }
        }
        if report.possResend != 0 { builder.append(.possResend, "Y") }
        builder.append(.transactTime, utcNanoseconds: report.eventTime)
        text(.account, report.account.text(names))
        text(.text, report.text.text(names))
        return builder
    }

    /// An empty field does not exist in FIX.
    private mutating func text(_ tag: FIXTag, _ text: String) { if !text.isEmpty { builder.append(tag, text) } }
}
