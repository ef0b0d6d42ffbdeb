import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import MarketData

private let hasDuckDB: Bool = (try? DuckDB.writing("/nonexistent/x", .trades)) != nil

@Suite("floor convert")
struct ConversionTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    private func path(_ name: String) -> String { scratch.path + "/" + name }
    private func text(_ path: String) throws -> String { String(decoding: try #require(contents(path)), as: UTF8.self) }

    private func convert(_ input: String, _ output: String, _ change: (inout Conversion) -> Void = { _ in }) throws
        -> Conversion.Result
    {
        var conversion = Conversion(input, to: output)
        change(&conversion)
        return try conversion.run()
    }

    /// Expected: the texts that every element gives of itself, which a csv sink writes.
    @Test("rows are written as a csv sink writes them, whatever the numbers", arguments: [true, false])
    func csvText(wild: Bool) throws {
        var random = SplitMix64(seed: 3)
        func expectSame<T: TickRow>(_ elements: [T]) throws {
            var text = CSVText<T>(names: names)
            text.header()
            for element in elements { text.write(element) }
            var bytes: [UInt8] = []
            try text.take { (more) throws(WritingError) in bytes += Array(more) }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            let expected =
                [T.fieldNames.joined(separator: ",")]
                + elements.map { $0.described(names).values.joined(separator: ",") }
            #expect(lines.count == expected.count)
            if let other = zip(lines, expected).first(where: { $0.0 != $0.1 }) { Issue.record("\(other.0) is not \(other.1)") }
        }
        try expectSame(randomTrades(2_000, wild: wild, names, &random))
        try expectSame(randomChanges(2_000, names, &random))
        try expectSame([Trade]())
        let odd = Trade(eventTime: 5, symbol: names.symbol("A,\"B\""), price: .none, size: .zero)
        var text = CSVText<Trade>(names: names)
        text.write(odd)
        var bytes: [UInt8] = []
        try text.take { (more) throws(WritingError) in bytes += Array(more) }
        #expect(String(decoding: bytes, as: UTF8.self) == "1970-01-01T00:00:00.000000005Z,\"A,\"\"B\"\"\",,0,,0\n")
    }

    /// Expected: the same rows by either way.
    @Test("a DBN file comes out of a tick file as it went in", .enabled(if: recordedData != nil), arguments: ["", ".gz", ".zst"])
    func throughTickFile(packing: String) throws {
        let folder = try #require(recordedData).appending(path: "databento-dbn/nautilus/historical_bars_catalog").path
        let input = folder + "/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
        let made = try convert(input, path("day.floor" + packing))
        #expect(made.rows.map(\.element) == [.trades, .quotes, .book] && made.rows.map(\.count) == [120, 2_288, 0])
        for element in [FileElement.trades, .quotes] {
            let direct = path("a.\(element).csv"), indirect = path("b.\(element).csv" + packing)
            #expect(try convert(input, direct) { $0.element = element }.rows.count == 1)
            _ = try convert(path("day.floor" + packing), indirect) { $0.element = element }
            #expect(try FileRows.lines(direct) == FileRows.lines(indirect))
            // And back again from CSV.
            _ = try convert(indirect, path("c.\(element).floor"))
            _ = try convert(path("c.\(element).floor"), path("d.csv"))
            #expect(try text(path("d.csv")) == text(direct))
        }
    }

    @Test("a day of ITCH, its book events too, goes through a tick file and through CSV unchanged")
    func itch() throws {
        let input = try scratch.file("01302019.NASDAQ_ITCH50", ITCHFile.day(seed: 5, messages: 3_000).bytes)
        _ = try convert(input, path("x.floor"))
        for element in [FileElement.trades, .quotes, .book] {
            _ = try convert(input, path("direct.csv")) { $0.element = element }
            _ = try convert(path("x.floor"), path("indirect.csv.zst")) { $0.element = element }
            _ = try convert(path("indirect.csv.zst"), path("y.floor")) { _ in }
            _ = try convert(path("y.floor"), path("back.csv")) { $0.element = element }
            #expect(try text(path("back.csv")) == text(path("direct.csv")), "\(element)")
            #expect(try text(path("direct.csv")).utf8.count > 4_000, "\(element)")
        }
    }

    @Test(
        "every kind of element comes back from Parquet exactly", .enabled(if: hasDuckDB, "needs duckdb"),
        arguments: FileElement.ofTables)
    func parquet(element: FileElement) throws {
        let itch = try scratch.file("01302019.NASDAQ_ITCH50", ITCHFile.day(seed: 6, messages: 900).bytes)
        if element == .bars {
            _ = try scratch.file(
                "in.csv",
                "time,close_time,symbol,open,high,low,close,volume,vwap,trades\n2024-03-11T13:30:00Z,2024-03-11T13:31:00Z,\"A'B\",1.000000001,3,1,2,"
                    + "92233720368.54775807,,4\n")
        } else {
            _ = try convert(itch, path("in.csv")) { $0.element = element }
        }
        _ = try convert(path("in.csv"), path("it's.parquet"))
        _ = try convert(path("it's.parquet"), path("out.csv"))
        let (back, whole) = (try text(path("out.csv")), try text(path("in.csv")))
        #expect(element == .bars ? back == whole.replacing("\"", with: "") : back == whole)
    }

    @Test("what cannot be done is said with what to do")
    func refusals() throws {
        let csv = try scratch.file("x.csv", "time,symbol,price,size\n2024-03-11,A,1,1\n")
        func refusal(_ input: String, _ output: String, _ change: (inout Conversion) -> Void = { _ in }) throws -> String {
            "\(try #require(throws: (any Error).self) { try convert(input, output, change) })"
        }
        #expect(try refusal(csv, path("y")).contains("its name does not show a format; end it in .csv, .floor or .parquet"))
        #expect(try refusal(csv, path("y.csv")) { $0.element = .book }.contains("it gives trades, and no book"))
        #expect(try refusal(csv, path("y.csv")) { $0.to = .quotesCSV }.contains("it gives trades, and no quotes"))
        let odd = try scratch.file("x.bin", "hello")
        #expect(try refusal(odd, path("y.csv")).contains("say --from FORMAT"))
        #expect(try refusal(path("none.csv"), path("y.csv")).contains("none.csv: cannot be read: No such file"))
        let targets = try scratch.file("t.csv", "time,symbol,weight\n2024-03-11,A,1\n")
        #expect(try refusal(targets, path("y.csv")).contains("targets-csv holds no trades"))
        let bad = try scratch.file("bad.csv", "time,symbol,price,size\n2024-03-11,A,one,1\n")
        #expect(try refusal(bad, path("y.csv")).contains("bad.csv:2: price \"one\" is not a number"))
        #expect(!FileManager.default.fileExists(atPath: path("y.csv")))
        if hasDuckDB {
            let parquet = try scratch.file("p.parquet", "no such thing")
            #expect(try refusal(parquet, path("y.csv")).contains("DuckDB could not do it: "))
        }
    }
}

/// A text file's lines as a list, unpacked: by the trades', quotes' and book's own readers as texts.
private enum FileRows {
    static func lines(_ path: String) throws -> [String] {
        let file = try ByteFile(path)
        return String(decoding: try file.take(1 << 26), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
