import Operators
import Topology

/// Everything a topology may be made of on this desk.
public enum Kinds {
    public static let catalog = Catalog(
        SourceKinds.all + OperatorKinds.all + IndicatorKinds.kinds + BarKinds.all + SinkKinds.all, instrument: instrument,
        limits: limits)

    /// The entry under `instruments:` whose terms all symbols have that are not listed.
    static let otherInstruments = "*"

    /// What an entry under `instruments:` takes.
    static let instrument = [
        Parameter("tick", .decimal(min: "0"), doc: "prices are multiples of this"),
        Parameter("lot", .decimal(min: "0"), doc: "quantities are multiples of this"),
        Parameter("currency", .text, .default("USD"), doc: "what prices are in"),
        Parameter(
            "calendar", .choice(SessionCalendar.names), .optional,
            doc: "C01: the exchange, by ISO 10383's code, in whose sessions alone new orders pass; without it at any time"),
    ]

    /// The keys of one set of limits: the default's, or those of a symbol that has its own.
    private static let limit = [
        Parameter("max_quantity", .decimal(min: "0"), .optional, doc: "C05: the most of one order"),
        Parameter("max_notional", .decimal(min: "0"), .optional, unit: "currency", doc: "C06: the most money of one order"),
        Parameter("soft_notional", .decimal(min: "0"), .optional, unit: "currency", doc: "S1: above this a second person looks"),
        Parameter(
            "max_position", .decimal(min: "0"), .optional, doc: "C12: the largest position, working orders counted at their worst"
        ),
    ]

    /// What `limits:` takes.
    static let limits =
        limit + [
            Parameter("name", .text, .optional, doc: "what this set of limits is called"),
            Parameter(
                "version", .integer(1...4_294_967_295), .optional,
                doc: "its version: what is put over it while the desk runs has a higher one"),
            Parameter(
                "collar", .integer(0...10_000), .default("500"), unit: "bps",
                doc: "C07: how far from the last price a limit may be"),
            Parameter(
                "reference", .choice(["required", "none"]), .default("required"),
                doc: "C06 to C08: whether an order needs a fresh price to be measured by; none where the desk has no prices"),
            Parameter("max_age", .duration(), .default("1m"), doc: "C07: how old that price may be"),
            Parameter("restricted", .list(of: .text), .default("[]"), doc: "C10: symbols that nobody may trade"),
            Parameter(
                "throttle", .integer(1...1_000_000), .default("100"), unit: "orders per window",
                doc: "C15: new orders and replaces"),
            Parameter("throttle_window", .duration(), .default("1s"), doc: "C15: the window"),
            Parameter(
                "duplicate_window", .duration(atLeast: 0), .default("1s"), doc: "C09: how long the same order is a duplicate"),
            Parameter(
                "review_time", .duration(), .default("15m"),
                doc: "how long an order under REVIEW waits for a second person before it is BLOCK"),
            Parameter(
                "symbols", .table(of: .record(limit + symbolLimits)), .default("{}"),
                doc: "limits of single symbols; what they leave out is the default's"),
        ] + controls
}
