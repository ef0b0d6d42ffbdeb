import Foundation
import Glibc
import Testing

extension FloorTests {
    @Suite("why, on a live day") struct WhyDayTests {
        private struct Answer {
            let object: [String: Any]
            var steps: [[String: Any]] { object["steps"] as? [[String: Any]] ?? [] }
            func ids(_ isWanted: ([String: Any]) -> Bool = { _ in true }) -> [String] {
                steps.filter(isWanted).compactMap { $0["id"] as? String }
            }
            func step(_ vertex: String, _ isWanted: ([String: String]) -> Bool = { _ in true }) -> [String: Any]? {
                steps.first { $0["vertex"] as? String == vertex && isWanted($0["fields"] as? [String: String] ?? [:]) }
            }
        }
        private func answer(_ day: LiveDay, _ order: String) async throws -> Answer {
            let run = try await day.run("why", order, "--data", day.data, "--json")
            try #require(run.status == 0, "\(run)")
            let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
            return Answer(object: try #require(object as? [String: Any]))
        }
        /// The lines of the list of orders.
        private func orders(_ day: LiveDay) async throws -> [[String]] {
            let run = try await day.run("why", "--data", day.data)
            try #require(run.status == 0, "\(run)")
            return run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        }

        @Test("a day that runs answers up to its last record; when it is over, the same and more, as journal and ledger have it")
        func whileItRuns() async throws {
            let day = try await LiveDay(speed: 1_200, exitAtEnd: false)
            let desk = try day.startDesk()
            // The first child that was filled, found while the desk is at work. By now it has opened its ledger: somebody who
            // looks into that at the very moment would be in its way.
            try await desk.waitFor("feed feed: connected")
            var first: Answer?
            var fill: String?
            _ = try await until(seconds: 60) {
                fill = (try? LedgerContents(day.data))?.fills.first?.clOrdID
                return fill != nil || !desk.isRunning
            }
            let child = try #require(fill, "\(desk.errors)")
            for _ in 0..<50 where first == nil && desk.isRunning {
                let found = try await answer(day, child)
                if found.object["fills"] as? Int ?? 0 > 0 { first = found }
            }
            let running = try #require(first, "\(desk.errors)")
            #expect(desk.isRunning && running.object["is_being_written"] as? Bool == true, "\(desk.errors)")
            let order = try #require(running.object["order"] as? String)
            let shown = try await day.run("why", order, "--data", day.data)
            #expect(shown.output.contains("process \(desk.identifier) is writing more"), "\(shown)")

            desk.terminate()
            #expect(try await desk.wait(seconds: 60) == 0, "\(desk.errors)")
            day.venue.terminate()
            _ = try await day.venue.wait(seconds: 60)
            let whole = try await answer(day, order)
            #expect(whole.object["is_being_written"] as? Bool == false)
            let last = try #require(running.object["last_record"] as? Int)
            #expect(whole.object["last_record"] as? Int ?? 0 > last)
            #expect(whole.ids { $0["record"] as? Int ?? 0 <= last } == running.ids())

            try await chainsAreTheJournals(day)
            try await nothingLeaves(day)
        }

        /// Every vertex from tick to fill, with the journal's own records and the ledger's own fills.
        private func chainsAreTheJournals(_ day: LiveDay) async throws {
            let ledger = try LedgerContents(day.data)
            let filled = Array(ledger.fills.prefix(3) + ledger.fills.suffix(2))
            #expect(filled.count == 5)
            for fill in filled {
                let found = try await answer(day, fill.clOrdID)
                let vertices = Set(found.steps.compactMap { $0["vertex"] as? String })
                let expected: Set = [
                    "feed", "bars", "fast", "slow", "targets", "drift", "compliance", "slicer", "intents", "oms", "reports",
                    "positions", "progress",
                ]
                #expect(vertices.isSuperset(of: expected), "\(fill.clOrdID): \(vertices)")
                let report = try #require(found.step("reports") { $0["exec_id"] == fill.execID })
                #expect(report["record"] as? Int == Int(fill.sequence))
                let sent = try #require(found.step("reports") { $0["msg_type"] == "S" && $0["cl_ord_id"] == fill.clOrdID })
                #expect(Int((sent["fields"] as? [String: String])?["msg_seq_num"] ?? "") ?? 0 > 0)
                let latency = try #require((found.object["latency_nanoseconds"] as? [String: Any])?["fix"] as? Int)
                #expect(latency > 0 && latency < 60_000_000_000)
                // Its records, as the dump has them.
                for step in found.steps where ["feed", "reports", "intents"].contains(step["vertex"] as? String) {
                    let record = "\(try #require(step["record"] as? Int))"
                    let dump = try await day.run("journal", "dump", day.data, "--from", record, "--to", record)
                    let line = dump.output.split(separator: "\n").first.map { $0.split(separator: "\t").map(String.init) } ?? []
                    try #require(line.count > 3, "\(dump)")
                    #expect(
                        line[0] == record && line[1] == step["ingest_time"] as? String && line[2] == step["vertex"] as? String)
                    let fields = try #require(step["fields"] as? [String: String])
                    for field in line.dropFirst(3) {
                        let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                        #expect(fields[parts[0]] == parts[1], "\(record): \(field)")
                    }
                }
            }
            // Every order of the ledger is in the list.
            let listed = Set(try await orders(day).map { $0[0] })
            #expect(listed.isSuperset(of: ledger.orderIDs) && listed.count > ledger.orderIDs.count)
        }

        /// A what-if with the recorded day's own sinks: nobody is called, and nothing of the day changes.
        private func nothingLeaves(_ day: LiveDay) async throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            defer { close(listener) }
            var on: Int32 = 1
            setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(day.fixPort).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            try #require(isBound && listen(listener, 8) == 0, "port \(day.fixPort)")
            func files() throws -> [String: Data] {
                var found: [String: Data] = [:]
                for name in try FileManager.default.subpathsOfDirectory(atPath: day.data) {
                    found[name] = try? Data(contentsOf: URL(fileURLWithPath: day.data + "/" + name))
                }
                return found
            }
            let before = try files()
            let whatIf = try await day.run("replay", day.data, "--set", "operators.fast.period=8")
            #expect(whatIf.status == 0, "\(whatIf)")
            for text in ["drift", "differs from record", "new orders", "floor backtest lets a venue answer"] {
                #expect(whatIf.output.contains(text), "\(whatIf)")
            }
            let branch = try await day.run("replay", day.data, "--set", "operators.fast.period=8", "--from", "3000", "--json")
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(branch.output.utf8)) as? [String: Any], "\(branch)")
            #expect(object["started_empty"] as? [String] == ["fast"] && object["branched_after"] as? Int ?? 0 >= 3_000)
            let verify = try await day.run("replay", day.data, "--verify", "--from", "3000")
            #expect(verify.status == 0 && verify.output.contains("replay verified"), "\(verify)")
            #expect(accept(listener, nil, nil) == -1 && errno == EAGAIN)
            #expect(try files() == before)
            expectRefusal(try await day.run("replay", day.data, "--from", "soon"), status: 2, "--from soon", "a record's number")
        }
    }
}
