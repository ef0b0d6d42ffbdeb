import Testing

@testable import WebSockets

@Suite("our client and our server, over loopback")
struct LoopbackTests {
    @Test("messages arrive whole and in order, both ways")
    func echo() throws {
        let listening = try Listening(echoes: true)
        #expect(listening.port > 0)
        let dialed = try Dialed(port: listening.port)
        #expect(dialed.recorder.waits { $0.opened == 1 })
        let sent = (0..<2_000).map { "message \($0)" }
        for text in sent { #expect(dialed.client.send(text: text) == .queued) }
        #expect(dialed.recorder.waits { $0.messages.count == sent.count })
        #expect(dialed.recorder.texts == sent)
    }

    @Test("a message of any length comes back as it was sent", arguments: [0, 1, 125, 126, 65_535, 65_536, 3_000_000])
    func lengths(count: Int) throws {
        let listening = try Listening(echoes: true) {
            $0.maximumMessageBytes = 4 << 20
            $0.sendQueueBytes = 8 << 20
        }
        let dialed = try Dialed(port: listening.port) { $0.sendQueueBytes = 8 << 20 }
        #expect(dialed.recorder.waits { $0.opened == 1 })
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(message.withUnsafeBytes { dialed.client.send($0, isBinary: true) } == .queued)
        #expect(dialed.recorder.waits { $0.messages.count == 1 })
        dialed.recorder.seen.withLock { seen in
            #expect(seen.messages.first == message)
            #expect(seen.kinds == [true])
        }
    }

    /// Expected: the standard library's own reading. By RFC 6455 the connection ends with 1007 where it has none.
    @Test(
        "a text is delivered exactly if it is UTF-8, whatever stands around its last letters",
        arguments: [
            "C3A9", "C0AF", "C1BF", "C280", "DFBF", "C2", "E0A080", "E09F80", "EFBFBF", "ED9FBF", "EDA080", "E282", "F0908080",
            "F08F8080", "F48FBFBF", "F4908080", "F5808080", "80", "BF41", "FE", "F09F9880", "F09F98", "E28228", "00",
        ])
    func validates(hex: String) throws {
        let digits = Array(hex)
        let end = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        let listening = try Listening(), dialed = try Dialed(port: listening.port)
        #expect(dialed.recorder.waits { $0.opened == 1 })
        let message = bytes("0123456789 plain") + end + (hex.count % 4 == 0 ? bytes("and more than a word") : [])
        let isText = String(validating: message, as: UTF8.self) != nil
        #expect(message.withUnsafeBytes { dialed.client.send($0, isBinary: false) } == .queued)
        if isText {
            #expect(listening.recorder.waits { $0.messages.count == 1 })
            #expect(listening.recorder.seen.withLock { $0.messages.first } == message)
        } else {
            #expect(dialed.recorder.waits { $0.closures.first?.code == 1007 })
            #expect(listening.recorder.seen.withLock { $0.messages.isEmpty })
        }
    }

    @Test("a broadcast reaches every client")
    func broadcast() throws {
        let listening = try Listening()
        let dialed = try (0..<3).map { _ in try Dialed(port: listening.port) }
        #expect(listening.recorder.waits { $0.clients.count == 3 })
        #expect(listening.server.openClients.count == 3)
        let result = bytes("to all").withUnsafeBytes { listening.server.broadcast($0) }
        #expect(result.queued == 3 && result.full.isEmpty)
        for client in dialed {
            #expect(client.recorder.waits { $0.messages.count == 1 })
            #expect(client.recorder.texts == ["to all"])
        }
    }

    @Test("the server's close comes after what was queued, with its code and reason")
    func serverCloses() throws {
        let listening = try Listening()
        let dialed = try Dialed(port: listening.port)
        let client = try #require(listening.recorder.firstClient())
        for number in 0..<500 { #expect(listening.server.send(text: "\(number)", to: client) == .queued) }
        listening.server.close(client, code: 4001, reason: "session expired")
        #expect(listening.server.send(text: "late", to: client) == .gone)
        #expect(dialed.recorder.waits { !$0.closures.isEmpty })
        #expect(dialed.recorder.texts == (0..<500).map(String.init))
        #expect(dialed.recorder.seen.withLock { $0.closures } == [WebSocketClosure(code: 4001, reason: "session expired")])
        #expect(listening.recorder.waits { !$0.closures.isEmpty })
        #expect(dialed.client.send(text: "late") == .gone)
    }

    @Test("the client's close reaches the server with its code and reason, and connect() opens again")
    func clientCloses() throws {
        let listening = try Listening()
        let dialed = try Dialed(port: listening.port)
        #expect(dialed.recorder.waits { $0.opened == 1 })
        #expect(dialed.client.send(text: "last words") == .queued)
        dialed.client.close(code: 4002, reason: "done for today")
        #expect(listening.recorder.waits { !$0.closures.isEmpty })
        listening.recorder.seen.withLock { seen in
            #expect(seen.messages == [bytes("last words")])
            #expect(seen.closures == [WebSocketClosure(code: 4002, reason: "done for today")])
        }
        #expect(dialed.recorder.waits { !$0.closures.isEmpty })
        dialed.client.connect()
        #expect(dialed.recorder.waits { $0.opened == 2 })
    }

    @Test("stop() of the server flushes its queues and says that it is going away")
    func serverStops() throws {
        let listening = try Listening()
        let dialed = try Dialed(port: listening.port)
        let client = try #require(listening.recorder.firstClient())
        for number in 0..<1_000 { #expect(listening.server.send(text: "\(number)", to: client) == .queued) }
        listening.server.stop()
        #expect(dialed.recorder.waits { !$0.closures.isEmpty })
        #expect(dialed.recorder.texts.count == 1_000)
        #expect(dialed.recorder.seen.withLock { $0.closures.first?.code } == WebSocketClosure.goingAway)
        #expect(listening.server.send(text: "late", to: client) == .gone)
    }

    @Test("a message longer than allowed closes the connection with code 1009")
    func tooLong() throws {
        let listening = try Listening { $0.maximumMessageBytes = 1_000 }
        let dialed = try Dialed(port: listening.port)
        #expect(dialed.recorder.waits { $0.opened == 1 })
        #expect(dialed.client.send(text: String(repeating: "x", count: 1_001)) == .queued)
        #expect(dialed.recorder.waits { !$0.closures.isEmpty })
        #expect(dialed.recorder.seen.withLock { $0.closures.first?.code } == WebSocketClosure.tooLong)
        #expect(listening.recorder.seen.withLock { $0.messages.isEmpty })
    }

    @Test("a client more than allowed is turned away")
    func tooMany() throws {
        let listening = try Listening { $0.maximumClients = 1 }
        let first = try Dialed(port: listening.port)
        #expect(first.recorder.waits { $0.opened == 1 })
        let second = try Dialed(port: listening.port)
        #expect(second.recorder.waits { !$0.failures.isEmpty })
        #expect(second.recorder.seen.withLock { $0.opened } == 0)
    }

    @Test("the timer fires once for each time it is set")
    func timer() throws {
        let listening = try Listening()
        let dialed = try Dialed(port: listening.port)
        dialed.client.setTimer(after: .milliseconds(30))
        #expect(dialed.recorder.waits { $0.timers == 1 })
        #expect(!dialed.recorder.waits(1) { $0.timers == 2 })
    }
}
