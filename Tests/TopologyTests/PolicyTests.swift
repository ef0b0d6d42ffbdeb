import Testing
import Topology

/// Where an edge may drop, spill or be small, and where the check says no.
@Suite("overflow policies are placed where nothing is lost") struct PolicyTests {
    static let catalog = Catalog([
        VertexKind("tape", .source, outputs: [OutputPort("out", "Trade")], isPulled: true),
        VertexKind(
            "feed", .source,
            outputs: [OutputPort("out", "Trade", eachCounts: true), OutputPort("quotes", "Quote", optional: true)]),
        VertexKind("fix", .source, outputs: [OutputPort("out", "Report", mustNotDrop: true)]),
        VertexKind("signal", .operator, inputs: [InputPort(accepts: [])], outputs: [OutputPort("out", "Value")], mostOutputs: 1),
        VertexKind(
            "triple", .operator, inputs: [InputPort(accepts: [])], outputs: [OutputPort("out", "Value")], mostOutputs: 3),
        VertexKind("timer", .operator, inputs: [InputPort(accepts: [])], outputs: [OutputPort("out", "Value")]),
        VertexKind(
            "pair", .operator, inputs: [InputPort("a", accepts: []), InputPort("b", accepts: [])],
            outputs: [OutputPort("out", "Value")], mostOutputs: 2),
        VertexKind(
            "relay", .operator, inputs: [InputPort(accepts: [])], outputs: [OutputPort("out", .same(asInput: "in"))],
            mostOutputs: 1),
        VertexKind(
            "orders", .operator, inputs: [InputPort(accepts: [])], outputs: [OutputPort("out", "Order", mustNotDrop: true)]),
        VertexKind(
            "csv", .sink, parameters: [Parameter("path", .path)], inputs: [InputPort(accepts: [])],
            isDisplay: { $0.text("path") == "-" }),
        VertexKind("ledger", .sink, inputs: [InputPort(accepts: [], mustNotDrop: true)]),
    ])

    /// A feed, a tape, a session, and what the test adds.
    private func told(_ text: String) -> [String] {
        mistakes(
            in: "topology: t\nsources:\n  feed: { kind: feed }\n  tape: { kind: tape }\n  fills: { kind: fix }\n" + text,
            catalog: Self.catalog)
    }

