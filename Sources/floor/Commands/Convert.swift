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

            Parquet goes through DuckDB's command line (pip install duckdb-cli). docs/files.md tells the formats.
            """)

    @Argument(help: "The file to read; - is standard input, with --from.") var input: String
    @Argument(help: "The file to write; - is standard output.") var output: String
    @Option(help: "The input's format, where neither its name nor its beginning shows it.") var from: String?
    @Option(help: "The output's format, where its name does not show it.") var to: String?
    @Option(help: "What is written: trades, quotes, bars or book.") var element: String?
    @Option(help: "What a DBN file holds, where its name does not say it: ohlcv-1m.") var schema: String?
    @Option(help: "The day of an ITCH file, where its name does not say it: 2019-01-30.") var date: String?
    @Option(help: "Which time of a DBN record is the event's: event or received.") var time: String?
    @Option(help: "The length of a bar, where the file does not say its end: 1m.") var every: String?

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
}
