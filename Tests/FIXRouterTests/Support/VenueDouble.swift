import FloorTesting
import FIXSessions
import Glibc
import PlainData
import StreamRuntime
import Synchronization
import TradingModel

@testable import FIXRouter

/// A venue behind a real acceptor, which accepts orders and answers status requests, and keeps what it received.
final class VenueDouble: FIXHandler {
    struct State: Sendable {
        var received: [String] = []
        var known: Set<String> = []
        /// Orders that are taken and never answered.
        var isSilent = false
        /// Orders that are lost on the way.
        var isDeaf = false
        var nextExecID = 1
    }

    let state = Mutex(State())
    let refusesLogon: Bool

    init(refusesLogon: Bool = false) { self.refusesLogon = refusesLogon }

    var received: [String] { state.withLock { $0.received } }

    func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict {
        refusesLogon && message.msgType == .logon ? .refuse(reason: "trading account closed") : .accept
    }

    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        guard let type = message.msgType, let id = message.string(.clOrdID) else { return .missingField(.clOrdID) }
        let isResent = message.flag(.possResend)
        let (answers, isKnown, number) = state.withLock { state in
            if state.isDeaf { return (false, false, 0) }
            state.received.append("\(type) \(id)" + (isResent ? " again" : ""))
            if type == .newOrderSingle { state.known.insert(id) }
            state.nextExecID += 1
            return (!state.isSilent, state.known.contains(id), state.nextExecID)
        }
        guard answers else { return .accept }
        var report = FIXMessageBuilder(.executionReport)
        let isStatus = type == .orderStatusRequest
        report.append(.execID, isStatus ? "0" : "E\(number)")
        report.append(.execType, isStatus ? "I" : "0")
        report.append(.ordStatus, isKnown ? "0" : "8")
        report.append(.orderID, isKnown ? "O-" + id : "NONE")
        if !isKnown { report.append(.ordRejReason, 5) }
        report.append(.clOrdID, id)
        report.append(.symbol, message.string(.symbol) ?? "?")
        report.append(.side, message.string(.side) ?? "1")
        report.append(.cumQty, 0)
        report.append(.leavesQty, isKnown ? 3 : 0)
        report.append(.avgPx, 0)
        if let question = message.string(.ordStatusReqID) { report.append(.ordStatusReqID, question) }
        _ = try? session.send(report, policy: .storeAndResend)
        return .accept
    }
}

/// A router, a venue and what the router delivered.
final class RouterHarness: Sendable {
    static let names = Names()
    let delivered = Mutex<[ExecutionReport]>([])
    let notices = Mutex<[String]>([])
    let pair: (buyer: String, seller: String, port: Int)

    private static let counter = Atomic<Int>(0)

    init() {
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        pair = ("FLOOR\(number)", "BROKER\(number)", freePort())
    }

    func venue(_ handler: VenueDouble) throws -> FIXEngine {
        let settings = FIXSessionSettings(role: .acceptor, sender: pair.seller, target: pair.buyer, port: pair.port)
        let engine = try FIXEngine([settings], handler: handler)
        try engine.start()
        return engine
    }

    func router(
        store: String? = nil, limits: SendLimits = SendLimits(), names: Names = RouterHarness.names,
        deliver: (@Sendable (ExecutionReport) -> Void)? = nil, eventTime: (@Sendable () -> Int64)? = nil,
        recovering history: (inout RouterRecovery) -> Void = { _ in }
    ) throws -> FIXRouter {
        var recovery = RouterRecovery(names: names, limits: limits)
        history(&recovery)
        // A session that lives in memory starts anew each time; one with a store goes on.
        let settings = FIXSessionSettings(
            role: .initiator, sender: pair.buyer, target: pair.seller, port: pair.port, storePath: store,
            resetOnLogon: store == nil)
        return try FIXRouter(
            settings, names: names, recovery: recovery, clock: WallClock.now,
            deliver: { report in
                deliver?(report)
                self.delivered.withLock { $0.append(report) }
            },
            notify: { notice in self.notices.withLock { $0.append(notice.description) } }, eventTime: eventTime,
            hasThread: true, connect: RouterSessions.quickFIX)
    }

    var reports: [ExecutionReport] { delivered.withLock { $0 } }
    func count(_ msgType: ExecutionReport.MsgType) -> Int { reports.count { $0.msgType == msgType } }
}
