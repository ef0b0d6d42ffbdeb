import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// `floor venue --script` and `topologies/order-entry.yaml`, each in a process of its own.
    @Suite("a scripted venue over FIX") struct VenueScriptDayTests {
        @Test("a bad day: what the desk believes at the end is what the venue's statement says")
        func badDay() async throws {
            let folder = try TestFolder()
            try folder.write(
                """
                script: a bad day
                steps:
                  - { on: new, order: BAD, reject: 3, text: too much }
                  - { on: new, order: LATE, pending: true, delay: 100ms }
                  - { on: cancel, order: KEEP, reject: 99 }
                  - { on: new, order: SWAP, fill: { qty: "30", price: "10" } }
                  - { on: new, order: SWAP, fill: { qty: "20", price: "10" } }
                  - { on: report, exec_type: trade, order: SWAP, hold: 1 }
                  - { on: report, exec_type: trade, order: SWAP, nth: 2, duplicate: 2 }
                  - { on: new, order: SWAP, after: 20ms, bust: first }
                  - { on: new, order: SWAP, after: 40ms, correct: { execution: last, price: "9.5" } }
                  - { on: new, order: GONE, after: 10ms, end: canceled }
                  - { on: new, order: CUT, after: 20ms, disconnect: 300ms }
                  - { on: new, order: CUT, after: 100ms, fill: { qty: "7" } }
                  - { on: new, order: LAST, after: 900ms, of: "*", end: expired }

                """, to: "script.yaml")
            let rows = ["BAD", "LATE", "KEEP", "SWAP", "GONE", "CUT", "LAST"].enumerated().map { i, id in
                "2024-01-02T10:00:0\(i)Z,new,\(id),,ACC,S,ELM,buy,100,limit,10,day\n"
            }
            let cancel = "2024-01-02T10:00:09Z,cancel,C1,KEEP,ACC,S,ELM,buy,,,,\n"
            try folder.write(OrderEntry.header + rows.joined() + cancel, to: "orders.csv")
            let port = freePort()
            let venue = try FloorProcess(
                [
                    "venue", "--script", folder.path("script.yaml"), "--fix", "\(port)", "--feed", "0", "--exit-at-end",
                    "--statement", folder.path("statement.csv"),
                ], in: folder)
            try await venue.waitFor("venue: FIX")
            let desk = try FloorProcess(
                [
                    "run", PackageFiles.path("topologies/order-entry.yaml"), "--data", folder.path("day"), "--set",
                    "sources.orders.path=orders.csv", "--set", "sessions.broker.port=\(port)", "--set",
                    "sinks.router.settle=200ms", "--summary", "json",
                ], in: folder)
            #expect(try await desk.wait(seconds: 40) == 0, "\(desk.errors)\(venue.output)")
            #expect(try await venue.wait(seconds: 30) == 0, "\(venue.errors)")
            #expect(!venue.output.contains("script.yaml:"), "every step came to something: \(venue.output)")

            let lines = try folder.text("day/order-states.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let header = try #require(lines.first)
            let states = lines.dropFirst().map { Dictionary(zip(header, $0)) { $1 } }
            let last = Dictionary(states.map { ($0["cl_ord_id"] ?? "", $0) }) { $1 }
            func state(_ id: String) -> String {
                ["ord_status", "cum_qty", "leaves_qty", "avg_px", "certainty"].map { last[id]?[$0] ?? "?" }.joined(separator: " ")
            }
            #expect(state("BAD") == "8 0 0  KNOWN")
            #expect(state("LATE") == "C 0 0  KNOWN" && state("KEEP") == "C 0 0  KNOWN" && state("LAST") == "C 0 0  KNOWN")
            #expect(state("SWAP") == "C 20 0 9.5 KNOWN")
            #expect(state("GONE") == "4 0 0  KNOWN")
            #expect(state("CUT") == "C 7 0 10 KNOWN")

            let statement = try folder.text("statement.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            #expect(statement.filter { $0[0] == "fill" }.map { "\($0[3]) \($0[6])@\($0[7])" } == ["SWAP 20@9.5", "CUT 7@10"])
            let tie = try await FloorProcess.run(
                ["reconcile", "--data", folder.path("day"), "--statement", folder.path("statement.csv")], in: folder)
            #expect(tie.status == 0, "\(tie)")
        }

        @Test("a script that makes no sense is refused with its lines, and a venue with nothing to play too")
        func refusals() async throws {
            let folder = try TestFolder()
            try folder.write("script: x\nsteps:\n  - { on: nw, reject: 1 }\n  - { on: new, reject: 100 }\n", to: "s.yaml")
            let refused = try await FloorProcess.run(["venue", "--script", "s.yaml"], in: folder)
            expectRefusal(refused, status: 2, "s.yaml:3:", "did you mean \"new\"")
            expectRefusal(refused, status: 2, "s.yaml:4:", "from 0 to 99")
            expectRefusal(try await FloorProcess.run(["venue"], in: folder), status: 2, "nothing to play")
        }
    }
}
