import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// The last station before the router: what is about to leave is held against what compliance let pass. An order that nobody let
/// pass, one that leaves twice, and children that come to more than their parent, or reach past its limit or its end, stay here.
///
///     cleared orders ──▶ ┌────────────┐ ──▶ ClearedOrder   what may leave, in its order
///     orders to send ──▶ │ exit check │
///     parents, rows  ──▶ └────────────┘ ──▶ Finding        C19 BLOCK for each that may not
///
/// A `ClearedOrder` cannot be made without compliance, but a slicer that is wrong can make too many of one: this counts them by its
/// own books, from what was let pass and from the rows of the order book of record, and shares no figure with the slicer.
///
/// - Inputs: order rows; cleared orders; how far parents have come; the orders to send. Of one record the rows come first, so that
///   what came back is free before it is sent again.
/// - Output: each order that may leave. Cancels and questions always may.
/// - Side output: C19 with the quantity that would be out and the one that was let pass, in units; without a limit where nothing was.
/// - State: a row an order that was let pass, and a row a child that left, of the day.
/// - Where a parent was replaced the largest quantity and the widest limit of all that were let pass hold: its slicer may still refuse.
/// - Source: SEC order 34-70694 (Knight Capital, 2013): nothing compared the orders that left the router with those that had entered
///   it. RTS 6 article 15(2): what was sent counts at once.
public struct ExitCheck: Operator4, ~Copyable {
    public typealias Out = ClearedOrder
    public typealias Side = Finding
    public static var sideName: String { "findings" }

