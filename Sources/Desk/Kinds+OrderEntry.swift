import Topology

/// What orders go through on their way to a venue besides compliance and a slicer.
extension OperatorKinds {
    static let gate = VertexKind(
        "gate", .operator,
        inputs: [
            InputPort("orders", accepts: ["ClearedOrder"], mustNotDrop: true),
            InputPort("updates", accepts: ["OrderUpdate"], mustNotDrop: true),
            InputPort("reports", accepts: ["ExecutionReport"], mustNotDrop: true),
        ],
        outputs: [
            OutputPort("out", "ClearedOrder", mustNotDrop: true), OutputPort("parents", "ParentUpdate", mustNotDrop: true),
        ],
        summary:
            "Lets cleared orders through to the venue as they are, fills in what a cancel leaves out, and tells compliance how far they have come."
    )
}
