import Foundation
import PlainData
import Testing

extension FloorTests {
    /// `topologies/order-entry.yaml` before a venue that shares no code with the floor and counts what it is sent.
    @Suite("order entry from a file", .enabled(if: OrderEntry.python != nil, "needs python3"))
    struct OrderEntryTests {
        @Test("the file's ids go to the venue as they are; it ends when every order is final; a second run has nothing to do")
        func small() async throws {
            let desk = try await OrderEntry(
                orders: """
                    2024-01-02T10:00:01Z,new,A-1,,ACC,S,ABC,buy,100,limit,100.25,day
                    2024-01-02T10:00:02Z,new,a/2,,ACC,S,ABC,sell,200,limit,101.5,gtc
                    2024-01-02T10:00:03Z,new,A3,,,,XYZ,buy,300,market,,day
                    2024-01-02T10:00:04Z,cancel,C3,A3,,,,,,,,
                    2024-01-02T10:00:05Z,cancel,C9,nobody,,,ABC,buy,1,limit,,
                    2024-01-02T10:00:06Z,status,A-1,,,,,,,,,

                    """, venue: "--seed", "4")
            let first = try desk.start()
            // Resting orders expire when the market closes.
            try await first.waitFor(",A3,")
            Glibc.kill(desk.venue.identifier, SIGUSR1)
            #expect(try await first.wait(seconds: 30) == 0, "\(first.errors)")
            let again = try desk.start()
            #expect(try await again.wait(seconds: 30) == 0, "\(again.errors)")

            let seen = try await desk.report()
            #expect(seen["mistakes"] as? [String] == [], "\(seen)")
            let orders = try #require(seen["orders"] as? [String: [String: Any]])
            #expect(Set(orders.keys) == ["A-1", "a/2", "A3"])
            #expect(orders.values.allSatisfy { $0["entered"] as? Int == 1 })
            let last = Dictionary(try desk.states().map { ($0["cl_ord_id"] ?? "", $0) }) { $1 }
            for (id, order) in orders {
                #expect(last[id]?["ord_status"] == order["status"] as? String, "\(id): \(order)")
                #expect(last[id]?["cum_qty"] == order["filled"] as? String, "\(id): \(order)")
                #expect(last[id]?["certainty"] == "KNOWN" && last[id]?["leaves_qty"] == "0")
            }
            // The venue refused to cancel what it never had; nothing of it was lost on the way.
            #expect(try desk.folder.text("day/order-anomalies.csv").contains("C9"))
        }

        @Test("killed again and again, each order is entered once, and the file of states is whole", arguments: [1, 2])
        func killed(seed: UInt64) async throws {
            let rows = (0..<120).map { i in
                "2024-01-02T10:00:00.\(String(1000 + i).dropFirst())Z,new,O\(i),,ACC,S,S\(i % 5),\(i % 2 == 0 ? "buy" : "sell"),"
                    + "\(10 + i),limit,\(50 + i % 7),day\n"
            }
            let desk = try await OrderEntry(orders: rows.joined(), venue: "--seed", "\(seed)", "--drops", "0.5")
            var random = SplitMix64(seed: seed)
            for turn in 0..<3 {
                let run = try desk.start()
                // In the middle of the file; then at any moment, also before the logon.
                if turn == 0 { try await run.waitFor(",O\(random.below(100)),") }
                if turn == 1 { try await run.waitFor("logged on") }
                if turn == 2 { try await Task.sleep(nanoseconds: UInt64(random.below(300)) * 1_000_000) }
                run.kill()
                #expect(try await run.wait(seconds: 20) == -SIGKILL)
            }
            let last = try desk.start()
            Glibc.kill(desk.venue.identifier, SIGUSR1)
            #expect(try await last.wait(seconds: 60) == 0, "\(last.errors)")
            let seen = try await desk.report()
            #expect(seen["mistakes"] as? [String] == [], "seed \(seed)")
            let orders = try #require(seen["orders"] as? [String: [String: Any]])
            let states = Dictionary(try desk.states().map { ($0["cl_ord_id"] ?? "", $0) }) { $1 }
            #expect(states.count == 120, "seed \(seed)")
            for (id, row) in states {
                if let order = orders[id] {
                    #expect(order["entered"] as? Int == 1, "seed \(seed): \(id)")
                    #expect(row["ord_status"] == order["status"] as? String, "seed \(seed): \(id)")
                    #expect(row["cum_qty"] == order["filled"] as? String, "seed \(seed): \(id)")
                } else {
                    // Refused before it left: the venue was away for longer than the order may wait.
                    #expect(row["ord_status"] == "8", "seed \(seed): \(id) was lost")
                }
            }
        }
    }
}
