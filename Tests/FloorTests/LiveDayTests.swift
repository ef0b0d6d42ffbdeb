import Foundation
import Testing

extension FloorTests {
    @Suite("a live day") struct LiveDayTests {
        @Test("a day over WebSocket and FIX ties out with the venue and replays the same")
        func wholeDay() async throws {
            let day = try await LiveDay(speed: 4_000)
            let desk = try day.startDesk()
            #expect(try await desk.wait(seconds: 90) == 0, "\(desk.errors)")
            let fills = try await day.expectItTiesOut()
            #expect(fills > 20)

            // The summary's numbers against the venue's own: another program's count of the same day.
            let summary = try LiveDay.summary(desk), statement = try day.readStatement()
            #expect(summary["fills"] as? Int == fills)
            let traded = try #require(Double(summary["traded"] as? String ?? ""))
            let theirs = statement.fills.reduce(0) { $0 + $1.quantity * $1.price }
            #expect(abs(traded - theirs) < 1e-6 * theirs)
            #expect(summary["open"] as? Int == 0 && summary["in_doubt"] as? Int == 0 && summary["anomalies"] as? Int == 0)

            // Every trade of the tape came through the feed, and none twice.
            let trades = try day.folder.text("tape/trades.csv").split(separator: "\n").count - 1
            let sources = try #require(summary["sources"] as? [String: Any])
            #expect(sources["feed"] as? Int == trades)
            let quotes = try day.folder.text("tape/quotes.csv").split(separator: "\n").count - 1
            #expect(sources["feed.quotes"] as? Int == quotes)

            // Σ of the signed fills is each position; the ledger holds the same.
            var held: [String: Double] = [:]
            for fill in statement.fills { held[fill.symbol, default: 0] += fill.side == "1" ? fill.quantity : -fill.quantity }
            #expect(held.filter { $0.value != 0 } == statement.positions)
            let ledger = try LedgerContents(day.data)
            #expect(ledger.fills.map(\.execID).sorted() == statement.fills.map(\.execID).sorted())
            #expect(ledger.positions.filter { $0.value != 0 } == statement.positions)
            #expect(ledger.orders == (summary["orders"] as? [String: Int])?.values.reduce(0, +))

            try DayCuts.expectTheSameDigests(day.data)

            // The ledger is a projection: without its file it is made again, the same.
            try FileManager.default.removeItem(atPath: day.data + "/ledger.db")
            let again = try await day.run("reconcile", "--data", day.data, "--statement", day.statement)
            #expect(again.status == 0, "\(again)")
            #expect(try LedgerContents(day.data) == ledger)

            try await tamperedStatements(day, statement)
            try await otherConstants(day)
            try await brokenJournals(day)
        }

        /// Each tampering and the break it must be.
        private func tamperedStatements(_ day: LiveDay, _ statement: LiveDay.Statement) async throws {
            var lines = try day.folder.text("statement.csv").split(separator: "\n").map(String.init)
            let at = try #require(lines.firstIndex { $0.hasPrefix("fill,") })
            let fields = lines[at].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            // A price that is one higher.
            var changed = fields
            changed[7] = "\(try #require(Double(fields[7])) + 1)"
            lines[at] = changed.joined(separator: ",")
            let path = try day.folder.write(lines.joined(separator: "\n") + "\n", to: "price.csv")
            let price = try await day.run("reconcile", "--data", day.data, "--statement", path)
            #expect(price.status == 1, "\(price)")
            #expect(price.output.contains(fields[2]) && price.output.contains(changed[7].prefix(5)), "\(price)")
            expectRefusal(price, status: 1, "breaks are open")
            // A fill that they have not.
            lines.remove(at: at)
            let missing = try day.folder.write(lines.joined(separator: "\n") + "\n", to: "missing.csv")
            let lost = try await day.run("reconcile", "--data", day.data, "--statement", missing)
            #expect(lost.status == 1 && lost.output.contains(fields[2]), "\(lost)")
            // A row that cannot be read.
            let bad = try day.folder.write("\(lines[0])\nfill,today,X\n", to: "bad.csv")
            expectRefusal(try await day.run("reconcile", "--data", day.data, "--statement", bad), status: 2, "bad.csv:2")
            expectRefusal(
                try await day.run("reconcile", "--data", day.data, "--statement", day.folder.path("none.csv")), status: 2,
                "none.csv", "no such file")
        }

