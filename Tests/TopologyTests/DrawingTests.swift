import Foundation
#if canImport(FoundationXML)
    import FoundationXML
#endif
import Testing

@testable import Topology

@Suite("A topology is drawn so that it can be read")
struct DrawingTests {
    /// A whole desk: feeds, signals, the order path, and two ways back.
    static let wholeDesk = """
        topology: whole-desk
        sources:
          feed: { kind: feed, url: "wss://feed.example/ws", symbols: [A, B] }
          reports: { kind: fix, session: broker }
          fills: { kind: loop, of: oms }
          again: { kind: loop, of: clean }
        operators:
          clean: { kind: filter, from: feed }
          bars: { kind: time-bars, from: clean, every: 1m }
          slow-bars: { kind: time-bars, from: clean, every: 1h }
          rsi: { kind: rsi, from: bars }
          macd: { kind: macd, from: slow-bars, fast: 12, slow: 26 }
          fast-targets: { kind: targets, from: rsi }
          slow-targets: { kind: targets, from: macd }
          drift: { kind: drift, from: { targets: fast-targets, positions: fills, prices: { vertex: feed.quotes, overflow: conflate } } }
          compliance: { kind: compliance, from: drift }
          oms: { kind: oms, from: reports }
        sinks:
          router: { kind: fix, from: compliance, session: broker }
          decisions: { kind: csv, from: compliance.decisions, path: decisions.csv }
          late: { kind: csv, from: bars.late, path: late.csv }
          blotter: { kind: blotter, from: oms }
          anomalies: { kind: csv, from: oms.anomalies, path: anomalies.csv }
          slow: { kind: csv, from: slow-targets, path: slow.csv }
          ticks: { kind: csv, from: again, path: ticks.csv }
        sessions:
          broker: { role: initiator, sender: A, target: B, port: 9880 }
        """

    private static let folder = ProcessInfo.processInfo.environment["FLOOR_PICTURES"]

    @Test("the formats are written where FLOOR_PICTURES says, for a look at them", .enabled(if: folder != nil))
    func pictures() throws {
        let folder = try #require(Self.folder)
        var random = SeededRandom(seed: 11)
        let texts = [
            "rsi": DeskCatalog.rsiOnAFile, "desk": DeskCatalog.desk, "whole-desk": Self.wholeDesk,
            "random": RandomTopology(using: &random).text(using: &random),
        ]
        for (name, text) in texts {
            for format in TopologyDrawing.Format.allCases {
                let path = "\(folder)/\(name).\(format.rawValue)"
                try TopologyDrawing.draw(checked(text), as: format).write(toFile: path, atomically: true, encoding: .utf8)
            }
        }
    }

