import Foundation
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// A recorded day through another topology, against what two plain replays of it put out.
@Suite("what if") struct WhatIfTests {
    /// Everything that a topology puts out over a day, as lines, by output.
    private func lines(_ day: RecordedDay, _ topology: CheckedTopology) throws -> [String: [(sequence: UInt64, text: String)]] {
        final class Lines { var all: [String: [(sequence: UInt64, text: String)]] = [:] }
        struct Taker: EdgeVisitor {
            let graph: Graph, names: Names, lines: Lines
            func visit<T: Element>(_ edge: Edge<T>) {
                lines.all[edge.name] = []
                graph.sink(edge.name + ".lines", from: edge) { [names, lines] offer in
                    for i in 0..<offer.count {
                        lines.all[edge.name]?.append((offer.sequence(i), "\(offer[i].described(names).values)"))
                    }
                    return offer.count
                }
            }
        }
        let run = try day.assemble(topology), lines = Lines()
        for edge in run.assembly.graph.hashedEdges {
            edge.accept(Taker(graph: run.assembly.graph, names: run.assembly.names, lines: lines))
        }
        try day.replay(run)
        return lines.all
    }
    private static let faster = ["fast: { kind: ema, from: bars, period: 2 }": "fast: { kind: ema, from: bars, period: 3 }"]

