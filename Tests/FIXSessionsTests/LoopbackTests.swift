import FloorTesting
import FIXSessions
import Foundation
import Testing

/// A seller that answers as a venue would: New for D, Canceled for F, Replaced for G, a reject for what it is told to.
private func answerAsVenue(_ message: borrowing FIXMessageView, _ session: borrowing FIXSession) -> FIXVerdict {
    guard let type = message.msgType, let clOrdID = message.string(.clOrdID) else { return .missingField(.clOrdID) }
    if clOrdID == "BAD-VALUE" { return .badValue(.orderQty) }
    var reply: FIXMessageBuilder
    switch type {
    case .newOrderSingle, .orderCancelReplaceRequest, .orderCancelRequest:
        if clOrdID == "TOO-LATE" {
            reply = FIXMessageBuilder(.orderCancelReject)
            reply.append(.cxlRejReason, 0)
            reply.append(.cxlRejResponseTo, character: UInt8(ascii: "1"))
        } else {
            reply = FIXMessageBuilder(.executionReport)
            let execType = type == .newOrderSingle ? "0" : type == .orderCancelRequest ? "4" : "5"
            reply.append(.execType, execType)
            reply.append(.execID, "E-" + clOrdID)
        }
        reply.append(.orderID, "O-1")
        reply.append(.clOrdID, clOrdID)
        if let orig = message.string(.origClOrdID) { reply.append(.origClOrdID, orig) }
        reply.append(.ordStatus, "0")
    default:
        return .unsupportedMsgType
    }
    do { try session.send(reply, policy: .storeAndResend) } catch { Issue.record("\(error)") }
    return .accept
}

@Suite("FIX over loopback, both ends this engine", .serialized)
struct LoopbackTests {
    @Test("what is sent together arrives whole and in order, and so does what is sent after it")
    func together() throws {
        let pair = Pair(), venue = Recorder(), desk = Recorder()
        let acceptor = try FIXEngine([pair.acceptor()], handler: venue)
        let initiator = try FIXEngine([pair.initiator()], handler: desk)
        try acceptor.start()
        try initiator.start()
        #expect(eventually { initiator.isLoggedOn() && acceptor.isLoggedOn() })
        // More than wait for each other, fewer, one and none.
        let counts = [100, 7, 1, 0]
        for (round, count) in counts.enumerated() {
            var numbers: [Int] = []
            initiator.together {
                for n in 0..<count { numbers.append((try? initiator.send(order("\(round)-\(n)")).msgSeqNum) ?? 0) }
            }
            try initiator.send(order("\(round)-alone"))
            #expect(numbers.count == count && !numbers.contains(0))
        }
        let expected = counts.enumerated().flatMap { round, count in (0..<count).map { "\(round)-\($0)" } + ["\(round)-alone"] }
        #expect(eventually { venue.seen.app.count == expected.count })
        #expect(venue.app("D").map { $0[11] } == expected)
        #expect(venue.admin("2").isEmpty, "nothing was asked for again")
        initiator.stop()
        acceptor.stop()
    }

