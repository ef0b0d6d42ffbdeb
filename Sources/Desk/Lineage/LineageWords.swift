import Clearance
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A step in words: one line, and lines of what it was worked out from. What has no words of its own is shown by its fields.
public struct LineageWords {
    private let lineage: Lineage
    var names: Names { lineage.names }
    private let date: String

    public init(_ lineage: Lineage) {
        self.lineage = lineage
        let time = lineage.steps.first { lineage.isConsequence($0) }?.element.eventTime ?? 0
        date = String(UTC.text(time).prefix(11))
    }

    // MARK: - One line

    public func line(_ step: LineageStep) -> String { line(step.element, step) }

    /// A record by itself, whatever of it is a step.
    public func line(_ record: LineageRecord) -> String { line(record.element, nil) }

    private func line(_ element: any Element, _ step: LineageStep?) -> String {
        switch element {
        case let trade as Trade:
            "trade \(symbol(trade.symbol)) \(trade.price) × \(trade.size)"
                + (trade.tradeID > 0 ? ", number \(trade.tradeID)" : "")
        case let quote as Quote:
            "quote \(symbol(quote.symbol)) \(quote.bidSize) × \(quote.bid) to \(quote.ask) × \(quote.askSize)"
        case let bar as Bar: line(bar)
        case let signal as Signal:
            "\(kind(step, "signal")) \(symbol(signal.symbol)) \(number(signal.value))\(before(step) { (b: Signal) in number(b.value) })"
        case let target as Target:
            "target \(symbol(target.symbol)) \(number(target.weight))\(before(step) { (b: Target) in number(b.weight) })"
        case let request as OrderRequest: verb(request, "asks") + line(request)
        case let order as ClearedOrder:
            (step?.kind == "compliance" ? "OK " : step?.cause.isRecord ?? true ? "" : verb(order.request, "sends"))
                + line(order.request) + slice(order.request, step)
        case let finding as Finding: line(finding, step)
        case let report as ExecutionReport: line(report)
        case let update as OrderUpdate: line(update)
        case let position as PositionUpdate: line(position, step)
        case let parent as ParentUpdate:
            "parent \(id(parent.clOrdID)) \(parent.state.text(names)): \(parent.cumQty) of \(parent.orderQty) traded, \(parent.openQty) open"
        case let anomaly as Anomaly: "anomaly \(anomaly.rule.text(names)) of \(id(anomaly.clOrdID))"
        case let status as FeedStatus: "feed \(status.kind.text(names))"
        case let control as ControlRecord: line(control)
        default: fields(element)
        }
    }

    private func line(_ bar: Bar) -> String {
        "bar \(symbol(bar.symbol)) \(clock(bar.time)) to \(clock(bar.closeTime)): open \(bar.open), high \(bar.high), low \(bar.low), close \(bar.close), volume \(bar.volume)"
            + (bar.vwap.isNone ? "" : ", vwap \(bar.vwap)") + (bar.trades > 0 ? ", \(bar.trades) trades" : "")
    }
    /// An order in FIX's terms: `0CV… sell 120 ALDER limit 101.22`.
    public func line(_ request: OrderRequest) -> String {
        let what =
            "\(request.side) \(request.orderQty) \(symbol(request.symbol)) "
            + (request.ordType == .market ? "market" : "limit \(request.price)")
        return switch request.action {
        case .new: "\(id(request.clOrdID)) \(what)"
        case .cancel: "\(id(request.clOrdID)) cancels \(id(request.origClOrdID)): \(what)"
        case .replace: "\(id(request.clOrdID)) replaces \(id(request.origClOrdID)): \(what)"
        case .status: "\(id(request.clOrdID)) asks for the status of \(id(request.origClOrdID))"
        case .suspend: "\(id(request.clOrdID)) pauses \(id(request.origClOrdID))"
        case .release: "\(id(request.clOrdID)) lets \(id(request.origClOrdID)) go on"
        }
    }
    private func verb(_ request: OrderRequest, _ word: String) -> String { request.action == .new ? "\(word) " : "" }

