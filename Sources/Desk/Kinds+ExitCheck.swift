import Topology

extension OperatorKinds {
    static let exitCheck = VertexKind(
        "exit-check", .operator,
        parameters: [
            Parameter(
                "halt", .choice(["firm", "strategy"]), .default("firm"),
                doc: "what `halts` stops, where compliance reads it (by way of a loop): all, or the strategy whose order it was")
        ],
        inputs: [
            InputPort("updates", accepts: ["OrderUpdate"], mustNotDrop: true),
            InputPort("cleared", accepts: ["ClearedOrder"], mustNotDrop: true),
            InputPort("parents", accepts: ["ParentUpdate"], mustNotDrop: true),
            InputPort("orders", accepts: ["ClearedOrder"], mustNotDrop: true),
        ],
        outputs: [
            OutputPort("out", "ClearedOrder", mustNotDrop: true),
            OutputPort("findings", "Finding", optional: true, mustNotDrop: true),
            OutputPort("halts", "DeskCommand", optional: true, mustNotDrop: true),
        ],
        summary:
            "Holds what is about to leave (`orders`, of a slicer or a gate) against what compliance let pass (`cleared`): what nobody let pass, what leaves twice, and children that are more than their parent stay here (C19)."
    )
}
