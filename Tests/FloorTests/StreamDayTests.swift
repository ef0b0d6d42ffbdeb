import FloorTesting
import Foundation
import Glibc
import Testing

extension FloorTests {
    @Suite("a floor that publishes") struct StreamDayTests {
        @Test(
            "who does not know the token, and a page of elsewhere, is turned away; the account of who is let in is told",
            .enabled(if: python != nil, "needs .venv/bin/python with the package websockets"))
        func admission() async throws {
            let folder = try TestFolder(), port = freePort()
            var rows = "time,symbol,price,size\n"
            for i in 0..<4_000 { rows += "\(1_710_163_800_000_000_000 + i * 60_000_000_000),AAA,\(100 + i),1\n" }
            try folder.write(rows, to: "day.csv")
            try folder.write(
                """
                topology: guarded
                sources:
                  trades: { kind: file, path: day.csv, format: trades-csv }
                sinks:
                  published: { kind: stream, from: trades, port: \(port), token: FLOOR_TEST_TOKEN, origins: ["https://desk.example"] }
                """, to: "guarded.yaml")
            func start(_ token: String) throws -> FloorProcess {
                try FloorProcess(
                    ["FLOOR_TEST_TOKEN=\(token)", FloorProcess.executable.path, "run", "guarded.yaml", "--speed", "200"],
                    in: folder,
                    executable: URL(fileURLWithPath: "/usr/bin/env"))
            }
            let short = try start("short")
            #expect(try await short.wait() != 0 && short.errors.contains("FLOOR_TEST_TOKEN"))
            let floor = try start("s3cret-token")
            try await floor.waitFor("published on ws://127.0.0.1:\(port)")
            let python = URL(fileURLWithPath: try #require(Self.python))
            let request = #"{"subscribe": ["published"], "credit": 2}"#
            for (arguments, status) in [
                (["", ""], "refused 403"), (["", "wrong-token"], "refused 403"),
                (["https://evil.example", "s3cret-token"], "refused 403"),
            ] {
                let client = try FloorProcess(
                    [PackageFiles.path("Tests/FloorTests/Peers/subscriber.py"), "\(port)", request] + arguments, in: folder,
                    executable: python)
                #expect(
                    try await client.wait(seconds: 20) == 0 && client.output.contains(status), "\(arguments) \(client.output)")
            }
            let welcome = try [["https://desk.example", "s3cret-token"], ["", "", "/?token=s3cret-token"]].map { arguments in
                try FloorProcess(
                    [PackageFiles.path("Tests/FloorTests/Peers/subscriber.py"), "\(port)", request] + arguments, in: folder,
                    executable: python)
            }
            for client in welcome { try await client.waitFor(#""snapshot":true"#) }
            let account = try MetricsTools.run(
                "/usr/bin/curl", ["-s", "-H", "Authorization: Bearer s3cret-token", "http://127.0.0.1:\(port)/clients.json"])
            #expect(account.output.contains(#""stream":"published","credit""#), "\(account)")
            #expect(account.output.components(separatedBy: #""client":"#).count == 3)
            let refused = try MetricsTools.run("/usr/bin/curl", ["-s", "http://127.0.0.1:\(port)/clients.json"])
            #expect(refused.output.contains("a token is asked for"))
            let page = try MetricsTools.run("/usr/bin/curl", ["-s", "http://127.0.0.1:\(port)/"])
            #expect(page.output.contains("<title>streams</title>"))
            _ = kill(floor.identifier, SIGINT)
            #expect(try await floor.wait(seconds: 30) == 0, "\(floor.errors)")
        }

        private static let python: String? = {
            let path = PackageFiles.path(".venv/bin/python")
            return (try? MetricsTools.run(path, ["-c", "import websockets"]))?.status == 0 ? path : nil
        }()

        @Test(
            "a Python client gets the latest of each symbol, then every bar that the floor writes to its file, to the digit",
            .enabled(if: python != nil, "needs .venv/bin/python with the package websockets"))
        func everyBar() async throws {
            let folder = try TestFolder(), port = freePort()
            // Two hours of two symbols, a trade every 7 seconds each, at 1,200 times the pace: six seconds.
            var rows = "time,symbol,price,size\n"
            for i in 0..<2_057 {
                rows +=
                    "\(1_710_163_800_000_000_000 + i * 3_500_000_000),\(i % 2 == 0 ? "AAA" : "BBB"),\(100 + i % 13).\(10 + i % 89),\(1 + i % 7)\n"
            }
            try folder.write(rows, to: "day.csv")
            try folder.write(
                """
                topology: published-bars
                sources:
                  trades: { kind: file, path: day.csv, format: trades-csv }
                operators:
                  bars: { kind: time-bars, from: trades, every: 1m }
                sinks:
                  kept:      { kind: csv, from: bars, path: bars.csv }
                  published: { kind: stream, from: bars, port: \(port) }
                """, to: "published.yaml")
            let floor = try FloorProcess(["run", "published.yaml", "--speed", "1200"], in: folder)
            try await floor.waitFor("published on ws://127.0.0.1:\(port)")
            let client = try FloorProcess(
                [PackageFiles.path("Tests/FloorTests/Peers/subscriber.py"), "\(port)", #"{"subscribe": ["published"]}"#],
                in: folder, executable: URL(fileURLWithPath: try #require(Self.python)))
            #expect(try await floor.wait(seconds: 60) == 0, "\(floor.errors)")
            #expect(try await client.wait(seconds: 20) == 0, "\(client.errors)")
            let lines = client.output.split(separator: "\n").map(String.init)
            #expect(lines.last == "closed 1001", "\(client.output.suffix(300))")
            let messages = try lines.dropLast().map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            let parts = messages.filter { $0["stream"] != nil }
            #expect(messages.first?["streams"] != nil && parts.first?["snapshot"] as? Bool == true)
            #expect(parts.dropFirst().allSatisfy { $0["conflated"] == nil })
            let heard = parts.dropFirst().flatMap { $0["elements"] as? [[String: String]] ?? [] }
            let table = try String(contentsOfFile: folder.path("bars.csv"), encoding: .utf8).split(separator: "\n")
                .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            let header = try #require(table.first)
            let written = table.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
            #expect(heard.count > 20 && written.count == 240)
            let values = heard.map { $0.filter { $0.key != "sequence" } }
            #expect(values == Array(written.suffix(heard.count)))
        }
    }
}
