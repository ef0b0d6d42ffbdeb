import Clearance
import FIXRouter
import FIXSessions
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import TradingModel

/// Orders through a router and back: the send protocol, QuickFIX with our own store in a file, TCP over loopback, a venue that
/// acknowledges, and the reading of what it says. 64 are on their way at any time; the next one leaves when one is acknowledged.
///
/// The venue is QuickFIX too, in the same process and with its store in memory; so the machine carries both sides. Its own answer
/// is checked: each order came to the venue once, and each was reported sent and acknowledged.
struct RouterBench {
    let options: BenchOptions
    private static var inFlight: Int { 64 }
    private static var orders: Int { 60_000 }

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> [BenchLine] {
        var rates: [Double] = [], plain: [Double] = []
        for round in 0..<options.rounds {
            plain.append(try measure(Self.orders, round, logs: false, syncs: false))
            rates.append(try measure(Self.orders, round, logs: true, syncs: false))
        }
        let synced = try measure(2_000, 0, logs: true, syncs: true)
        try? FileManager.default.removeItem(atPath: options.folder + "/router")
        return [
            .atLeast("router, 64 in flight, store in a file: orders acknowledged", median(plain), "orders/s", 25_000),
            .stated("the same with the message log", median(rates), "orders/s"),
            .stated("the same, each message synced before it leaves", synced, "orders/s"),
        ]
    }

    /// The name of a session is used once a process.
    private static let sessions = Atomic<Int>(0)

    private func measure(_ count: Int, _ round: Int, logs: Bool, syncs: Bool) throws -> Double {
        let folder = try options.emptyFolder("router"), names = Names()
        let name = "\(Self.sessions.add(1, ordering: .relaxed).newValue)", port = try Self.freePort()
        let venue = AcknowledgingVenue()
        let acceptor = try FIXEngine(
            [FIXSessionSettings(role: .acceptor, sender: "VENUE" + name, target: "BENCH" + name, port: port)], handler: venue)
        try acceptor.start()
        defer { acceptor.stop(graceMilliseconds: 0) }
        var settings = FIXSessionSettings(
            role: .initiator, sender: "BENCH" + name, target: "VENUE" + name, port: port, storePath: folder)
        (settings.logsMessages, settings.syncsStore) = (logs, syncs)
        let desk = Desk(try Self.cleared(count, names))
        let router = try FIXRouter(
            settings, names: names, recovery: RouterRecovery(names: names), clock: { WallClock.now() },
            deliver: { desk.take($0) })
        desk.router.withLock { $0 = router }
        try router.start()
        try router.waitForLogon(seconds: 10)
        let start = TickClock.monotonic()
        for _ in 0..<Self.inFlight { desk.submitNext() }
        guard desk.finished.wait(timeout: .now() + 120) == .success else {
            throw Refusal.answer("router: \(desk.counts) of \(count) orders came back in two minutes")
        }
        let elapsed = Double(TickClock.monotonic() - start)
        let (sent, acknowledged) = desk.counts, came = venue.count
        desk.router.withLock { $0 = nil }
        router.stop(graceMilliseconds: 0)
        guard sent == count, acknowledged == count, came == count else {
            throw Refusal.answer(
                "router: of \(count) orders \(sent) were sent, \(came) came and \(acknowledged) were acknowledged")
        }
        return Double(count) / elapsed * 1e9
    }

    private static func cleared(_ count: Int, _ names: Names) throws -> [ClearedOrder] {
        let symbol = names.symbol("ABC"), account = names.text("ACC")
        let money = Notional(Price(rawValue: 1_000_000 * Price.one), Quantity(units: 1_000))
        let rules = Rules(
            Limits(
                common: Limits.Bounds(
                    maxQuantity: Quantity(units: 1_000), maxNotional: money, collarBasisPoints: 1_000,
                    maxPosition: Quantity(units: 1_000_000)), maxReferenceAge: .max, needsReference: false, throttleOrders: count,
                throttleWindow: 1, duplicateWindow: 0))
        let context = Context(
            instrument: Instrument(symbol: symbol, tickSize: Price(rawValue: 10_000_000), lotSize: Quantity(units: 1)))
        return try (0..<count).map { number in
            let order = OrderRequest(
                eventTime: WallClock.now(), clOrdID: ClOrdID(day: 2_000, vertex: 1, sequence: UInt64(number + 1), place: 0),
                account: account, symbol: symbol, side: .buy, orderQty: Quantity(units: 100), ordType: .limit,
                price: Price(rawValue: 100 * Price.one))
            guard let cleared = rules.evaluate(order, in: context).cleared else {
                throw Refusal.answer("router: an order within all limits was not cleared")
            }
            return cleared
        }
    }

    private static func freePort() throws -> Int {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, length) + getsockname(file, $0, &length) }
        }
        guard status == 0 else { throw Refusal.answer("router: no free port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// Submits, and submits again for each acknowledgment. What comes back comes on the router's thread alone.
private final class Desk: Sendable {
    private struct State {
        var next = 0, sent = 0, acknowledged = 0
    }
    private let orders: [ClearedOrder]
    private let state = Mutex(State())
    let router: Mutex<FIXRouter?> = Mutex(nil)
    let finished = DispatchSemaphore(value: 0)

    init(_ orders: [ClearedOrder]) { self.orders = orders }

    var counts: (sent: Int, acknowledged: Int) { state.withLock { ($0.sent, $0.acknowledged) } }

    func submitNext() {
        let next = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        if next < orders.count { router.withLock { $0?.submit(orders[next]) } }
    }

    func take(_ report: ExecutionReport) {
        let isAcknowledged = report.msgType == .executionReport && report.execType == .new
        let isLast = state.withLock { state in
            if report.msgType == .sent { state.sent += 1 }
            if isAcknowledged { state.acknowledged += 1 }
            return isAcknowledged && state.acknowledged == orders.count
        }
        if isLast { finished.signal() } else if isAcknowledged { submitNext() }
    }
}

/// Says New to every order.
private final class AcknowledgingVenue: FIXHandler {
    private struct State {
        var count = 0
        var report = FIXMessageBuilder(.executionReport)
    }
    private let state = Mutex(State())
    var count: Int { state.withLock { $0.count } }

    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        guard let id = message.bytes(.clOrdID), let quantity = message.bytes(.orderQty) else { return .missingField(.clOrdID) }
        return state.withLock { state in
            state.count += 1
            state.report.reset(to: .executionReport)
            state.report.append(.orderID, state.count)
            state.report.append(.clOrdID, bytes: id)
            state.report.append(.execID, state.count)
            state.report.append(.execType, character: UInt8(ascii: "0"))
            state.report.append(.ordStatus, character: UInt8(ascii: "0"))
            state.report.append(.symbol, "ABC")
            state.report.append(.side, character: UInt8(ascii: "1"))
            state.report.append(.orderQty, bytes: quantity)
            state.report.append(.cumQty, 0)
            state.report.append(.leavesQty, bytes: quantity)
            state.report.append(.avgPx, 0)
            _ = try? session.send(state.report)
            return .accept
        }
    }
}
