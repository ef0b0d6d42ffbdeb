import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Works a cleared parent order in children, by a plan that needs nothing of the market: in equal slices of time, along a
/// volume curve, along the path of least cost and risk, or shown a piece at a time.
///
///     parent 100 ──▶ 25 ─── 25 ─── 25 ─── 25 ──▶│ what is left is canceled
///                    t      t + d/4              t + d
///
/// - Inputs: cleared orders (a new one is a parent; a cancel of a parent ends it, a replace changes its quantity and limit;
///   whatever is about an order that is not a parent passes through); what the order book of record says of the children.
/// - Output: children and cancels of children, all cleared by way of their parent.
/// - Side output: a `ParentUpdate` when a parent is accepted, at each change of what is open or traded, and at its end.
/// - Schedule: when slice j begins, what the plan wants by then and is neither traded nor at the venue is sent. A child still
///   open at the next slice is canceled; its quantity stays reserved until the venue confirms.
/// - Completion: `.completeByEnd` sends the last slice at the parent's limit, and again what comes back from its
///   cancels; `.cancelRemainder` prices it like the others. At the end what is open is canceled, and when the venue has
///   confirmed all of it the parent is done. A child whose fate is in doubt keeps its parent from being done.
/// - Invariants: see `ParentBook`.
/// - State: the parents that work and their children. Fills of a parent's children after it is done are not followed.
/// - Source: Almgren & Chriss, "Optimal Execution of Portfolio Transactions", Journal of Risk 3, 2000: with risk aversion
///   zero their path is the straight line of equal slices.
public struct Slicer: Operator2, ~Copyable {
    public typealias Out = ClearedOrder
    public typealias Side = ParentUpdate
    public static var sideName: String { "parents" }
    /// 2: what came back is spread over the rest of a schedule; parents may be amended. 3: parents have terms.
    /// 4: parents may be suspended, and have a part in the closing auction.
    public static var stateVersion: Int { 4 }
    private var book: ParentBook

    /// - Parameter plan: any but a participation.
    public init(_ plan: SlicePlan, instruments: InstrumentTable, ids: ClOrdIDMaker) {
        if case .participation = plan.tactic { preconditionFailure("a participation needs the market's trades") }
        book = ParentBook(StrategyMenu(usual: plan), instruments: instruments, ids: ids)
    }
    public var mostOutputs: Int { ParentBook.mostOutputs }

    public mutating func process(first order: ClearedOrder, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(order, into: &out)
    }
    public mutating func process(second update: OrderUpdate, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(update, into: &out)
    }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.timerFired(timer, into: &out)
    }
    public mutating func state(_ coder: inout StateCoder) { book.state(&coder) }
}

/// Works a cleared parent order as a share of what trades in the market.
///
///     trades  1000 ─── 4000 ─── 500 ──▶     with a rate of 10 %: 100, then 400, then 50
///
/// - Inputs: those of `Slicer`, and the market's trades, the desk's own included: the share is of everything that traded.
/// - Schedule: at each look, aim · volume since the parent began is to be traded or at the venue. A child is no more than the
///   largest rate of what traded since the last look, so that one that fell behind does not chase the market; while
///   less than the least rate is traded, it pays the parent's limit.
/// - Completion: `.cancelRemainder` keeps to its rate to the end; `.completeByEnd` sends all that is left in the last slice.
/// - Source: FIX 5.0 SP2, ParticipationRate (849).
public struct Participation: Operator3, ~Copyable {
    public typealias Out = ClearedOrder
    public typealias Side = ParentUpdate
    public static var sideName: String { "parents" }
    /// 2: parents have terms. 3: they may be suspended, and have a part in the closing auction.
    public static var stateVersion: Int { 3 }
    private var book: ParentBook

    public init(_ plan: SlicePlan, instruments: InstrumentTable, ids: ClOrdIDMaker) {
        book = ParentBook(StrategyMenu(usual: plan), instruments: instruments, ids: ids)
    }
    public var mostOutputs: Int { ParentBook.mostOutputs }

    public mutating func process(first order: ClearedOrder, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(order, into: &out)
    }
    public mutating func process(second update: OrderUpdate, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(update, into: &out)
    }
    public mutating func process(third trade: Trade, into out: inout Emitter<ClearedOrder, ParentUpdate>) { book.take(trade) }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.timerFired(timer, into: &out)
    }
    public mutating func state(_ coder: inout StateCoder) { book.state(&coder) }
}
