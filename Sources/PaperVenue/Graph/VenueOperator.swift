import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// The paper venue inside a graph: the matching engine and its script as an operator, so that a whole day with its mishaps runs
/// from files, and replays bit for bit.
///
///     trades ─▶ ┌───────┐
///     quotes ─▶ │ venue │ ─▶ ExecutionReport
///     book   ─▶ │       │ ─▶ auctions: AuctionUpdate
///     orders ─▶ └───────┘
///
/// - Inputs: the market's trades and quotes, or its orders one by one (`BookDelta`), and what the gate or slicer sends. A market without quotes shows none: orders rest,
///   and fill when the tape trades past them.
/// - Side output: how auctions stand, and what they came to.
/// - Output: the reports, at the time of what caused them, later by the stated latency. They come back as a loop.
/// - Time: an order's own event time, or the watermark where that is further. What the script or the latency has for later is
///   said when the watermark gets there; at the end of all input all of it is, then the day ends and day orders expire.
/// - State: every order of the day, what is displayed, what is yet to come.
public struct VenueOperator: Operator4, ~Copyable {
    public typealias First = Trade
    public typealias Second = Quote
    public typealias Third = ClearedOrder
    public typealias Fourth = BookDelta
    public typealias Out = ExecutionReport
    public typealias Side = AuctionUpdate
    public static var sideName: String { "auctions" }
    /// 2: auctions, and queues of single orders.
    public static var stateVersion: Int { 2 }

    /// What one call emits at most; the rest follows a nanosecond later.
    public var mostOutputs: Int { 64 }
    private static let next = 0, dayEnd = 1

    private var venue: ScriptedVenue
    private var isOpen = false
    /// Said, and not emitted for want of room.
    private var backlog: [ExecutionReport] = []
    private var told: [AuctionUpdate] = []
    private var isBehind: Bool { !backlog.isEmpty || !told.isEmpty }

    public init(
        _ configuration: MatchingConfiguration, instruments: InstrumentTable, script: VenueScript, latency: Latency, names: Names
    ) {
        var configuration = configuration
        configuration.recordsFills = script.needsExecutions
        venue = ScriptedVenue(
            configuration, instruments: instruments, script: script, names: names, keepsMail: true, latency: latency)
    }

    public mutating func process(first trade: Trade, into out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        open(at: trade.eventTime, &out)
        venue.play(trade)
        say(&out)
    }
    public mutating func process(second quote: Quote, into out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        open(at: quote.eventTime, &out)
        venue.play(quote)
        say(&out)
    }
    public mutating func process(third order: ClearedOrder, into out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        open(at: order.request.eventTime, &out)
        let watermark = out.watermark
        let time = max(order.request.eventTime, watermark == endOfTime ? venue.now : watermark)
        venue.enter(order.request, isPossResend: false, from: 0, at: time)
        // After the end no timer is set any more: what would come later comes now.
        if watermark == endOfTime { runOut() }
        say(&out)
    }

    public mutating func process(fourth delta: BookDelta, into out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        open(at: delta.eventTime, &out)
        venue.play(delta)
        say(&out)
    }

    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        if timer.key == Self.next {
            if !isBehind { venue.advance(to: timer.time) }
        } else if !venue.engine.isClosed {
            runOut()
            venue.close(at: venue.now)
            runOut()
        }
        emit(&out)
        if isBehind {
            out.setNextTimer(timer.key, at: timer.time + 1)
        } else if timer.key == Self.next, venue.nextDue < .max {
            out.setNextTimer(Self.next, at: max(timer.time + 1, venue.nextDue))
        }
    }

    private mutating func open(at time: Int64, _ out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        guard !isOpen else { return }
        isOpen = true
        venue.open(at: time)
        out.setTimer(Self.dayEnd, at: endOfTime - 1_000_000)
    }

    /// Does all that is yet to come.
    private mutating func runOut() {
        while venue.nextDue < .max { venue.advance(to: venue.nextDue) }
    }

    private mutating func say(_ out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        emit(&out)
        if isBehind {
            out.setTimer(Self.next, at: venue.now + 1)
        } else if venue.nextDue < .max {
            out.setTimer(Self.next, at: venue.nextDue)
        }
    }

    private mutating func emit(_ out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        venue.remarks.removeAll()
        emitAuctions(&out)
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

    private mutating func emitAuctions(_ out: inout Emitter<ExecutionReport, AuctionUpdate>) {
        told += venue.engine.takeAuctions()
        guard !told.isEmpty else { return }
        let count = min(told.count, mostOutputs)
        for update in told.prefix(count) { out.emitSide(update) }
        told.removeFirst(count)
    }

    public mutating func state(_ coder: inout StateCoder) {
        venue.state(&coder)
        coder.field(&isOpen)
        coder.elements(&backlog)
        coder.elements(&told)
    }
}
