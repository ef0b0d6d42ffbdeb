import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Bars that trades fill, whatever the time.
enum BarKinds {
    static let all = [
        kind("tick-bars", "Bars of so many trades each.", [count("ticks", "how many trades a bar has")]),
        kind(
            "volume-bars", "Bars of so much volume each; a trade that is more than a bar takes is split, so none of it is lost.",
            [amount("volume", "units", "how much a bar holds"), split]),
        kind(
            "dollar-bars", "Bars of so much money each; a trade that is more than a bar takes is split, so none of it is lost.",
            [amount("dollars", "currency", "how much a bar holds, price times size"), split]),
        kind(
            "range-bars", "Bars that end when their highest and lowest price are so far apart.",
            [amount("range", "price", "how far apart")]),
        kind(
            "renko-bars", "Bricks: a bar for each step of the price beyond the last one.",
            [amount("brick", "price", "how high a brick is")]),
        imbalance("tick-imbalance-bars", "of trades, by the tick rule"), imbalance("volume-imbalance-bars", "of volume"),
        imbalance("dollar-imbalance-bars", "of money"), run("tick-run-bars", "trades"), run("volume-run-bars", "volume"),
        run("dollar-run-bars", "money"),
    ]

    private static func kind(_ name: String, _ summary: String, _ parameters: [Parameter]) -> VertexKind {
        VertexKind(
            name, .operator, parameters: parameters, inputs: [InputPort("in", accepts: ["Trade"])],
            outputs: [OutputPort("out", "Bar"), OutputPort("refused", "Trade", optional: true)], summary: summary, isKeyed: true)
    }
    private static func imbalance(_ name: String, _ what: String) -> VertexKind {
        kind(
            name,
            "López de Prado's bars that end when the imbalance \(what), is larger than expected; none before the first `ticks` trades.",
            expectations)
    }
    private static func run(_ name: String, _ what: String) -> VertexKind {
        kind(
            name,
            "López de Prado's bars that end when one side's \(what) are more than expected; none before the first `ticks` trades.",
            expectations)
    }
    private static func count(_ name: String, _ doc: String) -> Parameter {
        Parameter(name, .integer(1...1_000_000_000), unit: "trades", doc: doc)
    }
    private static func amount(_ name: String, _ unit: String, _ doc: String) -> Parameter {
        Parameter(name, .decimal(min: unit == "price" ? "0.000000001" : "0.00000001", max: "9000000000"), unit: unit, doc: doc)
    }
    private static let split = Parameter(
        "split", .boolean, .default("true"),
        doc: "whether a trade is split at a bar's end; otherwise it stays whole in the bar it fills")
    private static let expectations = [
        count("ticks", "how many trades a bar is expected to have at first"),
        Parameter(
            "span", .integer(1...1_000_000), .default("20"), unit: "bars", doc: "over how many bars expectations are averaged"),
        Parameter(
            "bound", .double(1...1e6), .default("10"),
            doc: "how many times longer or shorter than at first a bar may be expected to be"),
    ]
}

extension Assembly {
    /// - Returns: nil for a kind that is none of these.
    func makeTradeBars(_ vertex: CheckedVertex) -> [EdgeBase]? {
        let settings = vertex.settings, symbols = names.count(in: .symbols)
        func imbalance(_ weight: TradeWeight) -> [EdgeBase] {
            ruled(
                vertex,
                ImbalanceRule(
                    weight, ticks: settings.count("ticks"), span: settings.count("span"), bound: settings.double("bound")))
        }
        func run(_ weight: TradeWeight) -> [EdgeBase] {
            ruled(
                vertex,
                RunRule(weight, ticks: settings.count("ticks"), span: settings.count("span"), bound: settings.double("bound")))
        }
        switch vertex.kind {
        case "tick-bars": return ruled(vertex, TickRule(ticks: settings.count("ticks")))
        case "range-bars": return ruled(vertex, RangeRule(range: Price(checked: settings.decimal("range"))))
        case "tick-imbalance-bars": return imbalance(.tick)
        case "volume-imbalance-bars": return imbalance(.volume)
        case "dollar-imbalance-bars": return imbalance(.value)
        case "tick-run-bars": return run(.tick)
        case "volume-run-bars": return run(.volume)
        case "dollar-run-bars": return run(.value)
        case "volume-bars":
            let volume = Quantity(checked: settings.decimal("volume")), isSplit = settings.boolean("split")
            return keyed(vertex, of: Trade.self) { FilledBars(.volume(volume), isSplit: isSplit, symbols: symbols) }
        case "dollar-bars":
            // Exact: a price per unit, times one unit.
            let value = Notional(Price(checked: settings.decimal("dollars")), Quantity(units: 1)),
                isSplit = settings.boolean("split")
            return keyed(vertex, of: Trade.self) { FilledBars(.value(value), isSplit: isSplit, symbols: symbols) }
        case "renko-bars":
            let brick = Price(checked: settings.decimal("brick"))
            return keyed(vertex, of: Trade.self) { RenkoBars(brick: brick, symbols: symbols) }
        default: return nil
        }
    }
    @inline(__always) private func ruled<Rule: BarRule>(_ vertex: CheckedVertex, _ rule: Rule) -> [EdgeBase] {
        keyed(vertex, of: Trade.self) { TradeBars(rule, symbols: names.count(in: .symbols)) }
    }
}
