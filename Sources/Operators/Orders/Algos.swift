import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Works each cleared parent as it asks to be worked: by the strategy, the times and the sizes of its terms, by the desk's
/// own where it leaves them open.
///
/// - Inputs: the terms, each ahead of its order; the others are those of `Slicer` and `Participation`. Terms of an order that
///   compliance stops are never used.
/// - Output, invariants: those of `Slicer`. A parent whose start lies ahead is accepted and waits; one that cannot be worked (a
///   strategy that is not offered, a time that is over) is rejected. A cancel or a replace of what is no parent of its own is rejected
///   too, and goes to no venue.
/// - Source: FIX 5.0 SP2, TargetStrategy (847), EffectiveTime (168), ExpireTime (126).
public struct Algos: Operator4, ~Copyable {
    public typealias Out = ClearedOrder
    public typealias Side = ParentUpdate
    public static var sideName: String { "parents" }
    /// 2: parents may be suspended, and have a part in the closing auction.
    public static var stateVersion: Int { 2 }
    private var book: ParentBook

    public init(_ menu: StrategyMenu, instruments: InstrumentTable, ids: ClOrdIDMaker) {
        book = ParentBook(menu, instruments: instruments, ids: ids, hasTerms: true)
    }
    public var mostOutputs: Int { ParentBook.mostOutputs }

    public mutating func process(first terms: ParentTerms, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(terms)
    }
    public mutating func process(second order: ClearedOrder, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(order, into: &out)
    }
    public mutating func process(third update: OrderUpdate, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.take(update, into: &out)
    }
    public mutating func process(fourth trade: Trade, into out: inout Emitter<ClearedOrder, ParentUpdate>) { book.take(trade) }
    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ClearedOrder, ParentUpdate>) {
        book.timerFired(timer, into: &out)
    }
    public mutating func state(_ coder: inout StateCoder) { book.state(&coder) }
}