    @Test("a sample says how much it keeps, and nothing else does")
    func every() {
        let text = """
            operators:
              a: { kind: signal, from: { vertex: feed.quotes, overflow: sample } }
              b: { kind: signal, from: { vertex: feed, overflow: shed, every: 10 } }
              c: { kind: signal, from: { vertex: feed, every: 10 } }
            sinks:
              d: { kind: csv, path: "-", from: { vertex: a, overflow: sample, every: 1 } }
              e: { kind: csv, path: "-", from: { vertex: a, overflow: sample, every: 0s } }
              f: { kind: csv, path: "-", from: { vertex: a, overflow: sample, every: often } }
            """
        #expect(
            told(text) == [
                "t.yaml:7: operator \"a\": from: overflow sample has no every; add every: 10 to keep one in ten, or every: 100ms to keep one of each key in that time",
                "t.yaml:8: operator \"b\": from: every belongs to overflow: sample; remove it, or write overflow: sample",
                "t.yaml:9: operator \"c\": from: every belongs to overflow: sample; remove it, or write overflow: sample",
                "t.yaml:11: sink \"d\": from: every 1 is out of range; it takes an integer from 2 to 1000000000 (elements)",
                "t.yaml:12: sink \"e\": from: every 0s is out of range; it takes a duration above zero, like 1m",
                "t.yaml:13: sink \"f\": from: every \"often\" is no duration; write a whole number and a unit (ns, us, ms, s, m, h, d), like 250ms, 1m or 1d",
            ])
    }

    @Test("what counts one by one is not conflated before the sequencer; what a file holds has no policy there")
    func sources() {
        let text = """
            operators:
              a: { kind: signal, from: { vertex: feed, overflow: conflate } }
              b: { kind: signal, from: { vertex: feed.quotes, overflow: conflate } }
              c: { kind: signal, from: { vertex: tape, overflow: sample, every: 2 } }
            sinks:
              d: { kind: csv, path: "-", from: { vertex: feed, overflow: conflate } }
              e: { kind: csv, path: "-", from: { vertex: tape, overflow: shed } }
              f: { kind: csv, path: f.csv, from: { vertex: tape, overflow: spill } }
            """
        #expect(
            told(text) == [
                "t.yaml:7: operator \"a\" reads \"feed\" with overflow conflate, but there each element counts: the next does not replace it; use overflow: block, or sample or shed",
                "t.yaml:9: operator \"c\" reads \"tape\" with overflow sample, but \"tape\" is read when there is time, so nothing piles up there; leave overflow out",
            ])
    }

    @Test("readers of one source share a policy with all it says; displays and sinks that spill have their own")
    func agreement() throws {
        let text = """
            operators:
              a: { kind: signal, from: { vertex: feed.quotes, overflow: sample, every: 10 } }
              b: { kind: signal, from: { vertex: feed.quotes, overflow: sample, every: 20 } }
              c: { kind: signal, from: feed.quotes }
            sinks:
              d: { kind: csv, path: "-", from: { vertex: feed.quotes, overflow: conflate } }
              e: { kind: csv, path: e.csv, from: { vertex: feed.quotes, overflow: spill } }
            """
        #expect(
            told(text) == [
                "t.yaml:8: operator \"b\" reads \"feed.quotes\" with overflow sample every 20, operator \"a\" with sample every 10; all readers of a source share one policy, as what survives is what is journalled; a display sink may have its own"
            ])
        let good = "topology: t\nsources:\n  feed: { kind: feed }\n" + text.replacing("every: 20", with: "every: 10")
        let topology = try checked(good, catalog: Self.catalog)
        let edges = topology.vertices.compactMap { vertex in vertex.inputs.first.map { (vertex.name, $0) } }
        #expect(
            edges.map { "\($0) \($1.policy) \($1.sampling?.text ?? "")" } == [
                "a sample 10", "b sample 10", "c sample 10", "d conflate ", "e spill ",
            ])
        #expect(topology.entrance(of: "feed", 1) == (.sample, .oneIn(10), nil))
        #expect(topology.entrance(of: "feed", 0) == (.block, nil, nil))
    }

    /// Fills come round through a loop and through an operator that keeps the element: they stay fills.
    @Test("what must not be dropped stays so through loops and operators that pass it on")
    func inherited() {
        let text = """
              back: { kind: loop, of: relayed }
            operators:
              relayed: { kind: relay, from: fills }
              again: { kind: relay, from: back }
              value: { kind: signal, from: back }
            sinks:
              a: { kind: csv, path: "-", from: { vertex: relayed, overflow: shed } }
              b: { kind: csv, path: "-", from: { vertex: again, overflow: conflate } }
              c: { kind: csv, path: c.csv, from: { vertex: back, overflow: spill } }
              d: { kind: csv, path: "-", from: { vertex: value, overflow: shed } }
              e: { kind: ledger, from: { vertex: value, overflow: spill } }
            """
        let must = "but what it carries must not be dropped; use overflow: block"
        let act = "but what it carries must be acted on, not piled up; use overflow: block"
        #expect(
            told(text) == [
                "t.yaml:12: sink \"a\" reads \"relayed\" with overflow shed, \(must)",
                "t.yaml:13: sink \"b\" reads \"again\" with overflow conflate, \(must)",
                "t.yaml:14: sink \"c\" reads \"back\" with overflow spill, \(act)",
                "t.yaml:16: sink \"e\" reads \"value\" with overflow spill, \(act)",
            ])
    }

    /// One record of the feed makes 1 value at `one`, 3 at `three`, and 3 × 3 at `nine`; both inputs of a pair bring
    /// 1 + 3 of it, which make 2 each: 8.
    @Test("an edge into a merge's later input holds what one record can put there, where that is known")
    func room() {
        let text = """
            operators:
              one: { kind: signal, from: feed }
              three: { kind: triple, from: feed }
              nine: { kind: triple, from: { vertex: three, capacity: 1 } }
              late: { kind: timer, from: feed }
              a: { kind: pair, from: { a: { vertex: nine, capacity: 1 }, b: { vertex: one, capacity: 1 } } }
              b: { kind: pair, from: { a: one, b: { vertex: three, capacity: 2 } } }
              eight: { kind: pair, from: { a: one, b: three } }
              c: { kind: pair, from: { a: one, b: { vertex: eight, capacity: 7 } } }
              d: { kind: pair, from: { a: one, b: { vertex: late, capacity: 1 } } }
            sinks:
              out: { kind: csv, path: x, from: { vertex: nine, capacity: 1 } }
            """
        let why = "elements there, and it takes them when the record is whole"
        #expect(
            told(text) == [
                "t.yaml:12: operator \"b\" reads \"three\" with capacity 2, but one record can put 3 \(why); use capacity: 3 or more, or leave it out",
                "t.yaml:14: operator \"c\" reads \"eight\" with capacity 7, but one record can put 8 \(why); use capacity: 8 or more, or leave it out",
            ])
        // Another reader of the same edge may have asked for enough.
        #expect(
            told(text.replacing("from: { a: one, b: three }", with: "from: { a: one, b: { vertex: three, capacity: 3 } }")).count
                == 1)
    }

    // MARK: - Random graphs

    private static let policies = ["block", "spill", "conflate", "sample, every: 3", "shed"]

    /// A random graph of these kinds with a policy at about every second edge.
    private static func random(_ random: inout SeededRandom) -> String {
        var makers = ["feed", "feed.quotes", "tape", "fills", "back"]
        var lines: [String] = []
        func edge() -> String {
            let maker = makers[random.below(makers.count)]
            guard random.chance(50) else { return maker }
            return "{ vertex: \(maker), overflow: \(policies[random.below(policies.count)]) }"
        }
        for number in 0..<(1 + random.below(8)) {
            let name = "o\(number)"
            switch random.below(5) {
            case 0: lines.append("  \(name): { kind: relay, from: \(edge()) }")
            case 1: lines.append("  \(name): { kind: orders, from: \(edge()) }")
            case 2: lines.append("  \(name): { kind: pair, from: { a: \(edge()), b: \(edge()) } }")
            default: lines.append("  \(name): { kind: signal, from: \(edge()) }")
            }
            makers.append(name)
        }
        let back = makers.suffix(makers.count - 5)[makers.suffix(makers.count - 5).startIndex + random.below(makers.count - 5)]
        var text = "topology: t\nsources:\n  feed: { kind: feed }\n  tape: { kind: tape }\n  fills: { kind: fix }\n"
        text += "  back: { kind: loop, of: \(back) }\noperators:\n" + lines.joined(separator: "\n") + "\nsinks:\n"
        for number in 0..<(1 + random.below(4)) {
            let kind = ["ledger", "csv, path: \"-\"", "csv, path: x"][random.below(3)]
            text += "  s\(number): { kind: \(kind), from: \(edge()) }\n"
        }
        return text
    }

    /// Said once more, from the other end: from each order, fill and ledger row back to where it came from. A graph that
    /// passed drops nothing on the way but directly behind a source that offers when it likes.
    @Test(
        "no way to an order, a fill or the ledger drops anything after the sequencer", arguments: 1...400 as ClosedRange<UInt64>)
    func transitively(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let text = Self.random(&random)
        guard let topology = try? checked(text, catalog: Self.catalog) else { return }
        let precious: Set = ["Report", "Order"]
        for vertex in topology.vertices {
            let isPrecious = vertex.kind == "ledger" || vertex.kind == "orders"
            for edge in vertex.inputs where precious.contains(edge.element) {
                #expect(edge.policy == .block, "seed \(seed): \(vertex.name) reads \(edge.element)\n\(text)")
            }
            guard isPrecious else { continue }
            var todo = vertex.inputs, done: Set<Int> = []
            while let edge = todo.popLast() {
                let producer = topology.vertices[edge.producer]
                if edge.policy.drops {
                    #expect(producer.kind == "feed", "seed \(seed): \(edge.reference)\n\(text)")
                    #expect(edge.policy != .conflate || edge.element == "Quote", "seed \(seed)\n\(text)")
                }
                if done.insert(edge.producer).inserted { todo += producer.inputs + (producer.loop.map { [$0] } ?? []) }
            }
        }
    }

    /// Whether a graph passes, by the rules as the specification has them, each edge by itself and then the readers of each
    /// source together.
    private func shouldPass(_ text: String) -> Bool {
        struct Edge { var maker: String, policy: String, reader: String, kind: String }
        var makers: [String: (kind: String, from: [String])] = [:], edges: [Edge] = []
        for line in text.split(separator: "\n") where line.hasPrefix("  ") {
            let name = String(line.dropFirst(2).prefix { $0 != ":" })
            var kind = String(line.split(separator: "kind: ")[1].prefix { $0.isLetter })
            if line.contains("path: \"-\"") { kind = "display" }
            let from = line.split(separator: " from: ").last.map { line.contains(" from: ") ? String($0) : "" } ?? ""
            var reads: [String] = []
            if kind == "loop" { reads = [String(line.split(separator: "of: ")[1].prefix { $0.isLetter || $0.isNumber })] }
            // Each input is `vertex: NAME, overflow: POLICY` or a bare name.
            var parts = [from]
            if kind == "pair" {
                parts = from.dropFirst("{ a: ".count).split(separator: ", b: ").map(String.init)
            }
            for part in parts where !part.isEmpty {
                let words = part.split(whereSeparator: { " {},".contains($0) }).map(String.init)
                let maker = words[0] == "vertex:" ? words[1] : words[0]
                reads.append(maker)
                if words[0] == "vertex:" { edges.append(Edge(maker: maker, policy: words[3], reader: name, kind: kind)) }
            }
            makers[name] = (kind, reads)
        }
        func made(_ maker: String) -> (kind: String, from: [String]) {
            makers[String(maker.prefix { $0 != "." })] ?? ("", [])
        }
        func isPrecious(_ maker: String, _ depth: Int = 0) -> Bool {
            let (kind, from) = made(maker)
            if kind == "fix" || kind == "orders" { return true }
            return depth < 20 && (kind == "loop" || kind == "relay") && isPrecious(from[0], depth + 1)
        }
        for edge in edges where edge.policy != "block" {
            let maker = made(edge.maker).kind
            if isPrecious(edge.maker) || edge.kind == "ledger" { return false }
            let isSource = ["feed", "tape", "fix"].contains(maker), isSink = ["display", "csv"].contains(edge.kind)
            if edge.policy == "spill" {
                if isSource, !isSink { return false }
            } else if edge.kind != "display" {
                guard isSource, maker != "tape" else { return false }
                if edge.policy == "conflate", edge.maker == "feed" { return false }
            }
        }
        for source in ["feed", "feed.quotes", "tape", "fills"] {
            let readers = edges.filter {
                $0.maker == source && $0.kind != "display" && !($0.policy == "spill" && $0.kind == "csv")
            }
            if Set(readers.map(\.policy)).count > 1 { return false }
        }
        return true
    }

    @Test("random policies pass exactly where the rules allow them", arguments: 1...400 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let text = Self.random(&random)
        let told = mistakes(in: text, catalog: Self.catalog)
        // A loop may follow only itself, which is another rule.
        guard !told.contains(where: { $0.contains("loop") }) else { return }
        #expect(told.isEmpty == shouldPass(text), "seed \(seed): \(told)\n\(text)")
    }
}
