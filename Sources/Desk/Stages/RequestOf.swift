import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// What a cleared order asks for: the order book of record keeps requests, whoever cleared them.
struct RequestOf: Operator, ~Copyable {
    mutating func process(_ order: ClearedOrder, into out: inout Emitter<OrderRequest, Nothing>) { out.emit(order.request) }
}
