import FloorTesting
import FIXSessions
import Foundation
@testable import PaperVenue
import PlainData
import Testing
import TradingModel
import WebSockets

@Suite("The venue over real sockets", .serialized) struct PaperVenueServerTests {
    private static let start: Int64 = 1_710_163_800_000_000_000  // 2024-03-11T13:30:00Z

    /// A quote and a trade every 10 ms of tape. Symbol 1 is the first of a fresh table.
    private func tape(_ count: Int64, every step: Int64 = 10_000_000) -> [TapeEvent] {
        let elm = SymbolID(rawValue: 1)
        return (0..<count).flatMap { i -> [TapeEvent] in
            let time = Self.start + i * step, size = units(10 + i % 2)
            return [
                .quote(Quote(eventTime: time, symbol: elm, bid: cents(999), bidSize: size, ask: cents(1001), askSize: size)),
                .trade(Trade(eventTime: time + 1_000, symbol: elm, price: cents(1001), size: units(1), aggressor: .buy)),
            ]
        }
    }

    @Test("a day: orders fill against the tape, the rest expires, the feed ends, the statement agrees")
    func day() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "statement-\(UUID().uuidString).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let run = try VenueRun(tape(1_000)) { $0.statementPath = path }
        try run.fix.send(VenueClient.order("A", "1", "25", at: "10.01"))
        try run.fix.send(VenueClient.order("B", "1", "5", at: "9.5"))
        try run.fix.send(VenueClient.order("C", "1", "5", at: "9.501"))
        #expect(run.client.waits { $0.reports.count == 3 })
        try run.subscribe()
        #expect(run.client.waits { $0.closure != nil })
        #expect(run.client.seen.closure == WebSocketClosure(code: 1000, reason: "end of tape"))
        #expect(run.client.waits { $0.reports.count == 7 })