    @Test("orders, cancels, replaces and every kind of refusal reach the other side")
    func flow() throws {
        let pair = Pair()
        let venue = Recorder(answer: answerAsVenue)
        let desk = Recorder()
        let acceptor = try FIXEngine([pair.acceptor()], handler: venue)
        let initiator = try FIXEngine([pair.initiator()], handler: desk)
        try acceptor.start()
        try initiator.start()
        #expect(eventually { initiator.isLoggedOn() && acceptor.isLoggedOn() && desk.seen.logons == 1 })

        // Logon is 1, so the first order is 2.
        #expect(try initiator.send(order("A")) == .sent(msgSeqNum: 2))
        #expect(try initiator.send(order("B", .orderCancelReplaceRequest, orig: "A")) == .sent(msgSeqNum: 3))
        try initiator.send(order("C", .orderCancelRequest, orig: "B"))
        try initiator.send(order("TOO-LATE", .orderCancelRequest, orig: "B"))
        try initiator.send(order("BAD-VALUE"))
        try initiator.send(order("?", FIXMsgType("V")))
        #expect(eventually { desk.seen.app.count == 5 && desk.admin("3").count == 1 })

        #expect(venue.seen.app.map(\.type) == ["D", "G", "F", "F", "D", "V"])
        #expect(venue.app("D").first?[44] == "100.25")
        #expect(desk.app("8").map { $0[150] } == ["0", "5", "4"])
        #expect(desk.app("8").map { $0[41] } == [nil, "A", "B"])
        #expect(desk.app("9").map { $0[11] } == ["TOO-LATE"])
        // A refused value is a session Reject: it names the message's number, its type and the tag.
        let reject = try #require(desk.admin("3").first)
        #expect(reject[45] == "6" && reject[372] == "D" && reject[371] == "38")
        // BusinessRejectReason 3 is "unsupported message type".
        let business = try #require(desk.app("j").first)
        #expect(business[45] == "7" && business[372] == "V" && business[380] == "3")

        #expect(initiator.nextSeqNums().sender == 8)
        initiator.stop()
        #expect(eventually { venue.seen.logouts == 1 })
        #expect(!acceptor.isLoggedOn() && desk.seen.logouts == 1)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a message without a required field is refused by name")
    func missingField() throws {
        let pair = Pair()
        let acceptor = try FIXEngine([pair.acceptor()], handler: Recorder { _, _ in .missingField(.price) })
        let desk = Recorder()
        let initiator = try FIXEngine([pair.initiator()], handler: desk)
        try acceptor.start()
        try initiator.start()
        #expect(eventually { initiator.isLoggedOn() })
        try initiator.send(order("A"))
        // BusinessRejectReason 5 is "conditionally required field missing".
        #expect(eventually { desk.app("j").first?[380] == "5" })
        initiator.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a refused logon is an event with the reason")
    func refusedLogon() throws {
        let pair = Pair()
        let acceptor = try FIXEngine([pair.acceptor()], handler: Recorder(logon: .refuse(reason: "no such trader")))
        let desk = Recorder()
        let initiator = try FIXEngine([pair.initiator()], handler: desk)
        try acceptor.start()
        try initiator.start()
        #expect(eventually { desk.seen.events.contains { $0.kind == .logonRefused(text: "no such trader") } })
        #expect(desk.seen.logons == 0)
        let line = desk.seen.events.first { $0.kind == .logonRefused(text: "no such trader") }?.description
        #expect(line == "FIX session FIX.4.4:\(pair.buyer)->\(pair.seller): logon refused: no such trader")
        initiator.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a venue that is not there is an event with its address")
    func nobodyThere() throws {
        let pair = Pair()
        let desk = Recorder()
        let initiator = try FIXEngine([pair.initiator()], handler: desk)
        try initiator.start()
        #expect(eventually { desk.seen.events.contains { $0.kind == .connectionFailed(host: "127.0.0.1", port: pair.port) } })
        #expect(!initiator.isLoggedOn())
        initiator.stop()
    }

    @Test("what was sent is in the store, also for the process after this one")
    func stored() throws {
        let pair = Pair(), folder = NSTemporaryDirectory() + "fix-stored-\(pair.port)-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let acceptor = try FIXEngine([pair.acceptor()], handler: Recorder(answer: answerAsVenue))
        try acceptor.start()
        do {
            let initiator = try FIXEngine([pair.initiator { $0.storePath = folder }], handler: Recorder())
            #expect(try initiator.stored(from: 1, through: initiator.nextSeqNums().sender - 1) == [])
            try initiator.start()
            #expect(eventually { initiator.isLoggedOn() })
            for id in ["A", "B"] { try initiator.send(order(id)) }
            try initiator.send(order("C", .orderCancelRequest, orig: "A"))
            initiator.stop()
        }
        let next = try FIXEngine([pair.initiator { $0.storePath = folder }], handler: Recorder())
        // The Logon was 1, and the Logout has no ClOrdID either.
        let expected = [(2, FIXMsgType.newOrderSingle, "A"), (3, .newOrderSingle, "B"), (4, .orderCancelRequest, "C")].map {
            FIXStoredMessage(msgSeqNum: $0, msgType: $1, clOrdID: Array($2.utf8))
        }
        #expect(try next.stored(from: 1, through: next.nextSeqNums().sender - 1) == expected)
        #expect(try next.stored(from: 3, through: 3) == [expected[1]])
        #expect(try next.stored(from: 5, through: 4) == [])
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("an order for a session that is off is refused and uses no number; a report waits and is resent")
    func sendPolicies() throws {
        let pair = Pair()
        let venue = Recorder()
        let initiator = try FIXEngine([pair.initiator()], handler: Recorder())
        #expect(throws: FIXEngineError.notLoggedOn(session: pair.initiator().name)) { try initiator.send(order("A")) }
        #expect(initiator.nextSeqNums().sender == 1)
        #expect(try initiator.send(order("C", .orderCancelRequest), policy: .storeAndResend) == .stored(msgSeqNum: 1))

        let acceptor = try FIXEngine([pair.acceptor()], handler: venue)
        try acceptor.start()
        try initiator.start()
        #expect(eventually { venue.app("F").count == 1 })
        #expect(venue.app("F").first?.isResend == true)
        initiator.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("several sessions share one port")
    func severalSessions() throws {
        let pair = Pair()
        var second = pair.acceptor()
        second.target = pair.buyer + "B"
        let venue = Recorder()
        let acceptor = try FIXEngine([pair.acceptor(), second], handler: venue)
        try acceptor.start()
        var settings = pair.initiator()
        settings.sender = second.target
        let initiator = try FIXEngine([settings], handler: Recorder())
        try initiator.start()
        #expect(eventually { acceptor.isLoggedOn(acceptor.sessions[1]) && initiator.isLoggedOn() })
        #expect(!acceptor.isLoggedOn(acceptor.sessions[0]))
        try initiator.send(order("A"))
        #expect(eventually { venue.app("D").first?[49] == second.target })
        initiator.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }
}
