import Topology

/// Where people come in.
extension SourceKinds {
    static let commands = VertexKind(
        "commands", .source,
        parameters: [
            Parameter(
                "people", .table(of: .list(of: .choice(People.words))), .default("{}"),
                doc: "who may do what; without it, anybody who can reach the socket may do anything", isPlace: true),
            Parameter(
                "ends", .boolean, .default("true"),
                doc:
                    "whether the run may end when nothing is left to do; false for a desk that waits for people until it is stopped",
                isPlace: true),
        ],
        outputs: [
            OutputPort("out", "DeskCommand", mustNotDrop: true),
            OutputPort("orders", "OrderRequest", optional: true, mustNotDrop: true),
        ],
        summary:
            "What people tell the floor while it runs, over `control.sock` in the data directory: `floor order`, `floor kill`, `floor rearm`, `floor approve`, `floor reject`, `floor distrust`, `floor trust`."
    )
}
