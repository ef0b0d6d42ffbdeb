import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A kind of indicator: what the catalog says of it, and how its stage is made. One entry in a list below adds one.
struct IndicatorKind: Sendable {
    let kind: VertexKind
    let make: @Sendable (Assembly, CheckedVertex) -> [EdgeBase]
    /// The element of its output, where no other kind has that.
    let element: (any Element.Type)?

    /// For one that looks at one number of each: the close of a bar, the price of a trade, the value of a signal.
    /// - Parameter summary: with its first value, for the reference.
    @inline(__always)
    static func ofNumber<I: Indicator>(
        _ name: String, _ summary: String, _ parameters: [Parameter],
        rule: (@Sendable (Settings) -> [VertexKind.Complaint])? = nil,
        _ indicator: @escaping @Sendable (Settings) -> I
    ) -> IndicatorKind where I.Input == Double {
        IndicatorKind(name, summary, parameters, accepts: ["Bar", "Trade", "Signal"], rule, I.Value.self) { assembly, vertex in
            assembly.indicatedOfNumber(vertex, indicator(vertex.settings))
        }
    }
    @inline(__always)
    static func of<I: Indicator>(
        _ name: String, _ summary: String, _ parameters: [Parameter],
        rule: (@Sendable (Settings) -> [VertexKind.Complaint])? = nil,
        _ indicator: @escaping @Sendable (Settings) -> I
    ) -> IndicatorKind where I.Input: Observation {
        IndicatorKind(name, summary, parameters, accepts: [I.Input.elementName], rule, I.Value.self) { assembly, vertex in
            assembly.indicated(vertex) { indicator(vertex.settings) }
        }
    }
    /// For one that reads bars and trades alike.
    @inline(__always)
    static func ofBoth<B: Indicator, T: Indicator>(
        _ name: String, _ summary: String, _ parameters: [Parameter], bars: @escaping @Sendable (Settings) -> B,
        trades: @escaping @Sendable (Settings) -> T
    ) -> IndicatorKind where B.Input == Bar, T.Input == Trade, B.Value == T.Value {
        IndicatorKind(name, summary, parameters, accepts: ["Bar", "Trade"], nil, B.Value.self) { assembly, vertex in
            vertex.input("in")?.element == Trade.elementName
                ? assembly.indicated(vertex) { trades(vertex.settings) } : assembly.indicated(vertex) { bars(vertex.settings) }
        }
    }

    init<V: IndicatorValue>(
        _ name: String, _ summary: String, _ parameters: [Parameter], accepts: [String],
        _ rule: (@Sendable (Settings) -> [VertexKind.Complaint])?, _ value: V.Type,
        _ make: @escaping @Sendable (Assembly, CheckedVertex) -> [EdgeBase]
    ) {
        // A column can be read by itself, as signals.
        let columns = (value as? any Columns.Type)?.names ?? []
        let outputs = [OutputPort("out", V.Out.elementName)] + columns.map { OutputPort($0, "Signal", optional: true) }
        kind = VertexKind(
            name, .operator, parameters: parameters, inputs: [InputPort("in", accepts: accepts)], outputs: outputs,
            summary: summary, mostOutputs: 1, isKeyed: true, rule: rule)
        self.make = make
        element = columns.isEmpty ? nil : V.Out.self
    }
}

enum IndicatorKinds {
    static let all = averages + strengths + ranges + volumes + statistics + flows
    /// What the catalog has of them.
    static var kinds: [VertexKind] { all.map(\.kind) + PairKinds.all }
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.kind.name, $0) })
    static func named(_ name: String) -> IndicatorKind? { byName[name] }

    /// The elements that indicators alone make, each once.
    static var elements: [any Element.Type] {
        var seen: Set<String> = []
        return all.compactMap(\.element).filter { seen.insert($0.elementName).inserted }
    }

    static func period(_ usual: Int? = nil, atLeast least: Int64 = 1) -> Parameter {
        bars("period", usual, atLeast: least, "how many it looks back")
    }
    static func bars(_ name: String, _ usual: Int?, atLeast least: Int64 = 1, _ doc: String) -> Parameter {
        Parameter(
            name, .integer(least...1_000_000), usual.map { .default(String($0)) } ?? .required, unit: "bars or elements", doc: doc
        )
    }
    static let deviation = Parameter(
        "deviation", .choice(["population", "sample"]), .default("population"),
        doc: "whether the squares are divided by `period`, or by one less")
    static let annualize = Parameter(
        "annualize", .double(1e-9...1e9), .optional,
        doc: "how many bars make a year, for the volatility of one: 252 of daily bars")
}

extension Settings {
    var period: Int { count("period") }
    func count(_ name: String) -> Int { Int(integer(name)) }
    var deviation: Deviation { text("deviation") == "sample" ? .sample : .population }
}
