import MarketData
import Topology
import TradingModel

/// What `sources:` may hold. The built-in `loop` comes with the catalog.
enum SourceKinds {
    static let all: [VertexKind] = [file, websocket, fix, dropCopy, commands]

    static let file = VertexKind(
        "file", .source,
        parameters: [
            Parameter(
                "path", .path, doc: "the file, plain or packed with gzip, zstd or zip. Relative to where floor is started",
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
                    "dbn: what the file holds, where its name does not say so; ohlcv gives bars, bbo and cbbo quotes, definition and status theirs, the rest trades"
            ),
            Parameter(
                "main", .choice(FileElement.ofTables.map(\.rawValue)), .optional,
                doc:
                    "floor, parquet: what the file mainly gives, where its name does not say so as day.bars.floor does; trades without it"
            ),
            Parameter(
                "date", .text, .optional,
                doc:
                    "itch: the day of the file, as 2019-01-30, where its name does not say it as 01302019.NASDAQ_ITCH50 does; CSV: from whose midnight numbers of time count, name for the day that the file's name begins with"
            ),
            Parameter(
                "time", .choice(DBNTime.allCases.map(\.rawValue)), .optional,
                doc:
                    "dbn: which time is the event's, the venue's (event, as without it) or the vendor's (received), by which files are in order"
            ),
        ] + layout,
        outputs: [
            OutputPort("out", .depending { settings in element(settings) }),
            // Of the formats that hold both: lobster, binance, dbn, itch and floor.
            OutputPort("quotes", "Quote", optional: true),
            // Of dbn (mbo), itch and floor.
            OutputPort("book", "BookDelta", optional: true),
            // Of floor, which holds any of these.
            OutputPort("bars", "Bar", optional: true), OutputPort("trades", "Trade", optional: true),
            // Of itch: trades that were broken.
            OutputPort("corrections", "TradeCorrection", optional: true),
            // Of dbn.
            OutputPort("definitions", "InstrumentDefinition", optional: true),
            OutputPort("statuses", "TradingStatus", optional: true),
        ],
        summary: "Reads a file from its first row to its last.", isPulled: true)

    /// How a file of rows differs from the CSV form that it is read as.
    private static let layout = [
        Parameter(
            "header", .list(of: .text), .optional,
            doc: "CSV without a header: its columns by the form's names, \"-\" for one that is left aside"),
        Parameter(
            "columns", .table(of: .text), .optional,
            doc: "CSV: what columns of the form are called in the file, {time: timestamp}"),
        Parameter("symbol", .text, .optional, doc: "CSV without a column of symbols: the symbol of all rows"),
        Parameter("separator", .text, .optional, doc: "CSV: what stands between fields, where it is no comma"),
        Parameter(
            "unit", .choice(["s", "ms", "us", "ns"]), .optional,
            doc: "CSV: what numbers of time count, since 1970 or since midnight of date"),
        Parameter(
            "zone", .text, .optional,
            doc:
                "CSV: whose midnight that is, and what times without a zone are in: UTC, America/New_York, -05:00; without it UTC"
        ),
        Parameter(
            "price_decimals", .integer(0...9), .optional,
            doc: "CSV: how many of a price's digits are decimals, where prices are written without a point"),
        Parameter(
            "stamp", .choice(["start", "end"]), .optional,
            doc: "bars-csv, panel-csv: whether a row's time is its bar's start, as without it, or its end"),
    ]

    private static func element(_ settings: Settings) -> String {
        guard let format = FileFormat(rawValue: settings.text("format")) else { return Trade.elementName }
        let main = FileOptions(settings).mainElement(of: settings.text("path"), format)
        return main?.elementName ?? format.elements.first ?? Trade.elementName
    }

    static let fix = VertexKind(
        "fix", .source,
        parameters: [
            Parameter("session", .session, doc: "the session under sessions: whose messages these are"),
            Parameter(
                "strategy", .text, .default(""),
                doc: "of an acceptor: the strategy that its parents are booked under; by default the session's target"),
        ],
        outputs: [
            OutputPort(
                "out",
                .dependingOnSession { $0.text("role") == "acceptor" ? ParentEntry.elementName : ExecutionReport.elementName },
                mustNotDrop: true)
        ],
        summary:
            "Of a session that we open (initiator): what the venue says about orders, and what the router did with them. "
            + "Of one that an EMS opens (acceptor): the parents that it sends.")
}
