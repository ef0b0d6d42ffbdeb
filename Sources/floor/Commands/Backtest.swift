import ArgumentParser
import BatchBridge
import Desk
import Glibc
import MarketData
import PaperVenue
import PlainData
import StreamRuntime
import Topology
import TradingModel

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Runs a topology over a file of bars, with a simulated venue: equity.csv, trades.csv, kpis.json, report.html.",
        discussion: """
            The graph and the operators are those of floor run; the file of bars is the clock, and the fix sink and source are
            a venue in process. An order decided at a close fills at the next open, or by its limit. Examples:
              floor backtest topologies/panel.yaml --out out
              floor backtest topologies/panel.yaml --out out --from 2020-01-01 --to 2021-12-31 --costs 5
              floor backtest topologies/panel.yaml --out out --sweep operators.slow.period=50,100,150
            """)

    @OptionGroup var arguments: TopologyArguments
    @Option(help: "The folder for the results; made if it is not there.") var out: String
    @Option(help: "The first day of history, such as 2020-01-01. Indicators begin empty there.") var from: String?
    @Option(help: "The last day, included.") var to: String?
    @Option(help: "The cash the account begins with. By default the equity of the topology's drift operator.")
    var equity: String?
    @Option(help: "What trading costs, in basis points of the traded amount.") var costs = "1"
    @Option(help: "Runs each value: KEY=a,b,c. Several make every combination; the runs lie in OUT/run-1, OUT/run-2, …")
    var sweep: [String] = []

    func run() throws {
        var settings = BacktestSettings()
        settings.range = DayRange(from: try day("--from", from), to: try day("--to", to))
        if let from = settings.range.from, let to = settings.range.to, from > to {
            throw Refusal.configuration("--from \(Self.text(from)) is after --to \(Self.text(to)); no day lies between them")
        }
        if let equity {
            guard let amount = try? Notional(equity), amount > .zero else {
                throw Refusal.configuration("--equity \(equity): an amount above 0, such as 1000000")
            }
            settings.equity = amount
        }
        guard let fees = try? FeeSchedule(makerBps: costs, takerBps: costs), fees.takerRate.magnitude <= 100_000_000 else {
            throw Refusal.configuration("--costs \(costs): basis points with at most four digits behind the point, such as 1.5")
        }
        settings.fees = fees
        let axes = try sweep.map { text in
            do { return try SweepAxis(text) } catch { throw Refusal.configuration("\(error)") }
        }
        if axes.isEmpty {
            let result = try runOne(arguments, settings, "")
            try write { () throws(BacktestError) in try ResultFiles.write(result, to: out) }
            for warning in result.warnings { complain("warning: \(warning)") }
            say(Self.summary(result, out))
            return
        }
        try runSweep(axes, settings)
    }

    private func runSweep(_ axes: [SweepAxis], _ settings: BacktestSettings) throws {
        let runs = SweepAxis.combinations(axes)
        var table = SweepTable(axes), order: [(arguments: TopologyArguments, folder: String)] = []
        // All are checked before the first is run.
        for (number, run) in runs.enumerated() {
            var arguments = arguments
            arguments.overrides += run.map { "\($0.key)=\($0.value)" }
            _ = try arguments.checked()
            order.append((arguments, "\(out)/run-\(number + 1)"))
        }
        for (number, run) in order.enumerated() {
            let result = try runOne(run.arguments, settings, "run \(number + 1) of \(order.count)  ")
            try write { () throws(BacktestError) in try ResultFiles.write(result, to: run.folder) }
            for warning in result.warnings { complain("warning: run \(number + 1): \(warning)") }
            table.add(runs[number].map(\.value), result)
        }
        try write { () throws(BacktestError) in try table.write(to: out) }
        say(table.text)
        say("\(out)/sweep.csv; each run's files are in \(out)/run-1 and so on")
    }

    private func runOne(_ arguments: TopologyArguments, _ settings: BacktestSettings, _ prefix: String) throws -> BacktestResult {
        let topology = try arguments.checked()
        try write { () throws(BacktestError) in try ResultFiles.prepare(out) }
        var settings = settings
        let line = ProgressLine()
        settings.progress = { day, equity in line.show("\(prefix)\(Self.text(day))  equity \(Int64(equity.double))") }
        defer { line.clear() }
        do {
            return try Backtest(topology, settings: settings).run()
        } catch let error as BacktestError {
            if case .positionsDiffer = error { throw Refusal.answer(error.description) }
            throw Refusal.configuration(error.description)
        } catch let error as MarketDataError {
            throw Refusal.configuration(error.description)
        }
    }

    private func write(_ body: () throws(BacktestError) -> Void) throws {
        do { try body() } catch { throw Refusal.configuration(error.description) }
    }

    private func day(_ option: String, _ text: String?) throws -> Int64? {
        guard let text else { return nil }
        guard text.utf8.count == 10, let time = UTC.parse(text) else {
            throw Refusal.configuration("\(option) \(text): a day, such as 2020-01-31")
        }
        return time
    }
    private static func text(_ day: Int64) -> String { String(UTC.text(day).prefix(10)) }

    private static func summary(_ result: BacktestResult, _ out: String) -> String {
        let wanted = [
            "from", "to", "sessions", "final_equity", "total_return", "annualised_return", "volatility", "sharpe", "max_drawdown",
            "turnover", "costs", "trades",
        ]
        let lines = Measure.all(result.kpis).filter { wanted.contains($0.name) }.map { measure in
            measure.title + String(repeating: " ", count: max(1, 20 - measure.title.count)) + measure.shown
        }
        return (lines + ["\(out)/report.html, kpis.json, equity.csv, trades.csv"]).joined(separator: "\n")
    }
}
