import FloorTesting
import Foundation
import Glibc
import Testing

extension FloorTests {
    /// The page in Chromium: `FLOOR_BROWSER`, or one that is installed. It is not among the tests' dependencies (290 MB).
    @Suite(
        "the page of streams in a real browser",
        .enabled(
            if: browser != nil && FeedDay.python != nil,
            "needs .venv with websockets, and Chromium: apt-get install chromium, or FLOOR_BROWSER=/path/to/it"))
    struct BrowserTests {
        private struct Report: Decodable {
            struct Watched: Decodable {
                struct Shown: Decodable { let state: String, pressed: String, rows: [[String]] }
                struct Part: Decodable {
                    let snapshot: Bool?, conflated: Int?, elements: [[String: String]]
                }
                let stream: String, shown: Shown, heard: [Part]
            }
            let streams: [String], watched: [Watched], errors: [Never]
        }

        @Test(
            "it subscribes, gets a snapshot and then every element, and shows the latest of each symbol; a button shows another stream"
        )
        func page() async throws {
            let folder = try TestFolder(), port = freePort()
            // A trade every 7 seconds of two symbols for two days, at 600 times the pace: longer than any test waits.
            var rows = "time,symbol,price,size\n"
            for i in 0..<49_000 {
                rows +=
                    "\(1_710_163_800_000_000_000 + i * 3_500_000_000),\(i % 2 == 0 ? "AAA" : "BBB"),\(100 + i % 13).\(10 + i % 89),\(1 + i % 7)\n"
            }
            try folder.write(rows, to: "day.csv")
            try folder.write(
                """
                topology: shown
                sources: { trades: { kind: file, path: day.csv, format: trades-csv } }
                operators: { bars: { kind: time-bars, from: trades, every: 1m } }
                sinks:
                  kept:       { kind: csv, from: bars, path: bars.csv }
                  bars_live:  { kind: stream, from: bars, port: \(port) }
                  ticks_live: { kind: stream, from: trades, port: \(port) }
                """, to: "shown.yaml")
            let floor = try FloorProcess(["run", "shown.yaml", "--speed", "600"], in: folder)
            try await floor.waitFor("published on ws://127.0.0.1:\(port)")
            let client = try FloorProcess(
                [
                    PackageFiles.path("Tests/FloorTests/Peers/browser.py"), try #require(browser), "http://127.0.0.1:\(port)/",
                    "12",
                ],
                in: folder, executable: URL(fileURLWithPath: try #require(FeedDay.python)))
            #expect(try await client.wait(seconds: 60) == 0, "\(client.errors.suffix(600))")
            _ = kill(floor.identifier, SIGINT)
            #expect(try await floor.wait(seconds: 30) == 0, "\(floor.errors)")

            let report = try JSONDecoder().decode(Report.self, from: Data(client.output.utf8))
            #expect(report.streams == ["bars_live", "ticks_live"] && report.watched.map(\.stream) == report.streams)
            for (watched, table) in zip(report.watched, ["bars.csv", "day.csv"]) {
                let (shown, parts) = (watched.shown, watched.heard)
                #expect(parts.first?.snapshot == true && parts.allSatisfy { $0.conflated == nil })
                #expect(shown.pressed == watched.stream && shown.state.hasSuffix(" elements"), "\(shown.state)")
                #expect(
                    shown.rows.count == 3 && Set(shown.rows.dropFirst().map { $0[2] }.filter { !$0.isEmpty }).isEmpty == false)
                // What is on the page came over the wire.
                let names = try #require(shown.rows.first), all = parts.flatMap(\.elements)
                for row in shown.rows.dropFirst() {
                    #expect(all.contains(Dictionary(uniqueKeysWithValues: zip(names, row))), "\(row)")
                }
                guard table == "bars.csv" else { continue }
                // And what came over the wire is what the floor wrote, without a gap.
                let written = try self.table(folder, table)
                let deltas = parts.filter { $0.snapshot != true }.flatMap(\.elements).map { $0.filter { $0.key != "sequence" } }
                let earliest = try #require(deltas.first)
                let first = try #require(written.firstIndex(of: earliest))
                #expect(deltas.count >= 12 && Array(written[first...].prefix(deltas.count)) == deltas)
            }
        }
        private func table(_ folder: TestFolder, _ name: String) throws -> [[String: String]] {
            let lines = try folder.text(name).split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
        }
    }
}

private let browser: String? = {
    let named = ProcessInfo.processInfo.environment["FLOOR_BROWSER"]
    let places = ["chromium", "chromium-browser", "google-chrome"].map { "/usr/bin/" + $0 }
    return ([named].compactMap { $0 } + places).first { FileManager.default.isExecutableFile(atPath: $0) }
}()
