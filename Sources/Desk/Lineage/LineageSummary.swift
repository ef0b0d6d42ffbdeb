import Clearance
import PlainData
import TradingModel

/// An order's life in a few values.
public struct LineageSummary: Sendable {
    /// As it was first asked for; nil where only a venue speaks of it.
    public private(set) var request: OrderRequest?
    /// Its last word: of the order book of record, of its slicer where it is a parent, of compliance where it went no further.
    public private(set) var status = "asked for"
    public private(set) var cumQty = Quantity.zero, avgPx = Price.none
    /// How many fills it had, its children's included, and what they came to.
    public private(set) var fills = 0, traded = Notional.zero
    /// How many child orders worked for it.
    public private(set) var children = 0
    /// What its fills realised, where they closed a position.
    public private(set) var realised = Notional.zero

    /// When things happened, nanoseconds since 1970, by our clock; nil where they have not.
    public struct Times: Sendable {
        /// The record that caused the order came in.
        public var cause: Int64?
        /// The order was taken into the journal, to leave as soon as that is durable.
        public var intent: Int64?
        /// The router handed it to the session.
        public var sent: Int64?
        /// The venue's first answer came in, and the last fill.
        public var answer: Int64?, fill: Int64?
    }
    public private(set) var times = Times()

    init(_ lineage: Lineage) {
        let order = lineage.order
        var cumulated = Notional.zero
        for step in lineage.steps where lineage.isConsequence(step) {
            switch step.element {
            case let asked as OrderRequest: take(asked, order, step)
            case let cleared as ClearedOrder: take(cleared.request, order, step)
            case let finding as Finding where finding.clOrdID == order && finding.check == .decision:
                if finding.outcome != .ok {
                    status = finding.outcome == .block ? "blocked by compliance" : "waits for a second person"
                }
            case let report as ExecutionReport where report.clOrdID == order:
                if report.msgType == .sent {
                    times.sent = times.sent ?? report.eventTime
                    if request?.action != .new || status == "asked for" { status = "sent" }
                } else if report.msgType != .inDoubt {
                    times.answer = times.answer ?? step.record.ingestTime
                    if request.map({ $0.action != .new }) ?? true { status = LineageWords.word(report.ordStatus) }
                }
            case let update as OrderUpdate:
                if update.lastQty.rawValue != 0 {
                    fills += 1
                    cumulated += Notional(update.lastPx.isNone ? .zero : update.lastPx, update.lastQty)
                    times.fill = step.record.ingestTime
                }
                guard update.rootID == order || update.clOrdID == order else { continue }
                status = LineageWords.word(update.ordStatus) + (update.certainty == .known ? "" : ", in doubt")
                (cumQty, avgPx) = (update.cumQty, update.avgPx)
            case let parent as ParentUpdate where parent.clOrdID == order && step.rank > 0:
                status = parent.state == .done ? "done" : "\(parent.state)"
                cumQty = parent.cumQty
            case let position as PositionUpdate:
                if let before = step.before as? PositionUpdate { realised += position.realised - before.realised }
            default: break
            }
        }
        traded = cumulated
        if children > 0, let average = traded.price(per: cumQty) { avgPx = average }
    }

    private mutating func take(_ asked: OrderRequest, _ order: ClOrdID, _ step: LineageStep) {
        if asked.clOrdID == order {
            request = request ?? asked
            times.cause = times.cause ?? step.record.ingestTime
            if case .loop = step.cause { times.intent = times.intent ?? step.record.ingestTime }
        } else if asked.parentID == order, asked.action == .new, !step.cause.isRecord {
            children += 1
        }
    }
}

extension Lineage {
    public var summary: LineageSummary { LineageSummary(self) }
}
