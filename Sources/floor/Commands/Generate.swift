import ArgumentParser
import MarketData
import PlainData

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes market data from a seed: the same bytes for the same seed.", subcommands: [Day.self, Panel.self])

    struct Day: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One session: trades.csv, quotes.csv and instruments.csv.",
            discussion: "Example: floor generate day --seed 7 --symbols 8 --trades 60000 --out day-7")
        @Option(help: "The seed.") var seed: UInt64
        @Option(help: "How many instruments.") var symbols = 8
        @Option(help: "How many trades.") var trades = 60_000
        @Option(help: "The folder to write to.") var out = "."
        @Flag(help: "Compress trades and quotes with gzip.") var gzip = false

        func run() throws {
            do throws(GenerateError) {
                let files = try DayFiles.write(
                    DayGenerator.Configuration(seed: seed, symbols: symbols, trades: trades), to: out, compressed: gzip)
                say(
                    "\(files.trades): \(files.tradeCount) trades; \(files.quotes): \(files.quoteCount) quotes; \(files.instruments)"
                )
            } catch { throw Refusal.configuration(error.description) }
        }
    }

    struct Panel: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Daily bars of many names: one panel-csv.",
            discussion: "Example: floor generate panel --seed 7 --symbols 25 --days 1260 --out panel.csv.gz")
        @Option(help: "The seed.") var seed: UInt64
        @Option(help: "How many instruments.") var symbols = 25
        @Option(help: "How many trading days.") var days = 1_260
        @Option(help: "The file to write; compressed when it ends in .gz.") var out = "panel.csv"

        func run() throws {
            do throws(GenerateError) {
                let rows = try PanelGenerator.write(
                    PanelGenerator.Configuration(seed: seed, symbols: symbols, days: days), to: out)
                say("\(out): \(rows) bars")
            } catch { throw Refusal.configuration(error.description) }
        }
    }
}
