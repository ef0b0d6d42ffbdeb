import Clearance
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// The orders that a graph makes: what its vertices ask for, and what would leave. Counted from the graph's own outputs, so
/// that two topologies over the same records can be compared.
public final class OrdersMade {
    /// Orders that vertices asked for, and what compliance said of them.
    public private(set) var proposed = 0, cleared = 0, blocked = 0, reviewed = 0
    /// New orders that would leave, what they come to at their limits, and cancels and replaces of them.
    public private(set) var new = 0, changes = 0, worth = Notional.zero
    /// The last weight that was wanted of each instrument.
    public private(set) var targets: [SymbolID: Double] = [:]
    /// Off until the records begin that count.
    public var isOn = true

    /// To be made before the graph runs, which one thread does.
    public init(_ assembly: Assembly) {
        precondition(!assembly.graph.hasThreads, "orders are counted on one thread")
        let leaving = Set(Self.leaving(assembly).map { ObjectIdentifier($0) })
        for stage in assembly.graph.stages where assembly.topology.vertex(stage.name) != nil {
            for edge in stage.outputs { watch(edge, leaving.contains(ObjectIdentifier(edge)), assembly.graph) }
        }
    }

    /// The outputs whose elements go to a venue: what a fix sink reads, at its maker where that is a loop; without a fix
    /// sink, what comes back as orders.
    private static func leaving(_ assembly: Assembly) -> [EdgeBase] {
        let topology = assembly.topology
        func maker(_ edge: CheckedEdge) -> CheckedEdge {
            topology.vertices[edge.producer].loop.map(maker) ?? edge
        }
        let sinks = topology.vertices.filter { $0.role == .sink && $0.kind == "fix" }.flatMap(\.inputs)
        let loops = topology.vertices.compactMap(\.loop).filter { $0.element == ClearedOrder.elementName }
        return (sinks.isEmpty ? loops : sinks).map { assembly.edge(maker($0)) }
    }

    private func watch(_ edge: EdgeBase, _ isLeaving: Bool, _ graph: Graph) {
        func each<E: Element>(_ edge: Edge<E>, _ body: @escaping (E) -> Void) {
            graph.each(edge.name + ".made", of: edge) { [unowned self] element, _ in if isOn { body(element) } }
        }
        switch edge {
        case let edge as Edge<OrderRequest>: each(edge) { [unowned self] _ in proposed += 1 }
        case let edge as Edge<Target>: each(edge) { [unowned self] in targets[$0.symbol] = $0.weight }
        case let edge as Edge<Finding>: each(edge) { [unowned self] in take($0) }
        case let edge as Edge<ClearedOrder> where isLeaving: each(edge) { [unowned self] in take($0.request) }
        default: break
        }
    }
    private func take(_ finding: Finding) {
        guard finding.check == .decision else { return }
        switch finding.outcome {
        case .ok: cleared += 1
        case .review: reviewed += 1
        case .block: blocked += 1
        }
    }
    private func take(_ order: OrderRequest) {
        switch order.action {
        case .new:
            new += 1
            if !order.price.isNone { worth += Notional(order.price, order.orderQty).magnitude }
        case .cancel, .replace: changes += 1
        case .status, .suspend, .release: break
        }
    }
}
