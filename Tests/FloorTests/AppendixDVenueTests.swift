import FloorTesting
import Foundation
import PlainData
import Testing

extension FloorTests {
    /// The tables of `Tests/Fixtures/appendix-d.csv` end to end: `topologies/order-entry.yaml` over TCP before a venue in Python
    /// that plays them, with either side killed in the middle.
    @Suite(
        "Appendix D over TCP, against a venue in Python",
        .enabled(if: OrderEntry.hasSimplefix, "needs .venv with simplefix: scripts/install-dependencies --tests"))
    struct AppendixDVenueTests {
        @Test(
            "every scenario comes out as the table has it, in each version of FIX", arguments: ["FIX.4.4", "FIX.4.2", "FIXT.1.1"])
        func plain(version: String) async throws {
            let folder = try TestFolder(), port = freePort()
            try write(folder)
            let venue = try await startVenue(folder, port, version)
            let desk = try startDesk(folder, port, version)
            #expect(try await desk.wait(seconds: 60) == 0, "\(desk.errors)")
            venue.terminate()
            #expect(try await venue.wait(seconds: 20) == 0, "\(venue.output)")
            try expectTables(folder, venue, seed: 0)
        }

        @Test(
            "every scenario comes out as the table has it, whoever is killed in the middle",
            arguments: 1...2 as ClosedRange<UInt64>)
        func killed(seed: UInt64) async throws {
            let folder = try TestFolder(), port = freePort()
            try write(folder)
            var random = SplitMix64(seed: seed), venue = try await startVenue(folder, port)
            func killVenue() async throws {
                venue.kill()
                #expect(try await venue.wait(seconds: 20) == -SIGKILL)
                venue = try await startVenue(folder, port)
            }
            for _ in 0..<3 {
                let desk = try startDesk(folder, port)
                if random.below(3) > 0 { try await desk.waitFor("logged on") }
                // At any moment of its day: the first orders are out after some 100 ms.
                try await Task.sleep(nanoseconds: UInt64(random.below(700)) * 1_000_000)
                if random.below(2) == 0 { try await killVenue() }
                desk.kill()
                #expect(try await desk.wait(seconds: 20) == -SIGKILL)
            }
            let last = try startDesk(folder, port)
            try await last.waitFor("logged on")
            try await killVenue()
            #expect(try await last.wait(seconds: 90) == 0, "seed \(seed): \(last.errors)")
            venue.terminate()
            #expect(try await venue.wait(seconds: 20) == 0, "seed \(seed): \(venue.output)")
            try expectTables(folder, venue, seed: seed)
        }

        /// The orders of all scenarios, each scenario's ids with its number.
        private func write(_ folder: TestFolder) throws {
            var rows = OrderEntry.header
            let actions = ["D": "new", "F": "cancel", "G": "replace", "H": "status"]
            for (number, scenario) in AppendixD.scenarios.enumerated() {
                for row in scenario.rows where !row.isFromVenue && row.anomalies != ["duplicateClOrdID"] {
                    let original = row["orig_cl_ord_id"].isEmpty ? "" : "\(row["orig_cl_ord_id"]).\(number)"
                    rows += "2024-01-02T10:00:00Z,\(actions[row["message"]] ?? ""),\(row["cl_ord_id"]).\(number),\(original),A,S,"
                    rows += "S\(number),buy,\(row["order_qty"]),limit,100,\(row["time_in_force"])\n"
                }
            }
            try folder.write(rows, to: "orders.csv")
        }
        private func startVenue(_ folder: TestFolder, _ port: Int, _ version: String = "FIX.4.4") async throws -> FloorProcess {
            let venue = try FloorProcess(
                [
                    PackageFiles.path("Tests/FloorTests/Peers/scenario_venue.py"), "--port", "\(port)", "--table", AppendixD.path,
                    "--state", folder.path("venue.state"), "--lost-questions", "--version", version,
                ], in: folder, executable: OrderEntry.python ?? FloorProcess.executable)
            try await venue.waitFor("port ")
            return venue
        }
        private func startDesk(_ folder: TestFolder, _ port: Int, _ version: String = "FIX.4.4") throws -> FloorProcess {
            try FloorProcess(
                ["run", PackageFiles.path("topologies/order-entry.yaml"), "--data", folder.path("day")]
                    + [
                        // Some scenarios leave their order working.
                        "sources.orders.path=orders.csv", "sessions.broker.port=\(port)", "sinks.router.wait=3s",
                        "sinks.router.ask=1s", "sinks.router.settle=500ms", "sessions.broker.version=\(version)",
                    ].flatMap { ["--set", $0] }, in: folder)
        }

        private func expectTables(_ folder: TestFolder, _ venue: FloorProcess, seed: UInt64) throws {
            let entered = Set(venue.output.split(separator: "\n").filter { $0.hasPrefix("entered ") }.map { $0.dropFirst(8) })
            var lines = try folder.text("day/order-states.csv").split(separator: "\n").map { AppendixD.fields(String($0)) }
            let header = lines.removeFirst()
            let states = lines.map { Dictionary(zip(header, $0)) { first, _ in first } }
            let byExecution = Dictionary(states.map { ($0["exec_id"] ?? "", $0) }) { first, _ in first }
            let last = Dictionary(states.map { ($0["root_id"] ?? "", $0) }) { $1 }
            var compared = 0
            for (number, scenario) in AppendixD.scenarios.enumerated() {
                var final: [String: AppendixD.Row] = [:]
                if !entered.contains("X.\(number)"), scenario.rows.contains(where: { $0["message"] == "D" }) {
                    // Its cancel was asked for before a crash let it leave: then it is not entered any more.
                    #expect(seed > 0 && scenario.rows.contains { $0["message"] == "F" }, "seed \(seed), scenario \(number)")
                    #expect(last["X.\(number)"]?["ord_status"] == "8", "seed \(seed), scenario \(number)")
                    continue
                }
                for row in scenario.rows where !row["after_status"].isEmpty {
                    // A second order of a scenario is a root of its own; else all ids lead to the first.
                    let isSecond =
                        row["cl_ord_id"] == "Y" && scenario.rows.contains { $0["message"] == "D" && $0["cl_ord_id"] == "Y" }
                    final[isSecond ? "Y" : "X"] = row
                    guard row.isFromVenue, !["", "0"].contains(row["exec_id"]) else { continue }
                    let place: Comment = "seed \(seed), scenario \(number), \(scenario), row \(row["row"])"
                    let state = try #require(byExecution["\(row["exec_id"]).\(number)"], place)
                    for column in ["order_qty", "cum_qty", "leaves_qty"] {
                        #expect(state[column] == row["after_" + column], "\(column), \(place)")
                    }
                    #expect(state["ord_status"] == row["after_status"], place)
                    compared += 1
                }
                for (root, row) in final {
                    let state = last["\(root).\(number)"]
                    #expect(state?["ord_status"] == row["after_status"], "the end, seed \(seed), scenario \(number), \(scenario)")
                    #expect(state?["cum_qty"] == row["after_cum_qty"], "the end, seed \(seed), scenario \(number), \(scenario)")
                }
            }
            #expect(compared > 150)
        }
    }
}
