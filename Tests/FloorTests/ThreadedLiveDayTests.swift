import Foundation
import Testing

extension FloorTests {
    @Suite("a live day on threads") struct ThreadedLiveDayTests {
        /// Ways to run the same desk: four processes, so four hash seeds too.
        private static let ways = [
            ["operators.bars.shards=2", "operators.bars.thread=signals", "operators.drift.thread=orders"],
            [],
            ["operators.fast.shards=4", "operators.rsi.thread=aside", "operators.zscore.thread=aside"],
            ["operators.bars.thread=signals", "operators.drift.thread=orders", "operators.oms.thread=books"],
        ].map { $0.flatMap { ["--set", $0] } }

        @Test("killed and gone on with on other threads, it ties out with the venue, and replays on one")
        func killedOnThreads() async throws {
            let day = try await LiveDay(speed: 2_500, exitAtEnd: false)
            for way in Self.ways.dropLast() {
                let desk = try day.startDesk(way + ["--checkpoint", "100ms"])
                try await desk.waitFor("feed feed: connected")
                try await Task.sleep(nanoseconds: 1_200_000_000)
                desk.kill()
                #expect(try await desk.wait(seconds: 20) == -SIGKILL, "\(desk.errors)")
            }
            let last = try day.startDesk(Self.ways[3])
            #expect(try await last.wait(seconds: 90) == 0, "\(last.errors)")
            #expect(
                last.errors.contains("resumed after record") && last.errors.contains("from the checkpoint of"), "\(last.errors)")
            #expect(try await day.expectItTiesOut() > 10)
            let summary = try LiveDay.summary(last)
            #expect(summary["in_doubt"] as? Int == 0 && summary["open"] as? Int == 0, "\(summary)")
            let (made, taken) = (summary["outputs"] as? [String: Int] ?? [:], summary["sources"] as? [String: Int] ?? [:])
            #expect(made["slicer"] != nil && made["slicer"] == taken["intents"], "\(made), \(taken)")
            // An order of such a day is explained as any other.
            let order = try #require(try LedgerContents(day.data).fills.first?.clOrdID)
            let why = try await day.run("why", order, "--data", day.data)
            #expect(why.status == 0, "\(why)")
        }
    }
}
