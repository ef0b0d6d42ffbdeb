import Foundation
import Ledger
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// A small day over files, with loops, a ledger and a CSV file: what a vertex emitted in the last batch that is on record has not
/// become a record yet, and must neither be lost nor come twice.
final class CutDay {
    private let folder: URL
    /// Called before a run that is stepped opens its day.
    var onOpen: (DeskRun) -> Void = { _ in }
    /// Called after every turn of a run that is stepped.
    var onTurn: (DeskRun) throws -> Void = { _ in }

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

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func run(_ data: String, _ change: (inout DeskRunSettings) -> Void = { _ in }) throws -> DeskRun {
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
                  file: { kind: csv, from: bars, path: "\(path("bars.csv"))" }
                  ledger: { kind: ledger, from: { orders: oms, decisions: compliance.findings } }
                instruments: { AAA: { tick: "0.01", lot: "1" } }
                limits: { max_quantity: "5000", max_notional: "150000", max_position: "50000", collar: 1000 }
                """, named: "cut.yaml", against: Kinds.catalog)
        var settings = DeskRunSettings(floorVersion: "test", notice: { _ in })
        settings.data = data
        change(&settings)
        let desk = try DeskRun(topology, settings: settings)
        if settings.hasThreads { try desk.run() } else { try step(desk) }
        return desk
    }
    func digests(_ data: String) throws -> DigestBook {
        try #require(try RecordedDay(data).directory.read(DigestBook.self, from: "checkpoints/digests.json"))
    }
    func ledger(_ data: String) throws -> [[[String]]] {
        let ledger = try Ledger(path: data + "/ledger.db", names: Names())
        return try Ledger.Table.allCases.map { try ledger.contents($0) }
    }

    /// What the CSV sink wrote.
    func rows() throws -> String { try String(contentsOfFile: path("bars.csv"), encoding: .utf8) }

    /// Cuts the journal off behind the block that holds a record, and some more blocks.
    func cutJournal(of data: String, after sequence: UInt64, blocks: Int) throws {
        let reader = try RecordedDay(data).reader()
        var left = blocks, end: Int?
        while let block = try reader.next() {
            if block.first > sequence {
                if left == 0 {
                    end = block.offset
                    break
                }
                left -= 1
            }
        }
        guard let end else { return }
        let segment = URL(fileURLWithPath: data + "/journal/00000001.jrnl")
        try Data(contentsOf: segment).prefix(end).write(to: segment)
    }

    /// The whole run on this thread: after every batch the journal, the effects and a checkpoint have their turn.
    private func step(_ desk: DeskRun) throws {
        defer { desk.close() }
        onOpen(desk)
        try desk.open()
        desk.engine.begin(journal: desk.journal)
        while try desk.engine.turn() != .ended {
            desk.journal?.turn()
            _ = try desk.engine.turn()
            desk.effects.turn()
            desk.checkpointer?.writeIfComplete()
            try onTurn(desk)
        }
        try desk.engine.finish()
        try desk.finish()
    }
}
