import FloorTesting
import FIXSessions
import Foundation
import Testing

@Suite("FIX against a peer of another make", .serialized)
struct RawPeerTests {
    /// Our initiator, logged on to a peer that is a plain socket.
    private func loggedOn(
        _ pair: Pair, _ desk: Recorder, _ change: (inout FIXSessionSettings) -> Void = { _ in }
    ) throws -> (FIXEngine, RawPeer, RawPeer.Listener) {
        let listener = try RawPeer.Listener(port: pair.port)
        let engine = try FIXEngine([pair.initiator(change)], handler: desk)
        try engine.start()
        let peer = try listener.accept(sender: pair.seller, target: pair.buyer)
        let logon = try peer.expect("A")
        #expect(logon[49] == pair.buyer && logon[56] == pair.seller && logon[98] == "0" && logon[34] == "1")
        try peer.send("A", [(98, "0"), (108, logon[108] ?? "30")])
        #expect(eventually { engine.isLoggedOn() && desk.seen.logons == 1 })
        return (engine, peer, listener)
    }

    @Test("heartbeats flow, and a TestRequest is answered with its own id")
    func heartbeat() throws {
        let (engine, peer, _) = try loggedOn(Pair(), Recorder()) { $0.heartbeatSeconds = 1 }
        #expect(try peer.expect("0", seconds: 4)[112] == nil)
        try peer.send("1", [(112, "are you there")])
        #expect(try peer.expect("0")[112] == "are you there")
        engine.stop(graceMilliseconds: 0)
    }

    @Test("an order is on the wire as it was built")
    func orderOnTheWire() throws {
        let desk = Recorder()
        let (engine, peer, _) = try loggedOn(Pair(), desk)
        var message = order("A-1")
        message.append(.possResend, flag: true)
        #expect(try engine.send(message) == .sent(msgSeqNum: 2))
        let received = try peer.expect("D")
        let body = received.fields.filter { ![8, 9, 35, 34, 49, 52, 56].contains($0.tag) }.map { "\($0.tag)=\($0.value)" }
        #expect(
            Set(body) == [
                "97=Y", "11=A-1", "38=100", "40=2", "44=100.25", "54=1", "55=BTC-USD", "60=20231114-22:13:20.123",
            ])
        // 97 belongs to the header: before the first body field.
        let possResend = try #require(received.fields.firstIndex { $0.tag == 97 })
        let clOrdID = try #require(received.fields.firstIndex { $0.tag == 11 })
        #expect(possResend < clOrdID)

