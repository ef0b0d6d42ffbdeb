import Foundation
import Glibc
import Testing

extension FloorTests {
    @Suite("a live day in front of a screen that nobody reads") struct OverflowDayTests {
        private struct Account {
            let offered: Int, taken: Int, conflated: Int, shed: Int, sampledOut: Int
            init(_ value: Any?) throws {
                let figures = try #require(value as? [String: Any])
                func count(_ name: String) throws -> Int { try #require(figures[name] as? Int) }
                (offered, taken, conflated) = (try count("offered"), try count("taken"), try count("conflated"))
                (shed, sampledOut) = (try count("shed"), try count("sampled_out"))
            }
        }

        /// A pipe that takes whole pages is full somewhat below its 64 KiB; from then on the engine waits for the screen.
        @Test("a floor that waits for a screen that nobody reads can still be stopped")
        func stopsWhileUnread() async throws {
            let folder = try TestFolder()
            let made = try await FloorProcess.run(
                ["generate", "day", "--seed", "5", "--symbols", "2", "--trades", "20000", "--out", folder.path("tape")],
                in: folder)
            try #require(made.status == 0, "\(made)")
            let pipe = Pipe()
            let floor = try FloorProcess(
                [
                    "run", PackageFiles.path("topologies/rsi-on-a-file.yaml"), "--summary", "none", "--speed", "max",
                    "--set",
                    "sources.trades.path=\(folder.path("tape/trades.csv"))", "--set", "sinks.out.path=\(folder.path("out.csv"))",
                    "--set", "sinks.raw={ kind: csv, path: \"-\", from: { vertex: trades, capacity: 16 } }",
                ], in: folder, output: pipe.fileHandleForWriting)
            let isFull = try await until(seconds: 30) {
                var waiting: Int32 = 0
                return ioctl(pipe.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &waiting) == 0 && waiting > 40_000
            }
            try #require(isFull && floor.isRunning, "\(floor.errors)")
            floor.terminate()
            #expect(try await floor.wait(seconds: 30) == 0, "\(floor.errors)")
            #expect(floor.errors.contains("nobody read standard output"))
        }

        /// Standard output is a pipe that takes 64 KiB and is not read before the desk has ended.
        @Test("the day goes on with every trade, what was dropped is counted, and the journal replays the same")
        func unreadScreen() async throws {
            let day = try await LiveDay(speed: 4_000)
            let pipe = Pipe()
            let desk = try day.startDesk(
                [
                    "sinks.kept={ kind: csv, path: kept.csv, from: { vertex: feed.quotes, overflow: conflate } }",
                    "sinks.latest={ kind: csv, path: \"-\", from: { vertex: feed.quotes, overflow: conflate, capacity: 16 } }",
                    "sinks.some={ kind: csv, path: \"-\", from: { vertex: feed, overflow: sample, every: 10, capacity: 16 } }",
                    "sinks.raw={ kind: csv, path: \"-\", from: { vertex: feed, overflow: shed, capacity: 16 } }",
                    "sinks.trades={ kind: csv, path: trades.csv, from: { vertex: feed, overflow: spill, capacity: 16 } }",
                ].flatMap { ["--set", $0] }, output: pipe.fileHandleForWriting)
            #expect(try await desk.wait(seconds: 90) == 0, "\(desk.errors)")
            try pipe.fileHandleForWriting.close()
            try await day.expectItTiesOut()

            // Every trade of the tape is there, once and in order.
            func column(_ file: String, _ name: String) throws -> [String] {
                let rows = try day.folder.text(file).split(separator: "\n").map {
                    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                }
                let place = try #require(rows.first?.firstIndex(of: name))
                return rows.dropFirst().map { $0[place] }
            }
            #expect(try column("trades.csv", "price").count == column("tape/trades.csv", "price").count)
            for symbol in day.symbols {
                func prices(_ file: String) throws -> [Double?] {
                    try zip(column(file, "symbol"), column(file, "price")).filter { $0.0 == symbol }.map { Double($0.1) }
                }
                #expect(try prices("trades.csv") == prices("tape/trades.csv"))
            }

            let summary = try LiveDay.summary(desk)
            let overflow = try #require(summary["overflow"] as? [String: Any])
            // What came in, and what the screen was given: each element is somewhere.
            let quotes = try column("tape/quotes.csv", "symbol").count, survivors = try column("kept.csv", "symbol").count
            let entrance = try overflow["feed.quotes"].map { try Account($0) }
            #expect(survivors + (entrance?.conflated ?? 0) == quotes && survivors > 0)
            let latest = try Account(overflow["latest"])
            #expect(latest.offered == survivors && latest.conflated > 0 && latest.shed == 0)
            #expect(latest.offered == latest.taken + latest.conflated)
            let trades = try column("tape/trades.csv", "symbol").count
            for name in ["some", "raw"] {
                let account = try Account(overflow[name])
                #expect(account.offered == trades)
                #expect(account.offered == account.taken + account.sampledOut + account.shed && account.shed > 0)
                #expect((account.sampledOut > 0) == (name == "some"))
            }
            #expect(desk.errors.contains("nobody read standard output"))
            if let feed = try overflow["feed"].map({ try Account($0) }) { #expect(feed.taken == trades) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: day.data).allSatisfy { !$0.hasPrefix("spill") })

            // What the pipe holds is the beginning of the rows, whole up to where it was full.
            let shown = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            #expect(shown.utf8.count > 30_000 && shown.contains("time,symbol,bid,bid_size,ask,ask_size\n"))
        }
    }
}
