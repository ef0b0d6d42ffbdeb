import PlainData
import Testing
import TradingModel

@testable import MarketData

/// A generated day in memory.
private struct Day {
    var trades: [Trade] = [], quotes: [Quote] = []

    init(seed: UInt64, symbols: Int, trades count: Int) throws {
        var generator = try DayGenerator(DayGenerator.Configuration(seed: seed, symbols: symbols, trades: count))
        while generator.next(trades: &trades, quotes: &quotes) {}
    }
}

private func csv(_ configuration: DayGenerator.Configuration) throws -> (trades: [UInt8], quotes: [UInt8]) {
    var trades: [UInt8] = [], quotes: [UInt8] = []
    _ = try DayFiles.write(
        configuration, trades: { (block) throws(GenerateError) in trades += Array(block) },
        quotes: { (block) throws(GenerateError) in quotes += Array(block) })
    return (trades, quotes)
}

@Suite("Generated days") struct GenerateDayTests {
    /// FIPS 180-4's own examples.
    @Test("the fingerprint is SHA-256")
    func sha256() {
        #expect(SHA256.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(SHA256.hex(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(SHA256.hex(million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("a seed gives the same bytes everywhere")
    func golden() throws {
        let day = try csv(DayGenerator.Configuration(seed: 1, symbols: 3, trades: 500))
        #expect(SHA256.hex(day.trades) == "932cf077735374d478cd46859290126e82cef529508603cbf1b2f34c43046383")
        #expect(SHA256.hex(day.quotes) == "74cdbfac63ae2afc4c2ac8719499e403f90fd222ce1c7cd63fdf2a38f3a7dcd4")
    }

    @Test("another seed gives another day")
    func otherSeed() throws {
        let one = try csv(DayGenerator.Configuration(seed: 1, symbols: 3, trades: 50))
        let two = try csv(DayGenerator.Configuration(seed: 2, symbols: 3, trades: 50))
        #expect(one.trades != two.trades)
    }

    @Test("rows are in the contract's form and read back as what was generated")
    func form() throws {
        let text = String(decoding: try csv(DayGenerator.Configuration(seed: 7, symbols: 2, trades: 40)).trades, as: UTF8.self)
        let rows = text.split(separator: "\n")
        #expect(rows[0] == "time,symbol,price,size")
        #expect(rows.count == 41)
        let day = try Day(seed: 7, symbols: 2, trades: 40)
        for (row, trade) in zip(rows.dropFirst(), day.trades) {
            let fields = row.split(separator: ",").map(String.init)
            #expect(UTC.parse(fields[0]) == trade.eventTime)
            #expect(fields[1] == GeneratedUniverse.symbol(trade.symbol.index - 1))
            #expect(try Price(fields[2]) == trade.price)
            #expect(try Quantity(fields[3]) == trade.size)
        }
    }

    @Test("there are exactly as many trades as were asked for", arguments: [0, 1, 7, 1_000])
    func count(trades: Int) throws {
        #expect(try Day(seed: 3, symbols: 5, trades: trades).trades.count == trades)
    }

    @Test("time never goes back, within the session; prices are whole cents; bid < ask; a trade is at the quote before it")
    func consistent() throws {
        let day = try Day(seed: 11, symbols: 8, trades: 20_000)
        let open = 19_793 * UTC.day + 48_600 * UTC.second
        var last = open, quotes = day.quotes[...]
        var shown: [SymbolID: Quote] = [:]
        for quote in day.quotes {
            #expect(quote.bid < quote.ask && quote.bidSize > .zero && quote.askSize > .zero)
            #expect(quote.bid.rawValue % 10_000_000 == 0 && quote.ask.rawValue % 10_000_000 == 0)
        }
        #expect(zip(day.quotes, day.quotes.dropFirst()).allSatisfy { $0.eventTime <= $1.eventTime })
        for trade in day.trades {
            #expect(trade.eventTime >= last)
            last = trade.eventTime
            while let quote = quotes.first, quote.eventTime < trade.eventTime {
                shown[quote.symbol] = quote
                quotes.removeFirst()
            }
            let quote = try #require(shown[trade.symbol])
            #expect(trade.price == (trade.aggressor == .buy ? quote.ask : quote.bid))
            #expect(trade.size <= (trade.aggressor == .buy ? quote.askSize : quote.bidSize))
            #expect(trade.size > .zero && trade.size.rawValue % Quantity.one == 0)
        }
        #expect(last < open + 23_400 * UTC.second)
    }

    /// The first and the last half hour of thirteen against the quietest: lifelike is two to five.
    @Test("volume is U-shaped over the day")
    func uShape() throws {
        let day = try Day(seed: 5, symbols: 10, trades: 50_000)
        var volume = [Int64](repeating: 0, count: 13)
        for trade in day.trades {
            let second = (trade.eventTime % UTC.day) / UTC.second - 48_600
            volume[Int(second / 1_800)] += trade.size.rawValue / Quantity.one
        }
        let quiet = try #require(volume.min())
        #expect((2.0...5.0).contains(Double(volume[0]) / Double(quiet)))
        #expect((1.6...4.0).contains(Double(volume[12]) / Double(quiet)))
        #expect((3...9).contains(try #require(volume.firstIndex(of: quiet))))
    }

    /// Roll (1984): trades that bounce between bid and ask make successive price changes correlate negatively.
    @Test("prices bounce between bid and ask")
    func bounce() throws {
        let day = try Day(seed: 5, symbols: 10, trades: 50_000)
        for symbol in 1...4 as ClosedRange<UInt32> {
            let prices = day.trades.filter { $0.symbol.rawValue == symbol }.map(\.price.double)
            let changes = zip(prices.dropFirst(), prices).map { $0 - $1 }
            #expect((-0.5 ..< -0.05).contains(correlation(Array(changes.dropLast()), Array(changes.dropFirst()))))
        }
    }

    @Test("the mids of instruments correlate: 0.2 to 0.45 on average over ten minutes, more within a sector")
    func correlated() throws {
        let day = try Day(seed: 5, symbols: 10, trades: 50_000)
        var mids = [[Double]](repeating: [], count: 10), current = [Double](repeating: 0, count: 10)
        var next = 19_793 * UTC.day + 48_600 * UTC.second + 600 * UTC.second
        for quote in day.quotes {
            while quote.eventTime >= next {
                for i in 0..<10 { mids[i].append(current[i]) }
                next += 600 * UTC.second
            }
            current[quote.symbol.index - 1] = (quote.bid.double + quote.ask.double) / 2
        }
        let returns = mids.map { series in zip(series.dropFirst(), series).map { $0 / $1 - 1 } }
        var all: [Double] = [], sameSector: [Double] = []
        for i in 0..<10 {
            for j in 0..<i {
                let value = correlation(returns[i], returns[j])
                all.append(value)
                if GeneratedUniverse.sector(i) == GeneratedUniverse.sector(j) { sameSector.append(value) }
            }
        }
        let average = all.reduce(0, +) / Double(all.count)
        #expect((0.2...0.5).contains(average))
        #expect(sameSector.reduce(0, +) / Double(sameSector.count) > average)
    }

    @Test("activity falls off by Zipf's law: the first instrument trades five times as much as the fifth")
    func powerLaw() throws {
        let day = try Day(seed: 9, symbols: 20, trades: 50_000)
        let counts = day.trades.reduce(into: [Int](repeating: 0, count: 21)) { $0[$1.symbol.index] += 1 }
        #expect((4.0...6.0).contains(Double(counts[1]) / Double(counts[5])))
        #expect((15.0...25.0).contains(Double(counts[1]) / Double(counts[20])))
    }

    @Test("a wrong number is refused with the allowed ones")
    func refused() {
        #expect(throws: GenerateError.outOfRange(name: "the number of symbols", value: 0, allowed: 1...10_000)) {
            try DayGenerator(DayGenerator.Configuration(seed: 1, symbols: 0, trades: 1))
        }
    }
}

func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let meanA = a.reduce(0, +) / Double(a.count), meanB = b.reduce(0, +) / Double(b.count)
    var ab = 0.0, aa = 0.0, bb = 0.0
    for (x, y) in zip(a, b) {
        ab += (x - meanA) * (y - meanB)
        aa += (x - meanA) * (x - meanA)
        bb += (y - meanB) * (y - meanB)
    }
    return ab / (aa * bb).squareRoot()
}
