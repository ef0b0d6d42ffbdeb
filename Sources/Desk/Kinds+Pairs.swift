import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Indicators of two series.
enum PairKinds {
    static let all = [
        kind(
            "correlation", of: "prices",
            "The correlation of each instrument with a benchmark over their last `period` common bars; first value at the `period`-th."
        ),
        kind(
            "beta", of: "returns",
            "How much each instrument moves with a benchmark, over their last `period` common bars; first value at the `period`-th, of "
                + "returns one later."),
        kind(
            "covariance", of: "returns",
            "The covariance of each instrument with a benchmark, over their last `period` common bars; first value as of `beta`.",
            [IndicatorKinds.deviation]),
    ]

    private static func kind(_ name: String, of measure: String, _ summary: String, _ more: [Parameter] = []) -> VertexKind {
        VertexKind(
            name, .operator,
            parameters: [
                IndicatorKinds.period(atLeast: 2),
                Parameter(
                    "of", .choice(["prices", "returns"]), .default(measure),
                    doc: "the closes, or their changes from one common bar to the next, as shares"),
                Parameter("symbol", .text, .optional, doc: "the benchmark's symbol, where its input has others too"),
            ] + more,
            // The benchmark first: of bars that come together it is the one the others look at.
            inputs: [InputPort("benchmark", accepts: ["Bar"]), InputPort("in", accepts: ["Bar"])],
            outputs: [OutputPort("out", "Signal"), OutputPort("unpaired", "Bar", optional: true)], summary: summary)
    }
}

extension Assembly {
    func makePairs(_ vertex: CheckedVertex) -> [EdgeBase] {
        let settings = vertex.settings
        let statistic: Pairs.Statistic =
            switch vertex.kind {
            case "correlation": .correlation
            case "beta": .beta
            default: .covariance
            }
        let made = Pairs(
            statistic, of: settings.text("of") == "prices" ? .prices : .returns, period: settings.period,
            symbol: settings.textIfPresent("symbol").map(names.symbol),
            deviation: settings.has("deviation") ? settings.deviation : .population, symbols: names.count(in: .symbols))
        let stage = graph.add(
            vertex.name, made, from: required(vertex, "benchmark", as: Bar.self), and: required(vertex, "in", as: Bar.self))
        return [stage.out, stage.side]
    }
}
