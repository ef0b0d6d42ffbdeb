import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("bars of any kind, from a topology") struct BarKindsTests {
    /// 2024-11-29, the day after Thanksgiving: New York trades from 14:30 to 18:00 UTC.
    private static let day: Int64 = 1_732_838_400 * UTC.second

    /// The rows of an output of the operator `bars`, over trades at (minute of the day, price, size), without the symbol.
    private func rows(_ bars: String, output: String = "bars", of trades: [(Int64, Int64, Int64)]) throws -> [[String: String]] {
        let topology = try TopologyFile.check(
            text: """
                topology: t
                sources: { trades: { kind: file, path: t.csv, format: trades-csv } }
                operators: { bars: { \(bars), from: trades } }
                sinks: { out: { kind: "null", from: \(output) } }
                """, named: "t.yaml", against: Kinds.catalog)
        let assembly = Assembly(topology, names: Names(), day: 2_000)
        let source = try #require(assembly.topology.vertex("trades")), sink = try #require(assembly.topology.vertex("out"))
        let port = try #require(assembly.port(source, as: Trade.self)), seen = Rows()
        attach(assembly, sink.inputs[0], seen, Elements.type(named: sink.inputs[0].element))
        let driver = GraphDriver(assembly.graph)
        for (minute, price, size) in trades {
            let trade = Trade(
                eventTime: Self.day + minute * 60 * UTC.second, symbol: SymbolID(rawValue: 1),
                price: Price(rawValue: price * Price.one), size: Quantity(units: size))
            driver.offer(trade, to: port)
        }
        driver.end()
        driver.run()
        return seen.rows
    }
    private final class Rows { var rows: [[String: String]] = [] }
    private func attach<T: Element>(_ assembly: Assembly, _ read: CheckedEdge, _ seen: Rows, _ type: T.Type) {
        guard let edge = assembly.edge(read) as? Edge<T> else { return }
        assembly.graph.sink("seen", from: edge) { offer in
            for i in 0..<offer.count {
                let (names, values) = offer[i].described(assembly.names)
                seen.rows.append(Dictionary(uniqueKeysWithValues: zip(names, values)))
            }
            return offer.count
        }
    }
    private let trades: [(Int64, Int64, Int64)] = [
        (840, 1, 5), (871, 10, 5), (899, 11, 5), (931, 12, 30), (885, 9, 1), (1_110, 99, 1),
    ]

    @Test("a calendar's bars begin with the opening and end with the close; what lies outside is late")
    func calendar() throws {
        let half = try rows("kind: time-bars, every: 30m, calendar: XNYS", of: trades)
        #expect(half.map { $0["time"] } == ["2024-11-29T14:30:00Z", "2024-11-29T15:30:00Z"])
        let days = try rows("kind: time-bars, every: 1d, calendar: XNYS", of: trades)
        #expect(days.map { $0["time"] } == ["2024-11-29T00:00:00Z"] && days[0]["close_time"] == "2024-11-29T18:00:00Z")
        #expect(days[0]["volume"] == "41" && days[0]["open"] == "10")
        let late = try rows("kind: time-bars, every: 30m, calendar: XNYS", output: "bars.late", of: trades)
        #expect(late.map { $0["price"] } == ["1", "9", "99"])
    }
    @Test("a window without a trade is flat, a bar is said again when a trade comes late")
    func flatAndCorrected() throws {
        let flat = try rows("kind: time-bars, every: 30m, calendar: XNYS, empty: flat", of: trades)
        #expect(flat.prefix(3).map { $0["trades"] } == ["2", "0", "1"] && flat[1]["close"] == "11")
        let corrected = try rows("kind: time-bars, every: 30m", output: "bars.corrections", of: trades)
        #expect(corrected.count == 1 && corrected[0]["time"] == "2024-11-29T14:30:00Z" && corrected[0]["revision"] == "1")
        #expect(corrected[0]["volume"] == "11" && corrected[0]["low"] == "9" && corrected[0]["close"] == "9")
    }
    /// By hand: 46 are traded; (5 + 5), then 5 + 5 of the 30, two tens of it, and 5 + 1 + 1 are open.
    @Test("bars that trades fill, by their keys")
    func filled() throws {
        #expect(try rows("kind: volume-bars, volume: 10", of: trades).map { $0["volume"] } == ["10", "10", "10", "10"])
        #expect(try rows("kind: volume-bars, volume: 10, split: false", of: trades).map { $0["volume"] } == ["10", "35"])
        #expect(try rows("kind: tick-bars, ticks: 3", of: trades).map { $0["trades"] } == ["3", "3"])
        #expect(try rows("kind: dollar-bars, dollars: 55", of: trades).first?["volume"] == "10")
        #expect(try rows("kind: range-bars, range: 5", of: trades).map { $0["close"] } == ["10", "99"])
        #expect(try rows("kind: renko-bars, brick: 9", of: trades).first?["close"] == "10")
        #expect(try rows("kind: tick-imbalance-bars, ticks: 2", of: trades).isEmpty == false)
        #expect(try rows("kind: dollar-run-bars, ticks: 2", of: trades).isEmpty == false)
    }
}
