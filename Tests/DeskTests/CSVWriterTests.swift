import Foundation
import PlainData
import Testing
import TradingModel

@testable import Desk

@Suite("CSV sinks") struct CSVWriterTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("floor-csv-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    private var path: String { folder.appendingPathComponent("out.csv").path }

    @Test("a field with a comma, a quote or a line break is quoted as RFC 4180 has it, and nothing else is")
    func quoting() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = Names()
        let writer = try CSVWriter<OrderRequest>(path, names: names)
        for account in ["plain", "a,b", "say \"hi\"", "two\nlines", "cr\rhere", "semi;colon"] {
            try writer.write(
                OrderRequest(
                    eventTime: 1_700_000_000_000_000_000, clOrdID: ClOrdID(foreign: names.text("X")),
                    account: names.text(account),
                    symbol: names.symbol("AAA"), side: .buy, orderQty: Quantity("1.5"), ordType: .limit, price: Price("10.25")))
        }
        try writer.flush()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            rows[0] == "time,action,cl_ord_id,orig_cl_ord_id,parent_id,account,strategy,symbol,side,order_qty,ord_type,price,"
                + "time_in_force")
        // By hand, from RFC 4180 sections 2.5 to 2.7.
        #expect(rows[1].hasPrefix("2023-11-14T22:13:20") && rows[1].contains(",X,,,plain,,AAA,") && rows[1].contains(",10.25,"))
        #expect(rows[2].contains(",\"a,b\","))
        #expect(rows[3].contains(",\"say \"\"hi\"\"\","))
        #expect(text.contains(",\"two\nlines\",") && text.contains(",\"cr\rhere\",") && text.contains(",semi;colon,"))
    }

    @Test("numbers are exact: what was written reads back as the same bits")
    func exactNumbers() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = Names()
        let writer = try CSVWriter<Signal>(path, names: names)
        var random = SplitMix64(seed: 3)
        var values: [Double] = [0.1, 1 / 3, 1e-300, -2.5e17, .leastNonzeroMagnitude]
        for _ in 0..<5_000 {
            let value = Double(bitPattern: random.next())
            if value.isFinite { values.append(value) }
        }
        for value in values { try writer.write(Signal(time: 0, eventTime: 0, symbol: names.symbol("AAA"), value: value)) }
        try writer.flush()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        let column = try #require(lines[0].split(separator: ",").firstIndex(of: "value"))
        let read = lines.dropFirst().map { Double($0.split(separator: ",")[column]) }
        #expect(read == values)
    }

    @Test("a device without room and a folder that is not there are errors that name the path")
    func failures() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = Names()
        let full = try CSVWriter<Signal>("/dev/full", names: names)
        try full.write(Signal(time: 0, eventTime: 0, symbol: names.symbol("AAA"), value: 1))
        let error = #expect(throws: WriteError.self) { try full.flush() }
        #expect(error?.description == "/dev/full: cannot write: No space left on device")
        let missing = #expect(throws: WriteError.self) { _ = try CSVWriter<Signal>(path + "/out.csv", names: names) }
        #expect(missing?.description.hasSuffix("cannot write: No such file or directory") == true)
    }
}
