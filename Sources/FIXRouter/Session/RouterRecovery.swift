import PlainData
import TradingModel

/// What an earlier run of the day left in the journal, told in the journal's order before the router starts.
///
///     var recovery = RouterRecovery(names: names)
///     recovery.intent(order)      // a request that was cleared
///     recovery.report(report)     // a record of the router's own source: Sent, in doubt, or a venue's report
public struct RouterRecovery: ~Copyable {
    var sendProtocol: SendProtocol
    var execIDs: ExecIDFilter
    /// MsgSeqNum of the last report of the venue that reached the journal; 0 when none did.
    var lastMsgSeqNum: UInt64 = 0
    /// False when the day begins: then the session's own store is believed.
    var hasHistory = false

    public init(names: Names, limits: SendLimits = SendLimits()) {
        sendProtocol = SendProtocol(limits: limits)
        execIDs = ExecIDFilter(names: names)
    }

    public mutating func intent(_ request: OrderRequest) {
        hasHistory = true
        sendProtocol.restore(request)
    }

    public mutating func report(_ report: ExecutionReport) {
        hasHistory = true
        sendProtocol.restore(report)
        guard report.msgType == .executionReport || report.msgType == .orderCancelReject else { return }
        _ = execIDs.admit(report)
        if report.msgSeqNum > 0 { lastMsgSeqNum = report.msgSeqNum }
    }
}
