import Topology

/// Bars over windows that are not side by side.
extension OperatorKinds {
    static let slidingBars = VertexKind(
        "sliding-bars", .operator,
        parameters: [
            Parameter("length", .duration(), doc: "the length of a bar"),
            Parameter("every", .duration(), doc: "from one bar's start to the next one's; at most the length"),
            lateness,
        ],
        inputs: trades, outputs: bars,
        summary: "Bars that overlap: one of `length` begins at every `every`, counted from the epoch.", isKeyed: true,
        rule: { settings in
            let (length, every) = (settings.duration("length"), settings.duration("every"))
            if every > length {
                return [.init(parameter: "every", "is longer than length: no bar would hold what falls in between")]
            }
            guard length / every > 1_024 else { return [] }
            return [.init(parameter: "every", "is so short that a trade would be in \(length / every) bars; it may be in 1024")]
        })

    static let sessionBars = VertexKind(
        "session-bars", .operator,
        parameters: [
            Parameter("gap", .duration(), doc: "how long an instrument must not trade for its bar to end; it is part of the bar"),
            lateness,
        ],
        inputs: trades, outputs: bars, summary: "Bars of activity: from an instrument's first trade until it pauses for `gap`.",
        isKeyed: true)

    private static let trades = [InputPort("in", accepts: ["Trade"])]
    private static let bars = [OutputPort("out", "Bar"), OutputPort("late", "Trade", optional: true)]
    private static let lateness = Parameter(
        "lateness", .duration(atLeast: 0), .default("0s"), doc: "how long after its end a bar still takes trades")
}
