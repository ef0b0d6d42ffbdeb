import Foundation
import Testing

extension FloorTests {
    @Suite("a day of files") struct FileDayTests {
        private static let header = "time,symbol,price,size\n"

        private func tape(_ folder: TestFolder) async throws -> String {
            let made = try await FloorProcess.run(
                ["generate", "day", "--seed", "5", "--symbols", "3", "--trades", "6000", "--out", folder.path("tape")], in: folder
            )
            try #require(made.status == 0, "\(made)")
            return folder.path("tape/trades.csv")
        }
        private func rsi(_ trades: String, _ more: String...) -> [String] {
            ["run", PackageFiles.path("topologies/rsi-on-a-file.yaml"), "--set", "sources.trades.path=\(trades)"] + more
        }

        @Test("rsi-on-a-file prints Wilder's RSI of each minute's close")
        func rsiOfEachBar() async throws {
            let folder = try TestFolder(), trades = try await tape(folder)
            let run = try await FloorProcess.run(rsi(trades), in: folder)
            #expect(run.status == 0, "\(run.errors)")
            var rows = run.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
            let header = rows.removeFirst()
            let (time, symbol, value) = (
                try #require(header.firstIndex(of: "time")), try #require(header.firstIndex(of: "symbol")),
                try #require(header.firstIndex(of: "value"))
            )
            let expected = try WilderRSI(csv: String(contentsOfFile: trades, encoding: .utf8)).values
            #expect(rows.count == expected.count && rows.count > 300)
            var worst = 0.0
            for row in rows {
                let minute = String(row[time].prefix(16))
                let known = try #require(expected["\(row[symbol]) \(minute)"], "no RSI is due for \(row)")
                worst = max(worst, abs(known - (try #require(Double(row[value])))))
            }
            #expect(worst < 1e-9)
        }

        @Test("the same file gives the same bytes at any speed")
        func speedsAgree() async throws {
            let folder = try TestFolder(), trades = try await tape(folder)
            let fast = try await FloorProcess.run(rsi(trades, "--speed", "max"), in: folder)
            let again = try await FloorProcess.run(rsi(trades, "--speed", "max"), in: folder)
            let paced = try await FloorProcess.run(rsi(trades, "--speed", "20000"), in: folder)
            #expect(fast.status == 0 && again.status == 0 && paced.status == 0)
            #expect(fast.output == again.output && fast.output == paced.output && fast.output.utf8.count > 10_000)
        }

        @Test("a day cut off anywhere goes on as if it had not been")
        func resumes() async throws {
            let folder = try TestFolder(), trades = try await tape(folder)
            let csv = ["--set", "sinks.out.path=\(folder.path("whole.csv"))"]
            let whole = try await FloorProcess.run(rsi(trades) + csv + ["--data", folder.path("whole")], in: folder)
            #expect(whole.status == 0, "\(whole)")

            // The disk is full at 96 KiB, in the middle of the journal.
            let full = try FloorProcess(rsi(trades) + csv + ["--data", folder.path("cut")], in: folder, fileKiB: 96)
            #expect(try await full.wait() == 1)
            #expect(full.errors.contains("00000001.jrnl: cannot append"), "\(full.errors)")
            #expect(full.errors.contains("; make room and run the same command again"), "\(full.errors)")
            let cut = try await FloorProcess.run(["journal", "stat", folder.path("cut")], in: folder)
            #expect(cut.status == 0, "\(cut)")

            let rest = try await FloorProcess.run(rsi(trades) + csv + ["--data", folder.path("cut")], in: folder)
            #expect(rest.status == 0 && rest.errors.contains("resumed after record"), "\(rest)")
            let replay = try await FloorProcess.run(["replay", folder.path("cut"), "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay)")
            let digests = try [folder.path("cut"), folder.path("whole")].map(DayCuts.digests)
            #expect(digests[0] == digests[1])
            // The day is over; it can be replayed, not continued.
            let over = try await FloorProcess.run(rsi(trades) + csv + ["--data", folder.path("cut")], in: folder)
            expectRefusal(over, status: 1, "has ended", "choose another --data")
        }

        @Test("a malformed row is named by file, line, column and value")
        func malformedRow() async throws {
            let folder = try TestFolder()
            let good = "2026-01-05T14:30:00Z,AAA,10.5,100\n"
            let cases: [(row: String, says: [String])] = [
                ("2026-01-05T14:30:01Z,AAA,ten,100\n", ["price \"ten\" is not a number"]),
                ("2026-01-05T14:30:01Z,AAA,10.5,-5\n", ["size \"-5\" is negative", "sizes are decimal numbers > 0"]),
                ("yesterday,AAA,10.5,100\n", ["time \"yesterday\" is not a time"]),
                ("2026-01-05T14:30:01Z,,10.5,100\n", ["symbol \"\" is empty"]),
                ("2026-01-05T14:30:01Z,AAA,10.5\n", ["3 fields where the header has 4"]),
            ]
            for (number, bad) in cases.enumerated() {
                let path = try folder.write(Self.header + good + good + bad.row + good, to: "bad-\(number).csv")
                let data = folder.path("day-\(number)")
                let run = try await FloorProcess.run(rsi(path, "--data", data, "--summary", "none"), in: folder)
                #expect(run.status == 1, "\(run)")
                let line = "bad-\(number).csv:4: "
                #expect(run.errorLines.filter { $0.contains(line) }.count == 1, "\(run)")
                for text in bad.says { #expect(run.errors.contains(text), "\(run)") }
                // What was read before is on record.
                let stat = try await FloorProcess.run(["journal", "stat", data], in: folder)
                #expect(stat.output.contains("trades (Trade) 2"), "\(stat)")
            }
        }

        @Test("a file that is empty, missing or of another form is said in one line")
        func unusableFiles() async throws {
            let folder = try TestFolder()
            let empty = try folder.write("", to: "empty.csv")
            expectRefusal(
                try await FloorProcess.run(rsi(empty), in: folder), status: 1, "empty.csv", "the file is empty", "trades-csv")
            expectRefusal(
                try await FloorProcess.run(rsi(folder.path("none.csv")), in: folder), status: 1, "none.csv", "cannot be read")
            let other = try folder.write("time,symbol,bid,ask\n", to: "other.csv")
            expectRefusal(
                try await FloorProcess.run(rsi(other), in: folder), status: 1, "other.csv:1", "no column \"price\"")
        }

        @Test("every mistake of a topology is told at once, with its line")
        func unknownKeys() async throws {
            let folder = try TestFolder()
            let path = try folder.write(
                """
                topology: mistakes
                sources:
                  trades: { kind: file, path: day.csv, format: trades-csv, colour: red }
                operators:
                  bars: { kind: time-bars, from: trade, every: 1m }
                  rsi: { kind: rsi, from: bars, perod: 14 }
                sinks:
                  out: { kind: csv, from: rsi, path: "-" }
                extras: 1
                """, to: "mistakes.yaml")
            for command in [["check", path], ["run", path], ["run", path, "--data", folder.path("day")]] {
                let run = try await FloorProcess.run(command, in: folder)
                expectRefusal(run, status: 2, "mistakes.yaml:3", "colour")
                expectRefusal(run, status: 2, "mistakes.yaml:5", "\"trade\"", "did you mean \"trades\"")
                expectRefusal(run, status: 2, "mistakes.yaml:6", "perod", "period")
                expectRefusal(run, status: 2, "mistakes.yaml:9", "extras")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path("day")))
            let missing = try await FloorProcess.run(["run", folder.path("none.yaml")], in: folder)
            expectRefusal(missing, status: 2, "none.yaml", "no such file")
        }

        @Test("two processes never share a data directory; the second is told who has it")
        func secondProcess() async throws {
            let folder = try TestFolder(), trades = try await tape(folder)
            let arguments = rsi(trades, "--data", folder.path("day"), "--summary", "none")
            let first = try FloorProcess(arguments + ["--speed", "realtime"], in: folder)
            #expect(
                try await until(seconds: 20) { FileManager.default.fileExists(atPath: folder.path("day/journal/00000001.jrnl")) })
            let second = try await FloorProcess.run(arguments, in: folder)
            expectRefusal(second, status: 2, "in use by process \(first.identifier)", "choose another --data")
            first.terminate()
            #expect(try await first.wait() == 0, "\(first.errors)")
            // It was let go.
            #expect(try await FloorProcess.run(arguments, in: folder).status == 0)
        }

        @Test("a disk that takes no more is said, and the run does not pretend")
        func fullDisk() async throws {
            let folder = try TestFolder(), trades = try await tape(folder)
            let full = try await FloorProcess.run(rsi(trades, "--set", "sinks.out.path=/dev/full"), in: folder)
            expectRefusal(full, status: 1, "/dev/full: cannot write: No space left on device")
            // At the pace of the day the run ends when its sink fails, not with the day.
            let paced = try await FloorProcess.run(
                rsi(trades, "--speed", "2000", "--set", "sinks.out.path=/dev/full", "--set", "operators.rsi.period=2"),
                in: folder,
                seconds: 8)
            expectRefusal(paced, status: 1, "/dev/full: cannot write: No space left on device")
            let sink = try await FloorProcess.run(
                rsi(trades, "--set", "sinks.out.path=\(folder.path("no/such/out.csv"))"), in: folder)
            expectRefusal(sink, status: 1, "no/such/out.csv: cannot write")
            let data = try await FloorProcess.run(rsi(trades, "--data", "/proc/floor-day"), in: folder)
            expectRefusal(data, status: 2, "/proc/floor-day: cannot create the folder")
        }

        @Test("an order for an instrument that is not defined is blocked by C01, on record")
        func unknownInstrument() async throws {
            let folder = try TestFolder()
            try folder.write(
                Self.header + "2026-01-05T14:30:00Z,AAA,10.50,100\n2026-01-05T14:31:00Z,AAA,10.50,100\n", to: "trades.csv")
            try folder.write(
                """
                time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force
                2026-01-05T14:30:01Z,new,A1,,DESK,checks,AAA,buy,100,limit,10.50,day
                2026-01-05T14:30:02Z,new,Z1,,DESK,checks,ZZZ,buy,100,limit,10.50,day

                """, to: "orders.csv")
            try folder.write(
                "time,msg_type,cl_ord_id,orig_cl_ord_id,order_id,exec_id,exec_ref_id,exec_type,ord_status,order_qty,cum_qty,"
                    + "leaves_qty,last_qty,last_px,avg_px,cxl_rej_reason,ord_rej_reason,poss_dup,poss_resend,text\n",
                to: "reports.csv")
            let run = try await FloorProcess.run(
                ["run", PackageFiles.path("Tests/FloorTests/Fixtures/checks.yaml"), "--data", folder.path("day")], in: folder)
            #expect(run.status == 0, "\(run)")
            let findings = try folder.text("findings.csv").split(separator: "\n").map(String.init)
            let unknown = findings.filter { $0.contains("Z1") }
            #expect(unknown.contains { $0.contains("C01") && $0.contains("BLOCK") }, "\(findings)")
            #expect(!findings.contains { $0.contains("A1") && $0.contains("BLOCK") }, "\(findings)")
            let children = try folder.text("children.csv").split(separator: "\n")
            #expect(children.count == 3 && children.dropFirst().allSatisfy { $0.contains("AAA") }, "\(children)")
            let replay = try await FloorProcess.run(["replay", folder.path("day"), "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay)")
        }
    }
}
