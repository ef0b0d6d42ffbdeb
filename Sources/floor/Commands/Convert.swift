import ArgumentParser
import Foundation
import MarketData
import Topology

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns a file of market data into another format, row by row, exactly.",
        discussion: """
            Reads \(Conversion.inputs.joined(separator: ", ")); writes \(Conversion.outputs.joined(separator: ", ")). Formats are told by the
            files' names and beginnings, or by --from and --to; .gz and .zst are unpacked and packed on the way. A .floor file holds trades,
            quotes, bars and book events together; a table holds one of them: the input's main one, or --element.

            floor convert glbx-mdp3-20240701.mbp-1.dbn.zst day.floor
            floor convert day.floor quotes.csv.gz --element quotes
            floor convert 01302019.NASDAQ_ITCH50.gz - --to book-csv | head
            floor convert trades.csv trades.parquet
            floor convert 20131007_trade.zip - --from trades-csv --symbol SPY --header time,price,size,-,-,- --unit ms --date name \
                --zone America/New_York --price-decimals 4

            How a table of another program differs from the CSV form that it is read as is said with the keys of a file source: --header,
            --columns, --symbol, --separator, --unit, --date, --zone, --price-decimals, --stamp.
            Parquet goes through DuckDB's command line (pip install duckdb-cli). docs/files.md tells the formats.
            """)

    @Argument(help: "The file to read; - is standard input, with --from.") var input: String
    @Argument(help: "The file to write; - is standard output.") var output: String
    @Option(help: "The input's format, where neither its name nor its beginning shows it.") var from: String?
    @Option(help: "The output's format, where its name does not show it.") var to: String?
    @Option(help: "What is written: trades, quotes, bars, book, corrections, definitions or statuses.") var element: String?
    @Option(help: "What a DBN file holds, where its name does not say it: ohlcv-1m.") var schema: String?
    @Option(
        help:
            "The day of an ITCH file, where its name does not say it: 2019-01-30. CSV: from whose midnight numbers of time count."
    )
    var date: String?
    @Option(help: "Which time of a DBN record is the event's: event or received.") var time: String?
    @Option(help: "The length of a bar, where the file does not say its end: 1m.") var every: String?

    @Option(help: "CSV without a header: its columns by the form's names, - for one left aside: time,price,size,-.")
    var header: String?
    @Option(help: "CSV: what columns of the form are called in the file: time=timestamp,size=amount.") var columns: String?
    @Option(help: "CSV without a column of symbols: the symbol of all rows.") var symbol: String?
    @Option(help: "CSV: what stands between fields, where it is no comma.") var separator: String?
    @Option(help: "CSV: what numbers of time count: s, ms, us or ns.") var unit: String?
    @Option(help: "CSV: whose midnight --date is, and what times without a zone are in: America/New_York, -05:00.")
    var zone: String?
    @Option(help: "CSV: how many of a price's digits are decimals, where prices have no point.") var priceDecimals: Int?
    @Option(help: "Bars as CSV: whether a row's time is its bar's start or end.") var stamp: String?

    func validate() throws {
        func check(_ option: String, _ value: String?, _ known: [String]) throws {
            guard let value, !known.contains(value) else { return }
            throw ValidationError("--\(option) \(value): there is \(known.joined(separator: ", "))")
        }
        try check("from", from, Conversion.inputs)
        try check("to", to, Conversion.outputs)
        try check("element", element, FileElement.allCases.map(\.rawValue))
        try check("schema", schema, DBNSchema.allCases.map(\.name))
        try check("time", time, DBNTime.allCases.map(\.rawValue))
        try check("unit", unit, ["s", "ms", "us", "ns"])
        try check("stamp", stamp, ["start", "end"])
        if let priceDecimals, !(0...9).contains(priceDecimals) {
            throw ValidationError("--price-decimals \(priceDecimals): a price has 0 to 9 decimals")
        }
        if let flaw = columnsFlaw { throw ValidationError(flaw) }
        if from == nil, header != nil || columns != nil {
            throw ValidationError("a table with other columns does not show its format: say --from trades-csv")
        }
        if input == "-", from == nil { throw ValidationError("standard input has no name: say its format with --from") }
        if input == output, input != "-" { throw ValidationError("\(input): a file cannot be converted into itself") }
    }

    func run() throws {
        var conversion = Conversion(input, to: output)
        conversion.from = from
        conversion.to = to.flatMap(Conversion.Target.init)
        conversion.element = element.flatMap(FileElement.init)
        conversion.options.schema = DBNSchema.allCases.first { $0.name == schema }
        conversion.options.time = time.flatMap(DBNTime.init) ?? .event
        conversion.options.date = date
        conversion.options.layout = layout
        if let every {
            guard let length = DurationText.nanoseconds(every), length > 0 else {
                throw Refusal.configuration("--every \(every): \(DurationText.howToWrite)")
            }
            conversion.barLength = length
        }
        let progress = ProgressLine(), began = Date()
        conversion.onProgress = { element, rows in
            progress.show("\(rows) \(element.rawValue)  \(Int(Double(rows) / max(0.001, -began.timeIntervalSinceNow))) a second")
        }
        let result: Conversion.Result
        do { result = try conversion.run() } catch {
            progress.clear()
            if error is ConversionError { throw Refusal.configuration("\(error)") }
            throw Refusal.answer("\(error)" + NextStep.after(error, data: nil))
        }
        progress.clear()
        if let passedOver = result.passedOver { complain("records of \(input) that gave nothing: \(passedOver)") }
        guard output != "-" else { return }
        say("\(output): " + result.rows.map { "\($0.count) \($0.element.rawValue)" }.joined(separator: ", "))
    }

    // MARK: Tables of other programs

    private var layout: CSVLayout {
        var layout = CSVLayout()
        layout.header = header.map(Self.list) ?? []
        for pair in pairs { layout.columns[pair.0] = pair.1 }
        layout.symbol = symbol
        if let separator { layout.separator = separator }
        layout.unit = unit
        // Of ITCH it is another thing.
        if from?.hasSuffix("-csv") == true { layout.date = date }
        if let zone { layout.zone = zone }
        layout.priceDecimals = priceDecimals ?? 0
        layout.isStampedAtEnd = stamp == "end"
        return layout
    }
    private var pairs: [(String, String)] {
        (columns.map(Self.list) ?? []).map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return (parts.first ?? "", parts.count == 2 ? parts[1] : "")
        }
    }
    private var columnsFlaw: String? {
        pairs.first { $0.0.isEmpty || $0.1.isEmpty }.map {
            "--columns \($0.0)\($0.1.isEmpty ? "" : "=" + $0.1): write FORM=FILE, like time=timestamp,size=amount"
        }
    }
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
