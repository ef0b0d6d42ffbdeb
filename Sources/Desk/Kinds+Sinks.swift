import Publishing
import Topology

/// What `sinks:` may hold.
enum SinkKinds {
    static let all: [VertexKind] = [csv, fix, ledger, null, stream]

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
        inputs: [InputPort("in", accepts: ["ClearedOrder", "ParentReport"], mustNotDrop: true)],
        summary:
            "Sends cleared orders to the venue of a session that we open; it reads a loop source, so that each order is journalled "
            + "before it leaves. Or sends the reports on parents to the EMS that opens the session (acceptor); the durations are not read then."
    )

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

    static let stream = VertexKind(
        "stream", .sink,
        parameters: [
            Parameter(
                "port", .integer(0...65_535),
                doc: "where it listens; sinks with one port share it, each a stream by its name; 0 lets the system choose",
                isPlace: true),
            Parameter(
                "host", .text, .default("127.0.0.1"),
                doc: "the address to listen on; 0.0.0.0 for all, with a token then",
                isPlace: true),
            Parameter(
                "token", .text, .optional, doc: "the environment variable with the token that a client has to know",
                isPlace: true),
            Parameter(
                "origins", .list(of: .text), .optional,
                doc: "pages of other servers that may subscribe, as https://desk.example.com", isPlace: true),
            Parameter(
                "backlog", .integer(1...1_000_000), .default("1024"), unit: "elements",
                doc: "how many wait for a client that takes less than there is", isPlace: true),
            Parameter(
                "slow", .choice(SlowClients.allCases.map(\.rawValue)), .default("conflate"),
                doc: "beyond that: the client gets the latest of each symbol, counted, or is cut off", isPlace: true),
        ],
        inputs: [InputPort(accepts: [])],
        summary:
            "Publishes every element over WebSocket to whoever subscribes: the latest of each symbol first, then what comes. "
            + "A display: an edge into it may drop.",
        isDisplay: { _ in true })
}
