import FloorTesting
import Foundation
import PlainData
import Testing

extension FloorTests {
    /// `topologies/ems.yaml` between an EMS and a venue in Python, which share no code with it.
    @Suite(
        "parents from an EMS over FIX",
        .enabled(if: OrderEntry.hasSimplefix, "needs .venv with simplefix: scripts/install-dependencies --tests"))
    struct ParentsTests {
        typealias Message = [String: String]

        struct Seen: Decodable {
            var messages: [Message], fills: [[String]], children: [[String]], mistakes: [String]

            /// The reports and refusals of one order, under each of its ids.
            func about(_ ids: String...) -> [Message] { messages.filter { ids.contains($0["11"] ?? "") } }
            /// What the venue filled of a symbol, in units.
            func filled(_ symbol: String) -> Int { fills.filter { $0[1] == symbol }.compactMap { Int($0[2]) }.reduce(0, +) }
        }

        static func send(_ type: String, _ fields: String) -> String {
            #"{"send":"\#(type)","fields":[\#(fields),[60,{"in":0}]]}"#
        }
        static func order(_ id: String, _ symbol: String, _ quantity: Int, _ more: String = "") -> String {
            send(
                "D",
                #"[11,"\#(id)"],[55,"\#(symbol)"],[54,"1"],[38,\#(quantity)],[40,"2"],[44,"10.5"]"#
                    + (more.isEmpty ? "" : "," + more))
        }