    @Test("boxes do not overlap, arrows run from left to right and through no box", arguments: 0...150 as ClosedRange<UInt64>)
    func geometry(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let text = seed == 0 ? Self.wholeDesk : RandomTopology(using: &random).text(using: &random)
        let graph = DrawnGraph(try checked(text))
        let layout = GraphLayout(graph)
        #expect(layout.boxes.count == graph.nodes.count)
        for (index, box) in layout.boxes.enumerated() {
            #expect(box.x >= 0 && box.y >= 0 && box.right <= layout.width && box.bottom <= layout.height)
            for other in layout.boxes.dropFirst(index + 1) { #expect(!overlap(box, other), "seed \(seed)") }
        }
        for (edge, route) in zip(graph.edges, layout.routes) {
            let points = route.points
            #expect(points.first?.x == layout.boxes[edge.from].right)
            #expect(points.last?.x == layout.boxes[edge.to].x)
            for box in layout.boxes {
                for (a, b) in zip(points, points.dropFirst()) where route.isLane || a.y == b.y {
                    #expect(!passes(a, b, through: box), "seed \(seed), edge \(edge.from) to \(edge.to)")
                }
            }
            guard !route.isLane else { continue }
            #expect(zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x })
            // A curve stays between its ends, so it is enough that its gap holds no box.
            for index in stride(from: 0, to: points.count - 1, by: 2) {
                let (left, right) = (points[index].x, points[index + 1].x)
                #expect(layout.boxes.allSatisfy { $0.right <= left || $0.x >= right }, "seed \(seed)")
            }
        }
    }

    private func overlap(_ a: GraphLayout.Box, _ b: GraphLayout.Box) -> Bool {
        a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom
    }

    private func passes(_ a: GraphLayout.Point, _ b: GraphLayout.Point, through box: GraphLayout.Box) -> Bool {
        min(a.x, b.x) < box.right - 0.01 && max(a.x, b.x) > box.x + 0.01 && min(a.y, b.y) < box.bottom && max(a.y, b.y) > box.y
    }

    @Test("the SVG is XML with each vertex, arrow and port label once, and loops dashed")
    func svg() throws {
        let seen = try Elements(TopologyDrawing.draw(checked(Self.wholeDesk), as: .svg))
        let names = [
            "feed", "reports", "fills", "again", "clean", "bars", "slow-bars", "rsi", "macd", "fast-targets", "slow-targets",
            "drift",
        ]
        #expect(
            seen.texts(of: "name").sorted()
                == (names + ["compliance", "oms", "router", "decisions", "late", "blotter", "anomalies", "slow", "ticks"])
                .sorted())
        #expect(
            seen.texts(of: "port").sorted() == [
                "anomalies", "decisions", "late", "positions", "prices", "quotes · conflate", "reports", "targets",
            ])
        #expect(seen.count("path", style: "edge") == 19)
        // Two ways back, and the legend's.
        #expect(seen.count("path", style: "edge loop") == 3)
        #expect(seen.count("rect", style: "box source loop") == 2)
    }

    @Test("any name is drawn as text, in every format")
    func hostileNames() throws {
        let name = "<b>&\"'\u{1}\\\n]]>#;"
        let text = "topology: \"<b>&\\\"'\\x01\\\\\\n]]>#;\"\nsources:\n  a: { kind: feed, url: \"</title><&\", symbols: [] }\n"
        let topology = try checked(text)
        #expect(topology.name == name)
        let seen = try Elements(TopologyDrawing.draw(topology, as: .svg))
        #expect(seen.texts(of: "title") == [name.replacing("\u{1}", with: "\u{FFFD}")])
        #expect(TopologyDrawing.draw(topology, as: .dot).contains("label=\"<b>&\\\"'\u{FFFD}\\\\\\n]]>#;\""))
        #expect(!TopologyDrawing.draw(topology, as: .mermaid).contains("\u{1}"))
    }

    /// By hand, from the two languages' references.
    @Test("dot and mermaid name each vertex and edge")
    func languages() throws {
        let topology = try checked(DeskCatalog.desk)
        let dot = TopologyDrawing.draw(topology, as: .dot)
        #expect(dot.hasPrefix("digraph topology {\n"))
        #expect(dot.contains("n0 [label=\"feed\\nfeed\", fillcolor=\"#e3f4e8\", color=\"#2f855a\"];"))
        #expect(dot.contains("[style=dashed, constraint=false];"))
        #expect(dot.split(separator: "\n").count { $0.contains(" -> ") } == 13)
        let mermaid = TopologyDrawing.draw(topology, as: .mermaid)
        #expect(mermaid.contains("flowchart LR\n  n0(\"feed<br/><small>feed</small>\"):::source\n"))
        #expect(mermaid.contains("|\"quotes · conflate → prices\"|"))
        #expect(mermaid.split(separator: "\n").count { $0.contains(" -.-> ") } == 1)
    }

    @Test("the same topology gives the same bytes, however it is written", arguments: TopologyDrawing.Format.allCases)
    func deterministic(format: TopologyDrawing.Format) throws {
        var random = SeededRandom(seed: 5)
        let topology = RandomTopology(using: &random)
        let (one, two) = (topology.text(using: &random), topology.text(using: &random))
        #expect(one != two)
        #expect(try TopologyDrawing.draw(checked(one), as: format) == TopologyDrawing.draw(checked(two), as: format))
    }

    @Test("the reference lists every kind and key")
    func reference() {
        let text = DeskCatalog.catalog.reference
        #expect(text.contains("### time-bars\n\nReads `in` (Trade).\n\nMakes `out` (Bar), `late` (Trade).\n"))
        #expect(text.contains("| `period` | an integer from 1 to 10000 (bars) | `14` |  |"))
        for kind in DeskCatalog.catalog.kinds { #expect(text.contains("### \(kind.name)\n")) }
    }
}

/// The elements of an XML text; it throws when the text is no XML.
private final class Elements: NSObject, XMLParserDelegate {
    private var stack: [(name: String, style: String)] = []
    private var styles: [(name: String, style: String)] = []
    private var labels: [(style: String, text: String)] = []

    struct NoXML: Error { let line: Int }

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse() else { throw NoXML(line: parser.lineNumber) }
    }

    func texts(of style: String) -> [String] { labels.filter { $0.style == style }.map(\.text) }
    func count(_ name: String, style: String) -> Int { styles.count { $0.name == name && $0.style == style } }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        stack.append((name, attributes["class"] ?? ""))
        styles.append((name, attributes["class"] ?? ""))
        if name == "text" { labels.append((attributes["class"] ?? "", "")) }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        stack.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if stack.last?.name == "text" { labels[labels.count - 1].text += text }
    }
}
