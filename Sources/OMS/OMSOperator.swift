import PlainData
import StreamRuntime
import TradingModel

/// The order book of record as an operator.
///
/// - Input: the orders as they go to the venue, then what the venue (and the router) says of them.
/// - Output: one `OrderUpdate` per event that was applied. An order that waits for nothing gives none by itself.
/// - Side output: one `Anomaly` per remark; an event that is not applied has at least one.
/// - State: every order of the day with its fills; grows with them.
public struct OMSOperator: Operator2, ~Copyable {
    public static var sideName: String { "anomalies" }

    /// 2: the quantity of a replace that the venue shows before it accepts it.
    public static var stateVersion: Int { 2 }

    private var book = OrderBookOfRecord()

    public init() {}

    /// One row, and what there is to remark on it.
    public var mostOutputs: Int { OrderEffects.mostAnomalies }

    public mutating func process(first request: OrderRequest, into out: inout Emitter<OrderUpdate, Anomaly>) {
        Self.emit(book.apply(request), into: &out)
    }
    public mutating func process(second report: ExecutionReport, into out: inout Emitter<OrderUpdate, Anomaly>) {
        Self.emit(book.apply(report), into: &out)
    }

    private static func emit(_ effects: OrderEffects, into out: inout Emitter<OrderUpdate, Anomaly>) {
        if let update = effects.update { out.emit(update) }
        for index in 0..<effects.anomalyCount { out.emitSide(effects.anomaly(index)) }
    }

    public mutating func state(_ coder: inout StateCoder) { book.state(&coder) }
}

/// The positions as an operator: one `PositionUpdate` for each order row that changed what is held or working.
public struct PositionsOperator: Operator, ~Copyable {
    /// 2: what fees are charged on, and the lots.
    public static var stateVersion: Int { 2 }

    private var keeper: PositionKeeper

    public init(_ method: CostMethod = .average) { keeper = PositionKeeper(method) }

    public mutating func process(_ row: OrderUpdate, into out: inout Emitter<PositionUpdate, Nothing>) {
        if let update = keeper.apply(row) { out.emit(update) }
    }

    public mutating func state(_ coder: inout StateCoder) { keeper.state(&coder) }
}
