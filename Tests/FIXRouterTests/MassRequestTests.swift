import FIXSessions
import PlainData
import TradingModel
import Testing

@testable import FIXRouter

/// Questions about all orders, and cancels of all. FIX 4.4, volume 4: OrderMassStatusRequest (AF), OrderMassCancelRequest (q).
@Suite("one message about all orders")
struct MassRequestTests {
    /// A protocol that a crash has left with orders of which nobody knows whether they left.
    private struct Desk: ~Copyable {
        var sends: SendProtocol
        var actions: [SendProtocol.Action] = []

        init(orders: ClosedRange<UInt64>, _ change: (inout SendLimits) -> Void = { $0.questions = .mass }) {
            var limits = SendLimits(answer: 5, orderAge: 1_000)
            change(&limits)
            sends = SendProtocol(limits: limits)
            for sequence in orders { sends.restore(makeRequest(sequence), takenAt: 0) }
            sends.finishRestoring(into: &actions)
            actions = []
            sends.sessionUp(now: 1, into: &actions)
        }
        mutating func take() -> [SendProtocol.Action] {
            defer { actions = [] }
            return actions.filter { if case .record = $0 { false } else { true } }
        }
        mutating func asked(_ number: UInt64 = 77) { sends.askedAll(.sent(msgSeqNum: 5), number: number, now: 1, into: &actions) }
        mutating func hear(_ sequence: UInt64, last: Bool, number: UInt64 = 77) {
            let report = makeReport(makeID(sequence), .orderStatus, .new)
            _ = sends.reported(report, isUnknownOrder: false, answers: nil, now: 2, into: &actions)
            _ = sends.answered(MassAnswer(number: number, total: nil, isLast: last), report, now: 2, into: &actions)
        }
    }

    @Test("all that are in doubt are asked about at once; what the answers leave out is asked about one by one")
    func status() {
        var desk = Desk(orders: 1...3)
        #expect(desk.take() == [.askAll])
        desk.asked()
        desk.hear(1, last: false)
        #expect(desk.take() == [] && desk.sends.inDoubtCount == 2)
        desk.hear(3, last: true)
        #expect(desk.take() == [.ask(makeRequest(2))])
        // Only the answer to that is believed to say that the order is not there.
        desk.sends.asked(makeID(2), .sent(msgSeqNum: 6), number: 99, now: 3)
        let unknown = makeReport(makeID(2), .orderStatus, .rejected)
        _ = desk.sends.reported(unknown, isUnknownOrder: true, answers: 99, now: 3, into: &desk.actions)
        #expect(desk.take() == [.send(makeRequest(2), possResend: true)])
    }

    @Test("one order is asked about by itself; so are all where the venue has none, refuses, or says nothing")
    func otherwise() {
        var one = Desk(orders: 1...1)
        #expect(one.take() == [.ask(makeRequest(1))])

        var none = Desk(orders: 1...2)
        none.asked()
        _ = none.take()
        let nothing = makeReport(.none, .orderStatus, .rejected)
        let isForDesk = none.sends.answered(
            MassAnswer(number: 77, total: 0, isLast: true), nothing, now: 2, into: &none.actions)
        #expect(!isForDesk)
        #expect(none.take() == [.ask(makeRequest(1)), .ask(makeRequest(2))])

        var refused = Desk(orders: 1...2)
        refused.asked()
        _ = refused.take()
        let refusal = MessageRefusal(
            refSeqNum: 5, refTagID: 0, reason: 3, clOrdID: .none, text: "no AF here", msgSeqNum: 9, eventTime: 1)
        let isOurs = refused.sends.refused(refusal, now: 2, into: &refused.actions)
        #expect(isOurs)
        #expect(refused.take() == [.ask(makeRequest(1)), .ask(makeRequest(2))])

        var silent = Desk(orders: 1...2)
        silent.asked()
        _ = silent.take()
        silent.sends.tick(now: 5, into: &silent.actions)
        #expect(silent.take() == [])
        silent.sends.tick(now: 6, into: &silent.actions)
        #expect(silent.take() == [.ask(makeRequest(1)), .ask(makeRequest(2))])
    }

    @Test("a venue that answers no questions is asked none: the orders stay in doubt, for a person")
    func noQuestions() {
        var desk = Desk(orders: 1...2) { $0.questions = .none }
        #expect(desk.take() == [] && desk.sends.inDoubtCount == 2)
    }

