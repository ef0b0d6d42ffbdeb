import Foundation
import PlainData
import Testing

extension FloorTests {
    /// P2: nothing lost, nothing twice, by the venue's own count.
    @Suite("stops and crashes") struct CrashTests {
        private func whenRecording(_ desk: FloorProcess, milliseconds: Int) async throws {
            try await desk.waitFor("feed feed: connected")
            try await Task.sleep(nanoseconds: UInt64(milliseconds) * 1_000_000)
        }

        @Test("SIGTERM in the middle of a day drains and exits 0; the next run goes on and ties out")
        func terminated() async throws {
            let day = try await LiveDay(speed: 2_500, exitAtEnd: false)
            let first = try day.startDesk()
            try await whenRecording(first, milliseconds: 2_500)
            first.terminate()
            #expect(try await first.wait(seconds: 20) == 0, "\(first.errors)")
            // What is there so far replays: from a copy, as the tape does not wait.
            let half = day.folder.path("half")
            try FileManager.default.copyItem(atPath: day.data, toPath: half)
            let second = try day.startDesk()
            let replayed = try await day.run("replay", half, "--verify")
            #expect(replayed.status == 0, "\(replayed)")
            #expect(try await second.wait(seconds: 90) == 0, "\(second.errors)")
            #expect(second.errors.contains("resumed after record"))
            #expect(try await day.expectItTiesOut() > 10)
        }

        @Test("killed at any moment, again and again, the desk ties out at the end", arguments: 1...3 as ClosedRange<UInt64>)
        func killed(seed: UInt64) async throws {
            var random = SplitMix64(seed: seed)
            let day = try await LiveDay(speed: 2_500, exitAtEnd: false)
            for _ in 0..<3 {
                let desk = try day.startDesk()
                // Also in the middle of beginning: before the logon, before the first record.
                let early = random.below(4) == 0
                if early {
                    try await Task.sleep(nanoseconds: UInt64(random.below(300)) * 1_000_000)
                } else {
                    try await whenRecording(desk, milliseconds: random.below(1_200))
                }
                desk.kill()
                #expect(try await desk.wait(seconds: 20) == -SIGKILL, "\(desk.errors)")
            }
            let last = try day.startDesk()
            #expect(try await last.wait(seconds: 90) == 0, "\(last.errors)")
            #expect(try await day.expectItTiesOut() > 10)
            let summary = try LiveDay.summary(last)
            #expect(summary["in_doubt"] as? Int == 0 && summary["open"] as? Int == 0, "\(summary)")
            // Every order that the slicer made became an intent on record, and every answer came round its loop.
            let (made, taken) = (summary["outputs"] as? [String: Int] ?? [:], summary["sources"] as? [String: Int] ?? [:])
            #expect(made["slicer"] != nil && made["slicer"] == taken["intents"], "\(made), \(taken)")
            #expect(made["slicer.parents"] == taken["progress"], "\(made), \(taken)")
            // The venue refuses a ClOrdID that it has: nothing was sent twice.
            let rejected = (summary["orders"] as? [String: Int])?["Rejected"] ?? 0
            let reasons = try await day.run("journal", "dump", day.data, "--source", "reports")
            #expect(!reasons.output.lowercased().contains("duplicate"), "\(rejected) rejected")
        }

        @Test("a desk that comes back only after the tape has ended ends too, and ties out")
        func backAfterTheEnd() async throws {
            let day = try await LiveDay(speed: 12_000, exitAtEnd: false)
            let first = try day.startDesk()
            try await whenRecording(first, milliseconds: 700)
            first.kill()
            try await first.wait(seconds: 20)
            try await Task.sleep(nanoseconds: 2_500_000_000)
            let last = try day.startDesk()
            #expect(try await last.wait(seconds: 60) == 0, "\(last.errors)")
            #expect(last.errors.contains("end of tape"), "\(last.errors)")
            try await day.expectItTiesOut()
        }

        @Test("a venue that is not QuickFIX counts every order once, whenever the desk is killed")
        func killedBeforeARawVenue() async throws {
            let day = try await LiveDay(speed: 2_500, exitAtEnd: false, waitForLogon: false)
            let venue = try RawVenue()
            defer { venue.stop() }
            let there = ["--set", "sessions.broker.port=\(venue.port)"]
            var random = SplitMix64(seed: 77)
            for _ in 0..<4 {
                let desk = try day.startDesk(there)
                try await whenRecording(desk, milliseconds: 100 + random.below(900))
                desk.kill()
                try await desk.wait(seconds: 20)
            }
            let last = try day.startDesk(there)
            try await last.waitFor("end of tape", seconds: 60)
            venue.endDay()
            #expect(try await last.wait(seconds: 90) == 0, "\(last.errors)")

            let seen = venue.seen
            #expect(seen.mistakes.isEmpty, "\(seen.mistakes)")
            #expect(seen.logons >= 5 && seen.orders.count > 10)
            #expect(seen.orders.values.allSatisfy { $0.entered == 1 })
            let statement = try day.folder.write(venue.statement, to: "raw.csv")
            let tieOut = try await day.run("reconcile", "--data", day.data, "--statement", statement)
            #expect(tieOut.status == 0 && tieOut.output.contains("breaks     0\n"), "\(tieOut)")
            let replay = try await day.run("replay", day.data, "--verify")
            #expect(replay.status == 0, "\(replay)")
            // Every order that the venue has is in the books, and every order in the books the venue has.
            #expect(try LedgerContents(day.data).orderIDs == Set(seen.orders.keys))
            expectCorrectFIX(seen, day)
        }

        /// What FIX 4.4 asks of the messages (volume 4), by another reader than the library that wrote them.
        private func expectCorrectFIX(_ seen: RawVenue.Seen, _ day: LiveDay) {
            for message in seen.messages {
                #expect(message[49] == "FLOOR" && message[56] == "BROKER", "\(message)")
                #expect(message[52]?.wholeMatch(of: /[0-9]{8}-[0-9:]{8}(\.[0-9]+)?/) != nil, "\(message)")
            }
            for logon in seen.messages where logon.type == "A" {
                #expect(logon[98] == "0" && logon[108] == "30", "\(logon)")
            }
            let orders = seen.messages.filter { $0.type == "D" }
            for order in orders {
                #expect(order.fields.prefix(1).first?.tag == 8 && order.fields[1].tag == 9 && order.fields[2].tag == 35)
                #expect(day.symbols.contains(order[55] ?? ""), "\(order)")
                #expect(["1", "2"].contains(order[54] ?? "") && order[40] == "2" && order[21] == "1", "\(order)")
                #expect(Int(order[38] ?? "").map { $0 > 0 } == true, "\(order)")
                // A limit on the grid of a cent.
                let cents = (Double(order[44] ?? "") ?? 0) * 100
                #expect(cents > 0 && abs(cents - cents.rounded()) < 1e-6, "\(order)")
                #expect(order[60]?.wholeMatch(of: /[0-9]{8}-[0-9:]{8}(\.[0-9]+)?/) != nil, "\(order)")
                #expect(order[1] == "DESK" && order[59] == "0", "\(order)")
            }
            let cancels = seen.messages.filter { $0.type == "F" }
            #expect(!cancels.isEmpty)
            for cancel in cancels {
                let original = seen.orders[cancel[41] ?? ""]
                #expect(original != nil && cancel[55] == original?.symbol && cancel[54] == original?.side, "\(cancel)")
                #expect(cancel[11] != cancel[41] && cancel[60] != nil, "\(cancel)")
            }
        }
    }
}
