import Clearance
import PlainData
import Synchronization
import TradingModel

/// What a compliance shows to people: the orders that wait for a second person, and the switches that are thrown. It follows
/// the operator's state and decides nothing. Any thread may read it.
public final class ControlBoard: Sendable {
    public struct Waiting: Sendable {
        public let order: OrderRequest
        public let requester: TextID
        /// The version of the limits that are in force while it is seen, and the soft checks that were found, one bit each.
        public let limits: UInt32, softChecks: UInt64
        /// Nanoseconds since 1970.
        public let expires: Int64

        public var checks: [Check] {
            Check.allCases.filter { $0.code.hasPrefix("S") && softChecks >> (UInt64($0.rawValue) & 63) & 1 == 1 }
        }
    }
    public struct Thrown: Sendable {
        public let scope: Scope, halt: Standing.Halt
        /// The number of the account, strategy, venue (texts) or instrument that it is for.
        public let subject: UInt32
        public let who: TextID, why: TextID
        public let since: Int64
        /// Of a strategy that C16 has stopped: after how many orders. Nobody threw that switch.
        public var repeats: Int?
    }
    public struct Change: Sendable {
        public let key: LimitKey, symbol: SymbolID, account: TextID
        /// Nil where the limit is taken away.
        public let amount: Notional?
        public let from: Int64, until: Int64
        public let isInForce: Bool
        public let who: TextID, why: TextID
        /// Of a set: what it is called, what it says, and its version.
        public let name: TextID, text: TextID, version: UInt32
    }
    private struct Content {
        var waiting: [Waiting] = [], thrown: [Thrown] = [], changes: [Change] = []
        var versions: [TextID: UInt32] = [:]
    }
    private let content = Mutex(Content())

    public init() {}
    public var waiting: [Waiting] { content.withLock { $0.waiting } }
    public var thrown: [Thrown] { content.withLock { $0.thrown } }
    public var changes: [Change] { content.withLock { $0.changes } }
    /// The highest version of a set that was put in force; 0 for none.
    public func version(ofSet name: TextID) -> UInt32 { content.withLock { $0.versions[name] ?? 0 } }

    /// - Parameter limits: the version in force, under which the orders are seen.
    func show(_ reviews: borrowing ReviewDesk, limits: UInt32) {
        var rows: [Waiting] = []
        reviews.each {
            rows.append(
                Waiting(
                    order: $0.request, requester: TextID(rawValue: $0.requester), limits: limits, softChecks: $0.softChecks,
                    expires: $0.expires))
        }
        content.withLock { $0.waiting = rows.reversed() }
    }
    func show(_ limits: borrowing LimitBook) {
        let rows = limits.changes.map {
            Change(
                key: $0.key, symbol: SymbolID(rawValue: $0.symbol), account: TextID(rawValue: $0.account),
                amount: $0.isNone ? nil : Notional(rawValue: $0.amount), from: $0.from, until: $0.until,
                isInForce: $0.isInForce, who: TextID(rawValue: $0.who), why: TextID(rawValue: $0.why),
                name: TextID(rawValue: $0.name), text: $0.set, version: $0.version)
        }
        let versions = Dictionary(limits.sets.map { (TextID(rawValue: $0.name), $0.version) }) { max($0, $1) }
        content.withLock { ($0.changes, $0.versions) = (rows, versions) }
    }
    func show(_ switches: borrowing Switchboard, _ repeats: borrowing RepeatWatch) {
        var rows = switches.thrown.map {
            Thrown(
                scope: $0.scope, halt: $0.halt, subject: $0.subject, who: TextID(rawValue: $0.who),
                why: TextID(rawValue: $0.why), since: $0.since)
        }
        rows += repeats.stopped.map {
            Thrown(
                scope: .strategy, halt: .stopped, subject: $0.strategy, who: .none, why: .none, since: $0.since,
                repeats: Int($0.count))
        }
        content.withLock { $0.thrown = rows }
    }
}