    private func line(_ finding: Finding, _ step: LineageStep?) -> String {
        if finding.check == .decision {
            return "\(finding.outcome.text(names)) \(id(finding.clOrdID))"
                + (finding.outcome == .ok ? "" : ": the order goes no further")
        }
        let head = "\(finding.check.code) \(finding.outcome.text(names)) \(id(finding.clOrdID)): "
        let measures = step.flatMap { decision(finding.clOrdID, $0.sequence)?.measures } ?? []
        if let measure = measures.first(where: { $0.check == finding.check && $0.outcome != .ok }) {
            return head + words(measure)
        }
        return head + "\(finding.check)" + (finding.measured.isNaN ? "" : " \(number(finding.measured))")
            + (finding.limit.isNaN ? "" : ", \(number(finding.limit)) allowed")
    }
    private func line(_ report: ExecutionReport) -> String {
        let order = id(report.clOrdID)
        switch report.msgType {
        case .sent: return "\(order) handed to the FIX session, MsgSeqNum \(report.msgSeqNum), at \(clock(report.eventTime))"
        case .inDoubt: return "\(order) in doubt: \(names.text(of: report.text))"
        case .orderCancelReject:
            return "\(order) refused: the cancel of \(id(report.origClOrdID))" + said(report) + carried(report)
        case .executionReport:
            guard report.execType == .trade else {
                return "\(order) \(Self.word(report.execType)), OrdStatus \(Self.word(report.ordStatus))" + said(report)
                    + carried(report)
            }
            return "\(order) fill \(report.lastQty) at \(report.lastPx), ExecID \(names.text(of: report.execID)), "
                + "OrdStatus \(Self.word(report.ordStatus))" + carried(report)
        }
    }
    private func said(_ report: ExecutionReport) -> String {
        report.text == .none ? "" : " (\(names.text(of: report.text)))"
    }
    private func carried(_ report: ExecutionReport) -> String {
        report.msgSeqNum > 0 ? ", MsgSeqNum \(report.msgSeqNum)" : ""
    }
    private func line(_ update: OrderUpdate) -> String {
        "\(id(update.clOrdID)) \(Self.word(update.ordStatus)): \(update.cumQty) of \(update.orderQty)"
            + (update.avgPx.isNone || update.cumQty == .zero ? "" : " at \(update.avgPx)") + ", \(update.leavesQty) open"
            + (update.pending > 0 ? ", \(update.pending) pending" : "")
            + (update.certainty == .known ? "" : ", \(update.certainty.text(names))")
    }
    private func line(_ position: PositionUpdate, _ step: LineageStep?) -> String {
        var text = "position \(symbol(position.symbol)) \(position.quantity)"
        if !position.avgPx.isNone { text += " at \(position.avgPx)" }
        if position.workingBuy != .zero { text += ", buying \(position.workingBuy)" }
        if position.workingSell != .zero { text += ", selling \(position.workingSell)" }
        let earned = (step?.before as? PositionUpdate).map { position.realised - $0.realised } ?? position.realised
        if earned != .zero { text += ", realised \(earned.rawValue > 0 ? "+" : "")\(earned) to \(position.realised)" }
        return text
    }
    private func line(_ control: ControlRecord) -> String {
        switch control.kind {
        case .clock: "clock \(clock(control.eventTime))"
        case .end: "the end of all input"
        case .idle: "a source gone idle"
        case .active: "a source that speaks again"
        case .step: "the machine's clock set by \(Double(control.stepNanoseconds) / 1e9) s"
        case .text, nil: "a text"
        }
    }
    private func fields(_ element: any Element) -> String {
        let all = element.described(names)
        return type(of: element).elementName + " "
            + zip(all.names, all.values).filter { !$0.1.isEmpty }.map { "\($0)=\($1)" }.joined(separator: " ")
    }

    /// Which of a slicer's slices a child belongs to.
    private func slice(_ request: OrderRequest, _ step: LineageStep?) -> String {
        guard let step, OperatorKinds.slicers.contains(step.kind), request.action == .new, !request.parentID.isNone,
            let place = lineage.slice(of: request, vertex: step.vertex)
        else { return "" }
        return ", slice \(place.number) of \(place.of)"
    }

    // MARK: - What the chain knows

    func settings(_ step: LineageStep) -> Settings? { lineage.topology.vertex(step.vertex)?.settings }
    func decision(_ id: ClOrdID, _ sequence: UInt64) -> ComplianceWitness.Decision? { lineage.decision(id, sequence) }
    func lineageDrift(_ request: OrderRequest, _ step: LineageStep) -> Lineage.DriftSum? { lineage.drift(request, step) }

    // MARK: - Texts of values

    public func id(_ order: ClOrdID) -> String { order.text(names) }
    func symbol(_ id: SymbolID) -> String { names.text(of: id) }

    /// A moment: the time of day alone where the date is the order's own.
    public func clock(_ time: Int64) -> String {
        let text = UTC.text(time)
        return text.hasPrefix(date) ? String(text.dropFirst(date.count).dropLast()) : text
    }
    /// At most seven digits behind the point; exact values are in the fields.
    func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e10 else { return value.text(names) }
        return Decimal.text(Int64((value * 1e7).rounded()), scale: 7)
    }
    /// Kind and period: `ema(20)`.
    private func kind(_ step: LineageStep?, _ other: String) -> String {
        guard let step, !step.kind.isEmpty, let vertex = lineage.topology.vertex(step.vertex) else { return other }
        if case .integer(let period) = vertex.settings["period"] { return "\(step.kind)(\(period))" }
        return step.kind
    }
    private func before<E: Element>(_ step: LineageStep?, _ text: (E) -> String) -> String {
        (step?.before as? E).map { ", before \(text($0))" } ?? ""
    }

    /// FIX's own spelling: `PartiallyFilled`.
    static func word(_ value: some Any) -> String {
        let name = String(describing: value)
        return name.prefix(1).uppercased() + name.dropFirst()
    }
}

extension LineageStep.Cause {
    var isRecord: Bool {
        switch self {
        case .record, .loop: true
        case .element, .timer: false
        }
    }
}
