import Foundation
import Testing

/// The private environment's, or the system's: the driver and the venue need the standard library alone.
private let anyPython: URL? = {
    let search = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { $0 + "/python3" }
    return ([PackageFiles.path(".venv/bin/python")] + search.map(String.init))
        .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(fileURLWithPath: $0) }
}()

extension FloorTests {
    /// P2 by another process's count: `scripts/crash` with few kills. `make crash` has many.
    @Suite("kill -9 before a venue of another process", .enabled(if: anyPython != nil, "needs python3"))
    struct KillTests {
        private func crash(_ arguments: String..., in folder: TestFolder) async throws -> FloorProcess.Finished {
            let script = [PackageFiles.path("scripts/crash"), "--floor", FloorProcess.executable.path]
            return try await FloorProcess.run(
                script + arguments, in: folder, seconds: 300, executable: anyPython ?? FloorProcess.executable)
        }

        @Test("nothing is lost and nothing entered twice; and the comparison sees it where something is")
        func killed() async throws {
            let folder = try TestFolder(), out = folder.path("crash")
            let seed = UInt64.random(in: 1...1_000_000)
            let run = try await crash("--kills", "6", "--seed", "\(seed)", "--out", out, in: folder)
            try #require(run.status == 0, "seed \(seed): \(run)")
            #expect(run.output.contains("crash: 0 lost, 0 duplicated"), "seed \(seed): \(run)")

            let report = out + "/peer.json"
            let sound = try Data(contentsOf: URL(fileURLWithPath: report))
            let parsed = try #require(try JSONSerialization.jsonObject(with: sound) as? [String: Any])
            let orders = try #require(parsed["orders"] as? [String: [String: Any]])
            let fills = try #require(parsed["fills"] as? [[String: Any]])
            try #require(orders.count > 10 && fills.count > 5, "seed \(seed): \(run)")
            let victim = try #require(orders.keys.min())
            /// The venue's report with one thing changed in it.
            func check(_ key: String, _ value: Any) async throws -> FloorProcess.Finished {
                var changed = parsed
                changed[key] = value
                try JSONSerialization.data(withJSONObject: changed).write(to: URL(fileURLWithPath: report))
                return try await crash("--check", out, in: folder)
            }
            var others = orders
            others[victim]?["entered"] = 2
            let doubled = try await check("orders", others)
            expectRefusal(doubled, status: 1, "1 orders entered more than once: \(victim)")
            others[victim] = nil
            let lost = try await check("orders", others)
            expectRefusal(lost, status: 1, "1 orders of the journal that the venue never had (lost): \(victim)")
            let short = try await check("fills", Array(fills.dropFirst()))
            expectRefusal(short, status: 1, "1 fills of the ledger that the venue has not")
            let twice = try await check("mistakes", ["ClOrdID \(victim) was entered 2 times"])
            expectRefusal(twice, status: 1, "the venue saw: ClOrdID \(victim) was entered 2 times")
        }
    }
}
