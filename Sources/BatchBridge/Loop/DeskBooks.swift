import Desk
import PlainData
import StreamRuntime
import TradingModel

/// What the desk itself believes to hold: the topology's own positions, watched from outside.
final class DeskBooks {
    private struct Owner: Hashable {
        let account: TextID, strategy: TextID, symbol: SymbolID
    }
    private var held: [Owner: Quantity] = [:]
    private var isWatching = false

    /// Watches the first edge of positions, if there is one.
    init(_ graph: Graph) {
        let positions = graph.stages.lazy.flatMap(\.outputs).compactMap { $0 as? Edge<PositionUpdate> }.first
        guard let positions else { return }
        isWatching = true
        graph.each(positions.name + ".books", of: positions) { update, _ in self.take(update) }
    }
    private func take(_ update: PositionUpdate) {
        held[Owner(account: update.account, strategy: update.strategy, symbol: update.symbol)] = update.quantity
    }

    /// The desk keeps its positions from reports, the account keeps the venue's own. They are two computations of one
    /// thing, so they are compared to the last unit.
    func compare(with account: Account, traded symbols: some Sequence<SymbolID>, names: Names) throws(BacktestError) {
        guard isWatching else { return }
        var own: [SymbolID: Quantity] = [:]
        for (owner, quantity) in held { own[owner.symbol, default: .zero] += quantity }
        for symbol in Set(own.keys).union(symbols).sorted() {
            let (desk, venue) = (own[symbol] ?? .zero, account.position(of: symbol))
            guard desk == venue else {
                throw .positionsDiffer(symbol: names.text(of: symbol), desk: "\(desk)", venue: "\(venue)")
            }
        }
    }
}