    private func makeCanceling(_ orders: ClosedRange<UInt64>, except spared: UInt64? = nil) -> SendProtocol {
        var limits = SendLimits(answer: 1_000, orderAge: 1_000)
        (limits.massCancel, limits.pace) = (3, SendPace(messages: 100, reserve: 0))
        limits.pace.per = 10
        var sends = SendProtocol(limits: limits), actions: [SendProtocol.Action] = []
        sends.sessionUp(now: 0, into: &actions)
        for sequence in orders {
            sends.take(makeRequest(sequence), now: 0, into: &actions)
            sends.handedOver(makeID(sequence), .sent(msgSeqNum: sequence), now: 0, into: &actions)
            _ = sends.reported(makeReport(makeID(sequence)), isUnknownOrder: false, answers: nil, now: 0, into: &actions)
        }
        // No room for a while.
        for _ in 0..<100 { sends.lanes.left(now: 20) }
        for sequence in orders where sequence != spared {
            sends.take(makeRequest(100 + sequence, .cancel, orig: sequence), now: 20, into: &actions)
        }
        for now in [21, 22] as [Int64] { sends.tick(now: now, into: &actions) }
        return sends
    }

    @Test(
        "where all is to be canceled and the throttle holds it up, one message says so first; cancels of what has ended stay here"
    )
    func cancel() {
        var sends = makeCanceling(1...4), actions: [SendProtocol.Action] = []
        sends.depart(now: 29, into: &actions)
        #expect(actions == [])
        // The venue cancels the first one before the others' turn.
        _ = sends.reported(
            makeReport(makeID(1), .canceled, .canceled), isUnknownOrder: false, answers: nil, now: 29, into: &actions)
        #expect(actions == [.record(.refused(makeRequest(101, .cancel, orig: 1), .orderEnded))])
        actions = []
        sends.depart(now: 30, into: &actions)
        #expect(
            actions == [.cancelAll]
                + (102...104 as ClosedRange<UInt64>).map {
                    .send(makeRequest($0, .cancel, orig: $0 - 100), possResend: false)
                })
    }

    @Test("an order that is to live on forbids it")
    func spared() {
        var sends = makeCanceling(1...5, except: 3), actions: [SendProtocol.Action] = []
        sends.depart(now: 30, into: &actions)
        #expect(actions.count == 4 && !actions.contains(.cancelAll))
    }

    /// Fields by FIX 4.4: required are 584, 585; 11, 530, 60.
    @Test("they are written as FIX has them, and FIX 4.2 has neither; the report of a mass cancel is read")
    func messages() throws {
        let encoder = OrderEncoder(names: Names())
        var message = FIXMessageBuilder(.newOrderSingle)
        func field(_ tag: FIXTag) -> String? { message.bytes(tag).map { String(decoding: $0, as: UTF8.self) } }
        try encoder.encodeMassStatusRequest(number: 7, into: &message)
        #expect(message.msgType.description == "AF" && field(584) == "7" && field(585) == "7" && message.tags.count == 2)
        try encoder.encodeMassCancelRequest(number: 8, transactTime: 0, into: &message)
        #expect(message.msgType.description == "q" && field(11) == "ALL-8" && field(530) == "7" && field(60) != nil)
        let old = OrderEncoder(names: Names(), version: .fix42)
        #expect(throws: EncodingFlaw.self) { try old.encodeMassStatusRequest(number: 7, into: &message) }
        #expect(throws: EncodingFlaw.self) { try old.encodeMassCancelRequest(number: 7, transactTime: 0, into: &message) }

        let decoder = VenueMessageDecoder(names: Names())
        func said(_ text: String) throws -> String {
            guard case .massCanceled(let isAccepted, let affected, let text) = try decoder.decode(TextMessage(text)) else {
                return ""
            }
            return "\(isAccepted) \(affected ?? -1) \(text)"
        }
        #expect(try said("35=r|34=3|52=20260302-10:00:00|37=O|530=7|531=7|533=12|") == "true 12 ")
        #expect(try said("35=r|34=3|52=20260302-10:00:00|37=O|530=7|531=0|532=99|58=not today|") == "false -1 not today")
        let answer = "35=8|34=3|52=20260302-10:00:00|37=O|17=0|150=I|39=0|11=A|55=S|54=1|14=0|151=5|6=0|584=7|911=2|912=Y|"
        guard case .report(_, nil, let mass) = try decoder.decode(TextMessage(answer)) else {
            Issue.record("no report")
            return
        }
        #expect(mass == MassAnswer(number: 7, total: 2, isLast: true))
    }
}
