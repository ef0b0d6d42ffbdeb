import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// `scripts/rehearse`: the venue, the floor and the people of a bad day, each a process of its own.
    @Suite("a rehearsed bad day") struct RehearsalTests {
        /// What becomes of each order follows from the script by hand.
        @Test("the summary accounts for every order, the books tie out, and the day replays")
        func badDay() async throws {
            let folder = try TestFolder(), port = freePort()
            let done = try await FloorProcess.run(
                [
                    PackageFiles.path("scripts/rehearse"), "--floor", FloorProcess.executable.path, "--out", folder.path("out"),
                    "--port", "\(port)", "--summary", "json",
                ], in: folder, seconds: 90, executable: URL(fileURLWithPath: "/bin/bash"))
            #expect(done.status == 0, "\(done)")

            let text = try folder.text("out/summary.txt")
            let start = try #require(text.firstIndex(of: "{")), end = try #require(text.lastIndex(of: "}"))
            let summary = try #require(
                try JSONSerialization.jsonObject(with: Data(text[start...end].utf8)) as? [String: Any], "\(text)")
            // Asked: nine in the file and two by hand. HUGE and TOO-LATE were blocked, LARGE-2 expired.
            #expect(
                summary["asked"] as? [String: Int] == [
                    "passed": 8, "waiting": 0, "blocked": 2, "expired": 1, "refused": 0, "withdrawn": 0,
                ])
            #expect(summary["unaccounted"] as? [String] == [] && summary["unasked"] as? [String] == [])
            #expect(summary["orders"] as? [String: Int] == ["Filled": 4, "Expired": 1, "Rejected": 1, "Canceled": 2])
            #expect(summary["open"] as? Int == 0 && summary["in_doubt"] as? Int == 0)
            // 60, 40, 50, 40, 500 and 10 traded, and one of them was taken back; what was said twice counts once.
            #expect(summary["fills"] as? Int == 5)
            let controls = try #require(summary["controls"] as? [String: Int])
            #expect(controls["kill"] == 1 && controls["approval"] == 1 && controls["expiry"] == 1 && controls["rearm"] == 1)
            #expect(controls["C17"] == 1 && controls["C05"] == 1 && controls["S1"] == 3)

            let rows = try folder.text("out/day/order-states.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let header = try #require(rows.first)
            let last = Dictionary(
                rows.dropFirst().map { row in
                    let fields = Dictionary(zip(header, row)) { $1 }
                    return (fields["root_id"] ?? "", "\(fields["ord_status"] ?? "") \(fields["cum_qty"] ?? "")")
                }
            ) { $1 }
            #expect(
                last == [
                    "TWICE": "2 100", "BUST": "C 0", "CUT": "2 40", "REFUSED": "8 0", "REST-1": "4 0", "REST-2": "4 0",
                    "LARGE-1": "2 500", "BY-HAND": "2 10",
                ])
            // Who did what, and why, is on record; tom may not arm what ann stopped.
            let commands = try folder.text("out/day/commands.csv")
            #expect(commands.contains("kill,account") && commands.contains("its prices look wrong"))
            #expect(done.output.contains("tom may not rearm here"))
        }
    }
}
