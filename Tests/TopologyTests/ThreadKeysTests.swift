import Testing

@testable import Topology

@Suite("thread and shards") struct ThreadKeysTests {
    private static let head = """
        topology: t
        sources:
          trades: { kind: file, path: a.csv, format: trades-csv }
        operators:
          bars: { kind: time-bars, from: trades, every: 1m@bars }
          rsi: { kind: rsi, from: bars@rsi }
          macd: { kind: macd, from: bars, fast: 2, slow: 3@macd }
          targets: { kind: targets, from: rsi@targets }
        sinks:
          out: { kind: csv, from: targets, path: "-"@out }
        """
    /// The keys that `more` says for each vertex.
    private func text(_ more: [String: String]) -> String {
        ["bars", "rsi", "macd", "targets", "out"].reduce(Self.head) { text, name in
            text.replacing("@" + name, with: more[name].map { ", " + $0 } ?? "")
        }
    }
    private func threads(_ more: [String: String]) throws -> [String: String] {
        let topology = try checked(text(more))
        return Dictionary(uniqueKeysWithValues: topology.vertices.filter { $0.role == .operator }.map { ($0.name, $0.thread) })
    }

    @Test("what comes behind an operator follows it to its thread; where nothing is said the engine's runs all")
    func following() throws {
        #expect(try threads([:]) == ["bars": "engine", "rsi": "engine", "macd": "engine", "targets": "engine"])
        #expect(try threads(["rsi": "thread: s"]) == ["bars": "engine", "rsi": "s", "macd": "engine", "targets": "s"])
        #expect(try threads(["bars": "thread: s"]) == ["bars": "s", "rsi": "s", "macd": "s", "targets": "s"])
        #expect(
            try threads(["bars": "thread: s", "targets": "thread: t"]) == ["bars": "s", "rsi": "s", "macd": "s", "targets": "t"])
        #expect(try threads(["rsi": "thread: engine"])["rsi"] == "engine")
    }

    @Test("copies are put together on a thread named like the operator, unless another is named")
    func copies() throws {
        #expect(try threads(["bars": "shards: 1"])["bars"] == "engine")
        #expect(
            try threads(["bars": "shards: 4"]) == ["bars": "bars", "rsi": "bars", "macd": "bars", "targets": "bars"])
        #expect(try threads(["bars": "shards: 2, thread: s", "rsi": "shards: 8"])["targets"] == "rsi")
        let topology = try checked(text(["bars": "shards: 4", "rsi": "shards: 2"]))
        #expect(
            topology.vertices.map { "\($0.name) \($0.shards)" }.sorted() == [
                "bars 4", "macd 1", "out 1", "rsi 2", "targets 1", "trades 1",
            ])
        #expect(topology.threadLines == ["bars: bars × 4, macd", "rsi: rsi × 2, targets"])
        #expect(try checked(text([:])).threadLines == [])
    }

    /// They are how it is run, not what it computes: a day that was begun with some goes on with others.
    @Test("neither changes the canonical text or the hash")
    func meaning() throws {
        let plain = try checked(text([:]))
        for more in [["bars": "shards: 8"], ["rsi": "thread: s", "targets": "thread: t"], ["bars": "shards: 2, thread: x"]] {
            let other = try checked(text(more))
            #expect(other.hash == plain.hash && other.canonicalText == plain.canonicalText)
            #expect(try checked(other.canonicalText).threadLines == [])
        }
        #expect(try checked(text(["rsi": "period: 15"])).hash != plain.hash)
    }

    @Test("the drawing says where an operator runs, in every format, where not all run alike")
    func drawing() throws {
        let topology = try checked(text(["bars": "shards: 4, thread: s"]))
        #expect(topology.threadLines == ["s: bars × 4, macd, rsi, targets"])
        for format in TopologyDrawing.Format.allCases {
            let picture = TopologyDrawing.draw(topology, as: format)
            #expect(picture.contains("time-bars × 4 @ s") && picture.contains("rsi @ s"), "\(format)")
            #expect(!TopologyDrawing.draw(try checked(text([:])), as: format).contains("@"), "\(format)")
        }
        #expect(TopologyDrawing.draw(topology, as: .svg).contains("\nthread: s\nshards: 4</title>"))
        #expect(try checked(text(["targets": "thread: t"])).threadLines == ["engine: bars, macd, rsi", "t: targets"])
    }

    static let mistaken: [(more: [String: String], says: [String])] = [
        (
            ["bars": "shards: 0"],
            ["t.yaml:5: operator \"bars\": shards 0 is out of range; it takes an integer from 1 to 64 (copies)"]
        ),
        (
            ["bars": "shards: 65"],
            ["t.yaml:5: operator \"bars\": shards 65 is out of range; it takes an integer from 1 to 64 (copies)"]
        ),
        (
            ["bars": "shards: many"],
            ["t.yaml:5: operator \"bars\": shards \"many\" is no integer; it takes an integer from 1 to 64 (copies)"]
        ),
        (
            ["targets": "shards: 2"],
            [
                "t.yaml:8: operator \"targets\" takes no shards: copies of targets would not know of each other's elements; "
                    + "remove shards; kinds that take it are time-bars, rsi, macd"
            ]
        ),
        (
            ["rsi": "thread: \"a b\""],
            [
                "t.yaml:6: operator \"rsi\": thread \"a b\" has no good name; a name is letters, digits, - and _, and begins with a letter"
            ]
        ),
        (["rsi": "thread: [a]"], ["t.yaml:6: operator \"rsi\": thread is a list; it takes text"]),
        (["rsi": "thread: "], ["t.yaml:6: operator \"rsi\": thread has no value; it takes text"]),
        (
            ["rsi": "thread: journal"],
            ["t.yaml:6: operator \"rsi\": thread \"journal\" is one that floor has already, for other work; choose another name"]
        ),
        (["rsi": "thred: a"], ["t.yaml:6: operator \"rsi\": unknown key \"thred\"; did you mean \"thread\"?"]),
        (
            ["out": "thread: a, shards: 2"],
            [
                "t.yaml:10: sink \"out\" takes no thread: it gets its elements where they are made, and what leaves has threads of its own; "
                    + "remove thread, or put it on the operator that it reads",
                "t.yaml:10: sink \"out\" takes no shards: only operators that keep a state for each key do; remove shards",
            ]
        ),
        (
            ["bars": "thread: s", "rsi": "thread: engine"],
            [
                "t.yaml:6: operator \"rsi\" on the engine's thread reads \"bars\" from the thread \"s\", but the engine's hands records to "
                    + "every other and reads from none; give it thread: s, or another"
            ]
        ),
        (
            ["bars": "thread: a", "rsi": "thread: b", "targets": "thread: a"],
            [
                "t.yaml:6: threads wait for each other in a circle: b reads \"bars\" from a, a reads \"rsi\" from b; "
                    + "let one of these operators run on the thread that it reads from"
            ]
        ),
        (
            ["bars": "shards: 2, thread: engine"],
            [
                "t.yaml:5: operator \"bars\": 2 shards are put together on the thread \"engine\", which also makes \"trades\" for them: "
                    + "it would wait for itself; give it another thread, or leave thread out"
            ]
        ),
        (
            ["bars": "thread: s", "rsi": "shards: 2, thread: s", "targets": "shards: 2"],
            [
                "t.yaml:6: operator \"rsi\": 2 shards are put together on the thread \"s\", which also makes \"bars\" for them: "
                    + "it would wait for itself; give it another thread, or leave thread out",
                "t.yaml:8: operator \"targets\" takes no shards: copies of targets would not know of each other's elements; "
                    + "remove shards; kinds that take it are time-bars, rsi, macd",
            ]
        ),
    ]

    @Test("each mistake has its line", arguments: mistaken.indices)
    func mistakes(at index: Int) {
        let (more, says) = Self.mistaken[index]
        #expect(TopologyTests.mistakes(in: text(more)) == says)
    }

    @Test("a source, a loop and an override are told apart")
    func elsewhere() {
        let file = """
            topology: t
            sources:
              trades: { kind: file, path: a.csv, format: trades-csv, thread: a }
              back: { kind: loop, of: bars, thread: a }
            operators:
              bars: { kind: time-bars, from: trades, every: 1m }
            """
        let advice =
            "takes no thread: what comes in is given its sequence on the engine's; remove thread, or put it on an operator that reads"
        #expect(
            TopologyTests.mistakes(in: file, overrides: ["operators.bars.shards=-1"]) == [
                "t.yaml:3: source \"trades\" \(advice) \"trades\"", "t.yaml:4: source \"back\" \(advice) \"back\"",
                "--set operators.bars.shards: operator \"bars\": shards -1 is out of range; it takes an integer from 1 to 64 (copies)",
            ])
    }

    // MARK: - A second method

    /// Random threads and copies on random topologies: what is accepted has no circle and what is refused has one, by a search
    /// that tries every way from every thread.
    @Test("just what would wait for itself is refused", arguments: 1...120 as ClosedRange<UInt64>)
    func circles(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var topology = RandomTopology(using: &random)
        let place = try #require(topology.sections.firstIndex { $0.name == "operators" })
        for number in topology.sections[place].vertices.indices {
            guard random.chance(60) else { continue }
            let isKeyed = topology.sections[place].vertices[number].keys.contains {
                $0.key == "kind" && ["time-bars", "rsi"].contains($0.value)
            }
            if isKeyed, random.chance(30) { topology.sections[place].vertices[number].keys.append(("shards", "2")) }
            if random.chance(70) {
                let names = ["engine", "a", "b", "c"]
                topology.sections[place].vertices[number].keys.append(("thread", names[random.below(names.count)]))
            }
        }
        let file = topology.text(using: &random), told = TopologyTests.mistakes(in: file)
        let hasCircle = Self.waitsForItself(topology)
        #expect(told.isEmpty != hasCircle, "\(told)\n\(file)")
        let words = ["in a circle", "on the engine's thread", "would wait for itself"]
        #expect(told.allSatisfy { line in words.contains { line.contains($0) } }, "\(told)")
    }

    /// Whether some thread reads, over any number of others, from itself; the engine's hands to all, and copies are threads.
    private static func waitsForItself(_ topology: RandomTopology) -> Bool {
        var threads: [String: String] = [:], reads: [String: Set<String>] = [:]
        for (section, vertices) in topology.sections where section == "sources" {
            for vertex in vertices { threads[vertex.name] = "engine" }
        }
        // Operators are made in an order in which each reads what was made before.
        for vertex in topology.sections.first(where: { $0.name == "operators" })?.vertices ?? [] {
            let keys = Dictionary(vertex.keys.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            let from = keys["from"] ?? "", edge = from.firstMatch(of: /vertex: ([a-z0-9.]+)/).map { String($0.1) } ?? from
            let producer = threads[String(edge.prefix { $0 != "." })] ?? "engine"
            let isSharded = keys["shards"] == "2"
            let own = keys["thread"] ?? (isSharded ? vertex.name : producer)
            threads[vertex.name] = own
            if isSharded {
                reads["\(vertex.name)/copy", default: []].insert(producer)
                reads[own, default: []].insert("\(vertex.name)/copy")
            } else if own != producer {
                reads[own, default: []].insert(producer)
            }
        }
        for thread in Array(reads.keys) where thread != "engine" { reads[thread]?.insert("engine") }
        return reads.keys.contains { start in
            var seen: Set<String> = [], open = Array(reads[start] ?? [])
            while let next = open.popLast() {
                if next == start { return true }
                if seen.insert(next).inserted { open += reads[next] ?? [] }
            }
            return false
        }
    }
}
