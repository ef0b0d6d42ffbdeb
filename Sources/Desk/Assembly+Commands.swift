import Clearance
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Where a compliance answers the commands of a source.
struct AnsweringCompliance {
    let name: String, source: String
    let edge: Edge<CommandAnswer>
    let board: ControlBoard
}

extension Assembly {
    /// The orders that a compliance checks: those that it reads, and, at the first compliance that reads a `commands` source,
    /// those that people enter there.
    func entered(_ vertex: CheckedVertex, _ orders: Edge<OrderRequest>) -> Edge<OrderRequest> {
        guard let read = vertex.input("commands") else { return orders }
        let source = topology.vertices[read.producer]
        let first = topology.vertices.first { $0.kind == vertex.kind && $0.input("commands")?.producer == read.producer }
        guard first?.name == vertex.name, source.kind == "commands", let port = port(source, 1, as: OrderRequest.self) else {
            return orders
        }
        return graph.add(vertex.name + ".entry", MergedOrders(), from: orders, and: port.edge).out
    }

    /// The commands that a vertex reads, or none at all.
    func commands(_ vertex: CheckedVertex, beside edge: Edge<PositionUpdate>) -> Edge<DeskCommand> {
        input(vertex, "commands", as: DeskCommand.self)
            ?? graph.add(vertex.name + ".uncommanded", Silence<PositionUpdate, DeskCommand>(), from: edge).out
    }

    /// Picks out what a compliance says to commands.
    func attachAnswers(_ vertex: CheckedVertex, _ findings: Edge<Finding>, _ board: ControlBoard?) {
        guard let board, let read = vertex.input("commands"), let commands = input(vertex, "commands", as: DeskCommand.self)
        else {
            return
        }
        let picked = graph.add(vertex.name + ".answers", CommandAnswers(), from: commands, and: findings)
        answers.append(AnsweringCompliance(name: vertex.name, source: read.producerName, edge: picked.out, board: board))
    }

    /// The venue that all orders of a vertex go to; none where there are several, or none.
    func venue(of vertex: CheckedVertex) -> TextID {
        let vertices = topology.vertices
        guard let start = vertices.firstIndex(where: { $0.name == vertex.name }) else { return .none }
        var reached: Set<Int> = [start], open = [start], sessions: Set<String> = []
        while let at = open.popLast() {
            for (number, reader) in vertices.enumerated() where !reached.contains(number) {
                let edges = reader.inputs + (reader.loop.map { [$0] } ?? [])
                guard edges.contains(where: { $0.producer == at && ["ClearedOrder"].contains($0.element) }) else { continue }
                reached.insert(number)
                open.append(number)
                if reader.role == .sink, reader.settings.has("session") { sessions.insert(reader.settings.text("session")) }
            }
        }
        guard sessions.count == 1, let only = sessions.first else { return .none }
        return names.text(only)
    }
}
