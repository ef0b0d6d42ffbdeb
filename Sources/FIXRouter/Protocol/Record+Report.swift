import PlainData
import TradingModel

extension Record {
    /// The journal's record of it. A refused cancel or replace is an OrderCancelReject, as it would be from the venue.
    func report(eventTime: Int64, names: Names) -> ExecutionReport {
        switch self {
        case .sent(let request, let msgSeqNum):
            return report(.sent, request, eventTime, .none, .pendingNew, msgSeqNum: msgSeqNum, text: .none)
        case .inDoubt(let request, let doubt):
            return report(.inDoubt, request, eventTime, .none, .pendingNew, text: names.text(doubt.description))
        case .refused(let request, let refusal):
            let text = names.text(refusal.description)
            guard request.action == .new else {
                // 99 is "other". The order's own status is the OMS's to know; it goes by the request's ClOrdID.
                return report(.orderCancelReject, request, eventTime, .none, .new, cxlRejReason: 99, text: text)
            }
            return report(.executionReport, request, eventTime, .rejected, .rejected, ordRejReason: 99, text: text)
        }
    }

    private func report(
        _ msgType: ExecutionReport.MsgType, _ request: OrderRequest, _ eventTime: Int64, _ execType: ExecType,
        _ ordStatus: OrdStatus, cxlRejReason: Int16 = -1, ordRejReason: Int16 = -1, msgSeqNum: UInt64 = 0, text: TextID
    ) -> ExecutionReport {
        ExecutionReport(
            eventTime: eventTime, msgType: msgType, clOrdID: request.clOrdID, origClOrdID: request.origClOrdID,
            execType: execType, ordStatus: ordStatus, symbol: request.symbol, side: request.side, orderQty: request.orderQty,
            cxlRejReason: cxlRejReason, ordRejReason: ordRejReason, msgSeqNum: msgSeqNum, account: request.account, text: text)
    }
}
