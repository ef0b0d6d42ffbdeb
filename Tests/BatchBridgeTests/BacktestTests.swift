import BatchBridge
import Foundation
import MarketData
import PaperVenue
import PlainData
import Testing
import Topology
import TradingModel

@Suite("The desk over history, by hand") struct BacktestTests {
    /// A closes at 110 on day 2, its EMA 2 at (100 + 110) / 2 = 105: long half of 10000, ⌊5000 / 110⌋ = 45, at day 3's
    /// open of 111. At 112 the EMA 2 is 105 + 2/3·7, still long; 45·112 is within the band of 2000 of 5000. At 90 it is
    /// above the price: short ⌊5000 / 90⌋ = 55, so 100 are sold at day 5's open of 91.
    ///
    /// At 10 bps: 10000 − 4995 − 4.995 = 5000.005; 5000.005 + 9100 − 9.1 = 14090.905. Equity 5000.005 + 45·112 and
    /// + 45·90, then 14090.905 − 55·95.
    @Test("five days of two symbols: every fill, the cash and the equity")
    func fiveDays() throws {
        var settings = BacktestSettings()
        settings.fees = try FeeSchedule(makerBps: "10", takerBps: "10")
        let result = try TinyPanel.run(settings: settings)
        let trades = result.trades.map { "\(UTC.text($0.time).prefix(10)) \($0.side) \($0.quantity) @ \($0.price)" }
        #expect(trades == ["2024-01-03 buy 45 @ 111", "2024-01-05 sell 100 @ 91"])
        #expect(result.sessions.map(\.cash.description) == ["10000", "10000", "5000.005", "5000.005", "14090.905"])
        #expect(result.sessions.map(\.equity.description) == ["10000", "10000", "10040.005", "9050.005", "8865.905"])
        // 45 · (91 − 111) − 4.995 − 9.1, the closing fill's whole fee with it.
        #expect(result.roundTrips.map(\.profit.description) == ["-914.095"])
        #expect(result.instruments.map(\.profit.description) == ["-1134.095"])
        #expect(result.orders == OrderCounts(new: 2, filled: 2))
        #expect(result.warmUp == 2 && result.anomalies == 0 && result.decisions == [.ok: 2])
    }

    /// With the same closes alone, 45 are bought at day 3's close of 112 and 100 sold at day 5's of 95.
    @Test("a file of closes fills at the next close")
    func closes() throws {
        let rows = "Date,A,B\n2024-01-01,100,50\n2024-01-02,110,50\n2024-01-03,112,50\n2024-01-04,90,\n2024-01-05,95,50\n"
        let result = try TinyPanel.run(rows, format: "closes-csv")
        #expect(result.trades.map(\.price.description) == ["112", "95"])
        #expect(result.sessions.last?.equity.description == "9235")  // 10000 − 45·112 + 100·95 − 55·95
        let words = try #require(try? kpis(result))
        #expect(words.contains("next close"))
    }

    /// From day 2 on the EMA 2 begins there: its first value is on day 3, (110 + 112) / 2 = 111 < 112, so long from then.
    @Test("--from and --to cut history, both days included")
    func range() throws {
        var settings = BacktestSettings()
        settings.range = DayRange(from: TinyPanel.day("2024-01-02"), to: TinyPanel.day("2024-01-04"))
        let result = try TinyPanel.run(settings: settings)
        #expect(result.sessions.map { UTC.text($0.date).prefix(10) } == ["2024-01-02", "2024-01-03", "2024-01-04"])
        #expect(result.trades.map(\.price.description) == ["113"])
        // Decided on the last day, so nothing could fill it.
        #expect(result.orders == OrderCounts(new: 2, filled: 1, open: 1))
    }

    @Test("an order that compliance blocks does not reach the venue, and is counted")
    func blocked() throws {
        let result = try TinyPanel.run(TinyPanel.rows, ["limits.max_quantity=40"])
        #expect(result.trades.isEmpty && result.orders.new == 0)
        #expect((result.decisions[.block] ?? 0) > 0 && (result.triggers[.maxQuantity] ?? 0) > 0)
        #expect(result.kpis.sharpe == nil && result.kpis.winRate == nil && result.kpis.totalReturn == 0)
    }