        try peer.send("8", [(37, "O"), (17, "E"), (150, "0"), (39, "0"), (11, "A-1"), (58, "h\u{E9}llo = |")])
        #expect(eventually { desk.app("8").first?[58] == "h\u{E9}llo = |" })
        try peer.send("3", [(45, "2"), (372, "D"), (373, "5"), (58, "no")])
        #expect(eventually { desk.admin("3").first?[45] == "2" })
        engine.stop(graceMilliseconds: 0)
    }

    @Test("asked to resend, new orders are gap-filled, a cancel comes again as a possible duplicate")
    func resend() throws {
        let desk = Recorder()
        let (engine, peer, _) = try loggedOn(Pair(), desk)
        try engine.send(order("A"))  // 2
        try engine.send(order("B", .orderCancelReplaceRequest, orig: "A"))  // 3
        try engine.send(order("C", .orderCancelRequest, orig: "B"))  // 4
        try engine.send(order("D"))  // 5
        for type in ["D", "G", "F", "D"] { try peer.expect(type) }
        try peer.send("2", [(7, "2"), (16, "0")])

        let gap = try peer.next()
        #expect(gap.type == "4" && gap[34] == "2" && gap[123] == "Y" && gap[36] == "4" && gap[43] == "Y")
        let cancel = try peer.next()
        #expect(cancel.type == "F" && cancel[34] == "4" && cancel[43] == "Y" && cancel[11] == "C" && cancel[122] != nil)
        let rest = try peer.next()
        #expect(rest.type == "4" && rest[34] == "5" && rest[123] == "Y" && rest[36] == "6")
        #expect(desk.seen.gapFilled.map { $0[11] } == ["A", "B", "D"])
        #expect(desk.seen.gapFilled.map { $0[34] } == ["2", "3", "5"])
        engine.stop(graceMilliseconds: 0)
    }

    @Test("after a lost connection a stale order does not leave, and the sequence goes on")
    func reconnect() throws {
        let desk = Recorder()
        let pair = Pair()
        let (engine, peer, listener) = try loggedOn(pair, desk)
        try engine.send(order("A"))  // 2; the peer dies without reading it
        peer.hangUp()
        #expect(eventually { !engine.isLoggedOn() && desk.seen.logouts == 1 })

        let again = try listener.accept(sender: pair.seller, target: pair.buyer)
        #expect(try again.expect("A")[34] == "3")
        again.nextSeqNum = 2
        try again.send("A", [(98, "0"), (108, "30")])
        try again.send("2", [(7, "2"), (16, "0")])
        // 2 was the order, 3 the second logon: one gap fill over both.
        let gap = try again.expect("4")
        #expect(gap[34] == "2" && gap[123] == "Y" && gap[36] == "4")
        #expect(eventually { desk.seen.gapFilled.map { $0[11] } == ["A"] })
        #expect(!again.log.contains { $0.type == "D" })
        #expect(try engine.send(order("B")) == .sent(msgSeqNum: 4))
        #expect(try again.expect("D")[11] == "B")
        engine.stop(graceMilliseconds: 0)
    }

    @Test("a peer that hangs up on our logon is an event; so is one that refuses it")
    func brokenLogon() throws {
        let desk = Recorder()
        let pair = Pair()
        let listener = try RawPeer.Listener(port: pair.port)
        let engine = try FIXEngine([pair.initiator()], handler: desk)
        try engine.start()
        let rude = try listener.accept(sender: pair.seller, target: pair.buyer)
        try rude.expect("A")
        rude.hangUp()
        #expect(eventually { desk.seen.events.contains { $0.kind == .closedBeforeLogon } })

        let strict = try listener.accept(sender: pair.seller, target: pair.buyer)
        try strict.expect("A")
        try strict.send("5", [(58, "MsgSeqNum too low, expecting 4355 but received 13")])
        strict.hangUp()
        let reason = "MsgSeqNum too low, expecting 4355 but received 13"
        #expect(eventually { desk.seen.events.contains { $0.kind == .logonRefused(text: reason) } })
        #expect(desk.seen.logons == 0 && desk.seen.logouts == 0)
        engine.stop(graceMilliseconds: 0)
    }

    @Test("bytes that are no FIX message do not end the session")
    func garbage() throws {
        let desk = Recorder()
        let (engine, peer, _) = try loggedOn(Pair(), desk)
        try peer.write(Array("8=FIX.4.4\u{1}9=5\u{1}35=8\u{1}10=000\u{1}GET / HTTP/1.1\r\n\r\n".utf8))
        try peer.send("8", [(37, "O"), (17, "E"), (150, "0"), (39, "0"), (11, "A-1")])
        #expect(eventually { desk.app("8").count == 1 })
        engine.stop(graceMilliseconds: 0)
    }

    @Test("an acceptor resends to a buyer what it reported while the buyer was away")
    func acceptorResend() throws {
        let pair = Pair()
        let venue = Recorder()
        let acceptor = try FIXEngine([pair.acceptor()], handler: venue)
        try acceptor.start()
        let buyer = try RawPeer.connect(port: pair.port, sender: pair.buyer, target: pair.seller)
        try buyer.send("A", [(98, "0"), (108, "30")])
        try buyer.expect("A")
        try buyer.send("D", [(11, "X"), (55, "S"), (54, "1"), (38, "1"), (40, "1")])
        #expect(eventually { venue.app("D").first?[11] == "X" })
        buyer.hangUp()
        #expect(eventually { venue.seen.logouts == 1 })
        var fill = FIXMessageBuilder(.executionReport)
        fill.append(.clOrdID, "X")
        fill.append(.execID, "E1")
        #expect(try acceptor.send(fill, policy: .storeAndResend) == .stored(msgSeqNum: 2))

        let back = try RawPeer.connect(port: pair.port, sender: pair.buyer, target: pair.seller)
        back.nextSeqNum = 3
        try back.send("A", [(98, "0"), (108, "30")])
        #expect(try back.expect("A")[34] == "3")
        try back.send("2", [(7, "2"), (16, "0")])
        let report = try back.expect("8")
        #expect(report[34] == "2" && report[43] == "Y" && report[17] == "E1")
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a handler that blocks holds up reading, not sending")
    func blockedHandler() throws {
        let gate = DispatchSemaphore(value: 0)
        let desk = Recorder { _, _ in
            gate.wait()
            return .accept
        }
        let (engine, peer, _) = try loggedOn(Pair(), desk)
        for id in ["A", "B"] { try peer.send("8", [(37, "O"), (17, id), (150, "0"), (39, "0"), (11, id)]) }
        #expect(eventually { desk.app("8").count == 1 })
        try engine.send(order("X"))
        #expect(try peer.expect("D")[11] == "X")
        #expect(desk.app("8").count == 1)
        gate.signal()
        gate.signal()
        #expect(eventually { desk.app("8").count == 2 })
        engine.stop(graceMilliseconds: 0)
    }

    @Test("a restarted engine goes on with the sequence numbers of its store")
    func restart() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fix-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pair = Pair()
        do {
            let (engine, peer, _) = try loggedOn(pair, Recorder()) { $0.storePath = folder }
            try engine.send(order("A"))
            try peer.expect("D")
            engine.stop(graceMilliseconds: 0)
        }
        let listener = try RawPeer.Listener(port: pair.port)
        let engine = try FIXEngine([pair.initiator { $0.storePath = folder }], handler: Recorder())
        #expect(engine.nextSeqNums() == (3, 2))
        try engine.setNextSeqNums(sender: 40, target: 20)
        try engine.start()
        let peer = try listener.accept(sender: pair.seller, target: pair.buyer)
        #expect(try peer.expect("A")[34] == "40")
        engine.stop(graceMilliseconds: 0)
    }

    @Test("with reset, every logon starts both numbers at 1")
    func reset() throws {
        let pair = Pair()
        let listener = try RawPeer.Listener(port: pair.port)
        let engine = try FIXEngine([pair.initiator { $0.resetOnLogon = true }], handler: Recorder())
        try engine.start()
        for _ in 0..<2 {
            let peer = try listener.accept(sender: pair.seller, target: pair.buyer)
            let logon = try peer.expect("A")
            #expect(logon[34] == "1" && logon[141] == "Y")
            try peer.send("A", [(98, "0"), (108, "30"), (141, "Y")])
            #expect(eventually { engine.isLoggedOn() })
            #expect(try engine.send(order("A")) == .sent(msgSeqNum: 2))
            peer.hangUp()
            #expect(eventually { !engine.isLoggedOn() })
        }
        engine.stop(graceMilliseconds: 0)
    }
}
