import PlainData
import StreamRuntime
import TradingModel

/// The parents that an EMS sends in, as the desk's own orders.
///
///     messages ──▶ ┌─────────┐ ──▶ OrderRequest    orders, cancels, replaces; then as from a file of orders
///                  │ parents │
///                  └─────────┘ ──▶ ParentTerms     how an order wants to be worked, for the slicer
///
/// - Input: what came in over the session.
/// - Output: each order whose id is new and that nothing is wrong with. A cancel and a replace name the parent by the id that
///   it was entered with, whatever it is called by now, and have its instrument, side, account and strategy. What is refused,
///   repeated or only asked is not here: `ParentReports` answers it.
/// - Side output: the terms of each order, ahead of it.
/// - State: the ids of the day.
public struct ParentEntries: Operator, ~Copyable {
    public static var sideName: String { "terms" }
    private var book = EntryBook()

    public init() {}

    public mutating func process(_ entry: ParentEntry, into out: inout Emitter<OrderRequest, ParentTerms>) {
        guard case .fresh(let row) = book.take(entry), !entry.isRefused, !book[row].isRefused else { return }
        if book.changesTerms(entry, row) { return }
        let parent = book[row]
        var request = OrderRequest(
            eventTime: entry.eventTime, clOrdID: entry.clOrdID, account: parent.account, strategy: parent.strategy,
            symbol: parent.symbol, side: parent.side, orderQty: entry.orderQty, ordType: entry.ordType, price: entry.price,
            timeInForce: entry.timeInForce)
        switch entry.msgType {
        case .newOrderSingle: out.emitSide(entry.terms)
        case .orderCancelRequest: (request.action, request.origClOrdID) = (.cancel, parent.root)
        case .orderCancelReplaceRequest: (request.action, request.origClOrdID) = (.replace, parent.root)
        case .suspend: (request.action, request.origClOrdID) = (.suspend, parent.root)
        case .release: (request.action, request.origClOrdID) = (.release, parent.root)
        case .orderStatusRequest, .dontKnowTrade: return
        }
        out.emit(request)
    }

    public mutating func state(_ coder: inout StateCoder) { book.state(&coder) }
}
