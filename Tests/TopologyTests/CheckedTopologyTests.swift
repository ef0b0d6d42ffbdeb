import Testing
import Topology

@Suite("A checked topology answers what a graph builder asks")
struct CheckedTopologyTests {
    @Test("the architecture's example passes, with its parameters typed")
    func example() throws {
        let topology = try checked(DeskCatalog.rsiOnAFile)
        #expect(topology.name == "rsi-on-a-file")
        #expect(topology.vertices.map(\.name) == ["trades", "bars", "rsi", "out"])
        #expect(topology.vertex("bars")?.settings.duration("every") == 60_000_000_000)
        #expect(topology.vertex("rsi")?.settings.integer("period") == 14)
        #expect(topology.vertex("out")?.settings.text("path") == "-")
        #expect(topology.vertex("trades")?.outputs.map(\.element) == ["Trade"])
        #expect(topology.clock.kind == nil)
        #expect(topology.clock.every == 10_000_000)
        #expect(topology.warnings.isEmpty)
    }

    @Test("a desk passes, with its loop, policies, session, instruments and limits")
    func desk() throws {
        let desk = try checked(DeskCatalog.desk)
        #expect(desk.warnings.isEmpty)
        #expect(desk.clock.kind == .wall)
        #expect(desk.clock.every == 5_000_000)
        let loop = try #require(desk.vertex("fills"))
        #expect(loop.inputs.isEmpty)
        #expect(loop.loop?.reference == "oms")
        #expect(loop.outputs.map(\.element) == ["Position"])
        let drift = try #require(desk.vertex("drift"))
        #expect(drift.inputs.map(\.port) == ["targets", "positions", "prices"])
        #expect(drift.inputs.map(\.portIndex) == [0, 1, 2])
        #expect(drift.inputs.map(\.reference) == ["targets", "fills", "feed.quotes"])
        #expect(drift.input("prices")?.policy == .conflate)
        #expect(drift.settings.decimal("band") == "0.001")
        let bars = try #require(desk.vertex("bars")?.inputs.first)
        #expect(bars.policy == .conflate)
        #expect(bars.capacity == 65_536)
        #expect(bars.element == "Trade")
        #expect(desk.vertex("targets")?.settings.map("weights").decimal("BRK.B") == "-0.5")
        #expect(desk.vertex("feed")?.settings.texts("symbols") == ["BTC-USD", "BRK.B"])
        #expect(desk.vertex("bars")?.outputs.map(\.readers) == [1, 1])
        #expect(desk.session("broker")?.integer("port") == 9880)
        #expect(desk.session("broker")?.duration("heartbeat") == 30_000_000_000)
        #expect(desk.instruments.map(\.name) == ["BRK.B", "BTC-USD"])
        #expect(desk.instruments.last?.settings.text("lot") == "0.00000001")
        #expect(desk.limits.map("collar").text("width") == "0.05")
        #expect(desk.limits.position(of: "restricted") == "t.yaml:32")
    }

    @Test("every vertex stands after what it reads", arguments: 1...100 as ClosedRange<UInt64>)
    func topologicalOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let topology = try checked(RandomTopology(using: &random).text(using: &random))
        for (index, vertex) in topology.vertices.enumerated() {
            for edge in vertex.inputs {
                #expect(edge.producer < index)
                #expect(topology.vertices[edge.producer].name == edge.producerName)
                #expect(topology.vertices[edge.producer].outputs[edge.output].element == edge.element)
            }
            #expect((vertex.kind == "loop") == (vertex.loop != nil))
        }
    }

    @Test("a reader without a policy follows the source's other readers, a display sink does not")
    func inheritedPolicy() throws {
        let text =
            DeskCatalog.rsiOnAFile.replacing("from: trades", with: "from: { vertex: trades, overflow: shed }") + """

                  raw: { kind: csv, from: trades, path: raw.csv }
                  screen: { kind: blotter, from: trades }
                """
        let topology = try checked(text)
        #expect(topology.vertex("raw")?.inputs.first?.policy == .shed)
        #expect(topology.vertex("screen")?.inputs.first?.policy == .block)
    }

    @Test("what nobody uses is a warning")
    func warnings() throws {
        let text = """
            topology: t
            sources:
              trades: { kind: file, path: a.csv, format: trades-csv }
              quotes: { kind: file, path: q.csv, format: quotes-csv }
            operators:
              bars: { kind: time-bars, from: trades, every: 1m }
            sessions:
              broker: { role: initiator, sender: A, target: B, port: 1 }
            """
        #expect(
            try checked(text).warnings.map(\.description) == [
                "t.yaml:4: nobody reads \"quotes\"; read it, or remove it",
                "t.yaml:6: nobody reads \"bars\"; read it, or remove it",
                "t.yaml:8: no source or sink uses the session \"broker\"; use it, or remove it",
            ])
    }

    @Test("an open map is read closely afterwards, with file and line")
    func openMap() throws {
        let desk = try checked(DeskCatalog.desk)
        let limits = [
            Parameter("max_notional", .decimal(min: "0")), Parameter("restricted", .list(of: .text)),
            Parameter("collar", .record([Parameter("width", .decimal()), Parameter("age", .duration())])),
        ]
        let read = try desk.limits.checked(against: limits, subject: "limits")
        #expect(read.decimal("max_notional") == "1000000")
        #expect(read.map("collar").duration("age") == 2_000_000_000)
        let wrong = #expect(throws: TopologyRefusal.self) {
            try desk.limits.checked(against: [Parameter("max_notional", .duration()), limits[1], limits[2]], subject: "limits")
        }
        #expect(wrong?.mistakes.map(\.place) == [.line(31)])
    }

    @Test("--set replaces values, adds parameters and vertices, and reaches names with dots and items of lists")
    func overrides() throws {
        let desk = try checked(
            DeskCatalog.desk,
            overrides: [
                "sessions.broker.port=9881", "operators.rsi.period=21", "operators.bars.lateness=2s", "instruments.BRK.B.lot=100",
                "limits.restricted.1=XYZ", "sources.feed.symbols=[A, B]", "sources.feed.symbols.0=C",
                "sinks.more={ kind: csv, from: rsi, path: '-' }",
                "sinks.late.path=-", "operators.drift.from.prices.overflow=block", "clock.every=1s", "limits.new.deep=1",
                "topology=other",
            ])
        #expect(desk.name == "other")
        #expect(desk.session("broker")?.integer("port") == 9881)
        #expect(desk.vertex("rsi")?.settings.integer("period") == 21)
        #expect(desk.vertex("bars")?.settings.duration("lateness") == 2_000_000_000)
        #expect(desk.instruments.first?.settings.text("lot") == "100")
        #expect(desk.limits.texts("restricted") == ["ABC", "XYZ"])
        #expect(desk.vertex("feed")?.settings.texts("symbols") == ["C", "B"])
        #expect(desk.vertex("more")?.inputs.first?.reference == "rsi")
        #expect(desk.vertex("late")?.settings.text("path") == "-")
        #expect(desk.vertex("drift")?.input("prices")?.policy == .block)
        #expect(desk.clock.every == 1_000_000_000)
        #expect(desk.limits.map("new").text("deep") == "1")
    }

    @Test("an alias stands for a whole value")
    func alias() throws {
        let text = """
            topology: t
            sources:
              a: { kind: feed, url: x, symbols: &all [A, B] }
              b: { kind: feed, url: y, symbols: *all }
            """
        #expect(try checked(text).vertex("b")?.settings.texts("symbols") == ["A", "B"])
    }
}
