import Foundation
import Glibc
import PlainData
import StreamRuntime
import Testing

extension FloorTests {
    /// `floor order`, `kill`, `rearm`, `approve`, `reject`, `pending` before a venue that shares no code with the floor and counts
    /// what it is sent.
    @Suite("commands of people", .enabled(if: OrderEntry.python != nil, "needs python3"))
    struct ControlTests {
        private static let soft = ["--set", "limits.soft_notional=1000"]

        @Test("orders entered by hand, a kill over a kill -9, an approval by somebody else; the day replays to the same digests")
        func day() async throws {
            let desk = try await OrderEntry(
                orders: "2024-01-02T10:00:01Z,new,A-1,,ACC,S,ABC,buy,10,limit,50,gtc\n", venue: "--seed", "4", "--rests")
            let first = try desk.start(also: Self.soft)
            try await first.waitFor(",A-1,")

            let mine = try await desk.ask("order", "new", "buy", "5", "XYZ", "--price", "20", "--id", "B-1", "--account", "ACC")
            #expect(mine.status == 0 && mine.output.hasPrefix("new B-1: OK"), "\(mine)")
            let large = try await desk.ask(
                "order", "new", "sell", "100", "XYZ", "--price", "20", "--id", "B-2", "--account", "OTHER", "--as", "ann")
            #expect(
                large.status == 0 && large.output.contains("REVIEW") && large.output.contains("S1 REVIEW: 2000, limit 1000"),
                "\(large)")
            let own = try await desk.ask("approve", "B-2", "--as", "ann")
            #expect(own.status == 1 && own.output.contains("A2 BLOCK"), "\(own)")
            let refused = try await desk.ask("order", "new", "buy", "0", "XYZ")
            #expect(refused.status == 2 && refused.errors.contains("quantity"), "\(refused)")

            // A limit of the desk's, for a reason, and back again by itself.
            let silent = try await desk.ask("limit", "max_quantity", "3", "--symbol", "XYZ")
            #expect(silent.status == 2 && silent.errors.contains("--why"), "\(silent)")
            let lower = try await desk.ask("limit", "max_quantity", "3", "--symbol", "XYZ", "--why", "thin book", "--until", "5s")
            #expect(lower.status == 0, "\(lower)")
            let over = try await desk.ask("order", "new", "buy", "4", "XYZ", "--price", "20", "--account", "OTHER")
            #expect(over.status == 1 && over.output.contains("C05 BLOCK: 4, limit 3"), "\(over)")
            let ends = try await until(seconds: 20) { try desk.folder.text("day/order-findings.csv").contains("limitEnded") }
            #expect(ends)

            // A whole set of limits, with a version; it outlives the kill below.
            try desk.folder.write(
                "name: lists\nversion: 2\nreason: results\nlimits: { template: long-only, restricted: [GUM] }\n", to: "l.yaml")
            let file = desk.folder.path("l.yaml")
            let set = try await desk.ask("limits", file, "--as", "ann")
            #expect(set.status == 0 && set.output.contains("set, version 2"), "\(set)")
            let short = try await desk.ask("order", "new", "sell", "1", "GUM", "--price", "20", "--account", "OTHER")
            #expect(short.status == 1 && short.output.contains("C10 BLOCK") && short.output.contains("C12 BLOCK"), "\(short)")
            let same = try await desk.ask("limits", file)
            #expect(same.status == 2 && same.errors.contains("not above 2"), "\(same)")
            try desk.folder.write("name: lists\nversion: 3\nlimits: { throtle: 1 }\n", to: "bad.yaml")
            let bad = try await desk.ask("limits", desk.folder.path("bad.yaml"), "--why", "x")
            #expect(bad.status == 2 && bad.errors.contains("bad.yaml:3: ") && bad.errors.contains("throttle"), "\(bad)")

            // What the account has at the venue is canceled; nothing of it passes any more, before and after a kill -9.
            let kill = try await desk.ask("kill", "account:ACC", "--why", "test", "--as", "ann")
            #expect(kill.status == 0 && kill.output.contains("2 orders to cancel"), "\(kill)")
            try await desk.waitForStates { $0["A-1"] == "4" && $0["B-1"] == "4" }
            first.kill()
            #expect(try await first.wait(seconds: 20) == -SIGKILL)
            let alone = try await desk.ask("pending")
            #expect(alone.status == 1 && alone.errors.contains("no floor listens"), "\(alone)")

            let second = try desk.start(also: Self.soft)
            try await second.waitFor("logged on")
            let listed = try await desk.ask("pending")
            #expect(listed.output.contains("account:ACC  stopped") && listed.output.contains("by ann: test"), "\(listed)")
            #expect(listed.output.contains("B-2") && listed.output.contains("asked by ann"), "\(listed)")
            #expect(listed.output.contains("limits lists version 2") && listed.output.contains("by ann: results"), "\(listed)")
            let inForce = try await desk.ask("limits")
            #expect(inForce.output.contains("restricted: [GUM]") && inForce.output.contains("template: long-only"), "\(inForce)")
            let gone = try await desk.ask("limits", "--end", "lists", "--why", "over")
            #expect(gone.status == 0, "\(gone)")
            let stopped = try await desk.ask(
                "order", "new", "buy", "5", "XYZ", "--price", "20", "--id", "B-3", "--account", "ACC")
            #expect(
                stopped.status == 1
                    && stopped.output.contains("C17 BLOCK: account:ACC stopped by ann: test; floor rearm account:ACC"),
                "\(stopped)")
            let approved = try await desk.ask("approve", "B-2", "--as", "bob", "--why", "seen")
            #expect(approved.status == 0 && approved.output.contains("B-2: approved"), "\(approved)")
            let rearmed = try await desk.ask("rearm", "account:ACC")
            #expect(rearmed.status == 0, "\(rearmed)")
            let again = try await desk.ask("order", "new", "buy", "5", "XYZ", "--price", "20", "--id", "B-4", "--account", "ACC")
            #expect(again.status == 0, "\(again)")
            try await desk.waitForStates { $0["B-2"] == "0" && $0["B-4"] == "0" }
            for id in ["B-2", "B-4"] { #expect(try await desk.ask("order", "cancel", id).status == 0) }
            #expect(try await second.wait(seconds: 30) == 0, "\(second.errors)")

            let seen = try await desk.report()
            #expect(seen["mistakes"] as? [String] == [], "\(seen)")
            let orders = try #require(seen["orders"] as? [String: [String: Any]])
            #expect(Set(orders.keys) == ["A-1", "B-1", "B-2", "B-4"], "what was stopped never came to the venue")
            #expect(orders.values.allSatisfy { $0["entered"] as? Int == 1 && $0["status"] as? String == "4" }, "\(orders)")
            let findings = try desk.folder.text("day/order-findings.csv")
            #expect(findings.contains("kill,OK,2"))
            let replay = try FloorProcess(["replay", desk.folder.path("day"), "--verify"], in: desk.folder)
            #expect(try await replay.wait(seconds: 60) == 0, "\(replay.output) \(replay.errors)")
            let dump = try FloorProcess(["journal", "dump", desk.folder.path("day")], in: desk.folder)
            #expect(try await dump.wait(seconds: 30) == 0)
            #expect(dump.output.contains("ann") && dump.output.contains("kill"))
        }
    }
}
