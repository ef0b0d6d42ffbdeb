import Foundation
import PlainData
import StreamRuntime
import Testing
import Topology

@testable import Desk

/// `overflow: spill` between the threads of a topology.
@Suite("a day with a thread that spills") struct ThreadSpillDayTests {
    /// The digests of a day of 600 trades, where `rsi` reads `bars` in the given way.
    private func digests(_ reads: String, _ thread: String, _ folder: String) throws -> [Digest] {
        let topology = try TopologyFile.check(
            text: """
                topology: t
                sources:
                  trades: { kind: file, path: "\(folder)/trades.csv", format: trades-csv }
                operators:
                  bars: { kind: time-bars, from: trades, every: 2s }
                  rsi: { kind: rsi, period: 3, from: \(reads)\(thread.isEmpty ? "" : ", thread: \(thread)") }
                sinks:
                  out: { kind: "null", from: rsi }
                """, named: "t.yaml", against: Kinds.catalog)
        var settings = DeskRunSettings(floorVersion: "0", notice: { Issue.record("\($0)") })
        settings.data = folder + "/day-\(thread)"
        let run = try DeskRun(topology, settings: settings)
        #expect(run.assembly.spillingThreads == (thread.isEmpty ? [] : [thread]))
        try run.run()
        #expect(run.assembly.graph.spills == !thread.isEmpty)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/day-\(thread)")
        #expect(!left.contains { $0.hasPrefix("spill-") }, "\(left)")
        return run.assembly.graph.hashedEdges.map(\.digest)
    }

    @Test("its outputs are those of one thread, and nothing is left in the day's directory")
    func day() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/floor-spill-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var trades = "time,symbol,price,size\n"
        for second in 0..<600 {
            let (minute, rest) = (10 + second / 60, 10 + second % 50)
            trades += "2026-01-05T14:\(minute):\(rest)Z,AAA,10.5\(second % 7),100\n"
        }
        try trades.write(toFile: folder + "/trades.csv", atomically: true, encoding: .utf8)
        let one = try digests("bars", "", folder)
        #expect(one.contains { $0.count > 100 })
        #expect(try digests("{ vertex: bars, overflow: spill }", "far", folder) == one)
    }
}
