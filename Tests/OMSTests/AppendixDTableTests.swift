import FloorTesting
import OMS
import PlainData
import Testing
import TradingModel

/// Every scenario of `Tests/Fixtures/appendix-d.csv`, both outcomes of every request, row by row. What the rows expect is the
/// published tables' where their source says so, and follows from Appendix D's rules for the others, known by title.
@Suite("Appendix D, scenario by scenario") struct AppendixDTableTests {
    @Test("after each message the order is as the table has it, and nothing else was odd", arguments: AppendixD.scenarios)
    func plays(scenario: AppendixD.Scenario) throws {
        var book = OrderBookOfRecord()
        let names = Names()
        for row in scenario.rows {
            let place: Comment = "\(scenario), row \(row["row"])"
            let effects = row.isFromVenue ? book.apply(try report(row, names)) : book.apply(try request(row, names))
            #expect(effects.anomalies.map { "\($0.rule)" } == row.anomalies, place)
            guard !row["after_status"].isEmpty else { continue }
            let order = try #require(book[id(row["cl_ord_id"], names)] ?? book[id(row["orig_cl_ord_id"], names)], place)
            #expect(order.ordStatus.rawValue == row["after_status"].utf8.first, place)
            #expect(order.orderQty.description == row["after_order_qty"], "OrderQty, \(place)")
            #expect(order.cumQty.description == row["after_cum_qty"], "CumQty, \(place)")
            #expect(order.leavesQty.description == row["after_leaves_qty"], "LeavesQty, \(place)")
            if !row["after_avg_px"].isEmpty { #expect(order.avgPx.description == row["after_avg_px"], "AvgPx, \(place)") }
        }
        print("Appendix D: \(scenario): \(scenario.rows.count) messages")
    }

    @Test("no table is left out: D1 to D37, and those that later versions added")
    func complete() {
        let names = Set(AppendixD.scenarios.map(\.name))
        for number in 1...37 { #expect(names.contains("D\(number)")) }
        #expect(names.isSuperset(of: ["B.1.d", "B.1.e", "B.1.f", "D.2.b", "F.1.b", "K.1.a", "K.1.b"]))
        #expect(AppendixD.scenarios.allSatisfy { $0.rows.allSatisfy { !$0["source"].isEmpty } })
        // Every request that a venue can turn down is turned down in some branch.
        for number in [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 29, 30] {
            let rows = AppendixD.scenarios.filter { $0.name == "D\(number)" }.flatMap(\.rows)
            #expect(rows.contains { $0["message"] == "9" }, "D\(number)")
        }
    }

    private func id(_ text: String, _ names: Names) -> ClOrdID { text.isEmpty ? .none : ClOrdID(foreign: names.text(text)) }
    private func quantity(_ text: String) throws -> Quantity { text.isEmpty ? .zero : try Quantity(text) }
    private func text(_ text: String, _ names: Names) -> TextID { text.isEmpty ? .none : names.text(text) }

    private func request(_ row: AppendixD.Row, _ names: Names) throws -> OrderRequest {
        let times: [String: TimeInForce] = [
            "day": .day, "gtc": .goodTillCancel, "ioc": .immediateOrCancel, "fok": .fillOrKill,
        ]
        let action = row["message"].utf8.first.flatMap(OrderRequest.Action.init)
        return OrderRequest(
            eventTime: 1, action: try #require(action), clOrdID: id(row["cl_ord_id"], names),
            origClOrdID: id(row["orig_cl_ord_id"], names), symbol: SymbolID(rawValue: 1), side: .buy,
            orderQty: try quantity(row["order_qty"]), ordType: .limit, price: try Price("100"),
            timeInForce: try #require(times[row["time_in_force"]]))
    }

    private func report(_ row: AppendixD.Row, _ names: Names) throws -> ExecutionReport {
        let isReject = row["message"] == "9", reason = Int16(row["reason"]) ?? -1
        return ExecutionReport(
            eventTime: 1, msgType: isReject ? .orderCancelReject : .executionReport, clOrdID: id(row["cl_ord_id"], names),
            origClOrdID: id(row["orig_cl_ord_id"], names), execID: text(row["exec_id"], names),
            execRefID: text(row["exec_ref_id"], names),
            execType: isReject ? .none : try #require(row["exec_type"].utf8.first.flatMap(ExecType.init)),
            ordStatus: try #require(row["ord_status"].utf8.first.flatMap(OrdStatus.init)), symbol: SymbolID(rawValue: 1),
            side: .buy, orderQty: try quantity(row["order_qty"]), cumQty: try quantity(row["cum_qty"]),
            leavesQty: try quantity(row["leaves_qty"]), lastQty: try quantity(row["last_qty"]),
            lastPx: row["last_px"].isEmpty ? .none : try Price(row["last_px"]), cxlRejReason: isReject ? reason : -1,
            ordRejReason: isReject ? -1 : reason)
    }
}