    @Test("the account may begin with another amount than the drift's equity")
    func equity() throws {
        var settings = BacktestSettings()
        settings.equity = try Notional("25000.5")
        let result = try TinyPanel.run(settings: settings)
        #expect(result.trades.first?.quantity.description == "45")
        #expect(result.sessions.first?.equity.description == "25000.5")
    }

    private func kpis(_ result: BacktestResult) throws -> String {
        let folder = try Folder()
        try ResultFiles.write(result, to: folder.path)
        return String(decoding: try folder.bytes("kpis.json"), as: UTF8.self)
    }
}

@Suite("What a backtest refuses") struct BacktestRefusalTests {
    private func refusal(_ rows: String = TinyPanel.rows, _ change: (String) -> String = { $0 }) -> String {
        do {
            let folder = try Folder(), path = try folder.write("panel.csv", rows)
            let topology = try TinyPanel.checked(change(TinyPanel.topology(path)))
            _ = try Backtest(topology).run()
            return "nothing"
        } catch { return "\(error)" }
    }

    @Test("a topology without a file of bars, or with two")
    func sources() {
        let trades = refusal {
            $0.replacing("from: bars,", with: "from: made,").replacing("prices: bars", with: "prices: made")
                .replacing("format: panel-csv", with: "format: trades-csv")
                .replacing("operators:", with: "operators:\n  made: { kind: time-bars, from: bars, every: 1m }")
        }
        #expect(trades.contains("no source is a file of bars"))
        let two = refusal {
            $0.replacing("sources:", with: "sources:\n  more: { kind: file, path: x.csv, format: bars-csv }")
                .replacing("slow: { kind: ema, from: bars", with: "slow: { kind: ema, from: more")
        }
        #expect(two.contains("2 sources are files of bars (bars, more)") || two.contains("(more, bars)"))
    }

    @Test("a topology without a fix sink")
    func sink() {
        let refused = refusal {
            $0.replacing(
                "orders: { kind: fix, session: broker, from: intents }", with: "out: { kind: csv, path: out.csv, from: intents }")
        }
        #expect(refused.hasPrefix("tiny.yaml: no sink sends orders"))
    }

    @Test("a file that is not there, is not sorted, or has a bar twice")
    func files() throws {
        #expect(refusal { $0.replacing("panel.csv\"", with: "nothing.csv\"") }.contains("nothing.csv: cannot be read"))
        let unsorted = TinyPanel.rows + "2024-01-02,A,100,100,100,100,\n"
        #expect(refusal(unsorted).contains("the bar of A that begins 2024-01-02T00:00:00Z comes after bars that end"))
        let twice = TinyPanel.rows + "2024-01-05,A,95,95,95,95,\n"
        #expect(refusal(twice).contains("A has two bars that begin 2024-01-05T00:00:00Z"))
        let flaw = TinyPanel.rows + "2024-01-06,A,95,95,x,95,\n"
        #expect(refusal(flaw).contains("panel.csv:12: low \"x\""))
        #expect(refusal("time,symbol,open,high,low,close,volume\n").contains("no bars at all"))
    }

    @Test("a range without days")
    func emptyRange() throws {
        var settings = BacktestSettings()
        settings.range = DayRange(from: TinyPanel.day("2030-01-01"))
        #expect(throws: BacktestError.self) { try TinyPanel.run(settings: settings) }
    }

    @Test("more bars at one time than a run takes")
    func tooMany() throws {
        var settings = BacktestSettings()
        settings.batch = 1
        #expect(throws: BacktestError.self) { try TinyPanel.run(settings: settings) }
    }

    @Test("a folder that cannot be made")
    func folder() throws {
        let folder = try Folder(), file = try folder.write("file", "")
        #expect(throws: BacktestError.self) { try ResultFiles.prepare(file + "/out") }
    }
}
