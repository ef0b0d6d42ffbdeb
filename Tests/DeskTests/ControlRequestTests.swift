import FloorTesting
import Foundation
import PlainData
import Testing
import Topology
import TradingModel

@testable import Desk

/// What comes over the command socket is somebody's bytes.
@Suite("requests of people") struct ControlRequestTests {
    private func request(_ json: String) throws -> ControlRequest { try ControlRequest(line: Array(json.utf8)) }
    private func flaw(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\((error as? ControlFlaw)?.description ?? "\(error)")" }
        return ""
    }

    @Test("a new order's fields are taken exactly as they were written")
    func newOrder() throws {
        let names = Names()
        let asked = try request(
            #"{"verb":"new","side":"sell_short","quantity":"0.00000001","symbol":"ABC","price":"12.345678901","account":"A","timeInForce":"ioc"}"#
        )
        let order = try asked.orderRequest(id: "X/1", names: names, at: 5)
        #expect(order.clOrdID.text(names) == "X/1" && names.text(of: order.symbol) == "ABC")
        #expect(order.side == .sellShort && order.orderQty.rawValue == 1 && order.price.rawValue == 12_345_678_901)
        #expect(order.ordType == .limit && order.timeInForce == .immediateOrCancel && order.action == .new)
    }
    @Test(
        "what is not an order is refused by name, and nothing is remembered of it",
        arguments: [
            (#"{"verb":"new","quantity":"1","symbol":"A"}"#, "side"),
            (#"{"verb":"new","side":"up","quantity":"1","symbol":"A"}"#, "side"),
            (#"{"verb":"new","side":"buy","symbol":"A"}"#, "quantity"),
            (#"{"verb":"new","side":"buy","quantity":"-1","symbol":"A"}"#, "quantity"),
            (#"{"verb":"new","side":"buy","quantity":"1e400","symbol":"A"}"#, "quantity"),
            (#"{"verb":"new","side":"buy","quantity":"1"}"#, "symbol"),
            (#"{"verb":"new","side":"buy","quantity":"1","symbol":"A B"}"#, "symbol"),
            ("{\"verb\":\"new\",\"side\":\"buy\",\"quantity\":\"1\",\"symbol\":\"A\\u0001\"}", "symbol"),
            (#"{"verb":"new","side":"buy","quantity":"1","symbol":"A","price":"ten"}"#, "price"),
            (#"{"verb":"new","side":"buy","quantity":"1","symbol":"A","timeInForce":"ever"}"#, "time in force"),
            (#"{"verb":"cancel"}"#, "order"), (#"{"verb":"replace","original":"X","side":"buy","quantity":"1"}"#, "symbol"),
        ])
    func refused(json: String, word: String) throws {
        let names = Names(), asked = try request(json)
        let said = flaw { _ = try asked.orderRequest(id: "X", names: names, at: 5) }
        #expect(said.contains(word), "\(said)")
        #expect(names.takeFresh().isEmpty)
    }
    @Test("a scope is the firm, or one name of a kind; venues are the topology's")
    func scopes() throws {
        let names = Names(), blank = DeskCommand(eventTime: 1, verb: .kill, who: .none)
        func scoped(_ text: String?) throws -> DeskCommand {
            var asked = ControlRequest(.kill)
            asked.scope = text
            return try asked.scoped(blank, names: names, venues: ["broker"])
        }
        #expect(try scoped("firm").scope == .firm)
        #expect(try names.text(of: scoped("symbol:A:B").symbol) == "A:B")
        #expect(try names.text(of: scoped("venue:broker").venue) == "broker")
        for bad in [nil, "", "firm:x", "account", "account:", "trader:ann", "venue:brokr", "symbol:A B"] {
            #expect(!flaw { _ = try scoped(bad) }.isEmpty, "\(bad ?? "nil")")
        }
    }
    @Test("a limit is one of the topology's keys, with an amount, times and a reason")
    func limits() throws {
        let names = Names(), blank = DeskCommand(eventTime: 1_000, verb: .limit, who: .none)
        func changed(_ change: (inout ControlRequest) -> Void) throws -> DeskCommand {
            var asked = ControlRequest(.limit)
            (asked.limit, asked.amount, asked.why) = ("max_notional", "1500.25", "because")
            change(&asked)
            return try asked.changed(blank, names: names, at: 1_000)
        }
        let plain = try changed { _ in }, amount = try Notional("1500.25")
        #expect(plain.limit == .maxNotional && plain.amount == amount && plain.scope == .firm)
        #expect(plain.from == 1_000 && plain.until == .max && plain.isNone == 0)
        let timed = try changed { ($0.symbol, $0.from, $0.until) = ("ABC", "1s", "2026-03-02T15:00:00Z") }
        #expect(timed.scope == .symbol && names.text(of: timed.symbol) == "ABC" && timed.from == 1_000_001_000)
        #expect(timed.until == UTC.parse("2026-03-02T15:00:00Z"))
        #expect(try changed { ($0.limit, $0.amount) = ("soft_notional", "none") }.isNone == 1)
        let credit = try changed { ($0.limit, $0.account) = ("credit", "ACC") }
        #expect(credit.limit == .credit && credit.scope == .account && names.text(of: credit.account) == "ACC")
        let bad: [(inout ControlRequest) -> Void] = [
            { $0.limit = "max_notionel" }, { $0.limit = "none" }, { $0.amount = "none" }, { $0.amount = "-1" },
            { $0.amount = nil },
            { $0.why = nil }, { $0.until = "0s" }, { ($0.from, $0.until) = ("2s", "1s") }, { $0.from = "soon" },
            { ($0.limit, $0.symbol) = ("max_gross", "ABC") }, { $0.limit = "restricted" },
            { ($0.limit, $0.symbol, $0.amount) = ("restricted", "ABC", "5") }, { $0.account = "ACC" },
            { ($0.limit, $0.amount) = ("throttle", "none") }, { ($0.limit, $0.amount) = ("throttle", "0.5") },
        ]
        for (number, change) in bad.enumerated() { #expect(!flaw { _ = try changed(change) }.isEmpty, "number \(number)") }
        // Every key's name is the topology's own.
        let known = Set(Kinds.limits.map(\.name))
        for key in LimitKey.single { #expect(known.contains(key.name), "\(key.name)") }
    }
    @Test("another name is believed of the floor's own user alone; people listed may do what is listed")
    func people() throws {
        let mine = Int64(getuid()), own = try People(settings("{}")).name(of: mine, stated: "")
        let open = try People(settings("{}"))
        #expect(try open.name(of: mine, stated: "ann") == "ann")
        let stranger = mine + 54_321
        #expect(try open.name(of: stranger, stated: "") == "user-\(stranger)")
        #expect(throws: ControlFlaw.self) { try open.name(of: stranger, stated: "ann") }
        #expect(throws: ControlFlaw.self) { try open.name(of: stranger, stated: own) }
        #expect(throws: ControlFlaw.self) { try open.name(of: -1, stated: "ann") }
        try open.check("anybody", may: .kill)
        let listed = try People(settings("{ ann: [kill, rearm], bob: [order] }"))
        try listed.check("ann", may: .kill)
        try listed.check("ann", may: .pending)
        try listed.check("bob", may: .cancel)
        #expect(flaw { try listed.check("bob", may: .kill) } == "bob may not kill here; ann may")
        #expect(flaw { try listed.check("ann", may: .approve) }.contains("nobody may"))
    }
    private func settings(_ people: String) throws -> Settings {
        let text =
            "topology: t\nsources: { c: { kind: commands, people: \(people) } }\nsinks: { n: { kind: \"null\", from: c } }\n"
        let topology = try TopologyFile.check(text: text, named: "t.yaml", against: Kinds.catalog)
        return try #require(topology.vertex("c")).settings
    }
    @Test("random bytes and random changes of good requests are understood or refused, never more")
    func fuzz() throws {
        let good = [
            #"{"verb":"kill","scope":"account:ACC","why":"x"}"#,
            #"{"verb":"approve","order":"A-1","terms":"ff","limits":1,"who":"ann"}"#,
            #"{"verb":"new","side":"buy","quantity":"1","symbol":"A","price":"1.5"}"#,
        ].map { Array($0.utf8) }
        var understood = 0
        for round in Fuzz.rounds(3_000, of: "command request") {
            var random = SplitMix64(seed: UInt64(round) &+ 77)
            var line = good[random.below(good.count)]
            for _ in 0..<random.below(4) { line[random.below(line.count)] = UInt8(random.below(256)) }
            if random.below(8) == 0 { line.removeLast(random.below(line.count)) }
            guard let asked = try? ControlRequest(line: line) else { continue }
            understood += 1
            let names = Names()
            _ = try? asked.orderRequest(id: asked.order ?? "", names: names, at: 0)
            _ = try? asked.changed(DeskCommand(eventTime: 0, verb: .limit, who: .none), names: names, at: 0)
            _ = try? asked.scoped(DeskCommand(eventTime: 0, verb: .kill, who: .none), names: names, venues: [])
            for text in names.takeFresh().map(\.text) { #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }) }
        }
        #expect(understood > 500)
    }
}
