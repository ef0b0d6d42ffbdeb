import FIXSessions
import PlainData
import Testing
import TradingModel

@testable import FIXRouter

@Suite("requests that only the session knows of") struct LostRequestTests {
    /// A session of which nothing is wanted but its store.
    private final class Store: RouterSession {
        let name = "FIX.4.4:FLOOR->BROKER", resetOnLogon = false, isLoggedOn = false
        let messages: [FIXStoredMessage], next: Int
        init(_ messages: [FIXStoredMessage], next: Int) { (self.messages, self.next) = (messages, next) }
        func nextSeqNums() -> (sender: Int, target: Int) { (next, 1) }
        func setNextSeqNums(sender: Int, target: Int) throws(FIXEngineError) {}
        func stored(from first: Int, through last: Int) throws(FIXEngineError) -> [FIXStoredMessage] {
            messages.filter { (first...last).contains($0.msgSeqNum) }
        }
        func send(_ message: FIXMessageBuilder) throws(FIXEngineError) -> UInt64 { throw .notLoggedOn(session: name) }
        func start() throws(FIXEngineError) {}
        func stop(graceMilliseconds: Int) {}
    }
    private func message(_ number: Int, _ type: FIXMsgType = .newOrderSingle) -> FIXStoredMessage {
        FIXStoredMessage(msgSeqNum: number, msgType: type, clOrdID: Array(makeID(UInt64(number)).ownText.utf8))
    }

    /// The journal has the first so many of them; between two there are up to three heartbeats.
    @Test("exactly those that are not on record are found, however many there are", arguments: 1...40 as ClosedRange<UInt64>)
    func found(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), number = 1, messages: [FIXStoredMessage] = []
        for _ in 0..<random.below(1_200) {
            messages.append(message(number, [.newOrderSingle, .orderCancelRequest][random.below(2)]))
            number += 1 + random.below(4)
        }
        let kept = messages.isEmpty ? 0 : random.below(messages.count + 1)
        let known = Set(messages.prefix(kept).map(\.msgSeqNum))
        let lost = try LostRequest.find(Store(messages, next: number + 5), Names()) { known.contains(Int($0.sequence ?? 0)) }
        #expect(lost.map(\.msgSeqNum) == messages.dropFirst(kept).map(\.msgSeqNum))
        #expect(lost.map(\.clOrdID) == messages.dropFirst(kept).map { makeID(UInt64($0.msgSeqNum)) })
    }

    @Test("a question about an order is no order, and a new session has sent nothing")
    func others() throws {
        let asked = Store([message(2, .orderStatusRequest)], next: 3)
        #expect(try LostRequest.find(asked, Names()) { _ in false }.isEmpty)
        #expect(try LostRequest.find(Store([], next: 1), Names()) { _ in false }.isEmpty)
    }
}
