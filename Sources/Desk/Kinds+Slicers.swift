import Operators
import PlainData
import Topology
import TradingModel

/// What works a parent order in children.
extension OperatorKinds {
    /// Their names, for those who treat them alike.
    static let slicers: Set<String> = ["twap", "vwap-slicer", "pov", "implementation-shortfall", "iceberg"]

    static let twap = VertexKind(
        "twap", .operator, parameters: [duration, slices, completion(), passive] + sizes + marketClose,
        inputs: slicerInputs, outputs: slicerOutputs,
        summary: "Slices a parent evenly over time, on the lot grid, the remainder carried.", rule: closeProblems)

    static let vwapSlicer = VertexKind(
        "vwap-slicer", .operator,
        parameters: [
            duration, slices,
            Parameter(
                "curve", .list(of: .decimal(min: "0")),
                doc:
                    "how volume is spread: a weight for each stretch of equal length, over the parent's time or, with `opens`, the day"
            ),
            Parameter("opens", .text, .optional, doc: "the time of day (UTC) of the curve's first stretch, like 13:30"),
            Parameter("stretch", .duration(), .optional, doc: "with `opens`: the length of a stretch"),
            completion(), passive,
        ] + sizes + marketClose,
        inputs: slicerInputs, outputs: slicerOutputs,
        summary:
            "Slices a parent in proportion to a volume curve; what comes back unfilled is spread over the rest of the curve. A parent in whose time the curve has no volume is rejected.",
        rule: { settings in
            let curve = volumeCurve(settings)
            if let problem = curve.problem { return [.init(parameter: problem.key, problem.text)] }
            return closeProblems(settings)
        })

    static let pov = VertexKind(
        "pov", .operator,
        parameters: [
            duration,
            Parameter(
                "every", .duration(), doc: "how often it looks at what has traded; a child open at the next look is canceled"),
            Parameter("rate", .decimal(min: "0.000001", max: "1"), doc: "the share of the market's volume that is aimed at"),
            Parameter(
                "min_rate", .decimal(min: "0", max: "1"), .default("0"),
                doc: "while less than this share is traded, children are priced at the parent's limit"),
            Parameter(
                "max_rate", .decimal(min: "0", max: "1"), .optional,
                doc:
                    "a child is at most this share of what traded since the last look, however far behind; by default twice `rate`"
            ),
            completion("cancel"), passive,
        ] + sizes + marketClose,
        inputs: slicerInputs + [InputPort("trades", accepts: ["Trade"])], outputs: slicerOutputs,
        summary: "Works a parent as a share of what trades in the market.",
        rule: { settings in
            let rate = millionths(settings.decimal("rate"))
            if millionths(settings.decimal("min_rate")) > rate {
                return [.init(parameter: "min_rate", "is more than rate: \(settings.decimal("rate"))")]
            }
            if let most = settings.decimalIfPresent("max_rate"), millionths(most) < rate {
                return [.init(parameter: "max_rate", "is less than rate: \(settings.decimal("rate"))")]
            }
            guard settings.duration("duration") / settings.duration("every") > 1_000_000 else { return closeProblems(settings) }
            return [.init(parameter: "every", "is so short that it would look more than a million times")]
        })

    static let implementationShortfall = VertexKind(
        "implementation-shortfall", .operator,
        parameters: [
            duration, slices,
            Parameter(
                "risk_aversion", .double(0...1e6), unit: "1/currency",
                doc: "λ of Almgren and Chriss: how much variance is minded against cost; 0 trades evenly"),
            Parameter("volatility", .double(0...1e9), unit: "currency per √day", doc: "σ: how far the price moves in a day"),
            Parameter(
                "impact", .double(1e-18...1e9), unit: "currency per unit a day",
                doc: "η: how far trading one unit a day moves the price while it lasts"),
            Parameter(
                "permanent_impact", .double(0...1e9), .default("0"), unit: "currency per unit",
                doc: "γ: how far each unit traded moves the price for good"),
            Parameter("day", .duration(), .default("390m"), doc: "how long a day of trading is"),
            completion(), passive,
        ] + sizes + marketClose,
        inputs: slicerInputs, outputs: slicerOutputs,
        summary:
            "Slices a parent along the path of least cost and risk (Almgren and Chriss): the more risk is minded, the earlier. What comes back unfilled goes along the rest of the path.",
        rule: { settings in
            let interval = sliceInDays(settings), impact = shortfall(settings).effectiveImpact(interval: interval)
            if impact > 0 { return closeProblems(settings) }
            return [
                .init(
                    parameter: "permanent_impact",
                    "γτ/2 = \(settings.double("permanent_impact") * interval / 2) is not less than impact: \(settings.double("impact")); no path is best",
                    suggestion: "take more slices")
            ]
        })

