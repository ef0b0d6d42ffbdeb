import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// A slicer under test, and the venue's side of its children.
final class Slicing {
    struct Child {
        let order: OrderRequest
        var filled: Int64 = 0, isOver = false, cancel: ClOrdID?, isPending = false, cancels = 0, refusals = 0
        var left: Int64 { order.orderQty.rawValue - filled }
        var open: Int64 { isOver ? 0 : left }
    }
    let run: Harness
    let orders: TypedPort<ClearedOrder>, updates: TypedPort<OrderUpdate>, trades: TypedPort<Trade>
    let out: Collected<ClearedOrder>, side: Collected<ParentUpdate>
    /// What an exit check behind the slicer lets leave, and what it finds.
    let left: Collected<ClearedOrder>, stopped: Collected<Finding>
    /// In the order in which they were sent.
    private(set) var children: [Child] = []
    private(set) var cancels = 0, passed: [OrderRequest] = []
    /// Everything that came in, so that it can be run again.
    enum Record { case order(ClearedOrder), update(OrderUpdate), trade(Trade), time(Int64) }
    private(set) var records: [Record] = []
    private(set) var time: Int64 = 0
    /// What the venue has said and the slicer not yet heard; empty unless news are delayed.
    private(set) var mail: [OrderUpdate] = []
    var isDelayed = false

    init(_ parameters: SlicePlan, lot: Int64 = 1, cut: @escaping () -> Int = { 1 }) {
        run = Harness(hasClock: true, cut: cut)
        orders = run.graph.source("orders", ClearedOrder.self, holdsWatermark: false)
        updates = run.graph.source("updates", OrderUpdate.self, holdsWatermark: false)
        trades = run.graph.source("trades", Trade.self, holdsWatermark: false)
        let table = instruments(lot: lot), ids = ClOrdIDMaker(day: 1, vertex: 3)
        let outlets: Outlets<ClearedOrder, ParentUpdate>
        if case .participation = parameters.tactic {
            outlets = run.graph.add(
                "slicer", Participation(parameters, instruments: table, ids: ids), from: orders.edge, updates.edge, trades.edge)
        } else {
            outlets = run.graph.add(
                "slicer", Slicer(parameters, instruments: table, ids: ids), from: orders.edge, and: updates.edge)
        }
        out = run.collect(outlets.out)
        side = run.collect(outlets.side)
        let exit = run.graph.add("exit", ExitCheck(), from: updates.edge, orders.edge, outlets.side, outlets.out)
        (left, stopped) = (run.collect(exit.out), run.collect(exit.side))
    }

    func take(_ record: Record) {
        records.append(record)
        switch record {
        case .order(let order): run.records.offer(order, to: orders)
        case .update(let update): run.records.offer(update, to: updates)
        case .trade(let trade): run.records.offer(trade, to: trades)
        case .time(let moment):
            time = moment
            run.records.tick(moment)
        }
        run.run()
        for order in out.fresh().map(\.request) {
            switch order.action {
            case .new: children.append(Child(order: order))
            case .cancel:
                cancels += 1
                if let at = children.firstIndex(where: { $0.order.clOrdID == order.origClOrdID }) {
                    children[at].cancel = order.clOrdID
                    children[at].cancels += 1
                } else {
                    passed.append(order)
                }
            case .replace, .status, .suspend, .release: passed.append(order)
            }
        }
    }
    func send(_ request: OrderRequest) throws { take(.order(try cleared(request))) }
    /// Somebody holds a parent, or lets it go on, now.
    func hold(_ action: OrderRequest.Action, _ id: UInt64, of parent: UInt64 = 900) throws {
        var hold = request(id, at: time, .buy, 1, nil)
        (hold.action, hold.origClOrdID, hold.orderQty) = (action, ClOrdID(rawValue: parent), .zero)
        try send(hold)
    }
    /// So much trades in the market now.
    func print(_ units: Double) { take(.trade(trade(at: time, 50, units))) }
    func advance(to moment: Int64) { take(.time(moment)) }

    /// Hands over up to `count` of what the venue has said.
    func deliver(_ count: Int) {
        for update in mail.prefix(count) { take(.update(update)) }
        mail.removeFirst(min(count, mail.count))
    }
    /// Tells the slicer how child `at` stands.
    func tell(_ at: Int, _ status: OrdStatus, _ execType: ExecType) {
        let child = children[at], order = child.order
        mail.append(
            OrderUpdate(
                eventTime: time, clOrdID: order.clOrdID, parentID: order.parentID, symbol: order.symbol,
                account: order.account, strategy: order.strategy, side: order.side, ordStatus: status, execType: execType,
                orderQty: order.orderQty, cumQty: Quantity(rawValue: child.filled), leavesQty: Quantity(rawValue: child.open),
                lastQty: .zero, lastPx: .none, avgPx: .none, cumNotional: .zero, execID: .none,
                pending: child.isPending ? 1 : 0, certainty: .known))
        if !isDelayed { deliver(.max) }
    }
    func acknowledge(_ at: Int) { tell(at, .new, .new) }
    /// Also of a child that is over: then it is a late fill.
    func fill(_ at: Int, _ units: Double) {
        children[at].filled += quantity(units).rawValue
        if children[at].open == 0, !children[at].isOver { children[at].isOver = true }
        let isFull = children[at].filled >= children[at].order.orderQty.rawValue
        tell(at, children[at].isOver && !isFull ? .canceled : isFull ? .filled : .partiallyFilled, .trade)
    }
    func end(_ at: Int, _ status: OrdStatus, _ execType: ExecType) {
        (children[at].isOver, children[at].isPending) = (true, false)
        tell(at, status, execType)
    }
    func confirmCancel(_ at: Int) { end(at, .canceled, .canceled) }
    func reject(_ at: Int) { end(at, .rejected, .rejected) }
    func pendCancel(_ at: Int) {
        children[at].isPending = true
        tell(at, .pendingCancel, .none)
    }
    func refuseCancel(_ at: Int) {
        (children[at].isPending, children[at].cancel) = (false, nil)
        children[at].refusals += 1
        tell(at, children[at].filled > 0 ? .partiallyFilled : .new, .none)
    }

    var sizes: [Double] { children.map { $0.order.orderQty.double } }
    var filled: Int64 { children.reduce(0) { $0 + $1.filled } }
    var open: Int64 { children.reduce(0) { $0 + $1.open } }
    var last: ParentUpdate? { side.elements.last }
    /// What was last said of the parent 900 itself.
    var lastOfParent: ParentUpdate? { side.elements.last { $0.clOrdID == ClOrdID(rawValue: 900) } }
    /// State, open and traded quantity of each update, in units.
    var reports: [String] {
        side.elements.map { "\($0.state) \($0.openQty) \($0.cumQty)" }
    }
}
