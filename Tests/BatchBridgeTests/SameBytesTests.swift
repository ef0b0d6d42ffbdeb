import BatchBridge
import Desk
import FloorTesting
import Foundation
import PlainData
import Testing
import Topology
import TradingModel

/// The package's own topologies and panel.
private enum Package {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func topology(_ name: String, _ overrides: [String]) throws -> CheckedTopology {
        try TopologyFile.check(path: "\(root)/topologies/\(name)", against: Kinds.catalog, overrides: overrides)
    }
    static func panel(_ overrides: [String] = []) throws -> CheckedTopology {
        try topology("panel.yaml", ["sources.bars.path=\(root)/replay-data/panel.csv.gz"] + overrides)
    }
}

@Suite("Two years of thirty names") struct SameBytesTests {
    static let files = ["equity.csv", "trades.csv", "kpis.json", "report.html"]

    private func run(batch: Int, _ overrides: [String] = []) throws -> (result: BacktestResult, files: [Data]) {
        var settings = BacktestSettings()
        settings.batch = batch
        settings.range = DayRange(to: UTC.parse("2020-12-31"))
        let folder = try Folder(), result = try Backtest(Package.panel(overrides), settings: settings).run()
        try ResultFiles.write(result, to: folder.path)
        return (result, try Self.files.map { try folder.bytes($0) })
    }

    @Test("the same bytes of every file, run again and with other batch sizes")
    func sameBytes() throws {
        let first = try run(batch: 16_384)
        #expect(first.result.trades.count > 500)
        for batch in [16_384, 1_024, 64] {
            let again = try run(batch: batch)
            for (name, (a, b)) in zip(Self.files, zip(first.files, again.files)) { #expect(a == b, "\(name) at \(batch)") }
        }
    }

    /// The expected values are those of a second desk: 60 lines of Python with decimals, one loop over the days, written from
    /// the operators' descriptions. It agreed on all 3,429 trades and on the equity of every session to the last digit.
    @Test("all five years are what a second implementation of the desk makes of them")
    func secondImplementation() throws {
        let result = try Backtest(Package.panel()).run()
        #expect(result.sessions.count == 1_260 && result.trades.count == 3_429)
        #expect(result.sessions.last?.equity.description == "1500483.98")
        #expect(result.sessions[629].equity.description == "1167240.88")
        #expect(result.kpis.traded.description == "38254963.32")
        #expect(result.warnings.isEmpty)
    }

    @Test("the order list's hash tells runs that order differently apart, and no others")
    func orderList() throws {
        let base = try run(batch: 1_024).result.orderListHash
        let slower = try run(batch: 1_024, ["operators.slow.period=80"]).result.orderListHash
        let elsewhere = try run(batch: 1_024, ["sessions.broker.port=9999"]).result.orderListHash
        #expect(slower != base && elsewhere == base)
    }

    /// Limit orders at the last close: some trade at the open, some at their limit, some not at all.
    @Test("with limit orders, day orders expire and the books still agree", arguments: ["0", "-50", "20"])
    func limits(offset: String) throws {
        let result = try run(batch: 1_024, ["operators.drift.ord_type=limit", "operators.drift.offset=\(offset)"]).result
        #expect(result.trades.contains { !$0.isMaker } && result.orders.expired > 0 && result.anomalies == 0)
        if offset != "20" { #expect(result.trades.contains { $0.isMaker }) }
        let flows = result.trades.reduce(Notional.zero) { $0 + $1.cashFlow }
        #expect(result.sessions.first?.equity.description == "1000000")
        let last = try #require(result.sessions.last)
        #expect(last.cash == Notional(rawValue: 1_000_000 * 100_000_000_000_000_000) + flows)
        #expect(result.instruments.reduce(Notional.zero) { $0 + $1.profit } == last.equity - (last.cash - flows))
    }

    @Test("no file of the report's names a clock or asks the network")
    func selfContained() throws {
        let page = String(decoding: try run(batch: 1_024).files[3], as: UTF8.self)
        for word in ["http", "src=", "@import", "url("] { #expect(!page.contains(word)) }
        #expect(page.contains("<polyline") && page.contains("<polygon"))
    }

    @Test("20 names from 1990 to 2022, closes alone", .enabled(if: ReferenceData.isPresent))
    func closes() throws {
        let path = ReferenceData.folder.appendingPathComponent("daily-panels/skfolio_sp500_dataset.csv.gz").path
        var settings = BacktestSettings()
        settings.range = DayRange(to: UTC.parse("1995-12-31"))
        let result = try Backtest(Package.topology("sp500-closes.yaml", ["sources.bars.path=\(path)"]), settings: settings).run()
        #expect(result.sessions.count == 1_517 && result.trades.count > 100 && result.anomalies == 0)
        #expect(result.orders.rejected == 0 && result.decisions[.block] == nil)
    }
}

@Suite("Sweeps") struct SweepTests {
    @Test("KEY=a,b,c, and every combination of several")
    func axes() throws {
        let axes = [try SweepAxis("a.b=1,2"), try SweepAxis("c=x,y,z")]
        let runs = SweepAxis.combinations(axes).map { $0.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
        #expect(runs == ["a.b=1 c=x", "a.b=1 c=y", "a.b=1 c=z", "a.b=2 c=x", "a.b=2 c=y", "a.b=2 c=z"])
        for bad in ["", "a", "=1", "a=", "a=1,,2"] { #expect(throws: SweepFlaw.self) { try SweepAxis(bad) } }
    }

    @Test("one row a run, with its values, figures and the order list's hash")
    func table() throws {
        let axes = [try SweepAxis("operators.drift.band=2000,9000")]
        var table = SweepTable(axes)
        for value in axes[0].values {
            table.add([value], try TinyPanel.run(TinyPanel.rows, ["operators.drift.band=\(value)"]))
        }
        let rows = table.csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows.count == 3 && rows.allSatisfy { $0.count == rows[0].count })
        #expect(rows[0].prefix(2) == ["run", "operators.drift.band"] && rows[1].prefix(2) == ["1", "2000"])
        // −0.112 = (8880 − 10000) / 10000, without fees; a band of 90 % of the equity is never left.
        #expect(Double(rows[1][2]).map { abs($0 + 0.112) < 1e-12 } == true)
        #expect(rows[2][2] == "0" && rows[2].last == "cbf29ce484222325")
    }
}