    static let iceberg = VertexKind(
        "iceberg", .operator,
        parameters: [
            duration,
            Parameter(
                "display", .decimal(min: "0.00000001", max: "90000000000"), doc: "how much is shown at a time, before `variation`"
            ),
            passive, variation, seed,
        ] + marketClose,
        inputs: slicerInputs, outputs: slicerOutputs,
        summary:
            "Shows a parent a piece at a time: a new child when the last one is gone. After three in a row that end with nothing traded it gives up.",
        rule: closeProblems)

    // MARK: What they share

    private static let duration = Parameter("duration", .duration(atLeast: 1), doc: "how long a parent is worked")
    private static let slices = Parameter("slices", .integer(1...10_000), doc: "in how many child orders")
    private static func completion(_ usual: String = "complete") -> Parameter {
        Parameter(
            "completion", .choice(["complete", "cancel"]), .default(usual),
            doc: "what becomes of the rest at the end: one last marketable order, or nothing")
    }
    private static let passive = Parameter(
        "passive", .integer(0...1_000), .default("0"), unit: "ticks", doc: "how much better than the limit a slice is priced")
    private static let variation = Parameter(
        "variation", .integer(0...50), .default("0"), unit: "%",
        doc: "by how much a child's size is varied, up or down, at random but the same in a replay")
    private static let seed = Parameter(
        "seed", .integer(0 ... .max), .default("0"), doc: "of that variation; each parent has its own numbers")
    private static let sizes = [
        Parameter(
            "min_child", .decimal(min: "0", max: "90000000000"), .default("0"),
            doc: "a slice smaller than this waits for the next one"),
        variation, seed,
    ]
    private static let slicerInputs = [
        InputPort("orders", accepts: ["ClearedOrder"], mustNotDrop: true),
        InputPort("updates", accepts: ["OrderUpdate"], mustNotDrop: true),
    ]
    private static let slicerOutputs = [
        OutputPort("out", "ClearedOrder", mustNotDrop: true), OutputPort("parents", "ParentUpdate", mustNotDrop: true),
    ]

    // MARK: Settings, read

    static func millionths(_ decimal: String) -> Int64 { (try? Decimal.parse(decimal, scale: 6)) ?? 0 }

    static func shortfall(_ settings: Settings) -> AlmgrenChriss {
        AlmgrenChriss(
            riskAversion: settings.double("risk_aversion"), volatility: settings.double("volatility"),
            temporaryImpact: settings.double("impact"), permanentImpact: settings.double("permanent_impact"))
    }
    /// How many days of trading a slice takes.
    static func sliceInDays(_ settings: Settings) -> Double {
        Double(settings.duration("duration")) / Double(settings.integer("slices")) / Double(settings.duration("day"))
    }

    /// The curve, or what is wrong with it.
    static func volumeCurve(_ settings: Settings) -> (curve: VolumeCurve?, problem: (key: String, text: String)?) {
        let weights = settings.list("curve").map { item in
            if case .decimal(let text) = item { millionths(text) } else { Int64(0) }
        }
        guard weights.contains(where: { $0 > 0 }) else {
            return (nil, ("curve", "has no weight of at least 0.000001: nothing would be traded"))
        }
        guard weights.allSatisfy({ $0 <= 1_000_000_000_000_000 }) else {
            return (nil, ("curve", "has a weight of more than 1000000000"))
        }
        guard let opens = settings.textIfPresent("opens") else {
            if settings.has("stretch") {
                return (nil, ("stretch", "needs opens: without it the curve is over the parent's time"))
            }
            return (VolumeCurve(weights), nil)
        }
        guard let stretch = settings.durationIfPresent("stretch") else {
            return (nil, ("opens", "needs stretch: how long each weight of the curve is for"))
        }
        guard let time = UTC.parse("1970-01-01T\(opens)Z"), time < UTC.day else {
            return (nil, ("opens", "\(opens) is no time of day, like 13:30"))
        }
        guard stretch <= UTC.day / Int64(weights.count) else {
            return (nil, ("stretch", "\(weights.count) of it are longer than a day"))
        }
        return (VolumeCurve(weights, place: .day(opens: time, each: stretch)), nil)
    }
}
