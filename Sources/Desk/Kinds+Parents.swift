import Operators
import PlainData
import Topology
import TradingModel

/// What stands between an EMS outside and the desk's own orders.
extension OperatorKinds {
    static let parents = VertexKind(
        "parents", .operator, inputs: [InputPort("in", accepts: [ParentEntry.elementName], mustNotDrop: true)],
        outputs: [
            OutputPort("out", OrderRequest.elementName, mustNotDrop: true),
            OutputPort("terms", ParentTerms.elementName, optional: true, mustNotDrop: true),
        ],
        summary:
            "What an EMS sends, as orders like those of a file: what is refused, repeated or only asked stays out and is answered by parent-reports."
    )

    static let parentReports = VertexKind(
        "parent-reports", .operator,
        inputs: [
            InputPort("entries", accepts: [ParentEntry.elementName], mustNotDrop: true),
            InputPort("findings", accepts: ["Finding"], mustNotDrop: true),
            InputPort("updates", accepts: ["OrderUpdate"], mustNotDrop: true),
            InputPort("parents", accepts: ["ParentUpdate"], mustNotDrop: true),
        ],
        outputs: [OutputPort("out", ParentReport.elementName, mustNotDrop: true)],
        summary: "Answers an EMS: FIX's reports of each parent, whatever its children went through.")

    /// What `algos` does with a parent that names no strategy.
    static let usualStrategies = ["twap", "vwap", "pov", "implementation-shortfall", "iceberg", "direct"]

    static let algos = VertexKind(
        "algos", .operator,
        parameters: [
            Parameter(
                "strategy", .choice(usualStrategies), .default("twap"),
                doc: "of a parent that names none; direct sends it at once and whole"),
            Parameter("duration", .duration(atLeast: 1), doc: "how long a parent is worked that says no end (126)"),
            Parameter(
                "slices", .integer(1...10_000), .default("10"), doc: "in how many child orders, where the parent does not say"),
            Parameter(
                "completion", .choice(["complete", "cancel"]), .default("complete"),
                doc: "what becomes of the rest at the end: one last order at the parent's limit, or nothing"),
            Parameter(
                "passive", .integer(0...1_000), .default("0"), unit: "ticks",
                doc: "how much better than the limit a slice is priced"),
            Parameter(
                "curve", .list(of: .decimal(min: "0")), .default("[1]"),
                doc: "vwap (1): how volume is spread, as of vwap-slicer"),
            Parameter("opens", .text, .optional, doc: "vwap: the time of day (UTC) of the curve's first stretch, like 13:30"),
            Parameter("stretch", .duration(), .optional, doc: "vwap, with `opens`: the length of a stretch"),
            Parameter(
                "rate", .decimal(min: "0.000001", max: "1"), .default("0.1"), doc: "pov (2): the share of the market's volume"),
            Parameter("display", .decimal(min: "0", max: "90000000000"), .default("0"), doc: "iceberg (1001): how much is shown"),
            Parameter(
                "risk_aversion", .double(0...1e6), .optional, unit: "1/currency",
                doc: "implementation shortfall (3) is offered where this, `volatility` and `impact` are given"),
            Parameter(
                "volatility", .double(0...1e9), .optional, unit: "currency per √day", doc: "as of implementation-shortfall"),
            Parameter(
                "impact", .double(1e-18...1e9), .optional, unit: "currency per unit a day", doc: "as of implementation-shortfall"),
            Parameter("day", .duration(), .default("390m"), doc: "how long a day of trading is"),
            Parameter(
                "min_child", .decimal(min: "0", max: "90000000000"), .default("0"),
                doc: "a slice smaller than this waits for the next one"),
            Parameter(
                "variation", .integer(0...50), .default("0"), unit: "%", doc: "by how much a child's size is varied at random"),
            Parameter("seed", .integer(0 ... .max), .default("0"), doc: "of that variation; each parent has its own numbers"),
        ] + marketClose,
        inputs: [
            InputPort("terms", accepts: [ParentTerms.elementName], mustNotDrop: true),
            InputPort("orders", accepts: ["ClearedOrder"], mustNotDrop: true),
            InputPort("updates", accepts: ["OrderUpdate"], mustNotDrop: true),
            InputPort("trades", accepts: ["Trade"], optional: true),
        ],
        outputs: [
            OutputPort("out", "ClearedOrder", mustNotDrop: true), OutputPort("parents", "ParentUpdate", mustNotDrop: true),
        ],
        summary:
            "Slices each parent by the strategy, the times and the sizes that it names (847, 168, 126, 957), or the desk's. pov (2) is offered where `trades` is read.",
        rule: { settings in
            if let problem = volumeCurve(settings).problem { return [.init(parameter: problem.key, problem.text)] }
            let model = ["risk_aversion", "volatility", "impact"], given = model.filter(settings.has)
            if !given.isEmpty, given.count < model.count {
                return [.init(parameter: given[0], "goes with the others of \(model.joined(separator: ", "))")]
            }
            switch settings.text("strategy") {
            case "implementation-shortfall" where given.isEmpty:
                return [.init(parameter: "strategy", "implementation-shortfall needs \(model.joined(separator: ", "))")]
            case "iceberg"
            where millionths(settings.decimal("display")) == 0 && (try? Quantity(settings.decimal("display"))) == .zero:
                return [.init(parameter: "strategy", "iceberg needs display")]
            default: return closeProblems(settings)
            }
        })
}
