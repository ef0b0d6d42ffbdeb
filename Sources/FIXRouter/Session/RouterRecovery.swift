import Clearance
import PlainData
import TradingModel

/// What an earlier run of the day left in the journal: the cleared orders and the records of the router's own source.
///
///     var recovery = RouterRecovery(names: names)
///     recovery.intent(order)      // each order that was cleared, in order
///     recovery.report(report)     // Sent, in doubt, or a venue's report, in order
///
/// The two may be told one after the other or mixed: a report that comes before its order waits for it.
public struct RouterRecovery: ~Copyable {
    var sendProtocol: SendProtocol
    private var early: [ExecutionReport] = []
    private var earlyIDs: Set<ClOrdID> = []
    package var execIDs: ExecIDFilter
    /// MsgSeqNum of the last report of the venue that reached the journal; 0 when none did.
    private(set) var lastMsgSeqNum: UInt64 = 0
    /// False when the day begins: then the session's own store is believed.
    private(set) var hasHistory = false

    public init(names: Names, limits: SendLimits = SendLimits()) {
        sendProtocol = SendProtocol(limits: limits)
        execIDs = ExecIDFilter(names: names)
    }

    /// - Parameter takenAt: when the journal took it, nanoseconds since the epoch: an order that the venue does not know is
    ///   not sent when it has become too old meanwhile.
    public mutating func intent(_ order: ClearedOrder, takenAt: Int64? = nil) { intent(request: order.request, takenAt: takenAt) }

    mutating func intent(request: OrderRequest, takenAt: Int64? = nil) {
        hasHistory = true
        sendProtocol.restore(request, takenAt: takenAt)
    }

    public mutating func report(_ report: ExecutionReport) {
        hasHistory = true
        if sendProtocol.knows(report.clOrdID), !earlyIDs.contains(report.clOrdID) {
            sendProtocol.restore(report)
        } else {
            early.append(report)
            earlyIDs.insert(report.clOrdID)
        }
        guard report.msgType == .executionReport || report.msgType == .orderCancelReject else { return }
        _ = execIDs.admit(report)
        if report.msgSeqNum > 0 { lastMsgSeqNum = report.msgSeqNum }
    }

    /// What has been told so far: a checkpoint holds it, so that a restart need not begin with the day's first record.
    public mutating func state(_ coder: inout StateCoder) {
        sendProtocol.state(&coder)
        execIDs.state(&coder)
        coder.elements(&early)
        if !coder.isSaving { earlyIDs = Set(early.map(\.clOrdID)) }
        coder.field(&lastMsgSeqNum)
        coder.field(&hasHistory)
    }
    /// The same, for a router that takes it over while this one goes on listening.
    public mutating func copy(names: Names) -> RouterRecovery {
        var saver = StateCoder()
        state(&saver)
        var copy = RouterRecovery(names: names, limits: sendProtocol.limits), loader = StateCoder(restoring: saver.bytes)
        copy.state(&loader)
        return copy
    }

    /// What was taken after this instant, which should have passed, is too old to be sent for the first time.
    public mutating func distrustAges(after now: Int64) { sendProtocol.distrustAges(after: now) }

    /// Everything has been told.
    mutating func finish() {
        for report in early { sendProtocol.restore(report) }
        early = []
    }
}
