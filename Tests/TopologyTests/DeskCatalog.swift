import Topology

/// A small desk of made-up kinds: enough to say everything that a topology can say.
enum DeskCatalog {
    static let catalog = Catalog(sources + operators + sinks)

    static let sources = [
        VertexKind(
            "file", .source,
            parameters: [
                Parameter("path", .path), Parameter("format", .choice(["trades-csv", "quotes-csv", "bars-csv", "targets-csv"])),
                Parameter("lateness", .duration(atLeast: 0), .default("0s")),
            ],
            outputs: [
                OutputPort(
                    "out",
                    .depending { settings in
                        switch settings.text("format") {
                        case "trades-csv": "Trade"
                        case "quotes-csv": "Quote"
                        case "bars-csv": "Bar"
                        default: "Target"
                        }
                    })
            ]),
        VertexKind(
            "feed", .source,
            parameters: [
                Parameter("url", .text), Parameter("symbols", .list(of: .text)), Parameter("buffer", .size(), .default("1MiB")),
                Parameter("reconnect", .record([Parameter("first", .duration()), Parameter("most", .duration())]), .optional),
            ],
            outputs: [OutputPort("out", "Trade"), OutputPort("quotes", "Quote", optional: true)]),
        VertexKind(
            "fix", .source, parameters: [Parameter("session", .session)],
            outputs: [OutputPort("out", "Report", mustNotDrop: true)]),
    ]

    static let operators = [
        VertexKind(
            "time-bars", .operator,
            parameters: [Parameter("every", .duration()), Parameter("lateness", .duration(atLeast: 0), .default("0s"))],
            inputs: [InputPort(accepts: ["Trade"])],
            outputs: [OutputPort("out", "Bar"), OutputPort("late", "Trade", optional: true)], isKeyed: true),
        VertexKind(
            "rsi", .operator,
            parameters: [
                Parameter("period", .integer(1...10_000), .default("14"), unit: "bars"),
                Parameter("source", .choice(["open", "high", "low", "close"]), .default("close")),
            ],
            inputs: [InputPort(accepts: ["Bar"])], outputs: [OutputPort("out", "Value")], isKeyed: true),
        VertexKind(
            "macd", .operator,
            parameters: [
                Parameter("fast", .integer(1...10_000)), Parameter("slow", .integer(1...10_000)),
                Parameter("alpha", .double(0...1), .optional),
            ],
            inputs: [InputPort(accepts: ["Bar"])], outputs: [OutputPort("out", "Value")], isKeyed: true,
            rule: { settings in
                if settings.integer("fast") < settings.integer("slow") { return [] }
                let message = "\(settings.integer("fast")) is not below slow \(settings.integer("slow"))"
                return [.init(parameter: "fast", message, suggestion: "the fast average is the shorter one")]
            }),
        VertexKind(
            "targets", .operator,
            parameters: [
                Parameter("weights", .table(of: .decimal(min: "-1", max: "1")), .optional),
                Parameter("invert", .boolean, .default("false")),
            ],
            inputs: [InputPort(accepts: ["Value"])], outputs: [OutputPort("out", "Target")]),
        VertexKind(
            "drift", .operator, parameters: [Parameter("band", .decimal(min: "0", max: "1"), .default("0.001"))],
            inputs: [
                InputPort("targets", accepts: ["Target"]), InputPort("positions", accepts: ["Position"]),
                InputPort("prices", accepts: ["Trade", "Quote"], optional: true),
            ],
            outputs: [OutputPort("out", "Order", mustNotDrop: true)]),
        VertexKind(
            "compliance", .operator, inputs: [InputPort(accepts: ["Order"])],
            outputs: [OutputPort("out", "Cleared", mustNotDrop: true), OutputPort("decisions", "Decision", optional: true)]),
        VertexKind(
            "oms", .operator, inputs: [InputPort("reports", accepts: ["Report"], mustNotDrop: true)],
            outputs: [OutputPort("out", "Position"), OutputPort("anomalies", "Anomaly", optional: true)]),
        VertexKind(
            "venue", .operator, inputs: [InputPort(accepts: ["Cleared"], mustNotDrop: true)],
            outputs: [OutputPort("out", "Report", mustNotDrop: true)]),
        VertexKind(
            "filter", .operator, parameters: [Parameter("options", .map, .optional)], inputs: [InputPort(accepts: [])],
            outputs: [OutputPort("out", .same(asInput: "in"))]),
    ]

    static let sinks = [
        VertexKind("csv", .sink, parameters: [Parameter("path", .path, isPlace: true)], inputs: [InputPort(accepts: [])]),
        VertexKind("blotter", .sink, inputs: [InputPort(accepts: [])], isDisplay: { _ in true }),
        VertexKind(
            "fix", .sink, parameters: [Parameter("session", .session)],
            inputs: [InputPort(accepts: ["Cleared"], mustNotDrop: true)]),
    ]

    /// The architecture's own example.
    static let rsiOnAFile = """
        topology: rsi-on-a-file
        sources:
          trades: { kind: file, path: day.csv, format: trades-csv }
        operators:
          bars:   { kind: time-bars, from: trades, every: 1m }
          rsi:    { kind: rsi, from: bars, period: 14 }
        sinks:
          out:    { kind: csv, from: rsi, path: "-" }
        """

    /// A whole desk: two loops' worth of feedback, second outputs, policies, a session, instruments, limits.
    static let desk = """
        # A desk on two feeds.
        topology: desk
        clock: { kind: wall, every: 5ms }
        instruments:
          BTC-USD: { tick: 0.01, lot: 0.00000001, currency: USD }
          BRK.B: { tick: 0.01, lot: 1 }
        sources:
          feed:
            kind: feed
            url: wss://feed.example/ws
            symbols: [BTC-USD, BRK.B]
          reports: { kind: fix, session: broker }
          fills: { kind: loop, of: oms }
        operators:
          bars: { kind: time-bars, from: { vertex: feed, overflow: conflate, capacity: 65536 }, every: 1m }
          rsi: { kind: rsi, from: bars, period: 14 }
          targets: { kind: targets, from: rsi, weights: { BTC-USD: 0.25, BRK.B: -0.50 } }
          drift:
            kind: drift
            from: { targets: targets, positions: fills, prices: { vertex: feed.quotes, overflow: conflate } }
          compliance: { kind: compliance, from: drift }
          oms: { kind: oms, from: reports }
        sinks:
          router: { kind: fix, from: compliance, session: broker }
          decisions: { kind: csv, from: compliance.decisions, path: decisions.csv }
          late: { kind: csv, from: bars.late, path: late.csv }
          screen: { kind: blotter, from: { vertex: oms, overflow: sample, every: 100ms } }
        sessions:
          broker: { role: initiator, version: FIX.4.4, sender: FLOOR, target: BROKER, host: 127.0.0.1, port: 9880, heartbeat: 30s }
        limits:
          max_notional: 1000000
          restricted: [ABC, DEF]
          collar: { width: 0.05, age: 2s }
        """
}

/// The lines that a check of `text` prints, or none when it passes.
func mistakes(in text: String, overrides: [String] = [], catalog: Catalog = DeskCatalog.catalog) -> [String] {
    do {
        _ = try TopologyFile.check(text: text, named: "t.yaml", against: catalog, overrides: overrides)
        return []
    } catch {
        return error.mistakes.map(\.description)
    }
}

func checked(_ text: String, overrides: [String] = [], catalog: Catalog = DeskCatalog.catalog) throws -> CheckedTopology {
    try TopologyFile.check(text: text, named: "t.yaml", against: catalog, overrides: overrides)
}
