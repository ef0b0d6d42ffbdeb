import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel

@testable import PaperVenue

@Suite("Tapes from files") struct FileTapeTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tape-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    private func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        return folder + "/" + name
    }
    private func read(_ path: String) throws -> [String] {
        let names = Names()
        var tape = try FileTape(path, names: names)
        var lines: [String] = []
        while let event = try tape.next() {
            switch event {
            case .trade(let trade): lines.append("\(trade.eventTime) trade \(trade.symbol.text(names)) \(trade.price)")
            case .book(let delta):
                lines.append(
                    "\(delta.eventTime) \(delta.action) \(delta.symbol.text(names)) \(delta.orderID) \(delta.size)@\(delta.price)"
                )
            case .quote(let quote): lines.append("\(quote.eventTime) quote \(quote.symbol.text(names)) \(quote.bid) \(quote.ask)")
            }
        }
        return lines
    }
    private let trades = "time,symbol,price,size\n1000000001,A,5,1\n1000000003,B,6,1\n"
    private let quotes = "time,symbol,bid,bid_size,ask,ask_size\n1000000000,A,4,1,5,1\n1000000003,B,5,1,6,1\n1000000004,A,,,5,1\n"

    @Test("a folder's trades and quotes are merged by time, the trade first where they are equal")
    func merged() throws {
        _ = try write("trades.csv", trades)
        _ = try write("quotes.csv", quotes)
        #expect(
            try read(folder) == [
                "1000000000 quote A 4 5", "1000000001 trade A 5", "1000000003 trade B 6", "1000000003 quote B 5 6",
                "1000000004 quote A  5",
            ])
    }

    @Test("a file of either form is a tape, told by its header")
    func single() throws {
        let first = try write("some.csv", trades), second = try write("other.csv", quotes)
        #expect(try read(first) == ["1000000001 trade A 5", "1000000003 trade B 6"])
        #expect(try read(second).count == 3)
        #expect(try FileTape(first, names: Names()).hasQuotes == false)
    }

    @Test("a book of single orders is a tape of its own, whose best levels are its quotes")
    func byOrder() throws {
        let path = try write(
            "day.csv",
            "time,symbol,action,side,price,size,order_id,flags\n1000000001,A,add,buy,5,3,11,128\n1000000002,A,fill,buy,5,1,11,0\n"
        )
        #expect(try read(path) == ["1000000001 add A 11 3@5", "1000000002 fill A 11 1@5"])
        #expect(try FileTape(path, names: Names()).hasQuotes)
    }

    /// Databento's file has 8,725 records, all of them orders that are added (counted by databento-dbn).
    @Test("a DBN file of the schema mbo is read order by order", .enabled(if: ReferenceData.isPresent))
    func mbo() throws {
        let path = ReferenceData.folder.appendingPathComponent("databento-dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst").path
        let lines = try read(path)
        #expect(lines.count == 8_725 && lines.allSatisfy { $0.contains(" add ") })
    }

    @Test("what is no tape is one clear error")
    func errors() throws {
        func message(_ path: String) -> String {
            do {
                _ = try read(path)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message(folder + "/none.csv").hasSuffix("none.csv: there is no such file or folder"))
        #expect(message(folder).hasSuffix("the folder holds neither trades.csv nor quotes.csv (plain or .gz)"))
        #expect(
            message(try write("a.csv", "x,y\n1,2\n")).hasSuffix(
                "it is none of trades-csv, quotes-csv, book-csv, LOBSTER, a Binance capture, DBN, ITCH and a tick file"))
        #expect(message(try write("b.csv", trades + "1000000001,A,5,1\n")).contains("time goes back"))
        #expect(message(try write("c.csv", trades + "1000000009,A,-,1\n")).contains("c.csv:4: price"))
    }

    @Test("instruments are read from beside the tape, in any order of columns")
    func instruments() throws {
        let names = Names()
        #expect(try InstrumentFile.read(besideTape: folder, names: names).isEmpty)
        _ = try write("instruments.csv", "lot_size,symbol,tick_size,currency,sector\n1,A,0.01,USD,X\n0.001,B,0.5,EUR,Y\n")
        let found = try InstrumentFile.read(besideTape: folder, names: names)
        #expect(found.map { $0.symbol.text(names) } == ["A", "B"])
        #expect(found.map(\.tickSize) == [cents(1), cents(50)])
        #expect(found.map(\.lotSize.description) == ["1", "0.001"])
        for text in [
            "symbol\nA\n", "symbol,tick_size,lot_size\nA,1\n", "symbol,tick_size,lot_size\n,1,1\n",
            "symbol,tick_size,lot_size\nA,-1,1\n",
        ] {
            #expect(throws: VenueError.self) { try InstrumentFile.parse(text, path: "f", names: names) }
        }
    }

    @Test("the data in replay-data is a tape", .timeLimit(.minutes(1)))
    func replayData() throws {
        var tape = try FileTape(replayDay, names: Names())
        var count = 0, last = Int64.min
        while let event = try tape.next() {
            count += 1
            #expect(event.eventTime >= last)
            last = event.eventTime
        }
        #expect(count == 90_000 + 114_684)
    }

    /// The folder's README: each visible execution takes exactly its size from the best quote of the row before it.
    @Test(
        "a LOBSTER day is a tape whose trades meet the quotes before them",
        .enabled(if: dataFolder != nil, "no recorded data found"))
    func lobster() throws {
        let path = try #require(dataFolder) + "/lobster/AMZN_2012-06-21_34200000_57600000_message_1.csv.gz"
        var tape = try FileTape(path, names: Names())
        var quote: Quote?
        var count = 0, atQuote = 0
        while let event = try tape.next() {
            switch event {
            case .quote(let next): quote = next
            case .book: Issue.record("LOBSTER's pair has no book of single orders here")
            case .trade(let trade):
                count += 1
                if trade.price == quote?.bid || trade.price == quote?.ask { atQuote += 1 }
            }
        }
        #expect(count > 8_974)
        #expect(atQuote > 8_500)
    }

    @Test("a crypto capture is a tape", .enabled(if: dataFolder != nil, "no recorded data found"))
    func binance() throws {
        var tape = try FileTape(try #require(dataFolder) + "/binance-ws-captures/spot_btcusdt_20240808.gz", names: Names())
        var trades = 0, quotes = 0
        while let event = try tape.next() {
            if case .trade = event { trades += 1 } else { quotes += 1 }
        }
        #expect(trades > 1_000 && quotes > 1_000)
    }
}
