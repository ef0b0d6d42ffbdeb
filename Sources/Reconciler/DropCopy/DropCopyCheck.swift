import PlainData
import StreamRuntime
import Synchronization
import TradingModel

/// Holds what a venue tells the desk against the copies of it that come on a session of their own.
///
///     reports ──▶ ┌────────────┐
///     copies  ──▶ │ drop copy  │ ──▶ CopyBreak    opened, and closed where the other side comes after all
///     orders  ──▶ │ check      │
///                 └────────────┘
///
/// - Inputs: the reports of the order session; the copies; everything that the desk asked for, on record before it left.
/// - Executions (trades, corrections, busts, or all that has an ExecID) are matched by ExecID (17), whichever comes first. One that is
///   alone waits for `patience`, so that the usual delay makes no break; then it is missing on the other side.
/// - A copy of an order that nobody asked for is a break at once, one an order: somebody else trades in our name.
/// - A copy that comes again is nothing (PossDup, PossResend, or a session that began anew); with another content it is a break.
/// - Nothing is changed by a copy: no order, no position. What to do about a break is somebody's decision.
/// - State: a row an execution and an id an order of the day.
/// - Source: FIX 4.4, volume 3, drop copies; SEC 15c3-5 and RTS 6 Art. 17(3), reconciliation in real time.
public struct DropCopyCheck: Operator3, ~Copyable {
    public typealias Out = CopyBreak
    public typealias Side = Nothing
    public enum Compared: Sendable { case executions, reports }

    private let patience: Int64, compared: Compared
    /// From 1 on.
    private var rows = Dense<CopiedExecution>(repeating: CopiedExecution())
    private var count: Int64 = 0, waiting: Int64 = 0
    private var byExecID = IDTable()
    /// The ids that the desk used; those of copies that it did not, with 1 for what was said.
    private var known = IDTable(), strange = IDTable()
    private var strangers: Int64 = 0
    /// Who wants to know how many executions wait for the other side; nil in a replay.
    public var board: CopyBoard?

    /// - Parameter patience: nanoseconds of the watermark.
    public init(patience: Int64, compared: Compared = .executions) { (self.patience, self.compared) = (patience, compared) }

    public var mostOutputs: Int { 3 }

