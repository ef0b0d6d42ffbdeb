import MarketData
import Topology

/// What `sources:` may hold. The built-in `loop` comes with the catalog.
enum SourceKinds {
    static let all: [VertexKind] = [file, websocket, fix]

    static let file = VertexKind(
        "file", .source,
        parameters: [
            Parameter("path", .path, doc: "the file; .gz is decompressed on the way. Relative to where floor is started"),
            Parameter("format", .choice(FileFormat.allCases.map(\.rawValue)), doc: "how its rows are written"),
            Parameter(
                "lateness", .duration(atLeast: 0), .default("0s"),
                doc: "how far behind the newest row a row may lie; a row later than that can miss its bar"),
            Parameter(
                "every", .duration(), .default("1d"), doc: "bars and panels: the length of a bar whose end the file does not give"
            ),
        ],
        outputs: [
            OutputPort("out", .depending { settings in element(settings.text("format")) }),
            // Of the formats that hold both: lobster and binance.
            OutputPort("quotes", "Quote", optional: true),
        ],
        summary: "Reads a file from its first row to its last.", isPulled: true)

    private static func element(_ format: String) -> String { FileFormat(rawValue: format)?.elements.first ?? "Trade" }

    static let websocket = VertexKind(
        "websocket", .source,
        parameters: [
            Parameter("venue", .choice(["coinbase"]), doc: "whose messages these are"),
            Parameter("url", .text, doc: "ws://HOST:PORT or wss://HOST"),
            Parameter("symbols", .list(of: .text), doc: "the products to subscribe to"),
            Parameter(
                "channels", .list(of: .choice(["matches", "ticker", "heartbeat"])), .default("[matches, ticker, heartbeat]"),
                doc: "what to subscribe to"),
            Parameter("ca", .path, .optional, doc: "a certificate authority of your own, PEM"),
            Parameter("stale", .duration(atLeast: 1_000_000), .default("30s"), doc: "silence after which the feed is stale"),
            Parameter(
                "ends", .boolean, .default("false"),
                doc: "whether a close with code 1000 ends the source (a tape) instead of a reconnect (a market)"),
            Parameter("lateness", .duration(atLeast: 0), .default("0s"), doc: "how far behind the newest message one may lie"),
            Parameter(
                "idle", .duration(atLeast: 1_000_000), .optional,
                doc: "silence after which time goes on without this source until it speaks again; without it, time waits"),
        ],
        outputs: [
            OutputPort("out", "Trade", eachCounts: true), OutputPort("quotes", "Quote", optional: true),
            OutputPort("status", "FeedStatus", optional: true, eachCounts: true),
        ],
        summary: "Streams a venue's market data.")

    static let fix = VertexKind(
        "fix", .source,
        parameters: [Parameter("session", .session, doc: "the session under sessions: whose reports these are")],
        outputs: [OutputPort("out", "ExecutionReport", mustNotDrop: true)],
        summary: "What the venue says about orders, and what the router did with them.")
}
