import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("Generated panels") struct GeneratePanelTests {
    private func panel(seed: UInt64, symbols: Int, days: Int) throws -> [Bar] {
        var generator = try PanelGenerator(PanelGenerator.Configuration(seed: seed, symbols: symbols, days: days))
        var bars: [Bar] = []
        while generator.next(into: &bars) {}
        return bars
    }

    @Test("a seed gives the same bytes everywhere")
    func golden() throws {
        var bytes: [UInt8] = []
        _ = try PanelGenerator.write(PanelGenerator.Configuration(seed: 1, symbols: 3, days: 100)) {
            (block) throws(GenerateError) in bytes += Array(block)
        }
        #expect(SHA256.hex(bytes) == "e955255bb1ae1f75bb95845f88f99bfa13646cd796573bf806a55facb5bb609a")
        #expect(
            String(decoding: bytes.prefix(50), as: UTF8.self).hasPrefix("time,symbol,open,high,low,close,volume\n2019-01-02,"))
    }

    @Test("bars hold together: low ≤ open, close ≤ high, whole cents, a volume, weekdays in order")
    func consistent() throws {
        let bars = try panel(seed: 2, symbols: 20, days: 1_260)
        #expect(bars.count == 20 * 1_260)
        for bar in bars {
            #expect(bar.low <= min(bar.open, bar.close) && bar.high >= max(bar.open, bar.close) && bar.low > .zero)
            #expect([bar.open, bar.high, bar.low, bar.close].allSatisfy { $0.rawValue % 10_000_000 == 0 })
            #expect(bar.volume > .zero && bar.time % UTC.day == 0 && (1...5).contains((bar.time / UTC.day + 4) % 7))
        }
        #expect(zip(bars, bars.dropFirst()).allSatisfy { ($0.time, $0.symbol) < ($1.time, $1.symbol) })
        #expect(bars.first?.time == UTC.parse("2019-01-02"))
    }

    @Test("daily moves look like shares': 15 % to 60 % a year, correlated at 0.2 to 0.5")
    func lifelike() throws {
        let bars = try panel(seed: 2, symbols: 20, days: 1_260)
        let returns = (1...20 as ClosedRange<UInt32>).map { symbol in
            let closes = bars.filter { $0.symbol.rawValue == symbol }.map(\.close.double)
            return zip(closes.dropFirst(), closes).map { $0 / $1 - 1 }
        }
        for series in returns {
            let yearly = (series.map { $0 * $0 }.reduce(0, +) / Double(series.count) * 252).squareRoot()
            #expect((0.15...0.6).contains(yearly))
        }
        var all: [Double] = []
        for i in returns.indices { for j in 0..<i { all.append(correlation(returns[i], returns[j])) } }
        #expect((0.2...0.5).contains(all.reduce(0, +) / Double(all.count)))
    }
}