    public mutating func process(first report: ExecutionReport, into out: inout Emitter<CopyBreak, Nothing>) {
        guard counts(report) else { return }
        let at = row(report.execID)
        guard !rows[at].isOurs else { return }
        rows[at].ours = report
        settle(at, out.watermark, into: &out)
    }
    public mutating func process(second copy: ExecutionReport, into out: inout Emitter<CopyBreak, Nothing>) {
        if copy.msgType == .executionReport { look(copy, into: &out) }
        guard counts(copy) else { return }
        let at = row(copy.execID)
        guard !rows[at].isTheirs else {
            let differs = CopiedExecution.difference(rows[at].theirs, copy)
            if differs != .none { turn(at, to: .fillDuplicate, differs, Self.moment(copy, out.watermark), into: &out) }
            return
        }
        rows[at].theirs = copy
        settle(at, out.watermark, into: &out)
    }
    public mutating func process(third request: OrderRequest, into out: inout Emitter<CopyBreak, Nothing>) {
        if !request.clOrdID.isNone { known.set(request.clOrdID.rawValue, 1) }
    }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<CopyBreak, Nothing>) {
        let at = timer.key
        guard rows[at].isOurs != rows[at].isTheirs else { return }
        rest(at)
        turn(at, to: rows[at].isOurs ? .fillMissingAtVenue : .fillMissingLocally, .none, timer.time, into: &out)
    }

    private func counts(_ report: ExecutionReport) -> Bool {
        guard report.msgType == .executionReport, report.execID != .none else { return false }
        switch report.execType {
        case .trade, .tradeCorrect, .tradeCancel: return true
        case .orderStatus, .none: return false
        default: return compared == .reports
        }
    }
    private mutating func row(_ execID: TextID) -> Int {
        if let found = byExecID.find(UInt64(execID.rawValue)) { return found }
        count += 1
        byExecID.set(UInt64(execID.rawValue), Int(count))
        return Int(count)
    }
    /// An order that the desk never asked for is said once.
    private mutating func look(_ copy: ExecutionReport, into out: inout Emitter<CopyBreak, Nothing>) {
        guard !copy.clOrdID.isNone, known.find(copy.clOrdID.rawValue) == nil, known.find(copy.origClOrdID.rawValue) == nil,
            strange.find(copy.clOrdID.rawValue) == nil
        else { return }
        strange.set(copy.clOrdID.rawValue, 1)
        strangers += 1
        var found = CopyBreak(
            eventTime: copy.eventTime, number: 1 << 63 | UInt64(strangers), kind: .orderUnknownLocally, state: .open, of: copy)
        (found.execID, found.theirQty) = (.none, copy.orderQty)
        out.emit(found)
    }

    /// One side has come: with the other one it is compared, else it waits.
    private mutating func settle(_ at: Int, _ now: Int64, into out: inout Emitter<CopyBreak, Nothing>) {
        let execution = rows[at]
        guard execution.isOurs, execution.isTheirs else {
            let time = execution.isOurs ? execution.ours.eventTime : execution.theirs.eventTime
            rows[at].isWaiting = true
            waiting += 1
            board?.show(waiting)
            return out.setTimer(at, at: (now == .min || now == endOfTime ? time : now) + patience)
        }
        rest(at)
        out.cancelTimer(at)
        let differs = CopiedExecution.difference(execution.ours, execution.theirs), time = Self.moment(execution.theirs, now)
        if differs != .none { return turn(at, to: .fillFieldMismatch, differs, time, into: &out) }
        if execution.open != nil { say(at, .matchedLate, time, into: &out) }
        rows[at].open = nil
    }
    /// When something was found: not before what time has come to.
    private static func moment(_ report: ExecutionReport, _ now: Int64) -> Int64 {
        now == endOfTime ? report.eventTime : max(report.eventTime, now)
    }
    private mutating func rest(_ at: Int) {
        guard rows[at].isWaiting else { return }
        rows[at].isWaiting = false
        waiting -= 1
        board?.show(waiting)
    }
    /// Another break in place of the one that is open, if one is.
    private mutating func turn(
        _ at: Int, to kind: CopyBreak.Kind, _ differs: CopyBreak.Difference, _ time: Int64,
        into out: inout Emitter<CopyBreak, Nothing>
    ) {
        guard rows[at].open != kind else { return }
        if rows[at].open != nil { say(at, .matchedLate, time, into: &out) }
        (rows[at].open, rows[at].differs) = (kind, differs)
        say(at, .open, time, into: &out)
    }
    private func say(_ at: Int, _ state: CopyBreak.State, _ time: Int64, into out: inout Emitter<CopyBreak, Nothing>) {
        let execution = rows[at]
        guard let kind = execution.open else { return }
        var found = CopyBreak(
            eventTime: time, number: UInt64(at), kind: kind, state: state,
            of: execution.isOurs ? execution.ours : execution.theirs)
        found.differs = execution.differs
        if execution.isOurs { (found.ourQty, found.ourPx) = (execution.ours.lastQty, execution.ours.lastPx) }
        if execution.isTheirs { (found.theirQty, found.theirPx) = (execution.theirs.lastQty, execution.theirs.lastPx) }
        out.emit(found)
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&rows)
        coder.field(&count)
        coder.field(&waiting)
        byExecID.state(&coder)
        known.state(&coder)
        strange.state(&coder)
        coder.field(&strangers)
        if !coder.isSaving { board?.show(waiting) }
    }
}

/// How many executions wait for the other side. Any thread may read it.
public final class CopyBoard: Sendable {
    private let count = Atomic<Int64>(0)

    public init() {}
    public var waiting: Int64 { count.load(ordering: .acquiring) }
    func show(_ waiting: Int64) { count.store(waiting, ordering: .releasing) }
}
