import FloorTesting
import Foundation
import Testing

extension FloorTests {
    @Suite("a venue that is told order by order") struct QueueDayTests {
        /// By hand. Ours (20) stands behind 11 (10) and before 12 (30). 11 goes by a trade of 4 and a cancel; then the tape trades 15 with 12,
        /// who stands behind ours, and 40 at a worse price: 15 and the last 5 are ours.
        @Test("an order has its place in the queue of a recorded book; the day replays, and goes on after a cut")
        func day() async throws {
            let folder = try TestFolder()
            var sequence = 0
            func row(
                _ second: String, _ action: String, _ side: String, _ price: String, _ size: Int, _ id: Int, last: Bool = true
            ) -> String {
                sequence += 1
                return
                    "2024-01-02T10:00:\(second)Z,ELM,\(action),\(side),\(price),\(size),\(id),0,\(sequence),\(last ? 128 : 0),ok\n"
            }
            let book = [
                row("00", "add", "buy", "9.9", 10, 11), row("00", "add", "sell", "10.1", 50, 21),
                row("00", "add", "buy", "9.8", 100, 31),
                row("05", "add", "buy", "9.9", 30, 12),
                row("06", "fill", "buy", "9.9", 4, 11, last: false), row("06", "cancel", "buy", "9.9", 4, 11),
                row("07", "cancel", "buy", "9.9", 6, 11),
                row("08", "fill", "buy", "9.9", 15, 12, last: false), row("08", "cancel", "buy", "9.9", 15, 12),
                row("09", "cancel", "buy", "9.9", 15, 12),
                row("10", "fill", "buy", "9.8", 40, 31, last: false), row("10", "cancel", "buy", "9.8", 40, 31),
            ]
            try folder.write(
                "time,symbol,action,side,price,size,order_id,orders,sequence,flags,quality\n" + book.joined(), to: "book.csv")
            let trades = ["00", "11"].map { "2024-01-02T10:00:\($0)Z,ELM,9.9,1\n" }
            try folder.write("time,symbol,price,size\n" + trades.joined(), to: "trades.csv")
            try folder.write(
                OrderEntry.header + "2024-01-02T10:00:03Z,new,OURS,,ACC,S,ELM,buy,20,limit,9.9,day\n"
                    + "2024-01-02T10:00:04Z,new,TAKE,,ACC,S,ELM,buy,8,limit,10.1,day\n", to: "orders.csv")
            let topology = try String(contentsOfFile: PackageFiles.path("topologies/paper-desk.yaml"), encoding: .utf8)
                .replacing("sources:\n", with: "sources:\n  book: { kind: file, path: book.csv, format: book-csv }\n")
                .replacing("from: { orders: intents, trades: trades }", with: "from: { orders: intents, book: book }")
            try folder.write(topology, to: "queue.yaml")
            let arguments = [
                "run", "queue.yaml", "--set", "sources.orders.path=orders.csv", "--set", "sources.trades.path=trades.csv",
                "--data",
            ]
            let run = try await FloorProcess.run(arguments + ["day"], in: folder)
            #expect(run.status == 0, "\(run)")
            let lines = try folder.text("day/reports.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let header = try #require(lines.first)
            let fills = lines.dropFirst().map { Dictionary(zip(header, $0)) { $1 } }.filter { $0["exec_type"] == "F" }
            let told = fills.map { row in
                ["cl_ord_id", "last_qty", "last_px", "last_liquidity_ind"].map { row[$0] ?? "?" }.joined(separator: " ")
                    + " " + (row["time"] ?? "").dropFirst(17).prefix(2)
            }
            #expect(told == ["TAKE 8 10.1 2 04", "OURS 15 9.9 1 08", "OURS 5 9.9 1 10"])

            let replay = try await FloorProcess.run(["replay", "day", "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay)")
            let cut = try FloorProcess(arguments + ["cut", "--speed", "2", "--checkpoint", "100ms"], in: folder)
            try await cut.waitFor("OURS,1,")
            cut.kill()
            #expect(try await cut.wait() == -SIGKILL)
            let rest = try await FloorProcess.run(arguments + ["cut"], in: folder)
            #expect(rest.status == 0, "\(rest)")
            #expect(try DayCuts.digests(folder.path("cut")) == DayCuts.digests(folder.path("day")))
        }
    }
}