    /// What was let pass under one id, or a chain of replaces of it.
    struct Passed: State {
        var id: UInt64 = 0
        /// In 1e-8: the most that may be out, and what is: Σ of what its orders have traded or may still trade.
        var allowed: Int64 = 0, out: Int64 = 0
        /// The widest limit, 1e-9; whether there is none.
        var limit: Int64 = 0
        var account: UInt32 = 0, strategy: UInt32 = 0, symbol: UInt32 = 0
        /// How often it was let pass, and how often it left as it is; the same of its replaces.
        var news: UInt32 = 0, left: UInt32 = 0, replaces: UInt32 = 0, replacesLeft: UInt32 = 0
        var side = TradingModel.Side.none
        var isMarket = false, isOver = false

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&id)
            coder.field(&allowed)
            coder.field(&out)
            coder.field(&limit)
            coder.field(&account)
            coder.field(&strategy)
            coder.field(&symbol)
            coder.field(&news)
            coder.field(&left)
            coder.field(&replaces)
            coder.field(&replacesLeft)
            coder.field(code: &side)
            coder.field(&isMarket)
            coder.field(&isOver)
        }
    }
    /// A child that left, and what of it counts as out.
    struct Child: State {
        var parent: Int64 = 0, committed: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&parent)
            coder.field(&committed)
        }
    }
    /// From 1 on. Every id of a chain leads to its row.
    private var passed = Dense<Passed>(repeating: Passed()), children = Dense<Child>(repeating: Child())
    private var passedCount: Int64 = 0, childCount: Int64 = 0
    private var passedByID = IDTable(), childByID = IDTable()

    public init() {}

    // MARK: What happens to what left

    public mutating func process(first row: OrderUpdate, into out: inout Emitter<ClearedOrder, Finding>) {
        guard let at = childByID.find(row.rootID.rawValue) else { return }
        let committed = row.ordStatus.isTerminal ? row.cumQty.rawValue : max(row.orderQty.rawValue, row.cumQty.rawValue)
        commit(at, committed)
    }
    private mutating func commit(_ child: Int, _ quantity: Int64) {
        passed[Int(children[child].parent)].out += quantity - children[child].committed
        children[child].committed = quantity
    }

    // MARK: What was let pass

    public mutating func process(second order: ClearedOrder, into out: inout Emitter<ClearedOrder, Finding>) {
        let request = order.request
        guard request.action == .new || request.action == .replace, !request.clOrdID.isNone else { return }
        let original = request.action == .replace ? request.origClOrdID : request.clOrdID
        var row = passedByID.find(original.rawValue) ?? 0
        if row == 0 {
            passedCount += 1
            row = Int(passedCount)
            passed[row].id = request.clOrdID.rawValue
            (passed[row].account, passed[row].strategy) = (request.account.rawValue, request.strategy.rawValue)
            (passed[row].symbol, passed[row].side) = (request.symbol.rawValue, request.side)
            passed[row].limit = request.side.isBuy ? .min : .max
        }
        passedByID.set(request.clOrdID.rawValue, row)
        // An id that is used again when its order is over begins where that one ended.
        let spent = request.action == .new && passed[row].isOver ? passed[row].out : 0
        passed[row].allowed = max(passed[row].allowed, spent + request.orderQty.rawValue)
        if request.action == .new { passed[row].isOver = false }
        if request.ordType == .market || request.price.isNone {
            passed[row].isMarket = true
        } else {
            let limit = request.price.rawValue
            passed[row].limit = request.side.isBuy ? max(passed[row].limit, limit) : min(passed[row].limit, limit)
        }
        if request.action == .new { passed[row].news += 1 } else { passed[row].replaces += 1 }
    }
    public mutating func process(third parent: ParentUpdate, into out: inout Emitter<ClearedOrder, Finding>) {
        guard let row = passedByID.find(parent.clOrdID.rawValue), passed[row].id == parent.clOrdID.rawValue else { return }
        passed[row].isOver = !parent.state.isOpen
    }

    // MARK: What is about to leave

    public mutating func process(fourth order: ClearedOrder, into out: inout Emitter<ClearedOrder, Finding>) {
        let request = order.request
        guard request.action == .new || request.action == .replace else { return out.emit(order) }
        let isChild = !request.parentID.isNone
        let row = passedByID.find((isChild ? request.parentID : request.clOrdID).rawValue) ?? 0
        guard row != 0 else { return stop(request, request.orderQty.rawValue, nil, into: &out) }
        let sum = isChild ? outWith(request, row) : request.orderQty.rawValue
        guard sum <= passed[row].allowed, fits(request, passed[row]), mayLeave(request, row, isChild) else {
            return stop(request, sum, passed[row].allowed, into: &out)
        }
        if isChild { keep(request, row) } else { leave(request, row) }
        out.emit(order)
    }
    /// What would be out with a child, or with its replace; the largest number there is where that fits nowhere.
    private func outWith(_ request: OrderRequest, _ row: Int) -> Int64 {
        var old: Int64 = 0
        if request.action == .replace, let at = childByID.find(request.origClOrdID.rawValue) { old = children[at].committed }
        let (sum, over) = passed[row].out.addingReportingOverflow(max(0, request.orderQty.rawValue - old))
        return over ? .max : sum
    }
    private func fits(_ request: OrderRequest, _ passed: Passed) -> Bool {
        guard request.symbol.rawValue == passed.symbol, request.side == passed.side, request.account.rawValue == passed.account,
            request.strategy.rawValue == passed.strategy, request.orderQty > .zero
        else { return false }
        if passed.isMarket { return true }
        guard request.ordType == .limit, !request.price.isNone else { return false }
        return request.side.isBuy ? request.price.rawValue <= passed.limit : request.price.rawValue >= passed.limit
    }
    private func mayLeave(_ request: OrderRequest, _ row: Int, _ isChild: Bool) -> Bool {
        let passed = self.passed[row]
        guard isChild else { return request.action == .new ? passed.left < passed.news : passed.replacesLeft < passed.replaces }
        let isKnown = childByID.find(request.clOrdID.rawValue) != nil
        return !isKnown && (request.action == .new ? !passed.isOver : childByID.find(request.origClOrdID.rawValue) != nil)
    }
    private mutating func keep(_ request: OrderRequest, _ row: Int) {
        if request.action == .replace, let at = childByID.find(request.origClOrdID.rawValue) {
            childByID.set(request.clOrdID.rawValue, at)
            return commit(at, max(children[at].committed, request.orderQty.rawValue))
        }
        childCount += 1
        children[Int(childCount)] = Child(parent: Int64(row), committed: 0)
        childByID.set(request.clOrdID.rawValue, Int(childCount))
        commit(Int(childCount), request.orderQty.rawValue)
    }
    private mutating func leave(_ request: OrderRequest, _ row: Int) {
        if request.action == .new { passed[row].left += 1 } else { passed[row].replacesLeft += 1 }
    }

    private func stop(
        _ request: OrderRequest, _ sum: Int64, _ allowed: Int64?, into out: inout Emitter<ClearedOrder, Finding>
    ) {
        out.emitSide(
            Finding(
                eventTime: request.eventTime, clOrdID: request.clOrdID, symbol: request.symbol, account: request.account,
                strategy: request.strategy, check: .childOfParent, outcome: .block, measured: Quantity(rawValue: sum).double,
                limit: allowed.map { Quantity(rawValue: $0).double } ?? .nan))
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&passed)
        coder.field(&children)
        coder.field(&passedCount)
        coder.field(&childCount)
        passedByID.state(&coder)
        childByID.state(&coder)
    }
}
