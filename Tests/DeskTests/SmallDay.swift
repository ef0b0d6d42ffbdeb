import Foundation
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// A day of four minutes over files, small enough to be worked out a second time: trades of two instruments, ten-second
/// bars, two averages, targets, parents, children, and one fill. Its numbers are plain rows, for tests that add them up themselves.
final class SmallDay {
    struct Row {
        var second: Int, symbol: String, price: Double, size: Int
        var time: String { "2026-01-05T14:3\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)Z" }
    }
    let folder: URL
    let rows: [Row]
    var data: String { path("day") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("floor-why-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        rows = (0..<240).flatMap { second in
            // Two waves, so that the averages cross.
            let a = 100 + (10 * sin(Double(second) / 25)).rounded() / 10, b = 50 + (20 * cos(Double(second) / 31)).rounded() / 20
            return [
                Row(second: second, symbol: "AAA", price: a, size: 100 + second % 7),
                Row(second: second, symbol: "BBB", price: b, size: 10 + second % 3),
            ]
        }
        let trades = rows.map { "\($0.time),\($0.symbol),\($0.price),\($0.size)\n" }
        try write("trades.csv", "time,symbol,price,size\n" + trades.joined())
    }
    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    func write(_ name: String, _ text: String) throws { try text.write(toFile: path(name), atomically: true, encoding: .utf8) }

    static let reportsHeader =
        "time,msg_type,cl_ord_id,orig_cl_ord_id,order_id,exec_id,exec_ref_id,exec_type,ord_status,order_qty,cum_qty,"
        + "leaves_qty,last_qty,last_px,avg_px,cxl_rej_reason,ord_rej_reason,poss_dup,poss_resend,text\n"

    func topology(_ changes: [String: String] = [:]) throws -> CheckedTopology {
        var text = """
            topology: small
            sources:
              trades:   { kind: file, path: "\(path("trades.csv"))", format: trades-csv }
              reports:  { kind: file, path: "\(path("reports.csv"))", format: reports-csv }
              intents:  { kind: loop, of: slicer }
              progress: { kind: loop, of: slicer.parents }
            operators:
              bars: { kind: time-bars, from: trades, every: 10s }
              fast: { kind: ema, from: bars, period: 2 }
              slow: { kind: ema, from: bars, period: 4 }
              targets: { kind: momentum-targets, from: { fast: fast, slow: slow }, gain: 20, max_weight: 0.5, step: 0.01 }
              drift: { kind: drift, equity: "100000", band: 20, offset: 1, hold: 30s,
                       from: { targets: targets, positions: positions, prices: trades, parents: progress } }
              compliance: { kind: compliance, from: { orders: drift, positions: positions, prices: trades, parents: progress } }
              slicer: { kind: twap, duration: 20s, slices: 2, from: { orders: compliance, updates: oms } }
              oms: { kind: oms, from: { orders: intents, reports: reports } }
              positions: { kind: positions, from: oms }
            sinks:
              shown: { kind: csv, from: slicer, path: "\(path("children.csv"))" }
              ledger: { kind: ledger, from: { orders: oms, executions: reports, positions: positions, decisions: compliance.findings } }
            instruments: { AAA: { tick: "0.1", lot: "1" }, BBB: { tick: "0.05", lot: "1" } }
            limits: { max_quantity: "300", max_notional: "12000", max_position: "5000", collar: 500 }
            """
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        return try TopologyFile.check(text: text, named: "small.yaml", against: Kinds.catalog)
    }

    /// Runs the day. The report that fills the first child has to name it, and its id is known only when the day has run: so
    /// it is run until the id that the report names is the child's.
    /// - Returns: the child that is filled, whole, half a second before the fourth second after it was sent.
    @discardableResult func record() throws -> OrderRequest {
        var filled: OrderRequest?
        for _ in 0..<6 {
            try writeReports(filled)
            try? FileManager.default.removeItem(atPath: data)
            var settings = DeskRunSettings(floorVersion: "test", notice: { _ in })
            settings.data = data
            try DeskRun(topology(), settings: settings).run()
            let (index, _) = try RecordedDay(data).orders()
            let child = try #require(index.entries.compactMap(\.request).first { !$0.parentID.isNone && $0.action == .new })
            if child.clOrdID == filled?.clOrdID { return child }
            filled = child
        }
        throw CocoaError(.featureUnsupported)
    }
    /// A venue that says each second that it knows of no order NOBODY, so that its time passes; and the fill.
    private func writeReports(_ filled: OrderRequest?) throws {
        func time(_ second: Int, _ fraction: String = "") -> String {
            "2026-01-05T14:3\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)\(fraction)Z"
        }
        let start = UTC.parse("2026-01-05T14:30:00Z") ?? 0
        var text = Self.reportsHeader
        for second in 0..<241 {
            text += "\(time(second)),8,NOBODY,,O1,0,,I,8,0,0,0,0,,,,,N,N,\n"
            guard let filled, Int((filled.eventTime - start) / UTC.second) + 3 == second else { continue }
            let id = filled.clOrdID.ownText, quantity = filled.orderQty
            text +=
                "\(time(second, ".5")),8,\(id),,O2,E1,,F,2,\(quantity),\(quantity),0,\(quantity),\(filled.price),\(filled.price),,,N,N,\n"
        }
        // The same texts in every run, so that the records before the fill are the same.
        if filled == nil { text += "\(time(240)),8,NOBODY,,O2,E1,,I,8,0,0,0,0,,,,,N,N,\n" }
        try write("reports.csv", text)
    }

    /// Every record of the day as `floor journal dump` shows it: source and fields.
    func dump() throws -> [UInt64: (source: String, fields: [String: String])] {
        let day = try RecordedDay(data), names = try day.names(), reader = try day.reader()
        let ports = try day.assemble(day.topology(nil, []), names: names).assembly.graph.ports
        var found: [UInt64: (String, [String: String])] = [:]
        while try reader.next() != nil {
            for group in reader.groups where group.source > 0 {
                for i in 0..<group.count {
                    let port = ports[group.source - 1], all = port.described(group.records + i * group.stride, names)
                    found[group.first + UInt64(i)] = (
                        port.name, Dictionary(zip(all.names, all.values), uniquingKeysWith: { first, _ in first })
                    )
                }
            }
        }
        return found
    }
}