    @Test("the counts and the first differences are those of two replays, and nothing leaves")
    func sideBySide() throws {
        let folder = try SmallDay()
        try folder.record()
        let day = try RecordedDay(folder.data), own = try day.topology(nil, []), other = try folder.topology(Self.faster)
        let files = ["children.csv", "day/ledger.db", "day/manifest.json", "day/journal/00000001.jrnl"].map(folder.path)
        let before = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        func list() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: folder.folder.path).sorted() }
        let listed = try list()
        let question = try WhatIf(day, other)
        try question.run()
        let (was, now) = (try lines(day, own), try lines(day, other))
        #expect(question.lastSequence == 740 || question.lastSequence > 700)
        for output in question.outputs {
            let (a, b) = (was[output.name] ?? [], now[output.name] ?? [])
            #expect(output.recorded == UInt64(a.count) && output.other == UInt64(b.count), "\(output)")
            let place = (0..<max(a.count, b.count)).first { place in
                guard place < a.count, place < b.count else { return true }
                return a[place].sequence != b[place].sequence || a[place].text != b[place].text
            }
            let sequences = place.map { place in [a, b].compactMap { place < $0.count ? $0[place].sequence : nil } }
            #expect(output.differsAt == sequences?.min(), "\(output)")
        }
        #expect(question.outputs.filter(\.isSame).map(\.name).contains("bars"))
        #expect(question.outputs.first { $0.name == "fast" }?.isSame == false)
        // Orders are asked for otherwise, but what was filled is what was filled.
        let drift = try #require(question.outputs.first { $0.name == "drift" }), order = try #require(question.firstOrder)
        #expect(order.sequence == min(drift.differsAt ?? .max, order.sequence))
        #expect(question.summaries.other.fills == 1 && question.summaries.recorded.fills == 1)
        #expect(question.orders.recorded.new == (was["slicer"] ?? []).filter { $0.text.contains("\"new\"") }.count)
        #expect(question.orders.other.proposed == now["drift"]?.count)
        let text = WhatIfReport(question).text
        #expect(text.contains("From record \(order.sequence) on other orders are asked for"), "\(text)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(WhatIfReport(question).json().utf8)) as? [String: Any])
        #expect((json["outputs"] as? [Any])?.count == question.outputs.count)
        // Neither the CSV that the topology writes nor anything of the day has changed.
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == before)
        #expect(try list() == listed)
    }

    @Test("the same topology asks for the same orders, whatever it is called")
    func same() throws {
        let folder = try SmallDay()
        try folder.record()
        let question = try WhatIf(RecordedDay(folder.data), folder.topology(["topology: small": "topology: renamed"]))
        try question.run()
        #expect(question.outputs.allSatisfy { $0.isSame } && question.differences.isEmpty && question.outputs.count > 10)
        #expect(WhatIfReport(question).text.contains("no output that both have differs"))
    }

    @Test("a vertex more, a vertex less and a source without records are said")
    func otherShape() throws {
        let folder = try SmallDay()
        try folder.record()
        try folder.write("quotes.csv", "time,symbol,bid,bid_size,ask,ask_size\n")
        let other = try folder.topology([
            "  slow: {": "  rsi: { kind: rsi, from: bars, period: 3 }\n  slow: {",
            "  intents:  {": "  more: { kind: file, path: \"\(folder.path("quotes.csv"))\", format: quotes-csv }\n  intents:  {",
            "sinks:": "sinks:\n  r: { kind: \"null\", from: rsi }\n  m: { kind: \"null\", from: more }",
        ])
        let question = try WhatIf(RecordedDay(folder.data), other)
        try question.run()
        let added = try #require(question.outputs.first { $0.name == "rsi" })
        #expect(added.recorded == nil && (added.other ?? 0) > 10 && question.silentSources == ["more"])
        // What the day has no records of holds up no time: all else is the same.
        #expect(question.outputs.filter { $0.name != "rsi" }.allSatisfy { $0.isSame })
        let text = WhatIfReport(question).text
        #expect(text.contains("only there") && text.contains("silent   more"), "\(text)")
    }

    /// A day with checkpoints on the way, and the records behind which they stand.
    private func checkpointed() throws -> (folder: SmallDay, day: RecordedDay, at: [UInt64]) {
        let folder = try SmallDay()
        try folder.record()
        try FileManager.default.removeItem(atPath: folder.data)
        var settings = DeskRunSettings(floorVersion: "test", notice: { _ in })
        (settings.data, settings.checkpointRecords, settings.checkpointInterval) = (folder.data, 300, .max)
        try DeskRun(folder.topology(), settings: settings).run()
        let day = try RecordedDay(folder.data)
        return (folder, day, try CheckpointFolder(day.directory.checkpoints).sequences())
    }

    @Test("from any record the day goes on to the same end, with a checkpoint and without")
    func branchesAgree() throws {
        let (folder, day, at) = try checkpointed()
        let recorded = try #require(try day.directory.read(DigestBook.self, from: "checkpoints/digests.json"))
        let last = try #require(at.last)
        #expect(last < recorded.sequence && day.directory.path == folder.data)
        for from in [1, 130, last - 1, last, last + 1, last + 60, recorded.sequence] {
            let run = try day.assemble(day.topology(nil, []))
            let (reader, branch) = try day.bring(run, to: from)
            #expect(branch.sequence >= from && branch.sequence < from + 8)
            #expect(branch.checkpoint == at.filter { $0 <= from }.max())
            try run.replay.run(reader)
            #expect(DigestBook(run.assembly.graph, sequence: run.replay.lastSequence) == recorded, "from \(from)")
        }
        // A checkpoint that cannot be read is passed over, and said.
        let file = day.directory.checkpoints + "/" + String(repeating: "0", count: 20 - "\(last)".count) + "\(last).ckpt"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[bytes.count / 2] ^= 4
        try bytes.write(to: URL(fileURLWithPath: file))
        var notices: [String] = []
        let run = try day.assemble(day.topology(nil, []))
        let (reader, branch) = try day.bring(run, to: last + 1) { notices.append($0) }
        #expect(branch.checkpoint == nil && notices.count == 1 && notices[0].contains("checksum"))
        try run.replay.run(reader)
        #expect(DigestBook(run.assembly.graph, sequence: run.replay.lastSequence) == recorded)
    }

    @Test("a branch takes over what means the same and names what starts empty")
    func branchOfAnother() throws {
        let (folder, day, at) = try checkpointed()
        let from = try #require(at.last), other = try folder.topology(Self.faster)
        let question = try WhatIf(day, other)
        try question.run(from: from)
        #expect(question.branch == RecordedDay.Branch(sequence: from, checkpoint: from) && question.empty == ["fast"])
        // Only what comes behind the branch is counted.
        let was = try lines(day, day.topology(nil, []))
        for output in question.outputs where output.name != "fast" {
            let tail = (was[output.name] ?? []).filter { $0.sequence > from }
            #expect(output.recorded == UInt64(tail.count), "\(output)")
        }
        // The new average has seen three bars of each instrument before it speaks.
        let bars = (was["bars"] ?? []).filter { $0.sequence > from }.count
        #expect(question.outputs.first { $0.name == "fast" }?.other == UInt64(bars - 4))
        #expect(
            ["bars", "slow", "oms", "positions"].allSatisfy { name in question.outputs.first { $0.name == name }?.isSame != false
            })
        // The same from a run of the records before as from the checkpoint.
        try FileManager.default.removeItem(atPath: day.directory.checkpoints)
        try FileManager.default.createDirectory(atPath: day.directory.checkpoints, withIntermediateDirectories: true)
        let again = try WhatIf(day, other)
        try again.run(from: from)
        #expect(again.branch.checkpoint == nil && again.outputs == question.outputs && again.differences == question.differences)
        #expect(again.summaries.other.fills == question.summaries.other.fills && again.summaries.other.fills == 1)
        #expect(again.summaries.other.positions.count == question.summaries.other.positions.count)
    }
}
