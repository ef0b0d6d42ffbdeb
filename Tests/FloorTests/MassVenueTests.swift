import FloorTesting
import Foundation
import PlainData
import Testing

extension FloorTests {
    /// `topologies/order-entry.yaml` before a venue in Python that answers questions and cancels about all orders; it shares no code with the floor.
    @Suite(
        "mass requests, a throttle and its lane for cancels over TCP",
        .enabled(if: OrderEntry.hasSimplefix, "needs .venv with simplefix: scripts/install-dependencies --tests"))
    struct MassVenueTests {
        private struct Seen: Decodable {
            var orders: [String: String], counts: [String: Int], mistakes: [String]
        }
        private func startVenue(_ folder: TestFolder, _ options: String...) async throws -> (FloorProcess, port: String) {
            let venue = try FloorProcess(
                [PackageFiles.path("Tests/FloorTests/Peers/mass_venue.py"), "--report", folder.path("seen.json")] + options,
                in: folder, executable: OrderEntry.python ?? FloorProcess.executable)
            try await venue.waitFor("port ")
            return (venue, venue.output.split(whereSeparator: \.isWhitespace)[1].description)
        }
        private func start(_ folder: TestFolder, _ port: String, _ settings: String...) throws -> FloorProcess {
            try FloorProcess(
                ["run", PackageFiles.path("topologies/order-entry.yaml"), "--data", folder.path("day"), "--summary", "json"]
                    + (["sources.orders.path=orders.csv", "sessions.broker.port=\(port)", "sinks.router.settle=200ms"] + settings)
                    .flatMap { ["--set", $0] }, in: folder)
        }
        private func rows(_ count: Int) -> String {
            (1...count).map { "2024-01-02T10:00:00Z,new,A\($0),,ACC,S,ABC,buy,\($0),limit,10.5,day\n" }.joined()
        }
        private func seen(_ venue: FloorProcess, _ folder: TestFolder) async throws -> Seen {
            venue.terminate()
            #expect(try await venue.wait(seconds: 20) == 0, "\(venue.errors)")
            return try JSONDecoder().decode(Seen.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("seen.json"))))
        }
        /// The ids of one type of request, in the order in which the venue got them.
        private func got(_ venue: FloorProcess, _ type: String) -> [String] {
            venue.output.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ").map(String.init)
                return words.count == 3 && words[1] == type ? words[2] : nil
            }
        }
        private func waitForOrders(_ venue: FloorProcess, _ count: Int) async throws {
            let came = try await until(seconds: 20) { Set(got(venue, "D")).count >= count }
            #expect(came, "the venue has \(got(venue, "D").count) orders of \(count)")
        }
        private func waitForStates(_ folder: TestFolder, _ status: String, _ count: Int) async throws {
            var last: [String: String] = [:]
            let came = try await until(seconds: 20) {
                let lines = (try? folder.text("day/order-states.csv"))?.split(separator: "\n") ?? []
                last = Dictionary(
                    lines.dropFirst().map { line in
                        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                        return (String(fields[1]), String(fields[2]))
                    }
                ) { $1 }
                return last.values.filter { $0 == status }.count >= count
            }
            #expect(came, "\(last)")
        }

        /// As soon as the floor listens to people.
        private func stop(_ scope: String, _ folder: TestFolder) async throws -> FloorProcess.Finished {
            let end = Date().addingTimeInterval(20), day = ["--data", folder.path("day")]
            while try await FloorProcess.run(["pending"] + day, in: folder, seconds: 40).status != 0, Date() < end {}
            return try await FloorProcess.run(["kill", scope, "--why", "a test"] + day, in: folder, seconds: 40)
        }

        @Test(
            "after a kill one question is about all orders, and a kill switch behind a throttle is one cancel of all; none is doubled"
        )
        func mass() async throws {
            let folder = try TestFolder(), (venue, port) = try await startVenue(folder, "--mute", "12"), count = 24
            try folder.write(OrderEntry.header + rows(count), to: "orders.csv")
            let policies = ["sessions.broker.status=mass", "sessions.broker.throttle=10", "sessions.broker.mass_cancel=5"]
            let first = try start(folder, port, policies[0], policies[1], policies[2])
            try await waitForOrders(venue, 12)
            first.kill()
            #expect(try await first.wait(seconds: 20) == -SIGKILL)
            let second = try start(folder, port, policies[0], policies[1], policies[2])
            try await waitForStates(folder, "0", count)
            let kill = try await stop("firm", folder)
            #expect(kill.status == 0 && kill.output.contains("\(count) orders to cancel"), "\(kill)")
            #expect(try await second.wait(seconds: 30) == 0, "\(second.errors)")
            let seen = try await seen(venue, folder)
            #expect(seen.orders == Dictionary(uniqueKeysWithValues: (1...count).map { ("A\($0)", "4") }))
            #expect(seen.counts["AF"] == 1 && seen.counts["q"] == 1, "\(seen.counts)")
            // Before it what the throttle let through; behind it nothing, as each order had ended by then.
            #expect(seen.counts["H"] == nil && seen.counts["F", default: 0] < count, "\(seen.counts)")
            let states = try folder.text("day/order-states.csv").split(separator: "\n")
            #expect((1...count).allSatisfy { id in states.contains { $0.contains(",A\(id),4,\(id),0,0,") } })
        }

        @Test("a venue that takes a question about all orders and never answers it is asked one by one")
        func deaf() async throws {
            let folder = try TestFolder(), (venue, port) = try await startVenue(folder, "--deaf", "AF", "--mute", "8"),
                count = 24
            try folder.write(OrderEntry.header + rows(count), to: "orders.csv")
            let policies = [
                "sessions.broker.status=mass", "sessions.broker.throttle=40",
                "sinks.router.ask=1s",
            ]
            let first = try start(folder, port, policies[0], policies[1], policies[2])
            try await waitForOrders(venue, 8)
            first.kill()
            #expect(try await first.wait(seconds: 20) == -SIGKILL)
            let second = try start(folder, port, policies[0], policies[1], policies[2])
            try await waitForStates(folder, "0", count)
            let kill = try await stop("firm", folder)
            #expect(kill.status == 0, "\(kill)")
            #expect(try await second.wait(seconds: 30) == 0, "\(second.errors)")
            let seen = try await seen(venue, folder)
            #expect(seen.orders == Dictionary(uniqueKeysWithValues: (1...count).map { ("A\($0)", "4") }))
            #expect(seen.counts["F", default: 0] >= count && seen.counts["H", default: 0] >= 2, "\(seen.counts)")
            #expect(seen.counts["AF"] == 1 && seen.counts["q"] == nil, "\(seen.counts)")
        }

        @Test(
            "behind a throttle a cancel leaves before the orders that wait, one that has not left never leaves, and a kill doubles none"
        )
        func lane() async throws {
            let folder = try TestFolder(), (venue, port) = try await startVenue(folder), count = 30
            // The last two are canceled: one that has long left, one that still waits.
            let cancels =
                "2024-01-02T10:00:00Z,cancel,C1,A1,,,,,,,,\n" + "2024-01-02T10:00:00Z,cancel,C30,A30,,,,,,,,\n"
            try folder.write(OrderEntry.header + rows(count) + cancels, to: "orders.csv")
            let first = try start(folder, port, "sessions.broker.throttle=10")
            // As soon as the cancel is there, not all orders are.
            let came = try await until(seconds: 20) { got(venue, "F") == ["C1"] }
            #expect(came, "\(venue.output)")
            let before = got(venue, "D")
            #expect(before.first == "A1" && before.count < count - 1, "a cancel waited behind \(before.count) orders")
            first.kill()
            #expect(try await first.wait(seconds: 20) == -SIGKILL)
            let second = try start(folder, port, "sessions.broker.throttle=20")
            try await waitForOrders(venue, count - 1)
            try await waitForStates(folder, "0", count - 2)
            let kill = try await stop("account:ACC", folder)
            #expect(kill.status == 0, "\(kill)")
            #expect(try await second.wait(seconds: 30) == 0, "\(second.errors)")
            let seen = try await seen(venue, folder)
            #expect(seen.orders == Dictionary(uniqueKeysWithValues: (1..<count).map { ("A\($0)", "4") }), "A30 never left")
            #expect(seen.counts["q"] == nil && seen.counts["AF"] == nil)
        }
    }
}
