import FloorTesting
import Foundation
import PlainData
import Testing

extension FloorTests {
    /// The tables of `Tests/Fixtures/appendix-d.csv` as a user can play them: `floor run` of an order book of record over a
    /// file of orders and one of reports.
    @Suite("Appendix D from files") struct AppendixDFilesTests {
        private static let reportColumns =
            "time,msg_type,cl_ord_id,orig_cl_ord_id,order_id,exec_id,exec_ref_id,exec_type,ord_status,order_qty,cum_qty,"
            + "leaves_qty,last_qty,last_px,avg_px,cxl_rej_reason,ord_rej_reason,poss_dup,poss_resend,text\n"
        private static let topology = """
            topology: appendix-d
            sources:
              orders:  { kind: file, path: orders.csv, format: orders-csv }
              reports: { kind: file, path: reports.csv, format: reports-csv }
            operators:
              oms:     { kind: oms, from: { orders: orders, reports: reports } }
            sinks:
              out:     { kind: csv, from: oms, path: out.csv }
              odd:     { kind: csv, from: oms.anomalies, path: odd.csv }

            """

        @Test("every message leaves the row that the table has, by way of CSV files")
        func files() async throws {
            let folder = try TestFolder()
            var orders = OrderEntry.header, reports = Self.reportColumns, second = 0
            var expected: [String: (row: AppendixD.Row, place: String)] = [:], anomalies = 0
            for (number, scenario) in AppendixD.scenarios.enumerated() {
                func id(_ text: String) -> String { text.isEmpty ? "" : "\(text).\(number)" }
                for row in scenario.rows {
                    second += 1
                    let time = UTC.text(1_700_000_000 * UTC.second + Int64(second) * UTC.second)
                    let ids = "\(id(row["cl_ord_id"])),\(id(row["orig_cl_ord_id"]))"
                    anomalies += row.anomalies.count
                    if row.isFromVenue {
                        let isReject = row["message"] == "9"
                        let reasons = isReject ? "\(row["reason"])," : ",\(row["reason"])"
                        reports += "\(time),\(row["message"]),\(ids),,\(id(row["exec_id"])),\(id(row["exec_ref_id"])),"
                        reports += "\(row["exec_type"]),\(row["ord_status"]),\(row["order_qty"]),\(row["cum_qty"]),"
                        reports += "\(row["leaves_qty"]),\(row["last_qty"]),\(row["last_px"]),\(row["avg_px"]),\(reasons),,,\n"
                    } else {
                        let actions = ["D": "new", "F": "cancel", "G": "replace", "H": "status"]
                        orders += "\(time),\(actions[row["message"]] ?? ""),\(ids),A,S,ABC,buy,\(row["order_qty"]),limit,100,"
                        orders += "\(row["time_in_force"])\n"
                    }
                    if !row["after_status"].isEmpty { expected[time] = (row, "\(scenario), row \(row["row"])") }
                }
            }
            for (name, text) in [("orders.csv", orders), ("reports.csv", reports), ("t.yaml", Self.topology)] {
                try folder.write(text, to: name)
            }
            let run = try await FloorProcess.run(["run", "t.yaml"], in: folder)
            try #require(run.status == 0, "\(run)")

            var lines = try folder.text("out.csv").split(separator: "\n").map { AppendixD.fields(String($0)) }
            let header = lines.removeFirst()
            #expect(
                header.prefix(9).joined(separator: ",")
                    == "time,cl_ord_id,ord_status,order_qty,cum_qty,leaves_qty,avg_px,pending,certainty")
            let found = Dictionary(lines.map { ($0[0], Dictionary(zip(header, $0)) { $1 }) }) {
                $1
            }
            var compared = 0
            for (time, (row, place)) in expected where !row.anomalies.contains("duplicateClOrdID") || row.isFromVenue {
                let state = try #require(found[time], "no row: \(place)")
                for column in ["order_qty", "cum_qty", "leaves_qty"] {
                    #expect(state[column] == row["after_" + column], "\(column), \(place)")
                }
                #expect(state["ord_status"] == row["after_status"], "\(place)")
                if !row["after_avg_px"].isEmpty { #expect(state["avg_px"] == row["after_avg_px"], "\(place)") }
                compared += 1
            }
            #expect(compared > 350)
            #expect(try folder.text("odd.csv").split(separator: "\n").count == anomalies + 1)
        }
    }
}
