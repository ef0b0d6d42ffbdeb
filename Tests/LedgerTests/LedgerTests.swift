import Foundation
import PlainData
import Testing
import TradingModel

@testable import Ledger

final class LedgerFolder {
    let path = NSTemporaryDirectory() + "floor-ledger-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var file: String { path + "/ledger.db" }
}

/// Rows of a made-up day.
struct LedgerDay {
    let names = Names()
    private(set) var rows: [LedgerRow] = []
    private var sequence: UInt64 = 0

    mutating func add(_ contents: LedgerRow.Content...) {
        sequence += 1
        for (ordinal, content) in contents.enumerated() {
            rows.append(LedgerRow(sequence: sequence, ordinal: ordinal, content))
        }
    }

    func order(
        _ id: String, _ status: OrdStatus, _ type: ExecType = .new, root: String? = nil, quantity: String = "100",
        filled: String = "0", last: String = "0", at price: String? = nil, exec: String = "", ref: String = "",
        symbol: String = "AAA"
    ) throws -> LedgerRow.Content {
        let lastPx = try price.map { try Price($0) } ?? .none
        return .order(
            OrderUpdate(
                eventTime: 1_700_000_000_123_456_789, clOrdID: ClOrdID(foreign: names.text(id)), parentID: .none,
                symbol: names.symbol(symbol), account: names.text("ACC"), strategy: names.text("MOM"), side: .buy,
                ordStatus: status, execType: type, orderQty: try Quantity(quantity), cumQty: try Quantity(filled),
                leavesQty: try Quantity(quantity) - Quantity(filled), lastQty: try Quantity(last), lastPx: lastPx, avgPx: lastPx,
                cumNotional: lastPx.isNone ? .zero : Notional(lastPx, try Quantity(filled)),
                execID: exec.isEmpty ? .none : names.text(exec), pending: 0, certainty: .known,
                rootID: ClOrdID(foreign: names.text(root ?? id)), execRefID: ref.isEmpty ? .none : names.text(ref)))
    }

    func position(
        _ symbol: String, _ quantity: String, avgPx: String?, lastPx: String, realised: Notional, cash: Notional
    ) throws -> LedgerRow.Content {
        .position(
            PositionUpdate(
                eventTime: 1_700_000_000_000_000_000, symbol: names.symbol(symbol), account: names.text("ACC"),
                strategy: names.text("MOM"), quantity: try Quantity(quantity), workingBuy: .zero, workingSell: .zero,
                avgPx: try avgPx.map { try Price($0) } ?? .none, lastPx: try Price(lastPx), realised: realised, cash: cash))
    }

    func finding(_ id: String, _ check: Check, _ outcome: Outcome) -> LedgerRow.Content {
        .finding(
            Finding(
                eventTime: 5, clOrdID: ClOrdID(foreign: names.text(id)), symbol: names.symbol("AAA"), account: .none,
                strategy: .none, check: check, outcome: outcome, measured: 1.5))
    }

    /// Everything in one batch, or in several.
    func batches(of size: UInt64) -> [LedgerBatch] {
        stride(from: 1, through: sequence, by: Int(size)).map { first in
            let last = min(first + size - 1, sequence)
            return LedgerBatch(
                firstSequence: first, lastSequence: last, rows: rows.filter { (first...last).contains($0.sequence) })
        }
    }
}

@Suite("The ledger's tables")
struct LedgerTests {
    private func booked(_ day: LedgerDay, _ folder: LedgerFolder) throws -> Ledger {
        let ledger = try Ledger(path: folder.file, names: day.names)
        for batch in day.batches(of: 1_000) { try ledger.apply(batch) }
        return ledger
    }

