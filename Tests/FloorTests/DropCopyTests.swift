import FloorTesting
import Foundation
import PlainData
import Testing

extension FloorTests {
    /// `topologies/drop-copy.yaml` before a venue in Python that shares no code with it.
    @Suite(
        "a drop copy over FIX",
        .enabled(if: OrderEntry.hasSimplefix, "needs .venv with simplefix: scripts/install-dependencies --tests"))
    struct DropCopyTests {
        private static let orders =
            ["GOOD1", "BARE2", "DIFF3", "LOST4", "LATE5", "REST6"].enumerated().map {
                "2024-01-02T10:00:00Z,new,A\($0 + 1),,ACC,S,\($1),buy,100,limit,10.5,day\n"
            }.joined()

        private func startVenue(_ folder: TestFolder) async throws -> (FloorProcess, ports: [String]) {
            try folder.write(OrderEntry.header + Self.orders, to: "orders.csv")
            let venue = try FloorProcess(
                [PackageFiles.path("Tests/FloorTests/Peers/copy_venue.py"), "--report", folder.path("seen.json")], in: folder,
                executable: OrderEntry.python ?? FloorProcess.executable)
            try await venue.waitFor("ports ")
            return (venue, venue.output.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init))
        }
        private func start(_ folder: TestFolder, _ ports: [String], _ more: String...) throws -> FloorProcess {
            try FloorProcess(
                [
                    "run", PackageFiles.path("topologies/drop-copy.yaml"), "--data", folder.path("day"), "--summary", "json",
                    "--checkpoint", "100ms",
                ]
                    + [
                        "sources.orders.path=orders.csv", "sessions.broker.port=\(ports[0])", "sessions.drop.port=\(ports[1])",
                        "sinks.router.settle=200ms", "operators.check.patience=1s",
                    ].flatMap { ["--set", $0] } + more, in: folder)
        }
        /// Class and ExecID or, of an order as a whole, ClOrdID of each break that is in the state.
        private func breaks(_ folder: TestFolder, _ state: String) throws -> [String] {
            let rows = (try? folder.text("day/copy-breaks.csv"))?.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            guard let rows, let header = rows.first else { return [] }
            return rows.dropFirst().compactMap { row in
                let fields = Dictionary(zip(header, row)) { first, _ in first }
                guard fields["state"] == state else { return nil }
                return [fields["class"] ?? "", fields["cl_ord_id"] ?? "", fields["differs"] ?? ""].joined(separator: " ")
            }
        }

        /// By the peer's own description: what is missing here, missing there, differs, and is of nobody's order.
        private static let open = ["B2 PHONE-1 ", "B4 A4 ", "B4 PHONE-1 ", "B5 A2 ", "B7 A3 lastPx"]

        @Test(
            "what is missing on either side, differs, or is of nobody's order is found, through kills, and late copies close theirs"
        )
        func found() async throws {
            let folder = try TestFolder(), (venue, ports) = try await startVenue(folder)
            var random = SplitMix64(seed: 45)
            for _ in 0..<2 {
                let desk = try start(folder, ports)
                try await desk.waitFor("logged on")
                try await Task.sleep(nanoseconds: UInt64(random.below(400)) * 1_000_000)  // at any moment of its day
                desk.kill()
                #expect(try await desk.wait(seconds: 20) == -SIGKILL)
            }
            let console = freePort(), desk = try start(folder, ports, "--console", "127.0.0.1:\(console)")
            let wanted = Set(Self.open + ["B5 A5 "])
            let came = try await until(seconds: 20) { Set(try breaks(folder, "OPEN")) == wanted }
            let last = try breaks(folder, "OPEN")
            #expect(came, "\(last)\n\(desk.errors)")
            try await desk.waitFor("COPIES: logged on")
            var metrics = MetricsTools.Scrape()
            let shown = try await until(seconds: 20) {
                metrics = (try? MetricsTools.scrape("http://127.0.0.1:\(console)/")) ?? metrics
                return metrics.values("floor_breaks_open", ["class": "FILL_MISSING_AT_VENUE"]) == [2]
            }
            #expect(shown, "\(metrics.text)\n\(desk.errors)")
            #expect(metrics.values("floor_breaks_open", ["class": "ORDER_UNKNOWN_LOCALLY"]) == [1])
            #expect(metrics.values("floor_fix_session_up").sorted() == [1, 1], "\(metrics.text)")
            Glibc.kill(venue.identifier, SIGUSR1)
            #expect(try await desk.wait(seconds: 30) == 0, "\(desk.errors)")
            #expect(try breaks(folder, "OPEN").sorted() == wanted.sorted(), "each is said once")
            #expect(try breaks(folder, "MATCHED_LATE") == ["B5 A5 "])

            let told = desk.errors, start = try #require(told.firstIndex(of: "{"), "\(told)")
            let summary = try #require(
                try JSONSerialization.jsonObject(with: Data(told[start...].utf8)) as? [String: Any], "\(told)")
            #expect(summary["copy_breaks"] as? [String: Int] == ["B2": 1, "B4": 2, "B5": 1, "B7": 1])
            #expect(summary["anomalies"] as? Int == 0 && (summary["unasked"] as? [String])?.isEmpty == true)
            let positions = try folder.text("day/order-states.csv").split(separator: "\n").filter { $0.contains(",2,100,100,0,") }
            #expect(positions.count == 5, "the copies change no order")
            venue.terminate()
            #expect(try await venue.wait(seconds: 20) == 0, "\(venue.errors)")
            let seen = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder.path("seen.json"))))
            #expect(((seen as? [String: Any])?["entered"] as? [String])?.sorted() == (1...6).map { "A\($0)" })
            let replay = try await FloorProcess.run(["replay", "day", "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay)")
        }

        @Test("a drop copy has its session to itself")
        func refusals() async throws {
            let folder = try TestFolder()
            try folder.write(OrderEntry.header, to: "orders.csv")
            let run = try await FloorProcess.run(
                [
                    "run", PackageFiles.path("topologies/drop-copy.yaml"), "--set", "sources.orders.path=orders.csv", "--set",
                    "sources.copies.session=broker", "--summary", "none",
                ], in: folder)
            expectRefusal(run, status: 2, "session broker", "drop copy")
        }
    }
}