        private func otherConstants(_ day: LiveDay) async throws {
            let replay = try await day.run("replay", day.data, "--verify", "--set", "operators.rsi.period=15")
            #expect(replay.status == 1)
            let line = try #require(replay.errorLines.first { $0.contains("replay diverges") }, "\(replay)")
            #expect(line.contains("rsi") && line.contains("record"), "\(line)")
            // The same change in a file of its own.
            let recorded = try String(contentsOfFile: day.data + "/topology.yaml", encoding: .utf8)
            let other = try day.folder.write(
                recorded.replacingOccurrences(of: "period: 14", with: "period: 15"), to: "other.yaml")
            let file = try await day.run("replay", day.data, "--verify", "--topology", other)
            #expect(file.status == 1 && file.errors == replay.errors, "\(file)")
            // Without --verify it is a question, and answered.
            let whatIf = try await day.run("replay", day.data, "--topology", other)
            #expect(whatIf.status == 0, "\(whatIf)")
            // A day of another topology is not continued.
            let continued = try await FloorProcess.run(
                ["run", other, "--data", day.data, "--summary", "none"], in: day.folder)
            expectRefusal(continued, status: 2, "holds a day of topology desk", "choose another --data")
        }

        private func brokenJournals(_ day: LiveDay) async throws {
            let dump = try await day.run("journal", "dump", day.data, "--source", "feed", "--from", "3000", "--to", "3400")
            let row = try #require(dump.output.split(separator: "\n").first, "\(dump)")
            let sequence = try #require(row.split(separator: "\t").first)
            let size = try #require(row.firstMatch(of: /\tsize=([0-9.]+)/)?.1)
            let price = try #require(row.firstMatch(of: /\tprice=([0-9.]+)/)?.1)
            let journal = day.data + "/journal/00000001.jrnl"
            let clean = try Data(contentsOf: URL(fileURLWithPath: journal))
            // The trade's own bytes: its price, then its size, as integers in units of 1e-9 and 1e-8.
            var units = [
                Int64((try #require(Double(price)) * 1e9).rounded()).littleEndian,
                Int64((try #require(Double(size)) * 1e8).rounded()).littleEndian,
            ]
            let pattern = Data(bytes: &units, count: 16)
            var candidates: [Data.Index] = [], from = clean.startIndex
            while let found = clean.range(of: pattern, in: from..<clean.endIndex) {
                candidates.append(found.lowerBound)
                from = found.upperBound
            }
            try #require(!candidates.isEmpty, "no record holds \(row)")
            var named = false
            for at in candidates.prefix(8) where !named {
                var broken = clean
                broken[at + 3] ^= 0x10
                try broken.write(to: URL(fileURLWithPath: journal))
                for arguments in [["replay", day.data, "--verify"], ["journal", "verify", day.data]] {
                    let run = try await FloorProcess.run(arguments, in: day.folder)
                    expectRefusal(run, status: 1, "00000001.jrnl", "record", "fails its checksum")
                    named = run.errors.contains("record \(sequence) ")
                }
            }
            #expect(named, "record \(sequence) is named")
            // Nor does a run go on behind a record that was changed, when it runs that record again.
            for file in try FileManager.default.contentsOfDirectory(atPath: day.data + "/checkpoints")
            where file.hasSuffix(".ckpt") {
                try FileManager.default.removeItem(atPath: day.data + "/checkpoints/" + file)
            }
            let continued = try day.startDesk()
            #expect(try await continued.wait(seconds: 20) == 1)
            #expect(continued.errors.contains("record \(sequence) ") && continued.errors.contains("fails its checksum"))

            // Cut short inside a block: only what was never whole is lost, and it is said.
            try clean.prefix(clean.count - 7).write(to: URL(fileURLWithPath: journal))
            let stat = try await day.run("journal", "stat", day.data)
            #expect(stat.status == 0 && stat.output.contains("unfinished write"), "\(stat)")
            let verify = try await day.run("journal", "verify", day.data)
            #expect(verify.status == 0 && verify.output.contains("the next run cuts it off"), "\(verify)")
            expectRefusal(
                try await day.run("replay", day.data, "--verify"), status: 1, "the journal ends at record", "records are missing")
            try clean.write(to: URL(fileURLWithPath: journal))
            #expect(try await day.run("replay", day.data, "--verify").status == 0)
        }
    }
}
