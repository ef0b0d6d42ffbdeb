import MarketData
import Topology
import TradingModel

/// What `sources:` may hold. The built-in `loop` comes with the catalog.
enum SourceKinds {
    static let all: [VertexKind] = [file, websocket, fix, commands]

    static let file = VertexKind(
        "file", .source,
        parameters: [
            Parameter(
                "path", .path, doc: "the file, plain or packed with gzip or zstd. Relative to where floor is started",
                isPlace: true),
            Parameter("format", .choice(FileFormat.allCases.map(\.rawValue)), doc: "how its rows are written"),
            Parameter(
                "lateness", .duration(atLeast: 0), .default("0s"),
                doc: "how far behind the newest row a row may lie; a row later than that can miss its bar"),
            Parameter(
                "every", .duration(), .default("1d"), doc: "bars and panels: the length of a bar whose end the file does not give"
            ),
            Parameter(
                "schema", .choice(DBNSchema.allCases.map(\.name)), .optional,
                doc:
                    "dbn: what the file holds, where its name does not say so; ohlcv gives bars, bbo and cbbo quotes, the rest trades"
            ),
            Parameter(
                "main", .choice(FileElement.allCases.map(\.rawValue)), .optional,
                doc:
                    "floor, parquet: what the file mainly gives, where its name does not say so as day.bars.floor does; trades without it"
            ),
            Parameter(
                "date", .text, .optional,
                doc: "itch: the day of the file, as 2019-01-30, where its name does not say it as 01302019.NASDAQ_ITCH50 does"),
            Parameter(
                "time", .choice(DBNTime.allCases.map(\.rawValue)), .optional,
                doc:
                    "dbn: which time is the event's, the venue's (event, as without it) or the vendor's (received), by which files are in order"
            ),
        ],
        outputs: [
            OutputPort("out", .depending { settings in element(settings) }),
            // Of the formats that hold both: lobster, binance, dbn, itch and floor.
            OutputPort("quotes", "Quote", optional: true),
            // Of dbn (mbo), itch and floor.
            OutputPort("book", "BookDelta", optional: true),
            // Of floor, which holds any of these.
            OutputPort("bars", "Bar", optional: true), OutputPort("trades", "Trade", optional: true),
        ],
        summary: "Reads a file from its first row to its last.", isPulled: true)

    private static func element(_ settings: Settings) -> String {
        guard let format = FileFormat(rawValue: settings.text("format")) else { return Trade.elementName }
        let main = FileOptions(settings).mainElement(of: settings.text("path"), format)
        return main?.elementName ?? format.elements.first ?? Trade.elementName
    }

    static let fix = VertexKind(
        "fix", .source,
        parameters: [Parameter("session", .session, doc: "the session under sessions: whose reports these are")],
        outputs: [OutputPort("out", "ExecutionReport", mustNotDrop: true)],
        summary: "What the venue says about orders, and what the router did with them.")
}
