import FloorTesting
import Foundation
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// Minute bars that others publish, rebuilt from the ticks that they publish beside them.
@Suite("minute bars against published ones", .enabled(if: ReferenceData.isPresent, "needs the reference data: set FLOOR_DATA"))
struct LeanBarsTests {
    /// Prints that set no price: LEAN's rule for its equity bars, found by fitting.
    private static let unpriced: Set<String> = ["20", "20000020", "20100200", "20100000", "20040200", "20000200", "1000000"]

    /// - Returns: the bars by their start in milliseconds of the day.
    private func bars(_ trades: [Trade]) -> [Int64: Bar] {
        let run = Harness()
        let source = run.graph.source("trades", Trade.self)
        let bars = run.collect(run.graph.add("bars", TimeBars(length: 60 * UTC.second), from: source.edge).out)
        run.send(all: trades, to: source)
        run.end()
        return Dictionary(uniqueKeysWithValues: bars.elements.map { ($0.time / 1_000_000, $0) })
    }

    /// Prices in ten-thousandths, as published. The README of the data counts the few minutes, with an auction or a late print, that differ.
    @Test(
        "LEAN's: prices from eligible prints, volume from all, at least 99 of 100 minutes",
        arguments: [
            ("aig", "20131009"), ("ibm", "20131007"), ("ibm", "20131008"), ("ibm", "20131009"),
        ])
    func minutes(ticker: String, day: String) throws {
        var priced: [Trade] = [], all: [Trade] = []
        for line in try ReferenceData.lines("lean-equity/tick/\(ticker)/\(day)_trade.zip") {
            let cells = line.split(separator: ",")
            let time = try #require(Int64(cells[0])), price = try #require(Int64(cells[1])), size = try #require(Int64(cells[2]))
            let trade = Trade(
                eventTime: time * 1_000_000, symbol: one, price: Price(rawValue: price * 100_000), size: Quantity(units: size))
            all.append(trade)
            if cells[5] == "0", !Self.unpriced.contains(String(cells[4])) { priced.append(trade) }
        }
        let (prices, volumes) = (bars(priced), bars(all))
        var (rows, samePrices, sameVolumes) = (0, 0, 0)
        for line in try ReferenceData.lines("lean-equity/minute/\(ticker)/\(day)_trade.zip") {
            let cells = line.split(separator: ",").compactMap { Int64($0) }
            let bar = prices[cells[0]], volume = volumes[cells[0]]?.volume
            rows += 1
            samePrices +=
                bar.map { [$0.open, $0.high, $0.low, $0.close].map { $0.rawValue / 100_000 } == Array(cells[1...4]) } ?? false
                ? 1 : 0
            sameVolumes += volume == Quantity(units: cells[5]) ? 1 : 0
        }
        print("LEAN \(ticker) \(day): of \(rows) minutes \(samePrices) have the published prices, \(sameVolumes) the volume")
        #expect(rows > 400 && samePrices * 100 >= rows * 99 && sameVolumes * 100 >= rows * 99)
    }
}
