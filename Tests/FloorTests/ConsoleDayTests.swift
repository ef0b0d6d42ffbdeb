import Foundation
import Glibc
import Testing

extension FloorTests {
    @Suite("a floor that is watched") struct ConsoleDayTests {
        /// Section 8 of the contract, in full.
        private static let contract = [
            "floor_operator_busy_ratio", "floor_operator_idle_ratio", "floor_operator_backpressured_ratio",
            "floor_operator_elements_in_total", "floor_operator_elements_out_total", "floor_operator_late_total",
            "floor_operator_latency_seconds", "floor_operator_local_lag_seconds", "floor_operator_global_lag_seconds",
            "floor_edge_depth", "floor_edge_capacity", "floor_edge_oldest_age_seconds", "floor_edge_drain_seconds",
            "floor_edge_blocked_seconds_total", "floor_edge_conflated_total", "floor_edge_shed_total", "floor_edge_spilled_total",
            "floor_edge_elements_in_total", "floor_edge_elements_out_total", "floor_edge_sampled_total",
            "floor_source_watermark_seconds", "floor_source_gaps_total", "floor_source_reconnects_total", "floor_feed_state",
            "floor_journal_unsynced_records", "floor_journal_fsync_seconds", "floor_checkpoint_seconds", "floor_checkpoint_bytes",
            "floor_path_latency_seconds", "floor_orders", "floor_orders_in_doubt", "floor_breaks_open",
            "floor_control_triggers_total", "floor_fix_session_up", "floor_bottleneck",
        ]

