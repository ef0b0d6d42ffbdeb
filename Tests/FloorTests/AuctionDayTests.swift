import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// Auctions, halts, fees and queues of whole floors: inside the graph, and over FIX.
    @Suite("a venue with auctions") struct AuctionDayTests {
        private func rows(_ folder: TestFolder, _ name: String) throws -> [[String: String]] {
            let lines = try folder.text(name).split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let header = try #require(lines.first)
            return lines.dropFirst().map { Dictionary(zip(header, $0)) { $1 } }
        }
        private func states(_ folder: TestFolder, _ name: String) throws -> [String: String] {
            try Dictionary(
                rows(folder, name).map { row in
                    let fields = ["ord_status", "cum_qty", "leaves_qty", "avg_px", "certainty"]
                    return (row["cl_ord_id"] ?? "", fields.map { row[$0] ?? "?" }.joined(separator: " "))
                }
            ) { $1 }
        }

        /// By hand. Opening: 60 are offered at 10, 100 wanted up to 10.5, so the highest limit, 10.5. During the halt a print below
        /// HALT's limit fills nobody; after it the next one does. Closing: M wants 50, 30 are offered at 9.8, nobody else: 9.8.
        @Test("a day with auctions and a halt: prices, fees and who gave liquidity are as by hand, and it replays")
        func day() async throws {
            let folder = try TestFolder()
            let prints = ["10:00:00", "10:00:30", "10:01:00", "10:02:00", "10:03:00", "10:06:00"].enumerated().map { i, time in
                "2024-01-02T\(time)Z,ELM,\(i == 2 || i == 3 ? "9.9" : "10.05"),500\n"
            }
            try folder.write("time,symbol,price,size\n" + prints.joined(), to: "trades.csv")
            try folder.write(
                OrderEntry.header + "2024-01-02T10:00:01Z,new,OPEN,,ACC,S,ELM,buy,100,limit,10.5,opg\n"
                    + "2024-01-02T10:00:32Z,new,HALT,,ACC,S,ELM,buy,20,limit,9.95,day\n"
                    + "2024-01-02T10:00:33Z,new,LATE,,ACC,S,ELM,buy,20,limit,9.95,opg\n"
                    + "2024-01-02T10:02:30Z,new,M,,ACC,S,ELM,buy,50,market,,cls\n"
                    + "2024-01-02T10:02:31Z,new,L,,ACC,S,ELM,buy,10,limit,9.2,cls\n"
                    + "2024-01-02T10:05:00Z,new,AFTER,,ACC,S,ELM,buy,1,limit,10,day\n", to: "orders.csv")
            try folder.write(
                """
                script: auctions
                steps:
                  - { call: "*" }
                  - { at: "10:00:10", interest: { symbol: ELM, side: sell, qty: "60", price: "10" } }
                  - { at: "10:00:20", auction: { symbol: "*", kind: opening } }
                  - { at: "10:00:50", halt: ELM }
                  - { at: "10:01:30", resume: ELM }
                  - { at: "10:03:10", interest: { symbol: ELM, side: sell, qty: "30", price: "9.8" } }
                  - { at: "10:04:00", auction: { symbol: ELM, kind: closing } }

                """, to: "script.yaml")
            let run = try await FloorProcess.run(
                [
                    "run", PackageFiles.path("topologies/paper-desk.yaml"), "--data", "day", "--set",
                    "sources.orders.path=orders.csv", "--set", "sources.trades.path=trades.csv", "--set",
                    "operators.venue.script=script.yaml", "--set", "operators.venue.maker_fee=-1", "--set",
                    "operators.venue.auction_fee=2", "--set", "limits.collar=2000",
                ], in: folder)
            #expect(run.status == 0, "\(run)")
            let last = try states(folder, "day/order-states.csv")
            #expect(last["OPEN"] == "C 60 0 10.5 KNOWN" && last["LATE"] == "8 0 0  KNOWN", "\(last)")
            #expect(
                last["HALT"] == "2 20 0 9.95 KNOWN" && last["M"] == "C 30 0 9.8 KNOWN" && last["L"] == "C 0 0  KNOWN", "\(last)")
            #expect(last["AFTER"] == "8 0 0  KNOWN", "\(last)")
            let fills = try rows(folder, "day/reports.csv").filter { $0["exec_type"] == "F" }
            let told = fills.map { row in
                ["cl_ord_id", "last_qty", "last_px", "last_liquidity_ind", "commission"].map { row[$0] ?? "?" }.joined(
                    separator: " ")
            }
            // 630 at two basis points, 199 at minus one, 294 at two.
            #expect(told == ["OPEN 60 10.5 4 0.126", "HALT 20 9.95 1 -0.0199", "M 30 9.8 4 0.0588"])
            #expect(fills.dropFirst().first?["time"]?.hasPrefix("2024-01-02T10:02:00") == true)
            let auctions = try rows(folder, "day/auctions.csv").filter { $0["phase"] == "done" }
            #expect(
                auctions.map { "\($0["kind"] ?? "") \($0["price"] ?? "") \($0["paired_qty"] ?? "")" } == [
                    "opening 10.5 60", "closing 9.8 30",
                ])
            #expect(auctions.map { "\($0["imbalance_side"] ?? "") \($0["imbalance_qty"] ?? "")" } == ["1 40", "1 20"])
            let replay = try await FloorProcess.run(["replay", "day", "--verify"], in: folder)
            #expect(replay.status == 0, "\(replay)")
        }

        @Test("orders for auctions go over FIX, and the venue says there what an execution costs and was")
        func overFIX() async throws {
            let folder = try TestFolder(), port = freePort()
            try folder.write(
                """
                script: auctions over FIX
                steps:
                  - { call: "*" }
                  - { interest: { symbol: ELM, side: sell, qty: "60", price: "10" } }
                  - { on: new, order: GO, auction: { symbol: ELM, kind: opening } }
                  - { on: new, order: GO, quote: { symbol: ELM, bid: "9.7", bid_size: "5", ask: "10.1", ask_size: "7" } }
                  - { on: new, order: LATE, after: 50ms, interest: { symbol: ELM, side: sell, qty: "30", price: "9.8" } }
                  - { on: new, order: LATE, after: 100ms, auction: { symbol: ELM, kind: closing } }
                  - { on: new, order: LATE, after: 200ms, of: GO, end: expired }

                """, to: "script.yaml")
            let orders = [
                "OPEN,,ACC,S,ELM,buy,100,limit,10.5,opg", "CLOSE,,ACC,S,ELM,buy,50,limit,10.2,cls",
                "GO,,ACC,S,ELM,buy,10,limit,9,day",
                "TAKE,,ACC,S,ELM,buy,7,limit,10.1,day", "LATE,,ACC,S,ELM,buy,10,limit,9,opg",
            ]
            try folder.write(
                OrderEntry.header + orders.enumerated().map { "2024-01-02T10:00:0\($0)Z,new,\($1)\n" }.joined(), to: "orders.csv")
            let venue = try FloorProcess(
                ["venue", "--script", "script.yaml", "--fix", "\(port)", "--feed", "0", "--taker-fee", "10", "--exit-at-end"],
                in: folder)
            try await venue.waitFor("venue: FIX")
            let desk = try FloorProcess(
                [
                    "run", PackageFiles.path("topologies/order-entry.yaml"), "--data", "day", "--set",
                    "sources.orders.path=orders.csv",
                    "--set", "sessions.broker.port=\(port)", "--set", "sinks.router.settle=200ms",
                ], in: folder)
            #expect(try await desk.wait(seconds: 30) == 0, "\(desk.errors)\(venue.output)")
            #expect(try await venue.wait(seconds: 20) == 0, "\(venue.errors)")
            let last = try states(folder, "day/order-states.csv")
            #expect(last["OPEN"] == "C 60 0 10.5 KNOWN" && last["LATE"] == "8 0 0  KNOWN", "\(last)")
            // At the close 50 are wanted up to 10.2 and 30 offered from 9.8: buyers are left, so the highest.
            #expect(
                last["CLOSE"] == "C 30 0 10.2 KNOWN" && last["TAKE"] == "2 7 0 10.1 KNOWN" && last["GO"] == "C 0 0  KNOWN",
                "\(last)")
            let said = try await FloorProcess.run(["fix", "log", "day", "--raw"], in: folder)
            let sent = said.output.split(separator: "\n").filter { $0.contains("35=D") }
            #expect(sent.filter { $0.contains("59=2") }.count == 2 && sent.filter { $0.contains("59=7") }.count == 1, "\(said)")
            let trades = said.output.split(separator: "\n").filter { $0.contains("150=F") }
            // 70.7 at ten basis points; FIX 4.4 has no LastLiquidityInd for an auction.
            #expect(trades.count == 3 && trades.filter { $0.contains("851=") }.count == 1, "\(trades)")
            #expect(
                trades.contains {
                    $0.contains("11=TAKE") && $0.contains("851=2") && $0.contains("12=0.0707") && $0.contains("13=3")
                })
        }
    }
}
