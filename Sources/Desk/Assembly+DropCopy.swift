import Clearance
import Reconciler
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func makeDropCopyCheck(_ vertex: CheckedVertex) -> [EdgeBase] {
        let settings = vertex.settings
        var check = DropCopyCheck(
            patience: settings.duration("patience"), compared: settings.text("compare") == "reports" ? .reports : .executions)
        let board = CopyBoard()
        check.board = board
        copyBoards.append(board)
        let outlets = graph.add(
            vertex.name, check, from: required(vertex, "reports", as: ExecutionReport.self),
            required(vertex, "copies", as: ExecutionReport.self), requests(vertex))
        return [outlets.out]
    }

    /// What a vertex reads as `orders`: cleared ones too, as what they ask for.
    func requests(_ vertex: CheckedVertex) -> Edge<OrderRequest> {
        guard vertex.input("orders")?.element == ClearedOrder.elementName else {
            return required(vertex, "orders", as: OrderRequest.self)
        }
        return graph.add(vertex.name + ".requests", RequestOf(), from: required(vertex, "orders", as: ClearedOrder.self)).out
    }
}
