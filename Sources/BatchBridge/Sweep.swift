import TradingModel

/// `KEY=a,b,c`: a key of the topology and the values to try.
public struct SweepAxis: Sendable, Equatable {
    public let key: String, values: [String]

    /// - Throws: a sentence for the user.
    public init(_ text: String) throws(SweepFlaw) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw SweepFlaw("--sweep \(text): there is no value; write --sweep KEY=a,b,c, like operators.slow.period=50,100")
        }
        key = String(text[..<equals])
        values = text[text.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if values.contains("") { throw SweepFlaw("--sweep \(text): a value is empty; write --sweep KEY=a,b,c") }
    }

    /// Every combination, the last axis moving fastest: for each run its `KEY=VALUE`s.
    public static func combinations(_ axes: [SweepAxis]) -> [[(key: String, value: String)]] {
        axes.reduce([[]]) { runs, axis in runs.flatMap { run in axis.values.map { run + [(axis.key, $0)] } } }
    }
}

/// What is wrong with a sweep as it was asked for.
public struct SweepFlaw: Error, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// One line a run, for reading side by side: `sweep.csv` and a table for people.
public struct SweepTable {
    private var rows: [[String]] = []
    private var shown: [[String]] = []
    private let keys: [String]

    private static let names = [
        "total_return", "annualised_return", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "turnover", "costs",
        "trades", "win_rate",
    ]

    public init(_ axes: [SweepAxis]) { keys = axes.map(\.key) }

    public mutating func add(_ values: [String], _ result: BacktestResult) {
        let measures = Measure.all(result.kpis), run = "\(rows.count + 1)"
        let picked = Self.names.compactMap { name in measures.first { $0.name == name } }
        rows.append(
            [run] + values.map(Texts.csv) + picked.map { exact($0.value) }
                + ["\(result.orders.new)", result.orderListHash])
        shown.append(
            [run] + values + picked.map { Texts.shown($0.value) } + [
                Texts.grouped(Int64(result.orders.new)), result.orderListHash,
            ])
    }

    private func exact(_ value: Measure.Value) -> String {
        switch value {
        case .count(let count): "\(count)"
        case .ratio(let number), .fraction(let number): Texts.exact(number)
        case .money(let money): money.description
        case .date(let date): date.map(Texts.day) ?? ""
        }
    }
    private var header: [String] { ["run"] + keys + Self.names + ["orders", "order_list_hash"] }

    public var csv: String {
        ([header.map(Texts.csv)] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
    }
    /// Columns of even width, numbers to the right.
    public var text: String {
        let lines = [header] + shown
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Writes `sweep.csv` into the folder.
    public func write(to folder: String) throws(BacktestError) { try ResultFiles.write(csv, to: folder + "/sweep.csv") }
}
