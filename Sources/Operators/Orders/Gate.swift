import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// The last station before the router, for orders that go to the venue as they were cleared: no slicer stands between.
///
///     cleared orders ──▶ ┌──────┐ ──▶ ClearedOrder    a cancel or question with what the venue asks for filled in
///     order rows     ──▶ │ gate │
///     reports        ──▶ └──────┘ ──▶ ParentUpdate    how far each order has come: what compliance reserved is released
///
/// - Inputs: cleared orders; what the order book of record says of them; the reports, for refusals of replaces.
/// - Output: every cleared order, in order. A cancel and a status request get the instrument, side, account and quantity of
///   the order that they name, where it is one of the day's: an EMS may send the two ids alone, a venue wants the rest.
/// - Side output: a `ParentUpdate` of an order when it passes, at each change of it, and at its end; of a replace when it is
///   accepted, refused, or overtaken by the order's end. The reservation of a replace is its own until then.
/// - State: a row an order of the day, and the replaces that wait for an answer. Beyond 14 of one order their reservations
///   are kept to the end of the day: too much is reserved, never too little.
public struct Gate: Operator3, ~Copyable {
    public typealias Out = ClearedOrder
    public typealias Side = ParentUpdate
    public static var sideName: String { "parents" }

    private struct Order: State {
        /// As entered, or as the last accepted replace has it.
        var order: ClearedOrder?
        var orderQty: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            ClearedOrder.state(&order, &coder)
            coder.field(&orderQty)
        }
    }
    private struct Replace: State {
        var order: ClearedOrder?
        mutating func state(_ coder: inout StateCoder) { ClearedOrder.state(&order, &coder) }
    }
    private static var mostReplaces: Int { 14 }

    /// From 1 on, in the order in which they came.
    private var orders = Dense<Order>(repeating: Order())
    private var count: Int64 = 0
    /// By their order, the last one first.
    private var replaces = Chains<Replace>(repeating: Replace())
    /// The order that an id belongs to: its own, and those of its cancels and replaces.
    private var byID = IDTable()

    public init() {}

    public var mostOutputs: Int { Self.mostReplaces + 2 }

    public mutating func process(first order: ClearedOrder, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let request = order.request
        let known = byID.find(request.clOrdID.rawValue)
        // Nothing is sliced here, so nothing can be held.
        if request.action.isHold { return out.emitSide(update(request, .rejected)) }
        guard request.action != .new else {
            out.emit(order)
            // An id is used once a day. The router sends it once and the order book of record says so; nothing is reserved.
            guard known == nil, !request.clOrdID.isNone else { return out.emitSide(update(request, .rejected)) }
            count += 1
            orders[Int(count)] = Order(order: order, orderQty: request.orderQty.rawValue)
            byID.set(request.clOrdID.rawValue, Int(count))
            return out.emitSide(update(request, .working))
        }
        guard let row = byID.find(request.origClOrdID.rawValue) ?? known, let original = orders[row].order else {
            return out.emit(order)  // no order of this day: the venue is to say so
        }
        let whole = order.completed(from: original, orderQty: Quantity(rawValue: orders[row].orderQty))
        if known == nil, !request.clOrdID.isNone, request.action != .status {
            byID.set(request.clOrdID.rawValue, row)
            if request.action == .replace, waiting(row) < Self.mostReplaces { replaces.add(Replace(order: whole), to: row) }
        }
        out.emit(whole)
    }

    public mutating func process(second row: OrderUpdate, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        guard let number = byID.find(row.rootID.rawValue), let held = orders[number].order else { return }
        let isOver = row.ordStatus.isTerminal && row.certainty == .known
        orders[number].orderQty = row.orderQty.rawValue
        if held.clOrdID != row.clOrdID {
            // A replace was accepted: the order is reserved for under its id from now on.
            out.emitSide(update(held.request, .done, at: row.eventTime))
            if let accepted = take(row.clOrdID, of: number) { orders[number].order = accepted }
        }
        if isOver {
            while case let at = replaces.first(number), at != 0 {
                if let order = replaces[at].order { out.emitSide(update(order.request, .done, at: row.eventTime)) }
                replaces.remove(at, from: number)
            }
        }
        guard let request = orders[number].order?.request else { return }
        var now = update(request, isOver ? .done : .working, at: row.eventTime)
        (now.clOrdID, now.orderQty, now.openQty, now.cumQty) = (row.clOrdID, row.orderQty, row.leavesQty, row.cumQty)
        out.emitSide(now)
    }

    public mutating func process(third report: ExecutionReport, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        let isRefusal = report.msgType == .orderCancelReject || report.execType == .rejected
        guard isRefusal, let number = byID.find(report.clOrdID.rawValue), let refused = take(report.clOrdID, of: number) else {
            return
        }
        out.emitSide(update(refused.request, .rejected, at: report.eventTime))
    }

    private func waiting(_ row: Int) -> Int {
        var at = replaces.first(row), count = 0
        while at != 0 { (at, count) = (replaces.next(at), count + 1) }
        return count
    }
    /// Lets go of a replace that has its answer.
    private mutating func take(_ id: ClOrdID, of row: Int) -> ClearedOrder? {
        var at = replaces.first(row)
        while at != 0, replaces[at].order?.clOrdID != id { at = replaces.next(at) }
        guard at != 0 else { return nil }
        let order = replaces[at].order
        replaces.remove(at, from: row)
        return order
    }

    private func update(_ request: OrderRequest, _ state: ParentUpdate.State, at time: Int64? = nil) -> ParentUpdate {
        ParentUpdate(
            eventTime: time ?? request.eventTime, clOrdID: request.clOrdID, symbol: request.symbol, account: request.account,
            strategy: request.strategy, side: request.side, state: state, orderQty: request.orderQty, openQty: .zero,
            cumQty: .zero, price: request.price)
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&orders)
        coder.field(&count)
        replaces.state(&coder)
        byID.state(&coder)
    }
}
