import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// Orders and reports by hand through order book and positions, and what the day is said to have come to.
@Suite("the day's summary") struct DaySummaryTests {
    private let names = Names()
    private let summary = DaySummary()
    private let assembly: Assembly
    private let driver: GraphDriver
    private let trades: TypedPort<Trade>, orders: TypedPort<OrderRequest>, reports: TypedPort<ExecutionReport>

    init() throws {
        let topology = try TopologyFile.check(
            text: """
                topology: t
                sources:
                  trades: { kind: file, path: t.csv, format: trades-csv }
                  orders: { kind: file, path: o.csv, format: orders-csv }
                  reports: { kind: file, path: r.csv, format: reports-csv }
                operators:
                  oms: { kind: oms, from: { orders: orders, reports: reports } }
                  positions: { kind: positions, from: oms }
                sinks: { a: { kind: "null", from: positions }, b: { kind: "null", from: trades } }
                """, named: "t.yaml", against: Kinds.catalog)
        let assembly = Assembly(topology, names: names, day: 2_000)
        self.assembly = assembly
        func port<T: Element>(_ name: String, _ type: T.Type) throws -> TypedPort<T> {
            let vertex = try #require(topology.vertex(name))
            return try #require(assembly.port(vertex, as: type))
        }
        trades = try port("trades", Trade.self)
        orders = try port("orders", OrderRequest.self)
        reports = try port("reports", ExecutionReport.self)
        summary.watch(assembly)
        driver = GraphDriver(assembly.graph)
    }

    private func id(_ text: String) -> ClOrdID { ClOrdID(foreign: names.text(text)) }
    private func order(_ text: String, _ side: Side, _ quantity: Int64) {
        driver.offer(
            OrderRequest(
                eventTime: 1, clOrdID: id(text), account: names.text("DESK"), strategy: names.text("s"),
                symbol: names.symbol("AAA"), side: side, orderQty: Quantity(units: quantity), ordType: .limit,
                price: Price(rawValue: 10_000_000_000)), to: orders)
        driver.run()
    }
    private func report(
        _ order: String, _ type: ExecType, _ status: OrdStatus, of quantity: Int64, cum: Int64, last: Int64 = 0,
        at price: String? = nil, side: Side = .buy
    ) throws {
        driver.offer(
            ExecutionReport(
                eventTime: 2, clOrdID: id(order), orderID: names.text("V" + order), execID: names.text("E\(driver.sequence)"),
                execType: type, ordStatus: status, symbol: names.symbol("AAA"), side: side, orderQty: Quantity(units: quantity),
                cumQty: Quantity(units: cum),
                leavesQty: status.isTerminal ? .zero : Quantity(units: quantity - cum), lastQty: Quantity(units: last),
                lastPx: try price.map { try Price($0) } ?? .none, avgPx: try price.map { try Price($0) } ?? .none), to: reports)
        driver.run()
    }

    @Test("orders by state, fills, money and profit are those of the books")
    func aDay() throws {
        order("A", .buy, 100)
        #expect(summary.hasOpenOrders && summary.fills == 0)
        try report("A", .new, .new, of: 100, cum: 0)
        try report("A", .trade, .partiallyFilled, of: 100, cum: 40, last: 40, at: "10")
        #expect(summary.orders[id("A")] == .partiallyFilled && summary.openOrders == [id("A")])
        try report("A", .trade, .filled, of: 100, cum: 100, last: 60, at: "11")
        #expect(!summary.hasOpenOrders)
        order("B", .sell, 50)
        try report("B", .new, .new, of: 50, cum: 0, side: .sell)
        try report("B", .trade, .filled, of: 50, cum: 50, last: 50, at: "12", side: .sell)
        order("C", .buy, 10)
        try report("C", .new, .new, of: 10, cum: 0)
        try report("C", .canceled, .canceled, of: 10, cum: 0)

        #expect(summary.orders == [id("A"): .filled, id("B"): .filled, id("C"): .canceled])
        #expect(summary.fills == 3)
        // 40·10 + 60·11 + 50·12.
        #expect(summary.traded.description == "1660")
        // Bought at (400 + 660) / 100 = 10.6; sold 50 at 12: 50 · 1.4.
        #expect(summary.realised.description == "70")
        driver.offer(
            Trade(
                eventTime: 3, symbol: names.symbol("AAA"), price: try Price("13"), size: Quantity(units: 1), aggressor: .buy,
                tradeID: 1), to: trades)
        driver.run()
        // 50 are left: 50 · (13 − 10.6).
        #expect(summary.unrealised.description == "120")
        #expect(summary.anomalies == 0 && summary.inDoubt.isEmpty)
    }

    @Test("an order whose fate is unknown is in doubt and open until the venue has spoken")
    func inDoubt() throws {
        order("A", .buy, 100)
        driver.offer(
            ExecutionReport(
                eventTime: 2, msgType: .inDoubt, clOrdID: id("A"), execType: .none, ordStatus: .pendingNew,
                symbol: names.symbol("AAA"), side: .buy), to: reports)
        driver.run()
        #expect(summary.inDoubt == [id("A")] && summary.openOrders == [id("A")])
        try report("A", .new, .new, of: 100, cum: 0)
        #expect(summary.inDoubt.isEmpty && summary.hasOpenOrders)
        try report("A", .rejected, .rejected, of: 100, cum: 0)
        #expect(!summary.hasOpenOrders)
    }
}
