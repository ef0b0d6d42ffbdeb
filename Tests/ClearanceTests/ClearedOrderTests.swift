import Clearance
import Foundation
import PlainData
import Testing
import TradingModel

@Suite("cleared orders") struct ClearedOrderTests {
    private let plums = SymbolID(rawValue: 3)

    private func cleared(_ change: (inout OrderRequest) -> Void = { _ in }) throws -> ClearedOrder {
        var request = OrderRequest(
            eventTime: 9, clOrdID: ClOrdID(rawValue: 5), account: TextID(rawValue: 2), strategy: TextID(rawValue: 4),
            symbol: plums,
            side: .buy, orderQty: Quantity(units: 100), ordType: .limit, price: Price(rawValue: 50 * Price.one))
        change(&request)
        let bounds = Limits.Bounds(
            maxQuantity: Quantity(units: 1_000), maxNotional: try Notional("100000"), collarBasisPoints: 1_000,
            maxPosition: Quantity(units: 1_000))
        let limits = Limits(
            common: bounds, maxReferenceAge: 10, throttleOrders: 1, throttleWindow: 1, duplicateWindow: 0)
        let context = Context(
            instrument: Instrument(symbol: plums, tickSize: .zero, lotSize: .zero), reference: Price(rawValue: 50 * Price.one),
            referenceAge: 0)
        return try #require(Rules(limits).evaluate(request, in: context).cleared)
    }
    private let child = ClOrdID(rawValue: 77)

    @Test("a child is a smaller order of the same parent, no worse than its limit")
    func children() throws {
        let parent = try cleared()
        let at = { (qty: Int64, price: Int64) in
            parent.child(
                clOrdID: self.child, orderQty: Quantity(units: qty), price: Price(rawValue: price * Price.one), eventTime: 10)
        }
        let small = try #require(at(40, 49)).request
        #expect(small.parentID == parent.clOrdID && small.clOrdID == child && small.eventTime == 10)
        #expect(small.side == .buy && small.account == TextID(rawValue: 2) && small.strategy == TextID(rawValue: 4))
        #expect(at(100, 50) != nil)
        #expect(at(101, 50) == nil && at(0, 50) == nil && at(-1, 50) == nil && at(40, 51) == nil)
        #expect(parent.child(clOrdID: child, orderQty: Quantity(units: 1), price: .none, eventTime: 10) == nil)
        let sell = try cleared { $0.side = .sell }
        #expect(
            sell.child(clOrdID: child, orderQty: Quantity(units: 1), price: Price(rawValue: 49 * Price.one), eventTime: 10) == nil
        )
        let market = try cleared { ($0.ordType, $0.price) = (.market, .none) }
        #expect(
            market.child(clOrdID: child, orderQty: Quantity(units: 1), price: .none, eventTime: 10)?.request.ordType == .market)
    }
    @Test("a cancel names its order, and nothing is made from a cancel")
    func cancels() throws {
        let cancel = try #require(try cleared().cancel(clOrdID: child, eventTime: 11))
        #expect(cancel.request.action == .cancel && cancel.request.origClOrdID == ClOrdID(rawValue: 5))
        #expect(cancel.cancel(clOrdID: child, eventTime: 12) == nil)
        #expect(cancel.child(clOrdID: child, orderQty: Quantity(units: 1), price: Price(rawValue: 1), eventTime: 12) == nil)
    }
    @Test("a checkpoint gives back the same order, or none")
    func checkpoints() throws {
        var (order, none): (ClearedOrder?, ClearedOrder?) = (try cleared(), nil)
        var saved = StateCoder()
        ClearedOrder.state(&order, &saved)
        ClearedOrder.state(&none, &saved)
        var (first, second): (ClearedOrder?, ClearedOrder?) = (nil, order)
        var restored = StateCoder(restoring: saved.bytes)
        ClearedOrder.state(&first, &restored)
        ClearedOrder.state(&second, &restored)
        let names = Names()
        #expect(restored.isAtEnd && second == nil)
        #expect(first?.described(names).values == order?.described(names).values)
    }

    /// Compiles a caller against the built module. The first must pass, or the others would fail for another reason.
    @Test("an order that went around the rules does not compile")
    func bypass() throws {
        guard let modules = builtModules() else {
            print("skipped: the built module Clearance was not found beside the test bundle")
            return
        }
        let request = "func go(_ r: OrderRequest, _ c: ClearedOrder) -> ClearedOrder? {"
        #expect(try typechecks("\(request) c.cancel(clOrdID: r.clOrdID, eventTime: 0) }", modules))
        #expect(try !typechecks("\(request) ClearedOrder(r) }", modules))
        #expect(try !typechecks("\(request) ClearedOrder(request: r) }", modules))
        #expect(try !typechecks("\(request) ClearedOrder.init(r) }", modules))
        #expect(try !typechecks("\(request) var d = c; d.request.orderQty = r.orderQty; return d }", modules))
        #expect(try !typechecks("extension ClearedOrder { init(mine r: OrderRequest) { self.request = r } }", modules))
        #expect(try !typechecks("extension ClearedOrder { init(mine r: OrderRequest) { self.init(r) } }", modules))
    }

    private func builtModules() -> URL? {
        var at = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        for _ in 0..<6 {
            at.deleteLastPathComponent()
            for folder in [at, at.appendingPathComponent("debug")] {
                let modules = folder.appendingPathComponent("Modules")
                if FileManager.default.fileExists(atPath: modules.appendingPathComponent("Clearance.swiftmodule").path) {
                    return modules
                }
            }
        }
        return nil
    }
    private func typechecks(_ body: String, _ modules: URL) throws -> Bool {
        let source = FileManager.default.temporaryDirectory.appendingPathComponent("bypass-\(UUID().uuidString).swift")
        defer { try? FileManager.default.removeItem(at: source) }
        try "import Clearance\nimport TradingModel\n\(body)\n".write(to: source, atomically: true, encoding: .utf8)
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "swiftc", "-typecheck", "-swift-version", "6", "-I", modules.path, "-I",
            package.appendingPathComponent("Sources/CPlatform/include").path, source.path,
        ]
        compiler.standardError = FileHandle.nullDevice
        compiler.standardOutput = FileHandle.nullDevice
        try compiler.run()
        compiler.waitUntilExit()
        return compiler.terminationStatus == 0
    }
}
