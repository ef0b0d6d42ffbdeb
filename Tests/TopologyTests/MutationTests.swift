import FloorTesting
import Foundation
import Testing
import Topology

@Suite("Whatever the text, the check answers")
struct MutationTests {
    @Test("a mutated file is a topology, or has mistakes whose lines are real", arguments: 1...100 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in Fuzz.rounds(40, of: "topology file") {
            var mutator = Mutator(text: random.chance(70) ? DeskCatalog.desk : DeskCatalog.rsiOnAFile)
            for _ in 0...random.below(6) { mutator.mutate(using: &random) }
            let text = mutator.text
            do {
                let topology = try checked(text)
                #expect(!topology.vertices.isEmpty)
                let again = try checked(topology.canonicalText)
                #expect(again.canonicalText == topology.canonicalText, "seed \(seed)")
            } catch let refusal as TopologyRefusal {
                #expect(!refusal.mistakes.isEmpty)
                let lines = Self.lineCount(of: text)
                for mistake in refusal.mistakes + refusal.warnings {
                    guard let line = mistake.place.line else {
                        Issue.record("seed \(seed): no line: \(mistake)")
                        continue
                    }
                    #expect((1...lines).contains(line), "seed \(seed): \(mistake)")
                    #expect(!mistake.description.contains("\n"))
                }
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
    }

    /// As an editor counts: a line ends with LF, CR LF or CR; what follows the last end is a line when it is not empty.
    static func lineCount(of text: String) -> Int {
        var scalars = Array(text.unicodeScalars)
        if scalars.last == "\n" || scalars.last == "\r" { scalars.removeLast() }
        if scalars.last == "\r", text.hasSuffix("\r\n") { scalars.removeLast() }
        var count = 1
        for (index, scalar) in scalars.enumerated() where scalar == "\n" || scalar == "\r" {
            if scalar == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" { continue }
            count += 1
        }
        return count
    }

    @Test("mutated --set options never crash, and name themselves", arguments: 1...40 as ClosedRange<UInt64>)
    func overrides(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let good = [
            "sessions.broker.port=9881", "operators.rsi.period=21", "sources.feed.symbols=[A, B]", "limits.restricted.1=X",
            "instruments.BRK.B.lot=2",
        ]
        for _ in Fuzz.rounds(40, of: "--set option") {
            var mutator = Mutator(text: good[random.below(good.count)])
            for _ in 0...random.below(3) { mutator.mutate(using: &random) }
            let lines = Self.lineCount(of: DeskCatalog.desk)
            do {
                let desk = try checked(DeskCatalog.desk, overrides: [mutator.text])
                #expect(
                    try checked(desk.canonicalText).canonicalText == desk.canonicalText, "--set \(mutator.text.debugDescription)")
            } catch let refusal as TopologyRefusal {
                // A value of the command line may also make a line of the file wrong, such as an edge to what it renamed.
                for mistake in refusal.mistakes { #expect(mistake.place.line.map { (1...lines).contains($0) } ?? true) }
                #expect(!refusal.mistakes.isEmpty)
            }
        }
    }

    @Test("comment lines before a mistake move its line, and nothing else", arguments: [1, 7, 300])
    func shift(lines: Int) throws {
        for file in BadFileTests.sections + BadFileTests.kindsAndKeys + BadFileTests.values + BadFileTests.edges
            + BadFileTests.policies
        {
            let before = try places(file.text)
            let after = try places(String(repeating: "# a comment\n", count: lines) + file.text)
            // What the whole document lacks is told at line 1.
            #expect(after == before.map { $0 == 1 ? 1 : $0 + lines }, "\(file.name)")
        }
    }

    private func places(_ text: String) throws -> [Int] {
        do {
            _ = try checked(text)
            return []
        } catch let refusal as TopologyRefusal {
            return try refusal.mistakes.map { try #require($0.place.line) }
        }
    }

    @Test("a planted mistake is told at its line", arguments: 1...200 as ClosedRange<UInt64>)
    func planted(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var lines = RandomTopology(using: &random).text(using: &random).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        let spots = lines.indices.filter {
            lines[$0].contains("kind: ") && !lines[$0].contains("clock") && !lines[$0].contains("kind: event")
        }
        let spot = try #require(spots.randomElement(using: &random))
        lines[spot] = lines[spot].replacing("kind: ", with: "kind: zzzzzzzzzz")
        #expect(try places(lines.joined(separator: "\n")).contains(spot + 1))
    }

    @Test("deep nesting, long lines and unfolding aliases are refused, not suffered")
    func bombs() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(
            mistakes(in: "topology: t\nlimits: \(deep)") == [
                "t.yaml:2: brackets are nested more than 64 deep; write the map as indented lines"
            ])
        let indented = (0..<2_000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(!mistakes(in: indented).isEmpty)
        #expect(!mistakes(in: String(repeating: "- ", count: 50_000) + "a").isEmpty)
        var laughs = "limits:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            laughs += "  a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }
        #expect(mistakes(in: laughs).contains { $0.contains("unfolds to too many values") })
        #expect(!mistakes(in: "topology: " + String(repeating: "x", count: 1_000_000) + "\n").isEmpty)
    }

    @Test("files that cannot be read are told apart")
    func unreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("topology-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func says(_ path: String) -> String {
            do {
                _ = try TopologyFile.check(path: path, against: DeskCatalog.catalog)
                return "well"
            } catch {
                return error.description.replacing(folder.path, with: "F")
            }
        }
        #expect(says(folder.path + "/none.yaml") == "F/none.yaml: there is no such file; check the path")
        #expect(says(folder.path) == "F: the file cannot be read; check that it is a file and that you may read it")
        let bytes = folder.appendingPathComponent("bytes.yaml")
        try Data("topology: t\n# caf".utf8 + [0xE9, 0x0A]).write(to: bytes)
        #expect(says(bytes.path) == "F/bytes.yaml:2: the text is not UTF-8; save the file as UTF-8")
        let good = folder.appendingPathComponent("good.yaml")
        try Data([0xEF, 0xBB, 0xBF] + DeskCatalog.desk.replacing("\n", with: "\r\n").utf8).write(to: good)
        #expect(says(good.path) == "well")
    }
}

/// Changes a text the way hands and broken editors do.
struct Mutator {
    private var scalars: [Unicode.Scalar]

