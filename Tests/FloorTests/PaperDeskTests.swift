import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// `topologies/paper-desk.yaml`: orders and prices from files, the venue and its mishaps inside the graph.
    @Suite("a desk with its venue inside") struct PaperDeskTests {
        private static let script = """
            script: a bad day
            steps:
              - { on: new, order: BAD, reject: 3 }
              - { on: new, order: LATE, pending: true, delay: 2s }
              - { on: cancel, order: KEEP, reject: 99 }
              - { on: new, order: HALF, fill: { qty: "40" } }
              - { on: new, order: HALF, fill: { qty: "60" } }
              - { on: report, exec_type: trade, order: HALF, hold: 1 }
              - { on: report, exec_type: trade, order: HALF, nth: 2, duplicate: 1 }
              - { on: new, order: HALF, after: 3s, bust: first }
              - { on: new, order: HALF, after: 4s, correct: { execution: last, price: "9.9" } }
              - { on: new, order: GONE, after: 1s, end: canceled }

            """

        /// A trade a second; those of the odd minutes below 10.
        private func folder() throws -> TestFolder {
            let made = try TestFolder()
            let trades = (0..<600).map { i in
                "2024-01-02T10:\(i / 60 < 10 ? "0" : "")\(i / 60):\(i % 60 < 10 ? "0" : "")\(i % 60)Z,ELM,\(i / 60 % 2 == 1 ? "9.95" : "10.05"),500\n"
            }
            try made.write("time,symbol,price,size\n" + trades.joined(), to: "trades.csv")
            let orders = [("BAD", "0"), ("LATE", "1"), ("KEEP", "2"), ("HALF", "3"), ("GONE", "4"), ("DEEP", "5")].map {
                id, second in
                "2024-01-02T10:00:1\(second)Z,new,\(id),,ACC,S,ELM,buy,100,limit,\(id == "DEEP" ? "9.5" : "10"),day\n"
            }
            let cancel = "2024-01-02T10:00:19Z,cancel,C1,KEEP,ACC,S,ELM,buy,,,,\n"
            let sale = "2024-01-02T10:05:30Z,new,SALE,,ACC,S,ELM,sell,150,limit,9.9,day\n"
            try made.write(OrderEntry.header + orders.joined() + cancel + sale, to: "orders.csv")
            try made.write(Self.script, to: "script.yaml")
            return made
        }
        private func arguments(_ data: String) -> [String] {
            [
                "run", PackageFiles.path("topologies/paper-desk.yaml"), "--data", data, "--set", "sources.orders.path=orders.csv",
                "--set", "sources.trades.path=trades.csv", "--set", "operators.venue.script=script.yaml",
            ]
        }
        private func rows(_ folder: TestFolder, _ name: String) throws -> [[String: String]] {
            let lines = try folder.text(name).split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let header = try #require(lines.first)
            return lines.dropFirst().map { Dictionary(zip(header, $0)) { $1 } }
        }

        @Test("every order of a scripted day is accounted for; it replays, and goes on after a cut as if there had been none")
        func day() async throws {
            let folder = try folder()
            let run = try await FloorProcess.run(arguments("day"), in: folder)
            #expect(run.status == 0, "\(run)")
            let last = Dictionary(try rows(folder, "day/order-states.csv").map { ($0["cl_ord_id"] ?? "", $0) }) { $1 }
            func state(_ id: String) -> String {
                ["ord_status", "cum_qty", "leaves_qty", "avg_px", "certainty"].map { last[id]?[$0] ?? "?" }.joined(separator: " ")
            }
            // LATE and KEEP fill at their limit in the first minute below it, HALF's busted part too; DEEP never, and expires.
            #expect(state("BAD") == "8 0 0  KNOWN" && state("GONE") == "4 0 0  KNOWN" && state("DEEP") == "C 0 0  KNOWN")
            #expect(state("LATE") == "2 100 0 10 KNOWN" && state("KEEP") == "2 100 0 10 KNOWN")
            #expect(state("HALF") == "2 100 0 9.94 KNOWN")
            #expect(state("SALE").hasPrefix("2 150 0 "), "\(state("SALE"))")
            #expect(
                try rows(folder, "day/reports.csv").filter { $0["exec_type"] == "H" }.map { $0["exec_ref_id"] ?? "" }.count == 1)

            let replay = try await FloorProcess.run(["replay", "day", "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay)")

            let cut = try FloorProcess(arguments("cut") + ["--speed", "100"], in: folder)
            try await cut.waitFor(",HALF,1,")
            cut.kill()
            #expect(try await cut.wait() == -SIGKILL)
            let rest = try await FloorProcess.run(arguments("cut"), in: folder)
            #expect(rest.status == 0 && rest.errors.contains("resumed after record"), "\(rest)")
            #expect(try DayCuts.digests(folder.path("cut")) == DayCuts.digests(folder.path("day")))
            #expect(try folder.text("cut/order-states.csv") == folder.text("day/order-states.csv"))
        }

        @Test("a script's mistakes are the topology's, with their own lines")
        func mistakes() async throws {
            let folder = try folder()
            try folder.write("script: x\nsteps:\n  - { on: nw, reject: 1 }\n", to: "script.yaml")
            let refused = try await FloorProcess.run(arguments("day"), in: folder)
            expectRefusal(refused, status: 2, "script.yaml:3:", "did you mean \"new\"")
        }
    }
}
