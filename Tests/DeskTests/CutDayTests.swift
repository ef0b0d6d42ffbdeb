import Foundation
import Ledger
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// Recovered ≡ never crashed: a day whose journal ends anywhere goes on to the same end.
///
/// The topology has loops: what a vertex emitted in the last batch that is on record has not become a record yet, and must
/// neither be lost nor come twice.
@Suite("a day cut off") final class CutDayTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("floor-cut-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var trades = "time,symbol,price,size\n", orders = "", quotes = "time,symbol,bid,bid_size,ask,ask_size\n"
        for second in 0..<120 {
            let time = "2026-01-05T14:3\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)Z"
            trades += "\(time),AAA,10.5\(second % 7),100\n"
            if second % 5 == 0 { quotes += "\(time),AAA,10.49,100,10.51,100\n" }
            guard second % 8 == 3 else { continue }
            orders += "\(time),new,A\(second),,DESK,cut,\(second % 3 == 0 ? "ZZZ" : "AAA"),buy,\(100 + second),limit,10.50,day\n"
        }
        let reports =
            "time,msg_type,cl_ord_id,orig_cl_ord_id,order_id,exec_id,exec_ref_id,exec_type,ord_status,order_qty,cum_qty,"
            + "leaves_qty,last_qty,last_px,avg_px,cxl_rej_reason,ord_rej_reason,poss_dup,poss_resend,text\n"
        let header =
            "time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force\n"
        for (name, text) in [("trades", trades), ("orders", header + orders), ("reports", reports), ("quotes", quotes)] {
            try text.write(toFile: path(name + ".csv"), atomically: true, encoding: .utf8)
        }
    }
    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func run(_ data: String) throws -> DeskRun {
        let topology = try TopologyFile.check(
            text: """
                topology: cut
                sources:
                  trades:   { kind: file, path: "\(path("trades.csv"))", format: trades-csv }
                  requests: { kind: file, path: "\(path("orders.csv"))", format: orders-csv }
                  unread:   { kind: file, path: "\(path("quotes.csv"))", format: quotes-csv }
                  reports:  { kind: file, path: "\(path("reports.csv"))", format: reports-csv }
                  intents:  { kind: loop, of: slicer }
                  progress: { kind: loop, of: slicer.parents }
                operators:
                  bars: { kind: time-bars, from: trades, every: 7s }
                  compliance: { kind: compliance, from: { orders: requests, positions: positions, prices: trades, parents: progress } }
                  slicer: { kind: twap, duration: 10s, slices: 4, from: { orders: compliance, updates: oms } }
                  oms: { kind: oms, from: { orders: intents, reports: reports } }
                  positions: { kind: positions, from: oms }
                sinks:
                  out: { kind: "null", from: bars }
                  ledger: { kind: ledger, from: { orders: oms, decisions: compliance.findings } }
                instruments: { AAA: { tick: "0.01", lot: "1" } }
                limits: { max_quantity: "5000", max_notional: "150000", max_position: "50000", collar: 1000 }
                """, named: "cut.yaml", against: Kinds.catalog)
        var settings = DeskRunSettings(floorVersion: "test", notice: { _ in })
        settings.data = data
        let desk = try DeskRun(topology, settings: settings)
        try desk.run()
        return desk
    }
    private func digests(_ data: String) throws -> DigestBook {
        try #require(try RecordedDay(data).directory.read(DigestBook.self, from: "checkpoints/digests.json"))
    }
    private func ledger(_ data: String) throws -> [[[String]]] {
        let ledger = try Ledger(path: data + "/ledger.db", names: Names())
        return try Ledger.Table.allCases.map { try ledger.contents($0) }
    }

    @Test("it ends as if it had not been, wherever its journal ends")
    func everyCut() throws {
        _ = try run(path("whole"))
        let whole = try digests(path("whole")), books = try ledger(path("whole"))
        #expect(
            whole.outputs.first { $0.name == "slicer" }.map { $0.count > 10 } == true,
            "\(whole.outputs.map { "\($0.name) \($0.count)" })")
        #expect(whole.outputs.first { $0.name == "compliance.findings" }.map { $0.count > 10 } == true)
        var offsets: [Int] = []
        let reader = try RecordedDay(path("whole")).reader()
        while let block = try reader.next() { offsets.append(block.offset) }
        #expect(offsets.count > 100)

        for (number, offset) in offsets.enumerated() where number % 4 != 2 {
            let data = path("cut-\(number)")
            try FileManager.default.copyItem(atPath: path("whole"), toPath: data)
            defer { try? FileManager.default.removeItem(atPath: data) }
            let segment = data + "/journal/00000001.jrnl"
            // In turn at a block's end, within a block, and with a ledger that is ahead of what is left.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: segment)).prefix(offset + (number % 2) * 9)
            try bytes.write(to: URL(fileURLWithPath: segment))
            try FileManager.default.removeItem(atPath: data + "/checkpoints/digests.json")
            if number % 3 == 0 { try FileManager.default.removeItem(atPath: data + "/ledger.db") }
            let desk = try run(data)
            #expect(desk.resumed < whole.sequence)
            try #require(try digests(data) == whole, "cut at block \(number)")
            try #require(try ledger(data) == books, "cut at block \(number)")
        }
    }

    @Test("also when not even the journal's header was whole", arguments: [0, 1, 63])
    func cutHeader(bytes: Int) throws {
        _ = try run(path("whole"))
        let whole = try digests(path("whole"))
        let segment = path("whole") + "/journal/00000001.jrnl"
        try Data(contentsOf: URL(fileURLWithPath: segment)).prefix(bytes).write(to: URL(fileURLWithPath: segment))
        let desk = try run(path("whole"))
        #expect(desk.resumed == 0)
        #expect(try digests(path("whole")) == whole)
        // And what is there now reads from its first record to its last.
        let reader = try RecordedDay(path("whole")).reader()
        while try reader.next() != nil {}
        #expect(reader.nextSequence == whole.sequence + 1 && reader.tail == nil)
    }

    @Test("a day that was ended is not continued")
    func ended() throws {
        _ = try run(path("whole"))
        let error = #expect(throws: DeskRunError.self) { _ = try self.run(self.path("whole")) }
        #expect(error?.description.contains("has ended") == true)
    }
}
