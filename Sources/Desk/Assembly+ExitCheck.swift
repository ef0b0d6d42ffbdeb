import Clearance
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func makeExitCheck(_ vertex: CheckedVertex) -> [EdgeBase] {
        let cleared = required(vertex, "cleared", as: ClearedOrder.self)
        let check = graph.add(
            vertex.name, ExitCheck(), from: required(vertex, "updates", as: OrderUpdate.self), cleared,
            required(vertex, "parents", as: ParentUpdate.self), required(vertex, "orders", as: ClearedOrder.self))
        let alarm = ExitAlarm(
            scope: vertex.settings.text("halt") == "strategy" ? .strategy : .firm, who: names.text(vertex.name),
            why: names.text("C19: more was to leave than was let pass"))
        let halts = graph.add(vertex.name + ".halts", alarm, from: cleared, and: check.side)
        return [check.out, check.side, halts.out]
    }

    /// What people tell a compliance, and what an exit check does: nothing where it reads neither.
    func allCommands(_ vertex: CheckedVertex, beside edge: Edge<PositionUpdate>) -> Edge<DeskCommand> {
        let people = commands(vertex, beside: edge)
        guard let halts = input(vertex, "halts", as: DeskCommand.self) else { return people }
        return graph.add(vertex.name + ".told", MergedCommands(), from: people, and: halts).out
    }
}
