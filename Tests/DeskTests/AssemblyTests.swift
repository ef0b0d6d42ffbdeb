import Clearance
import Foundation
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("a topology as a graph") struct AssemblyTests {
    private static let desk = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("topologies/desk.yaml").path

    private func assemble(_ text: String, names: Names = Names()) throws -> Assembly {
        Assembly(try TopologyFile.check(text: text, named: "test.yaml", against: Kinds.catalog), names: names, day: 2_000)
    }
    private static let trades = "sources: { trades: { kind: file, path: t.csv, format: trades-csv } }\n"

    @Test("the desk's vertices are stages and ports by their names, joined as the file says")
    func deskIsWired() throws {
        let topology = try TopologyFile.check(path: Self.desk, against: Kinds.catalog)
        let graph = Assembly(topology, names: Names(), day: 2_000).graph
        #expect(
            Set(graph.ports.map { "\($0.name):\($0.elementName)" }) == [
                "feed:Trade", "feed.quotes:Quote", "feed.status:FeedStatus", "reports:ExecutionReport",
                "intents:ClearedOrder", "progress:ParentUpdate", "commands:DeskCommand", "commands.orders:OrderRequest",
            ])
        let reads = Dictionary(uniqueKeysWithValues: graph.stages.map { ($0.name, $0.inputs.map(\.name)) })
        #expect(
            reads == [
                "bars": ["feed"], "fast": ["bars"], "slow": ["bars"], "rsi": ["bars"], "zscore": ["bars"],
                "targets": ["fast", "slow"], "drift": ["targets", "positions", "feed", "progress"],
                "compliance.entry": ["drift", "commands.orders"],
                "compliance": ["compliance.entry", "positions", "feed", "progress", "commands"],
                "compliance.answers": ["commands", "compliance.findings"], "slicer": ["compliance", "oms"],
                "oms.requests": ["intents"], "oms": ["oms.requests", "reports"], "positions": ["oms"],
            ])
        // Each stage stands behind all that it reads.
        var made = Set(graph.ports.map(\.name))
        for stage in graph.stages {
            #expect(stage.inputs.allSatisfy { made.contains($0.name) }, "\(stage.name)")
            made.formUnion(stage.outputs.map(\.name))
        }
        #expect(made.isSuperset(of: ["bars.late", "compliance.findings", "slicer.parents", "oms.anomalies"]))
    }

    @Test("the outputs of one connection share its progress in time; reports hold nothing up")
    func leads() throws {
        let topology = try TopologyFile.check(path: Self.desk, against: Kinds.catalog)
        let ports = Assembly(topology, names: Names(), day: 2_000).graph.ports
        let feed = try #require(ports.first { $0.name == "feed" })
        let commands = try #require(ports.first { $0.name == "commands" })
        for port in ports {
            let lead = port.name.hasPrefix("feed") ? feed : port.name.hasPrefix("commands") ? commands : port
            #expect(port.lead == lead.id, "\(port.name)")
            #expect(port.holdsWatermark == port.name.hasPrefix("feed"), "\(port.name)")
        }
    }

    @Test("an edge's capacity is the largest that a reader asks for")
    func capacities() throws {
        let text =
            "topology: t\n" + Self.trades + """
                operators:
                  bars: { kind: time-bars, from: trades, every: 1m }
                  a: { kind: ema, from: { in: { vertex: bars, capacity: 9000 } }, period: 2 }
                  b: { kind: ema, from: { in: { vertex: bars, capacity: 20000 } }, period: 3 }
                sinks: { x: { kind: "null", from: a }, y: { kind: "null", from: b } }
                """
        let stage = try #require(try assemble(text).graph.stages.first { $0.name == "a" })
        #expect(stage.inputs[0].capacity >= 20_000)
    }

    @Test("symbols of the topology get the first numbers, in its order, with tick and lot")
    func instruments() throws {
        let text =
            "topology: t\n" + Self.trades + """
                operators: { bars: { kind: time-bars, from: trades, every: 1m } }
                sinks: { out: { kind: "null", from: bars } }
                instruments:
                  - { symbol: ZED, tick: "0.5", lot: "10" }
                  - { symbol: ABC, tick: "0.01", lot: "1", currency: EUR }
                """
        let assembly = try assemble(text)
        #expect(assembly.names.text(1, in: .symbols) == "ZED" && assembly.names.text(2, in: .symbols) == "ABC")
        let zed = assembly.instruments[assembly.names.symbol("ZED")]
        #expect(zed.tickSize.description == "0.5" && zed.lotSize.description == "10" && zed.isDefined)
        #expect(!assembly.instruments[assembly.names.symbol("NEW")].isDefined)
    }

    private func limits(_ limits: String) throws -> (Limits, Names) {
        let text =
            "topology: t\n" + Self.trades + """
                operators: { bars: { kind: time-bars, from: trades, every: 1m } }
                sinks: { out: { kind: "null", from: bars } }
                instruments: { AAA: { tick: "0.01", lot: "1" }, BBB: { tick: "0.01", lot: "1" } }
                limits:

                """ + limits
        let assembly = try assemble(text)
        return (assembly.limits, assembly.names)
    }

    @Test("a symbol's own limits take the place of the common ones, key by key")
    func ownLimits() throws {
        let (limits, names) = try limits(
            """
              max_quantity: "500"
              max_notional: "10000.5"
              max_position: "900"
              soft_notional: "8000"
              collar: 250
              max_age: 90s
              restricted: [BBB]
              throttle: 7
              throttle_window: 2s
              symbols: { AAA: { max_notional: "60" } }
            """)
        let common = try #require(limits.common)
        #expect(common.maxQuantity.description == "500" && common.maxNotional.description == "10000.5")
        #expect(common.maxPosition.description == "900" && common.softNotional?.description == "8000")
        #expect(common.collarBasisPoints == 250)
        let own = try #require(limits.bounds(of: names.symbol("AAA")))
        #expect(own.maxNotional.description == "60" && own.maxQuantity == common.maxQuantity)
        #expect(own.maxPosition == common.maxPosition && own.softNotional == common.softNotional)
        #expect(limits.bounds(of: names.symbol("BBB")) == common)
        #expect(limits.restricted == [names.symbol("BBB")])
        #expect(limits.maxReferenceAge == 90_000_000_000)
        #expect(limits.throttleOrders == 7 && limits.throttleWindow == 2_000_000_000)
    }

    @Test("a limit that is given nowhere lets no order pass; one that a symbol has is enough for it")
    func missingLimits() throws {
        let (limits, names) = try limits(
            """
              max_quantity: "500"
              max_position: "900"
              symbols: { AAA: { max_notional: "60" } }
            """)
        #expect(limits.common == nil && limits.bounds(of: names.symbol("BBB")) == nil)
        #expect(limits.bounds(of: names.symbol("AAA")) != nil)
    }
}
