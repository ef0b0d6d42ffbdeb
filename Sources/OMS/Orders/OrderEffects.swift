import PlainData
import TradingModel

/// What one event did to an order: the row after it where it was applied, and what was odd about it. Plain memory of
/// a fixed size, because it is made for every event.
public struct OrderEffects {
    /// Each step of the reducer has at most one remark: the fields, what an execution refers to, its price, a terminal
    /// state, an overfill, CumQty, OrderQty, an ExecID that two orders share.
    public static let mostAnomalies = 8

    /// The order after the event; nil where the event was not applied.
    public internal(set) var update: OrderUpdate?
    public private(set) var anomalyCount = 0
    private var rows: InlineArray<8, Anomaly>

    init() {
        rows = InlineArray(
            repeating: Anomaly(
                eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), rule: .unknownOrder, execType: .none,
                ordStatus: .new))
    }

    public func anomaly(_ index: Int) -> Anomaly {
        precondition(index < anomalyCount, "an anomaly's index is below the count")
        return rows[index]
    }
    /// For tests and reports; makes an array.
    public var anomalies: [Anomaly] { (0..<anomalyCount).map { rows[$0] } }

    mutating func note(_ anomaly: Anomaly) {
        precondition(anomalyCount < Self.mostAnomalies, "a step of the reducer has one remark")
        rows[anomalyCount] = anomaly
        anomalyCount += 1
    }

    mutating func note(
        _ rule: Anomaly.Rule, _ report: ExecutionReport, expected: Quantity = .zero, reported: Quantity = .zero
    ) {
        note(
            Anomaly(
                eventTime: report.eventTime, clOrdID: report.clOrdID, symbol: report.symbol, rule: rule,
                execType: report.execType, ordStatus: report.ordStatus, execID: report.execID, expected: expected,
                reported: reported))
    }

    mutating func note(_ rule: Anomaly.Rule, _ request: OrderRequest) {
        note(
            Anomaly(
                eventTime: request.eventTime, clOrdID: request.clOrdID, symbol: request.symbol, rule: rule, execType: .none,
                ordStatus: .pendingNew, reported: request.orderQty))
    }
}
