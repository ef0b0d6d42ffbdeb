import Clearance
import Operators
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func makeGate(_ vertex: CheckedVertex) -> [EdgeBase] {
        let outlets = graph.add(
            vertex.name, Gate(), from: required(vertex, "orders", as: ClearedOrder.self),
            required(vertex, "updates", as: OrderUpdate.self), required(vertex, "reports", as: ExecutionReport.self))
        return [outlets.out, outlets.side]
    }
}
