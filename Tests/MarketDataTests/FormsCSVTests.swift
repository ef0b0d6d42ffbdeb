import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("the other CSV forms")
struct FormsCSVTests {
    private let scratch: Scratch
    private let names = Names()

    init() throws { scratch = try Scratch() }

    @Test("quotes-csv: an empty side is a side where nobody stands, an empty size is zero")
    func quotes() throws {
        let path = try scratch.file(
            "q.csv", "time,symbol,bid,bid_size,ask,ask_size\n1710163800000000000,A,1.5,10,1.75,\n1710163800000000001,A,,,2,3\n")
        let quotes = try all(try QuotesCSV(path, names: names))
        #expect(
            texts(quotes, names) == [
                ["2024-03-11T13:30:00Z", "A", "1.5", "10", "1.75", "0"],
                ["2024-03-11T13:30:00.000000001Z", "A", "", "0", "2", "3"],
            ])
        #expect(quotes[0].mid == Price(rawValue: 1_625_000_000) && quotes[1].mid == nil)
    }

    @Test("bars-csv: a bar ends after the smallest step in the file, the length given, or where the row says")
    func bars() throws {
        let rows = """
            2024-03-11T13:30:00Z,A,1,3,1,2,10
            2024-03-11T13:31:00Z,A,2,2,2,2,
            2024-03-11T13:35:00Z,A,2,2,2,2,5

            """
        let path = try scratch.file("b.csv", "time,symbol,open,high,low,close,volume\n" + rows)
        let bars = try all(try BarsCSV(path, names: names))
        #expect(bars.map { $0.closeTime - $0.time } == [60, 60, 60].map { $0 * UTC.second })
        #expect(bars.map(\.volume) == [Quantity(units: 10), .zero, Quantity(units: 5)])
        #expect(bars.allSatisfy { $0.vwap == .none && $0.eventTime == $0.closeTime })
        #expect(try all(try BarsCSV(path, names: names, length: 5)).map { $0.closeTime - $0.time } == [5, 5, 5])

        let said = try scratch.file(
            "c.csv",
            "time,close_time,symbol,open,high,low,close,volume,vwap,trades\n2024-03-11T13:30:00Z,2024-03-11T13:30:07Z,A,1,3,1,2,10,1.5,4\n"
        )
        #expect(
            texts(try all(try BarsCSV(said, names: names)), names) == [
                ["2024-03-11T13:30:00Z", "2024-03-11T13:30:07Z", "A", "1", "3", "1", "2", "10", "1.5", "4"]
            ])
    }

    @Test("bars-csv: dates alone are days")
    func dailyBars() throws {
        let path = try scratch.file(
            "d.csv",
            "time,symbol,open,high,low,close,volume\n2024-03-08,A,1,1,1,1,1\n2024-03-08,B,1,1,1,1,1\n2024-03-11,A,1,1,1,1,1\n2024-03-12,A,1,1,1,1,1\n"
        )
        #expect(try all(try BarsCSV(path, names: names)).map { $0.closeTime - $0.time } == Array(repeating: UTC.day, count: 4))
        let one = try scratch.file("e.csv", "time,symbol,open,high,low,close,volume\n2024-03-08,A,1,1,1,1,1\n")
        #expect(try all(try BarsCSV(one, names: names)).map { $0.closeTime - $0.time } == [UTC.day])
    }

    @Test(
        "bars-csv: a bar that contradicts itself is refused",
        arguments: [
            ("1,2,3,2", "high \"2\" is below low"), ("5,4,3,3", "high \"4\" is below open"),
            ("3,4,3,5", "high \"4\" is below close"),
            ("1,4,2,3", "low \"2\" is above open"), ("3,4,2,1", "low \"2\" is above close"),
        ])
    func badBars(prices: String, message: String) throws {
        let path = try scratch.file("b.csv", "time,symbol,open,high,low,close,volume\n2024-03-11,A,\(prices),1\n")
        let error = try #require(throws: MarketDataError.self) { try all(try BarsCSV(path, names: names)) }
        #expect(error.description.contains("b.csv:2: \(message)"))
    }

    @Test("closes-csv: one bar for each price that is there, in the columns' order")
    func closes() throws {
        let path = try scratch.file("w.csv", "Date,AA,BB,CC\r\n2024-03-08,1.5,,3\r\n2024-03-11,,2,\r\n\r\n")
        let bars = try all(try ClosesCSV(path, names: names), buffer: 2)
        #expect(bars.map { names.text(of: $0.symbol) } == ["AA", "CC", "BB"])
        #expect(bars.map(\.close.description) == ["1.5", "3", "2"])
        #expect(bars.allSatisfy { $0.open == $0.close && $0.high == $0.close && $0.low == $0.close && $0.volume == .zero })
        #expect(UTC.text(bars[2].time) == "2024-03-11T00:00:00Z" && bars[2].closeTime - bars[2].time == UTC.day)
        let bad = try scratch.file("x.csv", "Date,AA\n2024-03-08,zero\n")
        let error = try #require(throws: MarketDataError.self) { try all(try ClosesCSV(bad, names: names)) }
        #expect(error.description.contains("x.csv:2: AA \"zero\" is not a number"))
    }

    @Test("targets-csv: weights are the nearest binary numbers")
    func targets() throws {
        let path = try scratch.file("t.csv", "symbol,weight,time\nA,0.1,2024-03-11\nB,-2.5e-3,2024-03-11\n")
        #expect(try all(try TargetsCSV(path, names: names)).map(\.weight) == [0.1, -0.0025])
        for bad in ["nan", "inf", "0x1", "", "1e999", "1.2.3", "e"] {
            let path = try scratch.file("u.csv", "symbol,weight,time\nA,\(bad),2024-03-11\n")
            #expect(throws: MarketDataError.self) { try all(try TargetsCSV(path, names: names)) }
        }
    }

    @Test("orders-csv: new, cancel, replace and status, with FIX's values or their names")
    func orders() throws {
        let header = "time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force\n"
        let path = try scratch.file(
            "o.csv",
            header
                + "2024-03-11,new,A-1,,ACC,S1,XYZ,buy,100,limit,10.5,day\n2024-03-11,replace,A-2,A-1,ACC,S1,XYZ,1,50,2,10.25,3\n"
                + "2024-03-11,cancel,A-3,A-2,,,XYZ,,,,,\n2024-03-11,status,A-2,,,,XYZ,,,,,\n2024-03-11,new,A-4,,,,XYZ,sell_short,1,market,,gtc\n"
        )
        let orders = try all(try OrdersCSV(path, names: names))
        #expect(orders.map(\.action) == [.new, .replace, .cancel, .status, .new])
        #expect(orders.map { $0.clOrdID.text(names) } == ["A-1", "A-2", "A-3", "A-2", "A-4"])
        #expect(orders.map { $0.origClOrdID.text(names) } == ["", "A-1", "A-2", "", ""])
        #expect(orders.map(\.side) == [.buy, .buy, .none, .none, .sellShort])
        #expect(orders.map(\.timeInForce) == [.day, .immediateOrCancel, .day, .day, .goodTillCancel])
        #expect(orders.map(\.price.description) == ["10.5", "10.25", "", "", ""])
        for (row, column) in [
            ("2024-03-11,new,A-1,,,,XYZ,buy,100,limit,,day", "price"), ("2024-03-11,new,A-1,,,,XYZ,,100,limit,1,day", "side"),
            ("2024-03-11,new,,,,,XYZ,buy,100,limit,1,day", "cl_ord_id"), ("2024-03-11,cancel,A-1,,,,XYZ,,,,,", "orig_cl_ord_id"),
            ("2024-03-11,buy,A-1,,,,XYZ,buy,1,limit,1,day", "action"),
            ("2024-03-11,new,A-1,,,,XYZ,buy,-1,limit,1,day", "order_qty"),
            ("2024-03-11,new,A-1,,,,XYZ,buy,1,stop,1,day", "ord_type"),
            ("2024-03-11,new,A-1,,,,XYZ,buy,1,limit,1,9", "time_in_force"),
        ] {
            let path = try scratch.file("p.csv", header + row + "\n")
            let error = try #require(throws: MarketDataError.self) { try all(try OrdersCSV(path, names: names)) }
            #expect(error.description.contains("p.csv:2: \(column) "), "\(error)")
        }
    }

    @Test("reports-csv: FIX 4.4 values, and what is absent is absent")
    func reports() throws {
        let path = try scratch.file(
            "r.csv",
            "time,msg_type,cl_ord_id,orig_cl_ord_id,order_id,exec_id,exec_ref_id,exec_type,ord_status,order_qty,cum_qty,leaves_qty,last_qty,last_px,avg_px,cxl_rej_reason,ord_rej_reason,poss_dup,poss_resend,text\n"
                + "2024-03-11,8,A,,O1,E1,,F,1,100,40,60,40,10.5,10.5,,,N,Y,hello\n2024-03-11,9,B,A,O1,,,,1,,,,,,,1,,,,too late\n")
        let reports = try all(try ReportsCSV(path, names: names))
        #expect(reports.map(\.msgType) == [.executionReport, .orderCancelReject])
        #expect(reports.map(\.execType) == [.trade, .none] && reports.map(\.ordStatus) == [.partiallyFilled, .partiallyFilled])
        #expect(
            reports[0].leavesQty == Quantity(units: 60) && reports[0].lastPx.description == "10.5" && reports[1].lastPx.isNone)
        #expect(reports.map(\.cxlRejReason) == [-1, 1] && reports.map(\.possResend) == [1, 0])
        #expect(reports.map { names.text(of: $0.text) } == ["hello", "too late"])
    }
}

