import FIXSessions
import Foundation
import PlainData
import TradingModel

/// The reports on their way to an EMS: each is said once, in order, whatever is killed in between.
///
/// A report that is made again after a restart has the ids that it had. So what the session's store holds has been said,
/// and comes to whoever missed it through the session; what it does not hold was not.
///
/// `@unchecked Sendable`: everything is touched under the condition's lock.
final class ParentOutbox: @unchecked Sendable {
    /// Where a checkpoint found it: what was not said yet, and our next MsgSeqNum then.
    struct Place {
        var unsent: [ParentReport] = [], nextNumber: Int64 = 1

        mutating func state(_ coder: inout StateCoder) {
            coder.elements(&unsent)
            coder.field(&nextNumber)
        }
    }

    private let condition = NSCondition()
    private var reports: [ParentReport]
    /// What the store has of those that may be made again, and how often.
    private var said: [String: Int] = [:]
    private var isClosed = false
    private let capacity: Int

    init(_ place: Place, capacity: Int = 65_536) { (reports, self.capacity) = (place.unsent, capacity) }

    private static func key(_ msgType: FIXMsgType, _ id: String) -> String { "\(msgType)\(id)" }
    private static func key(_ report: ParentReport, _ names: Names) -> String {
        report.msgType == .orderCancelReject
            ? key(.orderCancelReject, report.clOrdID.text(names)) : key(.executionReport, report.execID.ownText)
    }

    /// What the session has kept since `place`: said already. Before anything is sent.
    func pass(over stored: [FIXStoredMessage]) {
        condition.lock()
        defer { condition.unlock() }
        for message in stored {
            let id = message.msgType == .orderCancelReject ? message.clOrdID : message.execID
            said[Self.key(message.msgType, String(decoding: id, as: UTF8.self)), default: 0] += 1
        }
    }

    /// Waits for room, once somebody takes them; never before.
    func post(_ report: ParentReport, waits: Bool) {
        condition.lock()
        defer { condition.unlock() }
        while waits, reports.count >= capacity, !isClosed { condition.wait() }
        reports.append(report)
        condition.broadcast()
    }

    /// The first report that was not said; nil when it is closed and all are. It stays until it is `done`.
    func next(_ names: Names) -> ParentReport? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            while let first = reports.first {
                guard let count = said[Self.key(first, names)], count > 0 else { return first }
                said[Self.key(first, names)] = count > 1 ? count - 1 : nil
                removeFirst()
            }
            if isClosed { return nil }
            condition.wait()
        }
    }
    /// The first one lies in the session's store.
    func done() {
        condition.lock()
        defer { condition.unlock() }
        removeFirst()
    }
    private func removeFirst() {
        reports.removeFirst()
        condition.broadcast()
    }

    /// - Parameter nextNumber: asked before what is unsent is looked at: what is sent meanwhile is found in the store then.
    func place(_ nextNumber: () -> Int) -> Place {
        let number = nextNumber()
        condition.lock()
        defer { condition.unlock() }
        return Place(unsent: reports, nextNumber: Int64(number))
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}
