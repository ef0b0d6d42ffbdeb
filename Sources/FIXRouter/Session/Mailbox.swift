import Foundation
import TradingModel

/// What the router's thread is told.
enum Mail: Sendable {
    /// With the time at which it was made, where that was before a restart.
    case submit(OrderRequest, madeAt: Int64?)
    case loggedOn, loggedOut
    case gapFilled(ClOrdID)
    case message(VenueMessage)
    case unreadable(UnreadableMessage, ClOrdID)
    case stop
}

/// The one way to the router's thread. Every session callback and every caller only leaves something here.
///
/// The venue's messages wait for room, so a desk that cannot take them makes the session stop reading. Requests and
/// session changes never wait: requests are as many as the desk has open, and whoever brings them is what makes room.
///
/// `@unchecked Sendable`: the letters are touched only under the condition's lock.
final class Mailbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var letters: [Mail] = []
    private var isClosed = false
    private let capacity: Int

    init(capacity: Int = 4096) { self.capacity = capacity }

    func post(_ mail: Mail, waitsForRoom: Bool = false) {
        condition.lock()
        defer { condition.unlock() }
        while waitsForRoom, letters.count >= capacity, !isClosed { condition.wait() }
        letters.append(mail)
        condition.broadcast()
    }

    /// Everything that is there, as soon as there is something; nothing after the time.
    func take(within seconds: Double) -> [Mail] {
        condition.lock()
        defer { condition.unlock() }
        if letters.isEmpty { _ = condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
        guard !letters.isEmpty else { return [] }
        let taken = letters
        letters.removeAll(keepingCapacity: true)
        condition.broadcast()
        return taken
    }

    /// Everything that is there.
    func takeNow() -> [Mail] {
        condition.lock()
        defer { condition.unlock() }
        let taken = letters
        letters.removeAll(keepingCapacity: true)
        return taken
    }

    /// Nobody reads any more: whoever waits for room goes on.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}