        /// The console's URL, as a run says it.
        private func url(_ run: FloorProcess) async throws -> String {
            try await run.waitFor("console at http://")
            let line = try #require(run.errors.split(separator: "\n").first { $0.contains("console at") })
            return String(try #require(line.split(separator: " ").last))
        }
        private func report(_ folder: TestFolder, _ arguments: String...) async throws -> [String: Any] {
            let run = try await FloorProcess.run(["top", "--json"] + arguments, in: folder)
            try #require(run.status == 0, "\(run)")
            return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        }
        private func number(_ report: [String: Any], _ path: String...) -> Double {
            var value: Any? = report
            for key in path { value = Int(key).map { (value as? [Any])?[$0] } ?? (value as? [String: Any])?[key] }
            return (value as? NSNumber)?.doubleValue ?? .nan
        }

        @Test(
            "a desk's console has every metric of the contract, as two other programs read it",
            .enabled(
                if: MetricsTools.python != nil && MetricsTools.promtool != nil, "needs promtool and .venv's prometheus_client"))
        func contract() async throws {
            let day = try await LiveDay(speed: 2_000)
            let desk = try day.startDesk(["--console", "0"])
            let url = try await url(desk)
            var last: MetricsTools.Scrape?
            let traded = try await until(seconds: 40) {
                last = try MetricsTools.scrape(url)
                return (last?.values("floor_path_latency_seconds_count", ["from": "feed", "to": "broker"]).first ?? 0) > 3
                    || !desk.isRunning
            }
            let scrape = try #require(last)
            #expect(traded && desk.isRunning, "\(desk.errors)")
            for name in Self.contract {
                // A counter's family has its name without _total.
                let family = name.hasSuffix("_total") ? String(name.dropLast(6)) : name
                #expect(scrape.types[family] != nil, "\(name) is missing")
                #expect(scrape.samples.contains { $0.name == name || $0.name == name + "_count" }, "\(name) has no sample")
            }
            let check = try MetricsTools.run(try #require(MetricsTools.promtool), ["check", "metrics"], input: scrape.text)
            #expect(check.status == 0 && check.output.isEmpty, "\(check.output)")

            // Every operator that the topology names, every share of one time.
            let operators = Set(
                scrape.samples.filter { $0.name == "floor_operator_busy_ratio" }.compactMap { $0.labels["operator"] })
            let named = [
                "bars", "fast", "slow", "rsi", "zscore", "targets", "drift", "compliance", "slicer", "oms", "positions", "orders",
                "ledger", "shown", "watched",
            ]
            #expect(operators.isSuperset(of: named), "\(operators)")
            for name in operators {
                let shares = ["busy", "idle", "backpressured"].flatMap {
                    scrape.values("floor_operator_\($0)_ratio", ["operator": name])
                }
                #expect(shares.count == 3 && abs(shares.reduce(0, +) - 1) < 1e-6, "\(name): \(shares)")
            }
            #expect(scrape.values("floor_fix_session_up", ["session": "broker"]) == [1])
            #expect(scrape.values("floor_feed_state", ["source": "feed"]) == [2], "live")
            #expect(scrape.values("floor_orders").reduce(0, +) > 0)
            #expect((scrape.values("floor_control_triggers_total", ["control": "decision", "outcome": "OK"]).first ?? 0) > 0)
            for edge in ["feed", "reports", "intents", "orders", "ledger.oms", "bars"] {
                #expect(scrape.values("floor_edge_depth", ["edge": edge]).count == 1, "\(edge)")
            }
            let inFeed = scrape.values("floor_source_records_total", ["source": "feed"]).first ?? 0
            #expect(inFeed > 0 && inFeed >= scrape.values("floor_operator_elements_in_total", ["operator": "bars"]).first ?? 0)

            #expect(try await desk.wait(seconds: 90) == 0, "\(desk.errors)")
            // The counters of the ended day stand where it ended.
            let ended = try await report(day.folder, "--data", day.data)
            #expect((ended["process"] as? [String: Any])?["run"] as? String == "ended" && ended["trouble"] == nil)
            #expect(number(ended, "journal", "unsynced") == 0)
        }

        @Test("a floor that was stopped, and one that was killed, are seen from their data directory")
        func hungAndDead() async throws {
            let folder = try TestFolder(), data = folder.path("day")
            let made = try await FloorProcess.run(
                ["generate", "day", "--seed", "5", "--symbols", "2", "--trades", "20000", "--out", folder.path("tape")],
                in: folder)
            try #require(made.status == 0, "\(made)")
            let arguments = [
                "run", PackageFiles.path("topologies/rsi-on-a-file.yaml"), "--set",
                "sources.trades.path=\(folder.path("tape/trades.csv"))", "--set", "sinks.out.path=\(folder.path("out.csv"))",
                "--data", data, "--speed", "300", "--console", "0", "--summary", "none",
            ]
            let floor = try FloorProcess(arguments, in: folder)
            let url = try await url(floor)
            let moving = try await until(seconds: 20) {
                let figures = try CountersBytes(data + "/counters.bin")
                return figures.contains("bars") && FileManager.default.fileExists(atPath: folder.path("out.csv"))
            }
            try #require(moving, "\(floor.errors)")
            let alive = try await FloorProcess.run(["top", url, "--once"], in: folder)
            #expect(alive.status == 0 && alive.output.contains("bars") && alive.output.contains("running"), "\(alive)")
            // The file is there before the first trade is.
            var same = try await FloorProcess.run(["top", "--data", data, "--once"], in: folder)
            for _ in 0..<100 where !same.output.contains(/trades +live/) {
                same = try await FloorProcess.run(["top", "--data", data, "--once"], in: folder)
            }
            #expect(same.status == 0 && same.output.contains("(sequencer)") && same.output.contains(/trades +live/), "\(same)")

            // Stopped: nothing moves any more, and what was last seen grows old.
            Glibc.kill(floor.identifier, SIGSTOP)
            var reports: [[String: Any]] = []
            _ = try await until(seconds: 20) {
                let text = try String(contentsOfFile: "/proc/\(floor.identifier)/stat", encoding: .utf8)
                return text.split(separator: ")").last?.split(separator: " ").first == "T"
            }
            for _ in 0..<2 { reports.append(try await report(folder, "--data", data)) }
            for report in reports {
                #expect(
                    (report["trouble"] as? String)?.hasPrefix("process \(floor.identifier) is stopped by a signal") == true,
                    "\(report)")
            }
            #expect(number(reports[1], "process", "silent") > number(reports[0], "process", "silent"))
            #expect(number(reports[1], "sources", "0", "watermark_lag") > number(reports[0], "sources", "0", "watermark_lag"))
            #expect(number(reports[1], "journal", "records") == number(reports[0], "journal", "records"))
            Glibc.kill(floor.identifier, SIGCONT)

            floor.kill()
            #expect(try await floor.wait() == -SIGKILL)
            let dead = try await FloorProcess.run(["top", "--data", data, "--once"], in: folder)
            #expect(dead.status == 0, "\(dead)")
            #expect(dead.output.contains("process \(floor.identifier) is gone; last heartbeat "), "\(dead)")
            let records = number(try await report(folder, "--data", data), "journal", "records")
            #expect(records >= number(reports[1], "journal", "records"))
            expectRefusal(
                try await FloorProcess.run(["top", url, "--once"], in: folder), status: 1, "Connection refused", "--console")

            // What was cut off goes on, with counters of its own.
            let rest = try FloorProcess(arguments.map { $0 == "300" ? "max" : $0 }, in: folder)
            #expect(try await rest.wait() == 0, "\(rest.errors)")
            let over = try await report(folder, "--data", data)
            #expect((over["process"] as? [String: Any])?["run"] as? String == "ended" && over["trouble"] == nil)
        }

        @Test("a console that cannot be had is refused in one line")
        func refusals() async throws {
            let folder = try TestFolder()
            let tape = try folder.write("time,symbol,price,size\n2026-01-05T14:30:00Z,AAA,10,1\n", to: "tape.csv")
            let run = ["run", PackageFiles.path("topologies/rsi-on-a-file.yaml"), "--set", "sources.trades.path=\(tape)"]
            let taken = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(taken) }
            var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let port = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    guard bind(taken, raw, length) == 0, listen(taken, 1) == 0, getsockname(taken, raw, &length) == 0 else {
                        return 0
                    }
                    return Int(UInt16(bigEndian: pointer.pointee.sin_port))
                }
            }
            expectRefusal(
                try await FloorProcess.run(run + ["--console", "\(port)"], in: folder), status: 2, "127.0.0.1:\(port)",
                "Address already in use", "choose another port")
            expectRefusal(
                try await FloorProcess.run(run + ["--console", "http"], in: folder), status: 2, "--console http", "HOST:PORT")
            expectRefusal(
                try await FloorProcess.run(["top", "--data", folder.path("none")], in: folder), status: 1, "counters.bin",
                "No such file")
            try FileManager.default.createDirectory(atPath: folder.path("bad"), withIntermediateDirectories: true)
            try folder.write("not counters", to: "bad/counters.bin")
            expectRefusal(
                try await FloorProcess.run(["top", "--data", folder.path("bad"), "--once"], in: folder), status: 1,
                "not a counters file")
            let both = try await FloorProcess.run(["top", "http://127.0.0.1:1", "--data", "x"], in: folder)
            #expect(both.status == 2, "\(both)")
        }
    }
}

/// The texts in a counters file, looked for without our reader.
private struct CountersBytes {
    private let bytes: Data
    init(_ path: String) throws { bytes = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data() }
    func contains(_ name: String) -> Bool {
        let mark = [UInt8(name.utf8.count), 0] + Array(name.utf8)
        return bytes.range(of: Data(mark)) != nil
    }
}
