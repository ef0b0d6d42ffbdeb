import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// The paper venue inside a graph: the matching engine and its script as an operator, so that a whole day with its mishaps runs
/// from files, and replays bit for bit.
///
///     trades ─▶ ┌───────┐
///     quotes ─▶ │ venue │ ─▶ ExecutionReport
///     orders ─▶ └───────┘
///
/// - Inputs: the market's trades and quotes, and what the gate or slicer sends. A market without quotes shows none: orders rest,
///   and fill when the tape trades past them.
/// - Output: the reports, at the time of what caused them, later by the stated latency. They come back as a loop.
/// - Time: an order's own event time, or the watermark where that is further. What the script or the latency has for later is
///   said when the watermark gets there; at the end of all input all of it is, then the day ends and day orders expire.
/// - State: every order of the day, what is displayed, what is yet to come.
public struct VenueOperator: Operator3, ~Copyable {
    public typealias First = Trade
    public typealias Second = Quote
    public typealias Third = ClearedOrder
    public typealias Out = ExecutionReport
    public typealias Side = Nothing

    /// What one call emits at most; the rest follows a nanosecond later.
    public var mostOutputs: Int { 64 }
    private static let next = 0, dayEnd = 1

    private var venue: ScriptedVenue
    private var isOpen = false
    /// Said, and not emitted for want of room.
    private var backlog: [ExecutionReport] = []

    public init(
        _ configuration: MatchingConfiguration, instruments: InstrumentTable, script: VenueScript, latency: Latency, names: Names
    ) {
        var configuration = configuration
        configuration.recordsFills = script.needsExecutions
        venue = ScriptedVenue(
            configuration, instruments: instruments, script: script, names: names, keepsMail: true, latency: latency)
    }

    public mutating func process(first trade: Trade, into out: inout Emitter<ExecutionReport, Nothing>) {
        open(at: trade.eventTime, &out)
        venue.play(trade)
        say(&out)
    }
    public mutating func process(second quote: Quote, into out: inout Emitter<ExecutionReport, Nothing>) {
        open(at: quote.eventTime, &out)
        venue.play(quote)
        say(&out)
    }
    public mutating func process(third order: ClearedOrder, into out: inout Emitter<ExecutionReport, Nothing>) {
        open(at: order.request.eventTime, &out)
        let watermark = out.watermark
        let time = max(order.request.eventTime, watermark == endOfTime ? venue.now : watermark)
        venue.enter(order.request, isPossResend: false, from: 0, at: time)
        // After the end no timer is set any more: what would come later comes now.
        if watermark == endOfTime { runOut() }
        say(&out)
    }

    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ExecutionReport, Nothing>) {
        if timer.key == Self.next {
            if backlog.isEmpty { venue.advance(to: timer.time) }
        } else if !venue.engine.isClosed {
            runOut()
            venue.close(at: venue.now)
            runOut()
        }
        emit(&out)
        if !backlog.isEmpty {
            out.setNextTimer(timer.key, at: timer.time + 1)
        } else if timer.key == Self.next, venue.nextDue < .max {
            out.setNextTimer(Self.next, at: max(timer.time + 1, venue.nextDue))
        }
    }

    private mutating func open(at time: Int64, _ out: inout Emitter<ExecutionReport, Nothing>) {
        guard !isOpen else { return }
        isOpen = true
        venue.open(at: time)
        out.setTimer(Self.dayEnd, at: endOfTime - 1_000_000)
    }

    /// Does all that is yet to come.
    private mutating func runOut() {
        while venue.nextDue < .max { venue.advance(to: venue.nextDue) }
    }

    private mutating func say(_ out: inout Emitter<ExecutionReport, Nothing>) {
        emit(&out)
        if !backlog.isEmpty {
            out.setTimer(Self.next, at: venue.now + 1)
        } else if venue.nextDue < .max {
            out.setTimer(Self.next, at: venue.nextDue)
        }
    }

    private mutating func emit(_ out: inout Emitter<ExecutionReport, Nothing>) {
        venue.remarks.removeAll()
        if !venue.script.isEmpty { _ = venue.takeCommands() }
        if backlog.isEmpty, venue.reports.count <= mostOutputs {
            for item in venue.reports { out.emit(item.report) }
            return venue.clearReports()
        }
        backlog += venue.reports.map(\.report)
        venue.clearReports()
        let count = min(backlog.count, mostOutputs)
        for report in backlog.prefix(count) { out.emit(report) }
        backlog.removeFirst(count)
    }

    public mutating func state(_ coder: inout StateCoder) {
        venue.state(&coder)
        coder.field(&isOpen)
        coder.elements(&backlog)
    }
}
