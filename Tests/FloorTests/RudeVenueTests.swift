import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// A venue in Python that breaks one rule an order; what the session has to answer is FIX 4.4's, volume 2, and QuickFIX's
    /// session scripts' (2d, 2e, 2b, 3c, 2k, 14e, 2r).
    @Suite("a venue that breaks the rules", .enabled(if: OrderEntry.python != nil, "needs python3"))
    struct RudeVenueTests {
        private static let rules = [
            "CHECKSUM", "GARBAGE", "COMPID", "LATE", "HIGH", "LOW", "MISSING", "VALUE", "TYPE", "UNKNOWN", "OVERFILL",
        ]

        private func run(_ rules: [String], _ settings: String...) async throws -> (
            folder: TestFolder, answers: [String: [String]]
        ) {
            let folder = try TestFolder()
            let rows = rules.enumerated().map { "2024-01-02T10:00:00Z,new,A\($0),,ACC,S,\($1),buy,100,limit,10.5,day\n" }
            try folder.write(OrderEntry.header + rows.joined(), to: "orders.csv")
            let venue = try FloorProcess(
                [PackageFiles.path("Tests/FloorTests/Peers/rude_venue.py"), "--report", folder.path("answers.json")], in: folder,
                executable: OrderEntry.python ?? FloorProcess.executable)
            try await venue.waitFor("port ")
            let port = venue.output.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            let desk = try FloorProcess(
                ["run", PackageFiles.path("topologies/order-entry.yaml"), "--data", folder.path("day"), "--summary", "none"]
                    + ([
                        "sources.orders.path=orders.csv", "sessions.broker.port=\(port)", "sinks.router.settle=200ms",
                        // One order in the file after the other: the next leaves when the one before is acknowledged.
                        "sinks.router.ask=2s",
                    ] + settings).flatMap { ["--set", $0] }, in: folder)
            #expect(try await desk.wait(seconds: 90) == 0, "\(desk.errors)")
            venue.terminate()
            #expect(try await venue.wait(seconds: 20) == 0, "\(venue.errors)")
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("answers.json")))
            return (folder, try JSONDecoder().decode([String: [String]].self, from: data))
        }

        private func last(_ folder: TestFolder) throws -> [String: [String: String]] {
            var lines = try folder.text("day/order-states.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let header = lines.removeFirst()
            let rows = lines.map { Dictionary(zip(header, $0)) { first, _ in first } }
            return Dictionary(rows.map { ($0["cl_ord_id"] ?? "", $0) }) { $1 }
        }

        @Test("each broken rule is answered as the standard says, and no order and no fill is lost by it")
        func everyRule() async throws {
            let (folder, answers) = try await run(
                Self.rules, "sessions.broker.logon={ Username: me, 554: env:HOME }",
                "sessions.broker.tags={ D: { HandlInst: \"3\", 18: \"G {account}\" } }")
            // Bad CheckSum and bytes that are no message: ignored; the gap that they leave is asked about (2d, 2t).
            #expect(answers["CHECKSUM"]?.first == "ResendRequest" && answers["HIGH"]?.first == "ResendRequest")
            // Garbage may take the message with it that stands behind it in the same read; that one is asked about too.
            #expect(answers["GARBAGE"].map { $0.allSatisfy { $0 == "ResendRequest" } } ?? true, "\(answers)")
            #expect(answers["UNKNOWN"] == nil && answers["OVERFILL"] == nil, "\(answers)")
            // SessionRejectReason 9, CompID problem; 10, SendingTime accuracy problem; both with a Logout (2k, 2r).
            #expect(
                answers["COMPID"]?.prefix(2) == ["Reject 9", "Logout"] && answers["LATE"]?.prefix(2) == ["Reject 10", "Logout"])
            // MsgSeqNum too low without PossDupFlag: Logout (2b, 2c).
            #expect(answers["LOW"]?.first == "Logout")
            #expect(answers["MISSING"]?.first == "Reject 1" || answers["MISSING"]?.first == "BusinessMessageReject")
            #expect(answers["VALUE"]?.first == "Reject 5" && answers["TYPE"]?.first == "BusinessMessageReject")

            let states = try last(folder)
            for (number, rule) in Self.rules.enumerated() {
                let state = states["A\(number)"]
                #expect(state?["ord_status"] == "2" && state?["certainty"] == "KNOWN", "\(rule): \(state ?? [:])")
                #expect(state?["cum_qty"] == (rule == "OVERFILL" ? "150" : "100"), "\(rule): \(state ?? [:])")
            }
            let anomalies = try folder.text("day/order-anomalies.csv")
            #expect(anomalies.contains("unknownOrder") && anomalies.contains("overfill"), "\(anomalies)")

            // The session's own words, with names: the password went out and stands nowhere.
            let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
            #expect(answers["LOGON"] == ["me", home] && answers["D"] == ["3", "G ACC", ""])
            let log = try await FloorProcess.run(["fix", "log", "day", "--admin"], in: folder)
            #expect(log.status == 0 && log.output.contains("Username=me  Password=***"), "\(log)")
            #expect(log.output.contains("SessionRejectReason=9 CompidProblem"), "\(log)")
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path("day/fix"))
            where file.hasSuffix(".messages") {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("day/fix/" + file)))
                #expect(bytes.range(of: Data("554=\(home)".utf8)) == nil && bytes.range(of: Data("554=***".utf8)) != nil)
            }
            let one = try await FloorProcess.run(
                ["fix", "log", "day", "--order", "A9", "--type", "D,ExecutionReport"], in: folder)
            // What the venue was asked to send again, when a number was missing, is beside the question.
            let lines = one.output.split(separator: "\n").filter { !$0.contains("PossDupFlag=Y") }
            #expect(lines.count == 3 && lines.first?.contains("→ NewOrderSingle") == true, "\(one)")
            #expect(lines.last?.contains("ExecType=F Trade  OrdStatus=2 Filled") == true, "\(one)")
            let json = try await FloorProcess.run(["fix", "log", "day", "--out", "--json", "--last", "1"], in: folder)
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(object?["way"] as? String == "out" && object?["msg_type"] as? String != nil, "\(json)")
        }

        @Test(
            "with a data dictionary the session refuses what it does not allow, before anything reads it",
            .enabled(if: ReferenceData.isPresent))
        func dictionary() async throws {
            let dictionary = FileManager.default.temporaryDirectory.appending(path: "FIX44-\(UUID().uuidString).xml")
            try ReferenceData.bytes("fix-dictionaries/FIX44.xml.gz").write(to: dictionary)
            defer { try? FileManager.default.removeItem(at: dictionary) }
            let (folder, answers) = try await run(["VALUE", "MISSING"], "sessions.broker.dictionary=\(dictionary.path())")
            #expect(answers["VALUE"]?.first == "Reject 5" && answers["MISSING"]?.first == "Reject 1", "\(answers)")
            let states = try last(folder)
            for id in ["A0", "A1"] { #expect(states[id]?["ord_status"] == "2" && states[id]?["cum_qty"] == "100") }
        }

        @Test("what is no log, no time and no message is said in one line")
        func refusals() async throws {
            let folder = try TestFolder()
            expectRefusal(try await FloorProcess.run(["fix", "log", "."], in: folder), status: 2, "no message log there")
            expectRefusal(
                try await FloorProcess.run(["fix", "log", ".", "--type", "Nonsense"], in: folder), status: 2, "--type Nonsense")
            expectRefusal(
                try await FloorProcess.run(["fix", "log", ".", "--from", "noon"], in: folder), status: 2, "--from noon")
        }
    }
}