    @Test("prices and quantities come back exactly, and the views show decimals")
    func exact() throws {
        let folder = try LedgerFolder()
        var day = LedgerDay()
        day.add(
            try day.order(
                "X", .partiallyFilled, .trade, quantity: "92233720368.54775807", filled: "0.00000001", last: "0.00000001",
                at: "9223372036.854775807", exec: "E1"))
        day.add(
            try day.position(
                "AAA", "-0.5", avgPx: "-1.25", lastPx: "0.000000001", realised: Notional(rawValue: .max),
                cash: Notional(rawValue: -1)))
        let ledger = try booked(day, folder)
        #expect(
            try ledger.fills() == [
                LedgerFill(
                    sequence: 1, eventTime: 1_700_000_000_123_456_789, execID: "E1", clOrdID: "X", symbol: "AAA", account: "ACC",
                    strategy: "MOM", side: .buy, quantity: Quantity(rawValue: 1), price: Price(rawValue: .max))
            ])
        let position = try #require(try ledger.positions().first)
        #expect(position.quantity.description == "-0.5" && position.avgPx.description == "-1.25")
        #expect(position.realised == Notional(rawValue: .max) && position.cash == Notional(rawValue: -1))
        let order = try ledger.contents(.ordersReadable)[0]
        #expect(order[8...11] == ["92233720368.54775807", "0.00000001", "92233720368.54775806", "9223372036.854775807"])
        #expect(order[15] == "2023-11-14T22:13:20.123456789Z")
        let held = try ledger.contents(.positionsReadable)[0]
        #expect(held[3...7] == ["-0.5", "0", "0", "-1.25", "0.000000001"])
    }

    @Test("an order keeps one row through all its events and replaces")
    func oneRowPerOrder() throws {
        let folder = try LedgerFolder()
        var day = LedgerDay()
        day.add(try day.order("X", .new))
        day.add(try day.order("Y", .new, .replaced, root: "X", quantity: "80"))
        let ledger = try booked(day, folder)
        let orders = try ledger.contents(.orders)
        #expect(orders.count == 1)
        #expect(orders[0][0...1] == ["X", "Y"] && orders[0][8] == "8000000000")
        #expect(orders[0][15...16] == ["1", "2"], "first and last sequence")
    }

    @Test("a bust ends its fill, a correction lives on with the new quantity, a replaced order's fills stay its own")
    func executions() throws {
        let folder = try LedgerFolder()
        var day = LedgerDay()
        day.add(try day.order("X", .partiallyFilled, .trade, last: "30", at: "10", exec: "A"))
        day.add(try day.order("X", .partiallyFilled, .trade, last: "20", at: "11", exec: "B"))
        day.add(try day.order("Y", .partiallyFilled, .tradeCancel, root: "X", last: "-30", at: "10", exec: "C", ref: "A"))
        day.add(try day.order("Y", .partiallyFilled, .tradeCorrect, root: "X", last: "5", at: "12", exec: "D", ref: "B"))
        let ledger = try booked(day, folder)
        let live = try ledger.fills()
        #expect(live.map(\.execID) == ["D"])
        #expect(live[0].quantity == Quantity(units: 25) && live[0].price.description == "12")
        let order = try #require(try ledger.orders().first)
        #expect(order.clOrdIDs == ["X", "Y"] && order.sequence == 4 && !order.isInDoubt)
        #expect(order.orderQty == Quantity(units: 100) && order.ordStatus == "partiallyFilled")
    }

    /// By hand: 100 bought at 10 and 50 sold at 12: 100 realised; 50 left at 10, last price 12, so 100 to come.
    @Test("the summary counts orders by state, fills, money by symbol, and outcomes by check")
    func summary() throws {
        let folder = try LedgerFolder()
        var day = LedgerDay()
        day.add(day.finding("X", .maxQuantity, .ok), day.finding("X", .decision, .ok))
        day.add(day.finding("Z", .maxQuantity, .block), day.finding("Z", .decision, .block))
        day.add(try day.order("X", .filled, .trade, filled: "100", last: "100", at: "10", exec: "A"))
        day.add(try day.order("S", .filled, .trade, quantity: "50", filled: "50", last: "50", at: "12", exec: "B"))
        day.add(try day.order("N", .new, symbol: "BBB"))
        day.add(
            try day.position(
                "AAA", "50", avgPx: "10", lastPx: "12", realised: try Notional("100"), cash: try Notional("-400")))
        let ledger = try booked(day, folder)
        let summary = try ledger.summary()
        #expect(summary.progress == 6 && summary.orders == 3 && summary.fills == 2)
        #expect(summary.ordersByState.map { "\($0.name) \($0.count)" } == ["filled 2", "new 1"])
        #expect(
            summary.outcomes.map { "\($0.name) \($0.outcome) \($0.count)" } == [
                "C05 BLOCK 1", "C05 OK 1", "decision BLOCK 1", "decision OK 1",
            ])
        #expect(summary.results.map(\.symbol) == ["AAA"])
        #expect(summary.results[0].volume.description == "1600")
        #expect(summary.realised.description == "100" && summary.unrealised.description == "100")
    }

    @Test("breaks replace those of the reconciliation before")
    func breaks() throws {
        let folder = try LedgerFolder()
        let ledger = try Ledger(path: folder.file, names: Names())
        let row = LedgerBreak(
            id: "1", code: "B4", symbol: "AAA", key: "E", ours: "", theirs: "10 @ 5", exposure: "50", evidence: "line 3")
        try ledger.replaceBreaks([row])
        try ledger.replaceBreaks([row])
        #expect(try ledger.summary().breaks == [LedgerSummary.Count(name: "B4", outcome: "OPEN", count: 1)])
    }

    @Test("a file that is no ledger is refused with its path and the next step")
    func notALedger() throws {
        let folder = try LedgerFolder()
        try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: folder.file))
        let error = #expect(throws: LedgerError.self) { try Ledger(path: folder.file, names: Names()) }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("ledger \(folder.file): cannot be opened"))
        #expect(text.hasSuffix("delete it to have it rebuilt from the journal"))
        #expect(throws: LedgerError.self) { try Ledger(path: folder.path + "/no/such/folder/ledger.db", names: Names()) }
    }
}
