import Foundation
import OMS
import PlainData
import Testing
import TradingModel

/// Where shared reference data lies: FLOOR_DATA, or beside the package.
enum ReferenceData {
    static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["FLOOR_DATA"] { return folder }
        var path = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { path.deleteLastPathComponent() }
        return path.appendingPathComponent("shared/data").path
    }()
    static let matrices = folder + "/fix-order-state-changes/order_state_changes.csv"
    static var isPresent: Bool { FileManager.default.fileExists(atPath: matrices) }
}

/// One message of a published matrix.
private struct MatrixRow {
    var cells: [String: String]
    subscript(name: String) -> String { cells[name] ?? "" }
    var matrix: String { self["version"] + " " + self["matrix"] }
    var isAlternative: Bool { self["alternative"] == "1" }
}

/// The machine-readable tables of FIX Appendix D, all rows, with both outcomes of every request.
@Suite("Appendix D, the machine-readable matrices", .enabled(if: ReferenceData.isPresent, "set FLOOR_DATA to the reference data"))
struct PublishedMatricesTests {
    @Test("every row leaves the state that it prints, on the main path")
    func mainPath() throws {
        var checked = 0
        for (title, rows) in try matrices() {
            var desk = Desk(title)
            for row in rows where !row.isAlternative { checked += try desk.step(row) }
        }
        #expect(checked == 81, "rows whose state was compared")
    }

    @Test("every row leaves the state that it prints, where the request is turned down")
    func alternatives() throws {
        var checked = 0
        for (title, rows) in try matrices() {
            for (place, row) in rows.enumerated() where row.isAlternative {
                var desk = Desk(title)
                for before in rows[..<place] where !before.isAlternative && before["time"] != row["time"] {
                    _ = try desk.step(before)
                }
                checked += try desk.step(row)
            }
        }
        #expect(checked == 14, "refusals compared")
    }

    private func matrices() throws -> [(String, [MatrixRow])] {
        let text = try String(contentsOfFile: ReferenceData.matrices, encoding: .utf8)
        var lines = text.split(separator: "\n").map { fields(String($0)) }
        let header = lines.removeFirst()
        var groups: [(String, [MatrixRow])] = []
        for line in lines {
            let row = MatrixRow(cells: Dictionary(zip(header, line)) { first, _ in first })
            if groups.last?.0 != row.matrix { groups.append((row.matrix, [])) }
            groups[groups.count - 1].1.append(row)
        }
        #expect(groups.count == 15)
        return groups
    }

    private func fields(_ line: String) -> [String] {
        var fields = [""], isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}

/// A book that plays one matrix.
private struct Desk {
    let title: String
    var book = OrderBookOfRecord()
    let names = Names()
    var time: Int64 = 0

    init(_ title: String) { self.title = title }

    func id(_ text: String) -> ClOrdID { text.isEmpty ? .none : ClOrdID(foreign: names.text(text)) }

    /// - Returns: 1 where the row's state was compared.
    mutating func step(_ row: MatrixRow) throws -> Int {
        time += 1
        switch row["direction"] {
        case "received":
            _ = book.apply(try request(row))
            return 0
        case "sent": break
        default: return 0
        }
        let report = try report(row)
        let effects = book.apply(report)
        let place: Comment = "\(title), row \(row["seq"])"
        guard let order = book[report.clOrdID] ?? book[report.origClOrdID] else {
            // Given by telephone, or cancelled without ever being ordered: no order, and an anomaly that says so.
            #expect(effects.anomalies.map(\.rule) == [.unknownOrder], place)
            #expect(["4.2 D18", "4.3 7a"].contains(title), place)
            return 1
        }
        #expect(order.ordStatus == Script.statuses[row["ord_status"].lowercased()], place)
        for (name, value) in [("order_qty", order.orderQty), ("cum_qty", order.cumQty), ("leaves_qty", order.leavesQty)]
        where !row[name].isEmpty {
            #expect(value.description == row[name], "\(name), \(title), row \(row["seq"])")
        }
        if !row["avg_px"].isEmpty, row["avg_px"] != "0" { #expect(order.avgPx.description == row["avg_px"], place) }
        let isOdd = effects.anomalies.contains { $0.rule != .duplicateClOrdID }
        #expect(!isOdd, "a published row is no anomaly: \(title), row \(row["seq"]): \(effects.anomalies.map(\.rule))")
        return 1
    }

    private func request(_ row: MatrixRow) throws -> OrderRequest {
        let actions: [String: OrderRequest.Action] = [
            "NewOrderSingle": .new, "OrderCancelRequest": .cancel, "OrderCancelReplaceRequest": .replace,
        ]
        return OrderRequest(
            eventTime: time, action: try #require(actions[row["message"]]), clOrdID: id(row["cl_ord_id"]),
            origClOrdID: id(row["orig_cl_ord_id"]), symbol: SymbolID(rawValue: 1), side: .buy,
            orderQty: try Quantity(row["order_qty"]), ordType: .limit,
            timeInForce: title.hasSuffix("D27") ? .goodTillCancel : .day)
    }

    private func report(_ row: MatrixRow) throws -> ExecutionReport {
        let trans: [String: ExecType] = ["Cancel": .tradeCancel, "Correct": .tradeCorrect, "Status": .orderStatus]
        let renamed: [String: ExecType] = ["PartialFill": .trade, "Fill": .trade, "Replace": .replaced]
        let name = row["exec_type"]
        let isReject = row["message"] == "OrderCancelReject"
        let known = trans[row["exec_trans_type"]] ?? renamed[name] ?? Script.execTypes[name.lowercased()]
        let status = try #require(Script.statuses[row["ord_status"].lowercased()])
        func quantity(_ name: String) throws -> Quantity { row[name].isEmpty ? .zero : try Quantity(row[name]) }
        let lastQty = try quantity("last_qty")
        var report = ExecutionReport(
            eventTime: time, msgType: isReject ? .orderCancelReject : .executionReport, clOrdID: id(row["cl_ord_id"]),
            origClOrdID: id(row["orig_cl_ord_id"]), execType: isReject ? .none : try #require(known), ordStatus: status,
            symbol: SymbolID(rawValue: 1), side: .buy, orderQty: try quantity("order_qty"), cumQty: try quantity("cum_qty"),
            leavesQty: try quantity("leaves_qty"), lastQty: lastQty)
        // The matrices without prices get one; those with a price keep theirs.
        if !row["last_px"].isEmpty {
            report.lastPx = try Price(row["last_px"])
        } else if lastQty > .zero {
            report.lastPx = try Price("10")
        }
        if !row["exec_id"].isEmpty { report.execID = names.text(row["exec_id"]) }
        if !row["exec_ref_id"].isEmpty { report.execRefID = names.text(row["exec_ref_id"]) }
        return report
    }
}
