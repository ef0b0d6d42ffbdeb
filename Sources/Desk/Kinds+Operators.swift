import Topology

/// What `operators:` may hold.
enum OperatorKinds {
    static let all: [VertexKind] = [
        timeBars, slidingBars, sessionBars, ema, rsi, zscore, atr, momentumTargets, drift, compliance, twap, vwapSlicer,
        pov, implementationShortfall, iceberg, parents, algos, parentReports, gate, exitCheck, oms,
        positions, profit, paperVenue, dropCopyCheck,
    ]

    static let timeBars = VertexKind(
        "time-bars", .operator,
        parameters: [
            Parameter("every", .duration(), doc: "the length of a bar"),
            Parameter("lateness", .duration(atLeast: 0), .default("0s"), doc: "how long after its end a bar still takes trades"),
        ] + BarKinds.timeBars,
        inputs: [InputPort("in", accepts: ["Trade"]), InputPort("corrections", accepts: ["TradeCorrection"], optional: true)],
        outputs: [
            OutputPort("out", "Bar"), OutputPort("late", "Trade", optional: true),
            OutputPort("corrections", "BarCorrection", optional: true),
            OutputPort("unmatched", "TradeCorrection", optional: true),
        ],
        summary: "Bars of event time, closed by the watermark.", isKeyed: true)

    private static let period = Parameter("period", .integer(1...1_000_000), unit: "bars", doc: "how many bars it looks back")

    static let averageSeed = Parameter(
        "seed", .choice(["sma", "first", "weighted"]), .default("sma"),
        doc: "where it starts: the mean of the first bars, the first close, or none: the weighted mean of what there is")

    static let ema = VertexKind(
        "ema", .operator,
        parameters: [
            period,
            averageSeed,
        ],
        inputs: [InputPort("in", accepts: ["Bar", "Trade", "Signal"])], outputs: [OutputPort("out", "Signal")],
        summary: "The exponential moving average; first value at number `period`.", mostOutputs: 1, isKeyed: true)

    static let rsi = VertexKind(
        "rsi", .operator,
        parameters: [
            period,
            Parameter(
                "method", .choice(["wilder", "cutler"]), .default("wilder"),
                doc: "how gains and losses are averaged: Wilder's smoothing from the mean of the first, or Cutler's plain means"),
        ], inputs: [InputPort("in", accepts: ["Bar", "Trade", "Signal"])], outputs: [OutputPort("out", "Signal")],
        summary: "The relative strength index; first value at number `period` + 1.", mostOutputs: 1, isKeyed: true)

    static let zscore = VertexKind(
        "zscore", .operator,
        parameters: [
            Parameter("period", .integer(2...1_000_000), unit: "bars or trades", doc: "how many the mean and deviation cover"),
            Parameter(
                "deviation", .choice(["population", "sample"]), .default("population"),
                doc: "whether the squares are divided by `period`, or by one less"),
        ],
        inputs: [InputPort("in", accepts: ["Bar", "Trade"])], outputs: [OutputPort("out", "Signal")],
        summary:
            "How many standard deviations the close, or the trade's price, is from its rolling mean; first value at number `period`.",
        mostOutputs: 1, isKeyed: true)

    static let atr = VertexKind(
        "atr", .operator,
        parameters: [
            period,
            Parameter(
                "seed", .choice(["first", "second"]), .default("first"),
                doc: "the bar whose range is the first: the first bar, by its high and low alone, or the second, as TA-Lib has it"
            ),
        ],
        inputs: [InputPort("in", accepts: ["Bar"])], outputs: [OutputPort("out", "Signal")],
        summary: "Wilder's average true range, in units of price; first value at bar `period`, with `seed: second` one later.",
        mostOutputs: 1, isKeyed: true)

    static let momentumTargets = VertexKind(
        "momentum-targets", .operator,
        parameters: [
            Parameter(
                "gain", .double(0...1e9), .default("10"),
                doc: "weight per relative distance of the fast average from the slow one"),
            Parameter(
                "max_weight", .double(0...10), .default("0.1"), doc: "the largest weight, long or short, as a share of equity"),
            Parameter("step", .double(0...10), .default("0.01"), doc: "how far a weight must move before it is said again"),
        ],
        inputs: [InputPort("fast", accepts: ["Signal"]), InputPort("slow", accepts: ["Signal"])],
        outputs: [OutputPort("out", "Target")],
        summary: "Long while the fast average is above the slow one, short while below, in proportion.", mostOutputs: 1)

    static let drift = VertexKind(
        "drift", .operator,
        parameters: [
            Parameter("equity", .decimal(min: "0"), unit: "currency", doc: "what the weights are shares of"),
            Parameter(
                "band", .integer(0...10_000), .default("10"), unit: "bps of equity",
                doc: "how far a position may be from its target"),
            Parameter(
                "offset", .integer(-1_000...1_000), .default("2"), unit: "ticks",
                doc: "how far past the last price the limit lies"),
            Parameter("ord_type", .choice(["limit", "market"]), .default("limit"), doc: "what kind of order it proposes"),
            Parameter("hold", .duration(), .default("1m"), doc: "how long an unanswered proposal is waited for"),
            Parameter("account", .text, .default("DESK"), doc: "FIX Account (1) of its orders"),
            Parameter(
                "strategy", .text, .default(""), doc: "the strategy its orders are booked under; by default the topology's name"),
        ],
        inputs: [
            InputPort("targets", accepts: ["Target"]), InputPort("positions", accepts: ["PositionUpdate"], mustNotDrop: true),
            InputPort("prices", accepts: ["Trade", "Bar"]), InputPort("parents", accepts: ["ParentUpdate"], mustNotDrop: true),
        ],
        outputs: [OutputPort("out", "OrderRequest", mustNotDrop: true)],
        summary: "Compares what should be held with what is, and proposes parent orders outside the band.")

    static let compliance = VertexKind(
        "compliance", .operator,
        inputs: [
            InputPort("orders", accepts: ["OrderRequest"], mustNotDrop: true),
            InputPort("positions", accepts: ["PositionUpdate"], mustNotDrop: true),
            InputPort("prices", accepts: ["Trade", "Bar", "Quote"], optional: true),
            InputPort("parents", accepts: ["ParentUpdate"], mustNotDrop: true),
            InputPort("commands", accepts: ["DeskCommand"], optional: true, mustNotDrop: true),
            InputPort("halts", accepts: ["DeskCommand"], optional: true, mustNotDrop: true),
        ],
        outputs: [
            OutputPort("out", "ClearedOrder", mustNotDrop: true),
            OutputPort("findings", "Finding", optional: true, mustNotDrop: true),
        ],
        summary:
            "Checks every order against limits:, and alone makes a cleared one. Without prices nothing passes, unless limits: { reference: none }."
    )

    static let oms = VertexKind(
        "oms", .operator,
        inputs: [
            InputPort("orders", accepts: ["ClearedOrder", "OrderRequest"], mustNotDrop: true),
            InputPort("reports", accepts: ["ExecutionReport"], mustNotDrop: true),
        ],
        outputs: [OutputPort("out", "OrderUpdate", mustNotDrop: true), OutputPort("anomalies", "Anomaly", optional: true)],
        summary: "The state of every order, by FIX's Appendix D.")

    static let positions = VertexKind(
        "positions", .operator, parameters: [method], inputs: [InputPort("in", accepts: ["OrderUpdate"], mustNotDrop: true)],
        outputs: [OutputPort("out", "PositionUpdate", mustNotDrop: true)],
        summary: "What is held of each instrument, what it cost, and what still works.")
}