    init(text: String) { scalars = Array(text.unicodeScalars) }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static let tokens = [
        ":", ": ", "- ", "{", "}", "[", "]", ",", "\n", "\t", "  ", "#", "'", "\"", "&a ", "*a", "<<: ", "? ", "|", ">", "!!str ",
        "---\n", "...\n", "%", "@",
        "from", "kind", "loop", "of: rsi", "null", "~", "\u{0}", "\u{FEFF}", "\u{85}", "\u{2028}", "\r", "\r\n", "é", "🚀",
        "\u{301}", "0", "-1", "99999999999999999999",
        "1m", ".late", "oms", "bars", "{ vertex: bars, overflow: shed }", "\\", "\"\\x00\"", "\u{E000}",
    ]

    mutating func mutate(using random: inout SeededRandom) {
        let at = random.below(scalars.count)
        let length = min(1 + random.below(random.chance(80) ? 6 : 200), scalars.count - at)
        switch random.below(8) {
        case 0: scalars.removeSubrange(at..<(at + length))
        case 1: scalars.insert(contentsOf: Self.tokens[random.below(Self.tokens.count)].unicodeScalars, at: at)
        case 2 where at < scalars.count: scalars[at] = Unicode.Scalar(UInt8(random.below(128)))
        case 3: scalars.insert(contentsOf: scalars[at..<(at + length)], at: random.below(scalars.count))
        case 4: scalars.removeSubrange(at...)  // a torn write
        case 5: swapLines(using: &random)
        case 6: repeatLine(using: &random)
        default:
            let token = Array(Self.tokens[random.below(Self.tokens.count)].unicodeScalars)
            scalars.replaceSubrange(at..<(at + length), with: token)
        }
    }

    private var lines: [ArraySlice<Unicode.Scalar>] { scalars.split(separator: "\n", omittingEmptySubsequences: false) }

    private mutating func swapLines(using random: inout SeededRandom) {
        var lines = self.lines
        lines.swapAt(random.below(lines.count), random.below(lines.count))
        scalars = Array(lines.joined(separator: ["\n"]))
    }

    private mutating func repeatLine(using random: inout SeededRandom) {
        var lines = self.lines
        lines.insert(lines[random.below(lines.count)], at: random.below(lines.count))
        scalars = Array(lines.joined(separator: ["\n"]))
    }
}