@Suite("files of bytes")
struct ByteFileTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    private let text = "time,symbol,price,size\n" + (0..<5_000).map { "\(1_710_163_800_000_000_000 + $0),A,\($0),1\n" }.joined()

    @Test("a gzip file that is cut off or damaged is one clear error, and what came before it stands")
    func damaged() throws {
        let path = try scratch.gzip("t.csv", text)
        let whole = try Array(#require(contents(path)))
        let cut = try scratch.file("cut.csv.gz", Array(whole[..<(whole.count / 2)]))
        let error = try #require(throws: MarketDataError.self) { try all(try TradesCSV(cut, names: names)) }
        #expect(
            error.description.contains("cut.csv.gz: the gzip stream breaks at byte \(whole.count / 2): it ends in the middle"))
        var random = SplitMix64(seed: 5)
        for _ in Fuzz.rounds(300, of: "gzip") {
            var bytes = whole
            bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
            let path = try scratch.file("bad.csv.gz", bytes)
            do { _ = try all(try TradesCSV(path, names: names)) } catch is MarketDataError {}
        }
    }

    @Test("gzip members that follow each other are one file")
    func members() throws {
        let first = try scratch.gzip("a.csv", text)
        let second = try scratch.gzip("b.csv", "1720000000000000000,B,1,1\n")
        let both = try scratch.file("both.csv.gz", #require(contents(first)) + #require(contents(second)))
        let trades = try all(try TradesCSV(both, names: names))
        #expect(trades.count == 5_001 && trades.last.map { names.text(of: $0.symbol) } == "B")
    }

    @Test("zstd frames that follow each other are one file; one cut off or damaged is one clear error")
    func zstd() throws {
        let first = try scratch.zstd("a.csv", text)
        let second = try scratch.zstd("b.csv", "1720000000000000000,B,1,1\n")
        let both = try scratch.file("both.csv.zst", #require(contents(first)) + #require(contents(second)))
        let trades = try all(try TradesCSV(both, names: names))
        #expect(trades.count == 5_001 && trades.last.map { names.text(of: $0.symbol) } == "B")
        let whole = try #require(contents(first))
        // A skippable frame of three bytes, as parallel packers write first.
        let skipped = try scratch.file("skip.csv.zst", [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3] + whole)
        #expect(try all(try TradesCSV(skipped, names: names)).count == 5_000)
        let cut = try scratch.file("cut.csv.zst", Array(whole[..<(whole.count / 2)]))
        let error = try #require(throws: MarketDataError.self) { try all(try TradesCSV(cut, names: names)) }
        #expect(
            error.description.contains("cut.csv.zst: the zstd stream breaks at byte \(whole.count / 2): it ends in the middle"))
        var random = SplitMix64(seed: 5)
        for _ in Fuzz.rounds(300, of: "zstd") {
            let path = try scratch.file("bad.csv.zst", mutated(whole, using: &random))
            do { _ = try all(try TradesCSV(path, names: names)) } catch is MarketDataError {}
        }
    }

    /// Made by Python's zipfile: by name, with the checksum in front; into a pipe, with it behind; two files in one.
    @Test(
        "a zip of one file is unpacked; one cut off, damaged or with two files is one clear error",
        .enabled(if: python(with: "zipfile") != nil))
    func zip() throws {
        let plain = try scratch.file("a.csv", Array(text.utf8))
        let script = """
            import sys, zipfile
            folder = sys.argv[1]
            class Pipe:
                def __init__(self, path): self.file = open(path, 'wb')
                def write(self, data): return self.file.write(data)
                def flush(self): self.file.flush()
            for name, target, count in [('one', folder + '/one.zip', 1), ('pipe', Pipe(folder + '/pipe.zip'), 1), ('two', folder + '/two.zip', 2)]:
                with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
                    for k in range(count): archive.writestr(f'{k}.csv', open(folder + '/a.csv').read())
            """
        _ = try output(of: #require(python(with: "zipfile")), ["-c", script, scratch.path])
        func path(_ name: String) -> String { scratch.path + "/" + name }
        let expected = try texts(all(try TradesCSV(plain, names: names)), names)
        for name in ["one.zip", "pipe.zip"] {
            #expect(try texts(all(try TradesCSV(path(name), names: names)), names) == expected)
        }
        let two = try #require(throws: MarketDataError.self) { try all(try TradesCSV(path("two.zip"), names: names)) }
        #expect(two.description.contains("two.zip: the zip archive holds several files, and a source reads one: unpack it"))
        let whole = try #require(contents(path("one.zip")))
        let cut = try scratch.file("cut.zip", Array(whole[..<(whole.count / 2)]))
        let error = try #require(throws: MarketDataError.self) { try all(try TradesCSV(cut, names: names)) }
        #expect(error.description.contains("cut.zip: the zip archive breaks at byte \(whole.count / 2): it ends in the middle"))
        var wrong = whole
        wrong[14] ^= 1  // The checksum, by PKWARE's description.
        let other = try scratch.file("wrong.zip", wrong)
        let sum = try #require(throws: MarketDataError.self) { try all(try TradesCSV(other, names: names)) }
        #expect(sum.description.contains("its checksum is wrong"))
        var random = SplitMix64(seed: 6)
        for _ in Fuzz.rounds(300, of: "zip") {
            let damaged = try scratch.file("bad.zip", mutated(whole, using: &random))
            do { _ = try all(try TradesCSV(damaged, names: names)) } catch is MarketDataError {}
        }
    }

    @Test("what is said about a file's rows and does not fit is named by its key")
    func layoutMistakes() throws {
        let path = try scratch.file("20240311_x.csv", "1,2,3\n")
        func refused(_ change: (inout CSVLayout) -> Void) throws -> String {
            var layout = CSVLayout()
            layout.header = ["time", "price", "size"]
            layout.symbol = "A"
            change(&layout)
            return try #require(throws: MarketDataError.self) { try all(TradesCSV(path, names: names, layout: layout)) }
                .description
        }
        #expect(try refused { $0.zone = "Mars" }.contains("zone: \"Mars\" is not known; there is UTC, America/New_York"))
        #expect(try refused { $0.separator = ";;" }.contains("separator: \";;\" is not one character"))
        #expect(try refused { $0.date = "soon" }.contains("date: \"soon\" is not a day"))
        #expect(try refused { $0.columns = ["prize": "p"] }.contains("columns: \"prize\" is no column of trades-csv"))
        #expect(try refused { $0.columns = ["price": "p"] }.contains("the header has no column \"p\""))
        #expect(try refused { $0.symbol = nil }.contains("the header has no column \"symbol\""))
        #expect(try refused { $0.header = ["time", "price"] }.contains(":1: 3 fields where the header has 2"))
        #expect(try refused { _ in }.contains(":1: time \"1\" is not a time"))
        var layout = CSVLayout()
        (layout.header, layout.symbol, layout.unit, layout.date) = (["time", "price", "size"], "A", "ms", "name")
        (layout.zone, layout.priceDecimals) = ("America/New_York", 2)
        // By hand: midnight in New York is 04:00 UTC from 10 March 2024 on.
        #expect(
            try texts(all(TradesCSV(path, names: names, layout: layout)), names) == [
                ["2024-03-11T04:00:00.001Z", "A", "0.02", "3", "", "0"]
            ])
        var options = FileOptions()
        options.layout = layout
        let orders = try #require(throws: MarketDataError.self) {
            try MarketFile(path, format: .ordersCSV, names: names, options: options)
        }
        #expect(orders.description.contains("are of CSV forms, not of orders-csv"))
    }

    @Test("what is neither text nor packed in a known way is named")
    func others() throws {
        #expect(throws: MarketDataError.cannotRead(file: scratch.path, cause: "it is a folder")) {
            try TradesCSV(scratch.path, names: names)
        }
    }

    @Test("a line longer than a block is read; one without an end is refused")
    func longLines() throws {
        let long = try scratch.file(
            "l.csv", "time,symbol,price,size,note\n1710163800000000000,A,1,1,\(String(repeating: "n", count: 1 << 20))\n")
        #expect(try all(try TradesCSV(long, names: names)).count == 1)
        let endless = try scratch.file("m.csv", "time,symbol,price,size\n" + String(repeating: "n", count: 17 << 20))
        let error = try #require(throws: MarketDataError.self) { try all(try TradesCSV(endless, names: names)) }
        #expect(error.description.contains("m.csv:2: the line is longer than 16777216 bytes"))
    }
}
