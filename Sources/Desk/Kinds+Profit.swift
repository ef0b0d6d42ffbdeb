import Topology

/// What positions are worth.
extension OperatorKinds {
    static let method = Parameter(
        "method", .choice(["average", "fifo"]), .default("average"),
        doc: "which cost leaves when a part is closed: the share of all, or that of what was opened first")

    static let profit = VertexKind(
        "pnl", .operator,
        parameters: [
            method,
            Parameter("currency", .text, .default("USD"), doc: "the desk's; what instruments are in says instruments:"),
            Parameter("commission", .decimal(), .default("0"), unit: "bps", doc: "of the money of each execution"),
            Parameter("per_unit", .decimal(), .default("0"), doc: "commission for each unit traded"),
            Parameter("every", .duration(), .default("1s"), doc: "how often prices alone give a row, at most"),
        ],
        inputs: [
            InputPort("orders", accepts: ["OrderUpdate"], mustNotDrop: true),
            InputPort("prices", accepts: ["Trade", "Bar", "Quote"], optional: true),
            InputPort("rates", accepts: ["Trade"], optional: true),
        ],
        outputs: [OutputPort("out", "ProfitAndLoss")],
        summary:
            "Realised and unrealised profit, fees and the sum in the desk's currency, of every account, strategy and instrument. A currency's rate is the last trade of its pair with the desk's (EURUSD, or USDJPY) at `rates`; without it the sum is empty."
    )
}
