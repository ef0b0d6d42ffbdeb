import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("recorded files", .enabled(if: recordedData != nil, "needs the recorded data"))
struct RecordedFilesTests {
    private let names = Names()

    private func path(_ name: String) throws -> String { try #require(recordedData).appending(path: name).path }

    /// Expected: counted with awk, and the data's own law that every visible execution takes its size from the best quote
    /// of the row before.
    @Test("LOBSTER: the day's trades and quotes are all there, and agree with each other")
    func lobster() throws {
        let file = try MarketFile(
            path("lobster/AMZN_2012-06-21_34200000_57600000_message_1.csv.gz"), format: .lobster, names: names)
        let trades = try all(#require(file.trades))
        let quotes = try all(#require(file.quotes), buffer: 1_000)
        #expect(trades.count == 8_974 + 2_445)
        #expect(trades.reduce(Quantity.zero) { $0 + $1.size } == Quantity(units: 613_248 + 197_507))
        #expect(trades.reduce(Notional.zero) { $0 + Notional($1.price, $1.size) }.description == "180502248.915")
        #expect(quotes.count == 55_071)
        #expect(quotes.allSatisfy { $0.bid < $0.ask && $0.bidSize > .zero && $0.askSize > .zero })
        #expect(UTC.text(trades[0].eventTime) == "2012-06-21T13:30:00.017459617Z" && names.text(of: trades[0].symbol) == "AMZN")
        #expect(trades[0].price.description == "223.82" && trades[0].aggressor == .buy)
        #expect(zip(trades, trades.dropFirst()).allSatisfy { $0.0.eventTime <= $0.1.eventTime })

        // A buyer pays the ask and a seller gets the bid of the row before; a hidden order need not stand there.
        func rows(_ name: String) throws -> [[String]] {
            try unpacked(URL(filePath: path("lobster/AMZN_2012-06-21_34200000_57600000_\(name)_1.csv.gz"))).split(separator: 10)
                .map { $0.split(separator: 44).map { String(decoding: $0, as: UTF8.self) } }
        }
        let (messages, book) = (try rows("message"), try rows("orderbook"))
        var visible = 0
        for trade in trades where messages[Int(trade.tradeID) - 1][1] == "4" {
            let before = book[Int(trade.tradeID) - 2]
            let column = trade.aggressor == .buy ? 0 : 2
            let best = try #require(Int64(before[column]))
            visible += trade.price.rawValue == best * 100_000 ? 1 : 0
        }
        #expect(visible == 8_974)
    }

    @Test("LOBSTER: messages without a book beside them are trades without quotes")
    func lobsterWithoutBook() throws {
        let file = try MarketFile(
            path("lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv.gz"), format: .lobster, names: names)
        #expect(file.quotes == nil)
        #expect(try all(#require(file.trades)).count > 1_000)
    }

    /// Expected: every line read by Foundation.
    @Test("Binance: a raw capture gives its trades and best quotes, exactly")
    func binance() throws {
        let path = try path("binance-ws-captures/spot_btcusdt_20240808.gz")
        let file = try MarketFile(path, format: .binance, names: names)
        let trades = try all(#require(file.trades))
        let quotes = try all(#require(file.quotes))
        #expect(trades.count == 9_757 && quotes.count == 28_040)
        var expectedTrades: [[String]] = []
        var expectedQuotes: [[String]] = []
        for line in try unpacked(URL(filePath: path)).split(separator: 10) {
            let text = String(decoding: line, as: UTF8.self)
            guard text.contains("@trade") || text.contains("@bookTicker") else { continue }
            let time = try #require(Int64(text.prefix(19)))
            let object = try JSONSerialization.jsonObject(with: Data(line.dropFirst(20))) as? [String: Any]
            let data = try #require(object?["data"] as? [String: Any])
            func field(_ key: String) throws -> String { try #require(data[key] as? String) }
            if text.contains("@trade") {
                expectedTrades.append([
                    UTC.text(time), try field("s"), try Price(field("p")).description, try Quantity(field("q")).description,
                    data["m"] as? Bool == true ? "2" : "1", "\(try #require(data["t"] as? Int))",
                ])
            } else {
                expectedQuotes.append([
                    UTC.text(time), try field("s"), try Price(field("b")).description, try Quantity(field("B")).description,
                    try Price(field("a")).description, try Quantity(field("A")).description,
                ])
            }
        }
        #expect(texts(trades, names) == expectedTrades)
        #expect(texts(quotes, names) == expectedQuotes)
        #expect(zip(trades, trades.dropFirst()).allSatisfy { $0.0.tradeID + 1 == $0.1.tradeID })
    }

    /// Expected: the fields that are not empty, counted with awk.
    @Test(
        "wide panels of closes: every price is a bar",
        arguments: [("skfolio_sp500_dataset", 166_260), ("pyportfolioopt_stock_prices", 106_931)])
    func panels(name: String, count: Int) throws {
        let path = try path("daily-panels/\(name).csv.gz")
        #expect(MarketFile.detect(path) == .closesCSV)
        let bars = try all(#require(MarketFile(path, format: .closesCSV, names: names).bars), buffer: 4_096)
        #expect(bars.count == count && bars.allSatisfy { $0.closeTime - $0.time == UTC.day })
        #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.0.time <= $0.1.time })
    }
}

@Suite("files by their names and first lines")
struct MarketFileTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    /// Expected: Python's zoneinfo.
    @Test(
        "midnight in New York, on both sides of the clock changes",
        arguments: [
            ("2012-06-21", 1_340_251_200), ("2012-03-10", 1_331_355_600), ("2012-03-11", 1_331_442_000),
            ("2012-03-12", 1_331_524_800),
            ("2012-11-04", 1_352_001_600), ("2012-11-05", 1_352_091_600), ("2007-03-11", 1_173_589_200),
            ("2007-03-12", 1_173_672_000),
            ("2020-01-15", 1_579_064_400), ("2023-03-12", 1_678_597_200), ("2023-03-13", 1_678_680_000),
            ("2023-11-05", 1_699_156_800),
            ("2023-11-06", 1_699_246_800),
        ])
    func newYork(date: String, seconds: Int64) throws {
        #expect(NewYork.midnight(day: try #require(UTC.parse(date)) / UTC.day) == seconds * UTC.second)
    }

    @Test("LOBSTER: seconds become the nearest nanosecond")
    func lobsterTimes() {
        for (text, expected) in [
            ("34200", 34_200_000_000_000), ("34200.5", 34_200_500_000_000), ("35821.088778456004", 35_821_088_778_456),
            ("0.0000000005", 1), ("0.00000000049", 0), ("1.9999999996", 2_000_000_000),
        ] as [(String, Int64)] {
            #expect(Array(text.utf8).withUnsafeBytes { LobsterMessage.nanoseconds($0) } == expected)
        }
        for text in ["", ".", "-1", "1e3", "172800", "99999999999999999999", "1.2.3"] {
            #expect(Array(text.utf8).withUnsafeBytes { LobsterMessage.nanoseconds($0) } == nil)
        }
    }

    @Test("LOBSTER: rows that do not fit are named, and so are names that do not say the day")
    func lobster() throws {
        let name = "XYZ_2012-06-21_34200000_57600000_"
        let messages = try scratch.file(
            name + "message_1.csv", "34200.5,4,1,100,1000000,1\n34201,5,0,7,1000100,-1\n34202,1,2,5,999900,1\n")
        let book = try scratch.file(name + "orderbook_1.csv", "1000100,5,999900,6\n1000100,5,999900,6\n9999999999,0,999900,11\n")
        #expect(MarketFile.detect(messages) == .lobster)
        let file = try MarketFile(book, format: .lobster, names: names)
        #expect(
            try texts(all(#require(file.trades)), names) == [
                ["2012-06-21T13:30:00.500Z", "XYZ", "100", "100", "2", "1"],
                ["2012-06-21T13:30:01Z", "XYZ", "100.01", "7", "1", "2"],
            ])
        #expect(
            try texts(all(#require(file.quotes)), names) == [
                ["2012-06-21T13:30:00.500Z", "XYZ", "99.99", "6", "100.01", "5"],
                ["2012-06-21T13:30:02Z", "XYZ", "99.99", "11", "", "0"],
            ])
        _ = try scratch.file(name + "orderbook_1.csv", "1000100,5,999900,6\n")
        let short = try #require(throws: MarketDataError.self) { try all(LobsterQuotes(LobsterFiles(messages), names: names)) }
        #expect(short.description.contains("orderbook_1.csv:1: the file ends here"))
        let bad = try scratch.file(name + "message_2.csv", "34200.5,4,1,100,1000000,1\n34201,9,0,7,1000100,-1\n")
        let error = try #require(throws: MarketDataError.self) { try all(LobsterTrades(LobsterFiles(bad), names: names)) }
        #expect(error.description.contains("message_2.csv:2: type \"9\" is no type; types are 1 to 7"))
        #expect(throws: MarketDataError.self) { try LobsterFiles("/x/trades.csv") }
        #expect(throws: MarketDataError.self) { try LobsterFiles("X_2012-02-30_1_2_message_1.csv") }
    }

    @Test("no bytes make the readers fail otherwise than by their error")
    func fuzz() throws {
        let lobsterSeed = Array("34200.5,4,1,100,1000000,1\n34201,5,0,7,1000100,-1\n34202,1,2,5,999900,1\n".utf8)
        let binanceSeed = Array(
            (#"1723161254087891268 {"stream":"btcusdt@bookTicker","data":{"u":5,"s":"BTCUSDT","b":"6.1","B":"3.7","a":"6.2","A":"1.5"}}"#
                + "\n"
                + #"1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","t":37,"p":"61837.63","q":"0.02","m":true}}"#
                + "\n").utf8)
        var random = SplitMix64(seed: 3), (read, refused) = (0, 0)
        for _ in Fuzz.rounds(1_500, of: "LOBSTER and Binance files") {
            for (seed, name) in [(lobsterSeed, "A_2012-06-21_1_2_message_1.csv"), (binanceSeed, "capture")] {
                var bytes = seed
                for _ in 0...random.below(3) {
                    let place = random.below(bytes.count)
                    switch random.below(3) {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(Array(",\n-.9e{}\"".utf8)[random.below(9)], at: place)
                    }
                }
                let path = try scratch.file(name, bytes)
                do {
                    if name == "capture" {
                        _ = try all(BinanceTrades(path, names: names))
                        _ = try all(BinanceQuotes(path, names: names))
                    } else {
                        _ = try all(LobsterTrades(LobsterFiles(path), names: names))
                    }
                    read += 1
                } catch is MarketDataError { refused += 1 }
            }
        }
        // Some damage is none to a reader, and some is.
        #expect(read > 0 && refused > 0)
    }

    @Test("the first line shows the format")
    func detect() throws {
        for (header, format) in [
            ("symbol,time,size,price", FileFormat.tradesCSV), ("time,symbol,bid,bid_size,ask,ask_size", .quotesCSV),
            ("time,symbol,open,high,low,close,volume", .barsCSV), ("time,symbol,weight", .targetsCSV),
            ("Date,AAPL,MSFT", .closesCSV),
            ("time,action,cl_ord_id,symbol", .ordersCSV), ("time,msg_type,cl_ord_id", .reportsCSV),
            ("1723161253937085768 {\"stream\":\"x\"}", .binance),
        ] {
            #expect(MarketFile.detect(try scratch.file("f", header + "\n")) == format)
        }
        #expect(MarketFile.detect(try scratch.file("f", "hello\n")) == nil && MarketFile.detect("/no/such") == nil)
    }
}