        func startPeers(
            _ script: [String], _ folder: TestFolder, _ port: Int, _ more: [String] = []
        ) async throws -> (FloorProcess, venue: Int) {
            try folder.write(script.joined(separator: "\n") + "\n", to: "script.jsonl")
            let peers = try FloorProcess(
                [
                    "-c", "exec \"$@\" < \"$0\"", folder.path("script.jsonl"), OrderEntry.python?.path ?? "python3",
                    PackageFiles.path("Tests/FloorTests/Peers/ems.py"), "--ems", "\(port)", "--report", folder.path("seen.json"),
                ] + more, in: folder, executable: URL(fileURLWithPath: "/bin/sh"))
            try await peers.waitFor("port ")
            let words = peers.output.split(whereSeparator: \.isWhitespace)
            let venue = try #require(words.firstIndex(of: "port").flatMap { Int(words[$0 + 1]) })
            return (peers, venue)
        }
        func startDesk(
            _ folder: TestFolder, _ port: Int, _ venue: Int, _ more: [String] = [],
            topology: String = PackageFiles.path("topologies/ems.yaml")
        ) throws -> FloorProcess {
            try FloorProcess(
                [
                    "run", topology, "--data", folder.path("day"), "--set",
                    "sessions.ems.port=\(port)", "--set", "sessions.broker.port=\(venue)", "--set", "operators.algos.slices=4",
                    "--set", "operators.algos.duration=1s", "--summary", "json",
                ] + more, in: folder)
        }
        func seen(_ folder: TestFolder) throws -> Seen {
            try JSONDecoder().decode(Seen.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("seen.json"))))
        }

        // MARK: Every kind of message

        /// What is expected of each: FIX 4.4's ExecutionReport, OrderCancelReject, Reject and BusinessMessageReject, and its
        /// Appendix D for the states.
        @Test("orders with and without a strategy, cancels, replaces, questions and mistakes are answered as FIX has it")
        func messages() async throws {
            let folder = try TestFolder(), port = freePort()
            let group = #"[847,1000],[957,2],[958,"Slices"],[959,1],[960,"5"],[958,"EndTime"],[959,19],[960,{"in":0.8}]"#
            let (peers, venue) = try await startPeers(
                [
                    Self.order("P1", "FILL1", 100),
                    Self.order("P2", "FILL2", 100, group),
                    Self.order("P3", "REST3", 70, "[847,1002]"),
                    Self.order("P4", "REST4", 40, #"[848,"Slices=2"],[847,1000],[126,{"in":60}]"#),
                    Self.order("P5", "FILL5", 10, "[847,99]"),
                    Self.order("P6", "FILL6", 1_000_001),
                    Self.order("P7", "HALF7", 80, #"[847,1000],[957,1],[958,"Slices"],[960,"1"]"#),
                    Self.order("P8", "FILL8", 50, #"[168,{"in":0.7}],[847,1002]"#),
                    Self.order("P9", "FILL9", 10, #"[847,1000],[957,1],[958,"Colour"],[960,"red"]"#),
                    Self.order("P10", "FILL10", 10, "[126,{\"in\":-5}]"),
                    Self.order("P11", "FILL11", 10, #"[847,1000],[957,2],[958,"Slices"],[960,"1"]"#),
                    Self.order("P12", "FILL12", 10, "[59,4]"),
                    #"{"until":["P3","0"]}"#,
                    Self.send("F", #"[11,"C3"],[41,"P3"],[55,"REST3"],[54,"1"]"#), #"{"until":["P3","4"]}"#,
                    Self.send("G", #"[11,"R4"],[41,"P4"],[55,"REST4"],[54,"1"],[38,60],[40,"2"],[44,"10.4"]"#),
                    Self.send("G", #"[11,"S4"],[41,"R4"],[55,"REST4"],[54,"1"],[38,50],[40,"2"],[44,"10.4"],[847,1001]"#),
                    Self.send("F", #"[11,"C4"],[41,"R4"],[55,"REST4"],[54,"1"]"#), #"{"until":["P4","4"]}"#,
                    #"{"ended":["P1","P2","P7","P8"]}"#,
                    Self.send("F", #"[11,"C1"],[41,"P1"],[55,"FILL1"],[54,"1"]"#),
                    Self.send("F", #"[11,"CX"],[41,"XX"],[55,"FILL1"],[54,"1"]"#),
                    Self.order("P1", "FILL1", 100),
                    Self.order("P1", "FILL1", 100, #"[97,"Y"]"#),
                    Self.send("H", #"[11,"P2"],[55,"FILL2"],[54,"1"]"#),
                    Self.send("H", #"[11,"YY"],[55,"FILL2"],[54,"1"]"#),
                    Self.send("D", #"[55,"FILL1"],[54,"1"],[38,10],[40,"2"],[44,"10"]"#),
                    Self.send("D", #"[11,"Q1"],[55,"FILL1"],[54,"1"],[38,"ten"],[40,"2"],[44,"10"]"#),
                    Self.send("D", #"[11,"Q2"],[55,"FILL1"],[54,"1"],[38,10],[40,"2"]"#),
                    Self.send("R", #"[131,"Q3"],[55,"FILL1"]"#),
                    Self.send("Q", #"[37,"O"],[17,"E9"],[127,"A"],[55,"FILL1"],[54,"1"]"#),
                    #"{"count":["j",3]}"#, #"{"finish":[]}"#,
                ], folder, port)
            let desk = try startDesk(folder, port, venue)
            #expect(try await peers.wait(seconds: 30) == 0, "\(peers.errors)\n\(desk.errors)")
            desk.terminate()
            #expect(try await desk.wait(seconds: 20) == 0, "\(desk.errors)")
            let seen = try seen(folder)
            #expect(seen.mistakes.isEmpty)
            for (id, symbol, children) in [
                ("P1", "FILL1", [25, 25, 25, 25]), ("P2", "FILL2", [20, 20, 20, 20, 20]), ("P8", "FILL8", [50]),
            ] {
                expectFilled(seen, id, symbol, children)
            }
            expectCanceled(seen)
            expectRefused(seen)
            expectAnswers(seen)
            #expect(desk.errors.contains("does not recognise execution E9"))
            try await expectReplay(folder)
        }

        private func expectFilled(_ seen: Seen, _ id: String, _ symbol: String, _ children: [Int]) {
            let reports = seen.about(id).filter { $0["35"] == "8" && $0["150"] != "I" && $0["103"] == nil },
                total = children.reduce(0, +)
            #expect(reports.first?["150"] == "0" && reports.first?["39"] == "0" && reports.first?["151"] == "\(total)")
            let trades = reports.dropFirst()
            #expect(trades.allSatisfy { $0["150"] == "F" && $0["31"] == "10.5" && $0["6"] == "10.5" })
            #expect(trades.compactMap { Int($0["32"] ?? "") }.reduce(0, +) == total)
            #expect(trades.last?["39"] == "2" && trades.last?["14"] == "\(total)" && trades.last?["151"] == "0")
            #expect(trades.dropLast().allSatisfy { $0["39"] == "1" })
            #expect(seen.children.filter { $0[1] == symbol }.compactMap { Int($0[2]) } == children)
            #expect(seen.filled(symbol) == total)
        }
        private func expectCanceled(_ seen: Seen) {
            let canceled = seen.about("P3", "C3")
            #expect(canceled.map { $0["150"] } == ["0", "6", "4"] && canceled.map { $0["39"] } == ["0", "6", "4"])
            #expect(canceled.last?["11"] == "C3" && canceled.last?["41"] == "P3" && canceled.last?["151"] == "0")
            let changed = seen.about("P4", "R4", "S4", "C4")
            #expect(changed.map { $0["150"] } == ["0", "E", "5", nil, "6", "4"], "\(changed)")
            #expect(
                changed[2]["11"] == "R4" && changed[2]["41"] == "P4" && changed[2]["38"] == "60" && changed[2]["44"] == "10.4")
            #expect(changed[3]["35"] == "9" && changed[3]["434"] == "2" && changed[3]["102"] == "2")
            #expect(changed[5]["41"] == "R4" && changed[5]["39"] == "4" && changed[5]["38"] == "60" && seen.filled("REST4") == 0)
            // Half of it traded when its time was over: nobody had asked for its end.
            let half = seen.about("P7")
            #expect(
                half.map { $0["150"] } == ["0", "F", "4"] && half.last?["14"] == "40" && half.last?["58"] == "its time is over")
        }
        private func expectRefused(_ seen: Seen) {
            let reasons = [
                ("P5", "11", "847"), ("P6", "3", "C05"), ("P9", "11", "Colour"), ("P10", "11", "time"), ("P11", "11", "957"),
                ("P12", "11", "59"),
            ]
            for (id, reason, word) in reasons {
                let told = seen.about(id)
                #expect(
                    told.count == 1 && told[0]["150"] == "8" && told[0]["39"] == "8" && told[0]["103"] == reason, "\(id): \(told)"
                )
                #expect(told.first?["58"]?.contains(word) == true && told.first?["151"] == "0", "\(id): \(told)")
            }
            #expect(!seen.children.contains { ["FILL5", "FILL6", "FILL9", "FILL10", "FILL11", "FILL12"].contains($0[1]) })
        }
        private func expectAnswers(_ seen: Seen) {
            let late = seen.about("C1")
            #expect(late.count == 1 && late[0]["35"] == "9" && late[0]["102"] == "0" && late[0]["39"] == "2")
            let stray = seen.about("CX")
            #expect(stray.count == 1 && stray[0]["102"] == "1" && stray[0]["37"] == "NONE" && stray[0]["39"] == "8")
            let again = seen.about("P1").suffix(2)
            #expect(again.map { $0["150"] } == ["8", "I"] && again.map { $0["39"] } == ["2", "2"] && again.first?["103"] == "6")
            #expect(seen.about("P2").last?["150"] == "I" && seen.about("P2").last?["14"] == "100")
            let unknown = seen.about("YY")
            #expect(unknown.count == 1 && unknown[0]["39"] == "8" && unknown[0]["103"] == "5" && unknown[0]["37"] == "NONE")
            let refusals = seen.messages.filter { ["3", "j"].contains($0["35"]) }
            #expect(refusals.map { $0["35"] } == ["j", "3", "j", "j"])
            #expect(refusals.map { $0["371"] ?? $0["58"].map { String($0.suffix(4)) } } == ["(11)", "38", "(44)", "Type"])
            #expect(refusals.map { $0["380"] ?? $0["373"] } == ["5", "5", "5", "3"])
        }

        func expectReplay(_ folder: TestFolder) async throws {
            let replay = try await FloorProcess.run(["replay", "day", "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay.errors)")
        }

        // MARK: Killed

        @Test(
            "a floor killed at any moment loses no parent and no report, and says nothing twice",
            arguments: 1...2 as ClosedRange<UInt64>)
        func killed(seed: UInt64) async throws {
            let folder = try TestFolder(), port = freePort(), parents = 12
            var script: [String] = []
            for n in 1...parents {
                let rests = n % 4 == 0
                script.append(
                    Self.order("P\(n)", "\(rests ? "REST" : "FILL")\(n)", 60, #"[847,1000],[848,"Slices=3"],[126,{"in":2.5}]"#))
                script.append(#"{"count":["8",\#(2 * n)]}"#)
                if rests { script.append(Self.send("F", #"[11,"C\#(n)"],[41,"P\#(n)"],[55,"REST\#(n)"],[54,"1"]"#)) }
            }
            script.append(#"{"ended":["# + (1...parents).map { "\"P\($0)\"" }.joined(separator: ",") + "]}")
            let (peers, venue) = try await startPeers(script + [#"{"file":"go"}"#, #"{"finish":[]}"#], folder, port)
            var random = SplitMix64(seed: seed)
            for _ in 0..<5 {
                let desk = try startDesk(folder, port, venue, ["--checkpoint", "100ms"])
                try await desk.waitFor("logged on")
                // At any moment of its day.
                try await Task.sleep(nanoseconds: UInt64(random.below(500)) * 1_000_000)
                desk.kill()
                #expect(try await desk.wait(seconds: 20) == -SIGKILL)
            }
            let last = try startDesk(folder, port, venue)
            try await last.waitFor("DESK->EMS: logged on")
            try folder.write("", to: "go")
            #expect(try await peers.wait(seconds: 60) == 0, "seed \(seed): \(peers.errors)\n\(last.errors)\n\(peers.output)")
            last.terminate()
            #expect(try await last.wait(seconds: 20) == 0, "seed \(seed): \(last.errors)")
            let seen = try seen(folder)
            #expect(seen.mistakes.isEmpty, "seed \(seed)")
            let executions = seen.messages.compactMap { $0["17"] }
            #expect(Set(executions).count == executions.count, "seed \(seed): a report was said twice")
            for n in 1...parents { expectWhole(seen, n, "seed \(seed), P\(n)") }
            try await expectReplay(folder)
        }
        /// Entered once, ended once, and every fill of its children told once, in order.
        private func expectWhole(_ seen: Seen, _ n: Int, _ place: Comment) {
            let symbol = "\(n % 4 == 0 ? "REST" : "FILL")\(n)", told = seen.about("P\(n)", "C\(n)").filter { $0["35"] == "8" }
            #expect(told.filter { $0["150"] == "0" }.count == 1, place)
            #expect(told.filter { ["2", "4", "8"].contains($0["39"]) }.count == 1 && told.last?["151"] == "0", place)
            let trades = told.filter { $0["150"] == "F" }, sizes = trades.compactMap { Int($0["32"] ?? "") }
            #expect(sizes.reduce(0, +) == seen.filled(symbol) && told.last?["14"] == "\(seen.filled(symbol))", place)
            var sum = 0
            for (trade, size) in zip(trades, sizes) {
                sum += size
                #expect(trade["14"] == "\(sum)", place)
            }
            #expect(sum <= 60 && (n % 4 != 0 || told.last?["39"] == "4"), place)
        }
    }
}
