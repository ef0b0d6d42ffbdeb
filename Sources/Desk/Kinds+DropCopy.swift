import Topology
import TradingModel

/// Copies of a venue's reports, and what holds them against the desk's own.
extension SourceKinds {
    static let dropCopy = VertexKind(
        "drop-copy", .source,
        parameters: [
            Parameter("session", .session, doc: "the session under sessions: that the copies come on; nothing else uses it")
        ],
        outputs: [OutputPort("out", ExecutionReport.elementName, mustNotDrop: true)],
        summary:
            "Copies of what a venue says about orders, on a FIX session of their own; nothing is sent there. They change no order: drop-copy-check compares them."
    )
}

extension OperatorKinds {
    static let dropCopyCheck = VertexKind(
        "drop-copy-check", .operator,
        parameters: [
            Parameter(
                "patience", .duration(atLeast: 0), .default("5s"),
                doc: "how long an execution may be on one side alone before it counts as missing on the other"),
            Parameter(
                "compare", .choice(["executions", "reports"]), .default("executions"),
                doc: "trades, corrections and busts, or every report with an ExecID, for a venue that copies all of them"),
        ],
        inputs: [
            InputPort("orders", accepts: ["ClearedOrder", OrderRequest.elementName], mustNotDrop: true),
            InputPort("reports", accepts: [ExecutionReport.elementName], mustNotDrop: true),
            InputPort("copies", accepts: [ExecutionReport.elementName], mustNotDrop: true),
        ],
        outputs: [OutputPort("out", CopyBreak.elementName, mustNotDrop: true)],
        summary:
            "Holds the reports of the order session against their drop copies: what is missing on either side, differs, or is of an order that nobody asked for."
    )
}