        let reports = run.client.seen.reports
        let lines = reports.map {
            "\($0[11] ?? "") \($0[150] ?? "")/\($0[39] ?? "") \($0[32] ?? "-")@\($0[31] ?? "-") \($0[14] ?? "")"
        }
        #expect(
            lines == [
                "A 0/0 -@- 0", "B 0/0 -@- 0", "C 8/8 -@- 0", "A F/1 10@10.01 10", "A F/1 11@10.01 21", "A F/2 4@10.01 25",
                "B C/C -@- 0",
            ])
        #expect(reports[2][103] == "99")
        #expect(reports[3][60] == "20240311-13:30:00.000" && reports[6][60] == "20240311-13:30:09.990")

        // Nothing is missing and nothing is doubled: sequences count up by one, heartbeats between repeat the last.
        let messages = run.client.seen.messages
        #expect(messages.first?["type"] == "subscriptions")
        let market = messages.filter { $0["type"] == "ticker" || $0["type"] == "match" }
        #expect(market.compactMap { $0["sequence"] } == (1...2_000).map(String.init))
        let heartbeats = messages.filter { $0["type"] == "heartbeat" }
        #expect(heartbeats.map { $0["last_trade_id"] } == (1...9).map { String($0 * 100) } + ["1000"])

        let summary = try #require(try run.finish())
        #expect(summary == PaperVenueServer.Summary(events: 2_000, reports: 7, fills: 3, reachedEnd: true))
        let statement = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(statement.count == 5)
        #expect(statement[1] == "fill,2024-03-11T13:30:00Z,\(reports[3][17] ?? ""),A,ELM,1,10,10.01,0")
        #expect(statement[4] == "position,2024-03-11T13:30:09.990001Z,,,ELM,,25,,")
    }

    @Test("a cancel, a replace and a status request get their answers; a broken message is rejected by the session")
    func requests() throws {
        let run = try VenueRun(tape(1))
        try run.fix.send(VenueClient.order("A", "1", "5", at: "9.5"))
        var message = FIXMessageBuilder(.orderCancelReplaceRequest)
        for (tag, value) in [(11, "B"), (41, "A"), (55, "ELM"), (54, "1"), (38, "6"), (40, "2"), (44, "9.5")]
            as [(FIXTag, String)]
        {
            message.append(tag, value)
        }
        message.append(.transactTime, utcNanoseconds: 0)
        try run.fix.send(message)
        for (type, id, original) in [
            (.orderStatusRequest, "B", nil), (.orderCancelRequest, "D", "B"), (.orderCancelRequest, "E", "Z"),
        ]
            as [(FIXMsgType, String, String?)]
        {
            message.reset(to: type)
            message.append(.clOrdID, id)
            if let original { message.append(.origClOrdID, original) }
            message.append(.symbol, "ELM")
            message.append(.side, "1")
            if original != nil { message.append(.transactTime, utcNanoseconds: 0) }
            try run.fix.send(message)
        }
        #expect(run.client.waits { $0.reports.count == 5 })
        let tags: [Int32] = [35, 11, 41, 150, 39, 38, 151, 102, 434]
        let lines = run.client.seen.reports.map { report in tags.map { report[$0] ?? "-" }.joined(separator: " ") }
        #expect(
            lines == [
                "8 A - 0 0 5 5 - -", "8 B A 5 0 6 6 - -", "8 B - I 0 6 6 - -", "8 D B 4 4 6 0 - -", "9 E Z - 8 - - 1 1",
            ])
        message.reset(to: .newOrderSingle)
        message.append(.clOrdID, "F")
        try run.fix.send(message)
        #expect(run.client.waits { $0.reports.count == 6 || $0.rejects == 1 })
        run.server.stop()
        _ = try run.finish()
    }

    @Test("the tape plays at its speed, with the tape's time in reports")
    func paced() throws {
        let run = try VenueRun(tape(300)) { $0.speed = .times(5) }  // 3 s of tape
        let clock = ContinuousClock(), began = clock.now
        try run.subscribe()
        #expect(run.client.waits { $0.messages.count > 200 })
        try run.fix.send(VenueClient.order("A", "1", "5", at: "9"))
        #expect(run.client.waits { $0.closure != nil })
        let took = clock.now - began
        #expect((Duration.milliseconds(550) ... .seconds(8)).contains(took), "\(took)")
        #expect(run.client.waits { $0.reports.count == 2 })
        let time = try #require(run.client.seen.reports.first?[60])
        #expect(time > "20240311-13:30:00.500" && time < "20240311-13:30:02.990")
        #expect(try run.finish()?.reachedEnd == true)
    }

    @Test("a client that does not read stops the tape, not the orders; nothing is lost")
    func slowReader() throws {
        let count = 40_000
        let run = try VenueRun(tape(Int64(count)))
        run.client.stopReading()
        try run.subscribe()
        #expect(run.client.waits { !$0.messages.isEmpty })
        usleep(300_000)
        let stuck = run.client.seen.messages.count
        #expect(stuck < 10)
        try run.fix.send(VenueClient.order("A", "1", "5", at: "9"))
        #expect(run.client.waits { $0.reports.count == 1 })
        run.resumeReading()
        #expect(run.client.waits { $0.closure != nil })
        let sequences = run.client.seen.messages.filter { $0["type"] == "ticker" || $0["type"] == "match" }.compactMap {
            $0["sequence"].flatMap(Int.init)
        }
        #expect(sequences == Array(1...2 * count))
        _ = try run.finish()
    }

    @Test("subscriptions that make no sense are answered with an error")
    func errors() throws {
        let run = try VenueRun(tape(1))
        try run.connect()
        run.send("{")
        run.send(#"{"type":"subscribe","product_ids":["NOPE"],"channels":["ticker"]}"#)
        #expect(run.client.waits { $0.messages.count == 2 })
        #expect(run.client.seen.messages.map { $0["reason"] } == ["an object is expected", "NOPE is not a valid product"])
        run.server.stop()
        #expect(try run.finish()?.reachedEnd == false)
    }

    @Test("a taken port is one clear error")
    func portTaken() throws {
        let run = try VenueRun(tape(1))
        var configuration = run.server.configuration
        configuration.fixPort = freePort()
        configuration.feedPort = try #require(run.server.ports).feed
        configuration.clients = [.init(venue: "OTHERVENUE", client: "OTHERDESK")]
        let second = PaperVenueServer(configuration) { _ in MemoryTape([]) }
        let error = #expect(throws: VenueError.self) { try second.run() }
        #expect(error?.description.hasPrefix("the venue's feed cannot listen") == true)
        run.server.stop()
        _ = try run.finish()
    }
}
