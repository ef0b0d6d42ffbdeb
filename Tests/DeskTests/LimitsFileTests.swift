import Clearance
import FloorTesting
import Foundation
import PlainData
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("files of limits") struct LimitsFileTests {
    private static let file = """
        name: equities
        version: 7
        author: ann
        reason: the quarter's end
        until: 30m
        limits:
          template: long-only
          restricted: [ELM, GUM]
          throttle: 5
        """
    private static let needed = "max_quantity: \"10\", max_notional: \"20\", max_position: \"30\", capital: \"100\""
    private static let base = "{ \(needed), restricted: [FIR] }"

    private static func shipped(_ name: String) -> String {
        ReferencePageTests.page.deletingLastPathComponent().deletingLastPathComponent().path + "/topologies/limits/\(name).yaml"
    }
    private func topology(_ limits: String) -> String {
        """
        topology: t
        sources: { trades: { kind: file, path: t.csv, format: trades-csv } }
        sinks: { out: { kind: "null", from: trades } }
        limits: \(limits)

        """
    }
    private func checked(_ limits: String, named: String = "t.yaml") throws -> CheckedTopology {
        try TopologyFile.check(text: topology(limits), named: named, against: Kinds.catalog)
    }
    private func folder() throws -> String {
        let path = NSTemporaryDirectory() + "limits-\(ProcessInfo.processInfo.globallyUniqueString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
    private func mistakes(_ body: () throws -> Void) -> [String] {
        do { try body() } catch { return (error as? TopologyRefusal)?.mistakes.map(\.description) ?? ["\(error)"] }
        return []
    }

    /// The second method: the same keys written into the topology.
    @Test("a set over a topology's limits is the topology with its keys written there, each whole")
    func overlay() throws {
        let names = Names(), over = names.text(try LimitsFile.checked(text: Self.file, named: "l.yaml").limits.canonicalText)
        let laid = try #require(try checked(Self.base).limits.under([over], names))
        let written = try checked(
            "{ \(Self.needed), restricted: [ELM, GUM], template: long-only, throttle: 5 }"
        ).limits
        #expect(Set(laid.entries) == Set(written.entries))
        let limits = LimitMaker(names: names).limits(laid)
        #expect(limits.throttleOrders == 5 && limits.controls.isLongOnly)
        #expect(limits.restricted == [names.symbol("ELM"), names.symbol("GUM")])
        // Over nothing at all it is what a topology of these keys alone would have.
        let alone = try #require(try checked("").limits.under([over], names))
        let own = try checked("{ template: long-only, restricted: [ELM, GUM], throttle: 5 }").limits
        #expect(Set(alone.entries) == Set(own.entries))
    }

    @Test("a topology's limits may be a file beside it; then the topology holds them, with name and version")
    func included() throws {
        let folder = try folder()
        try Self.file.replacing("until: 30m\n", with: "").write(toFile: folder + "/l.yaml", atomically: true, encoding: .utf8)
        try topology("l.yaml").write(toFile: folder + "/t.yaml", atomically: true, encoding: .utf8)
        let read = try TopologyFile.check(
            path: folder + "/t.yaml", against: Kinds.catalog, overrides: ["limits.throttle=6"])
        #expect(read.limits.text("name") == "equities" && read.limits.integer("version") == 7)
        #expect(read.limits.texts("restricted") == ["ELM", "GUM"] && read.limits.integer("throttle") == 6)
        // The day needs no other file.
        let again = try TopologyFile.check(text: read.canonicalText, named: "again", against: Kinds.catalog)
        #expect(again.hash == read.hash)
        #expect(Assembly(again, names: Names(), day: 1).limits.setVersion == 7)
    }

    @Test("mistakes are told with the file's own name and line, beside those of the topology")
    func wrong() throws {
        let folder = try folder(), path = folder + "/l.yaml"
        try "name: x\nversion: 1\nlimits:\n  throtle: 5\n  max_quantity: many\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        try topology("l.yaml\nsurces: {}").write(toFile: folder + "/t.yaml", atomically: true, encoding: .utf8)
        let found = mistakes { _ = try TopologyFile.check(path: folder + "/t.yaml", against: Kinds.catalog) }
        #expect(found.count == 3, "\(found)")
        #expect(found.contains { $0.hasPrefix("\(path):4:") && $0.contains("throttle") }, "\(found)")
        #expect(found.contains { $0.hasPrefix("\(path):5:") } && found.contains { $0.contains("surces") }, "\(found)")
        try Self.file.write(toFile: path, atomically: true, encoding: .utf8)
        try topology("l.yaml").write(toFile: folder + "/t.yaml", atomically: true, encoding: .utf8)
        let timed = mistakes { _ = try TopologyFile.check(path: folder + "/t.yaml", against: Kinds.catalog) }
        #expect(timed.count == 1 && timed[0].hasPrefix("\(path):5:") && timed[0].contains("floor limits"), "\(timed)")
        let missing = mistakes { _ = try checked("nowhere.yaml") }
        let named = "t.yaml:4: limits names nowhere.yaml: there is no such file"
        #expect(missing.count == 1 && missing[0].hasPrefix(named), "\(missing)")
        for text in [
            "version: 1\nlimits: {}", "name: a\nlimits: {}", "name: a\nversion: 0\nlimits: {}", "name: a\nversion: 1",
            "name: a\nversion: 1\nlimits: {}\nuntil: soon", "name: a\nversion: 1\nlimits: []",
        ] { #expect(mistakes { _ = try LimitsFile.checked(text: text, named: "l.yaml") }.count == 1, "\(text)") }
    }

    @Test("what a person sends becomes a command with the file's version, times and reason, or nothing")
    func request() throws {
        let names = Names(), blank = DeskCommand(eventTime: 1_000, verb: .limit, who: .none), base = try checked(Self.base).limits
        var asked = ControlRequest(.limits)
        (asked.text, asked.scope) = (Self.file, "l.yaml")
        let (file, command) = try asked.set(blank, over: base, names: names, at: 1_000)
        #expect(file.author == "ann" && command.limit == .set && command.limits == 7)
        #expect(names.text(of: command.name) == "equities" && names.text(of: command.why) == "the quarter's end")
        #expect(command.from == 1_000 && command.until == 1_000 + 1_800_000_000_000)
        // Every name in it has its number before the record that brings it.
        #expect(names.takeFresh().map(\.text).contains("GUM"))
        (asked.until, asked.why) = ("1s", "mine")
        let other = try asked.set(blank, over: base, names: names, at: 1_000).command
        #expect(other.until == 1_000_001_000)
        for text in [nil, "", "name: a", Self.file.replacing("reason: the quarter's end\n", with: "")] {
            var bad = ControlRequest(.limits)
            (bad.text, bad.scope) = (text, "l.yaml")
            #expect(throws: ControlFlaw.self) { try bad.set(blank, over: base, names: names, at: 1_000) }
        }
    }

    /// What each says is in docs/controls.md.
    @Test(
        "the templates are files that are read as they stand",
        arguments: ["long-only", "130-30", "esg-moderate", "market-maker"])
    func templates(name: String) throws {
        let file = try LimitsFile.checked(path: Self.shipped(name))
        #expect(file.name == name && file.version == 1 && file.limits.text("template") == name)
        let read = try checked(Self.shipped(name))
        let limits = LimitMaker(names: Names()).limits(read.limits), controls = limits.controls
        func money(_ units: Int64) -> Notional { Notional(Price(rawValue: Price.one), Quantity(units: units)) }
        #expect(limits.common?.maxNotional == money(150_000))
        switch name {
        case "long-only": #expect(controls.isLongOnly && controls.maxLong == money(1_000_000))
        case "130-30": #expect(controls.maxShort == money(300_000) && controls.maxLong == money(1_300_000))
        case "esg-moderate": #expect(controls.isLongOnly && controls.reviewsFirstTrade)
        default: #expect(controls.refusesSelfMatch && controls.maxOpenOrders == 10_000 && controls.strategyThrottle == 5_000)
        }
    }

    @Test("random changes of a good file are understood or refused, never more")
    func fuzz() {
        let good = Array(Self.file.utf8)
        var understood = 0
        for round in Fuzz.rounds(400, of: "limits file") {
            var random = SplitMix64(seed: UInt64(round) &+ 9)
            var bytes = good
            for _ in 0..<random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(128)) }
            if random.below(8) == 0 { bytes.removeLast(random.below(bytes.count)) }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let file = try? LimitsFile.checked(text: text, named: "l.yaml") else { continue }
            understood += 1
            // What was understood is understood again from the text that the journal keeps.
            let again = try? LimitsFile.limits(text: file.limits.canonicalText, against: Kinds.catalog)
            #expect(again?.entries == file.limits.entries, "\(text)")
        }
        #expect(understood > 20)
    }
}
