import Topology

/// What `sinks:` may hold.
enum SinkKinds {
    static let all: [VertexKind] = [csv, fix, ledger, null]

    static let csv = VertexKind(
        "csv", .sink,
        parameters: [
            Parameter(
                "path", .path, doc: "the file to write, - for standard output, data:NAME for a file in the data directory",
                isPlace: true)
        ],
        inputs: [InputPort(accepts: [])],
        summary: "Writes a header and one row per element. On standard output it is a display: an edge into it may drop.",
        isDisplay: { $0.text("path") == "-" })

    static let fix = VertexKind(
        "fix", .sink,
        parameters: [
            Parameter("session", .session, doc: "the session under sessions: that carries the orders"),
            Parameter(
                "ask", .duration(atLeast: 1_000_000), .default("5s"),
                doc: "how long to wait for the venue's first word on a request, and for its word on one whose fate is unknown",
                isPlace: true),
            Parameter(
                "age", .duration(atLeast: 1_000_000), .default("10s"),
                doc: "how old a new order or a replace may be when it leaves; one that waited longer for the session is refused",
                isPlace: true),
            Parameter(
                "wait", .duration(), .default("30s"),
                doc: "when the sources have ended and orders still work: after how long a silence of the venue the run ends",
                isPlace: true),
            Parameter(
                "settle", .duration(atLeast: 0), .default("0s"),
                doc: "when every order is final: how long the venue must be silent before the run ends, for busts and late fills",
                isPlace: true),
        ],
        inputs: [InputPort("in", accepts: ["ClearedOrder"], mustNotDrop: true)],
        summary: "Sends cleared orders. Reads a loop source, so that each order is journalled before it leaves.")

    static let ledger = VertexKind(
        "ledger", .sink,
        inputs: [
            InputPort("orders", accepts: ["OrderUpdate"], mustNotDrop: true),
            InputPort("executions", accepts: ["ExecutionReport"], optional: true, mustNotDrop: true),
            InputPort("positions", accepts: ["PositionUpdate"], optional: true, mustNotDrop: true),
            InputPort("decisions", accepts: ["Finding"], optional: true, mustNotDrop: true),
        ],
        summary: "Keeps orders, executions, positions and decisions in the day's ledger.db; rebuilt from the journal if deleted.")

    static let null = VertexKind(
        "null", .sink, inputs: [InputPort(accepts: [])], summary: "Takes everything and keeps nothing: for measuring.",
        isDisplay: { _ in true })
}
