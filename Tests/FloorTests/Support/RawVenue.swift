import Foundation
import Glibc
import Synchronization

/// A FIX 4.4 acceptor of its own on a thread of its own, over `FIXWire`. It keeps its session over reconnects, fills the
/// orders that it gets, or half of them until they are canceled, and counts what it was sent.
final class RawVenue: Sendable {
    struct Order {
        var symbol: String, side: String, quantity: Int, price: String
        var filled = 0, status = "0", entered = 0
    }
    struct Fill { var execID: String, clOrdID: String, symbol: String, side: String, quantity: Int, price: String }
    struct Seen {
        var orders: [String: Order] = [:]
        var fills: [Fill] = []
        var messages: [FIXWire.Message] = []
        var logons = 0, statusRequests = 0
        var mistakes: [String] = []
    }
    private struct Session {
        var nextIn = 1, nextOut = 1, execID = 0, forgotten = 0
        /// What was sent, for resends; nil where it was no application message.
        var sent: [[(Int, String)]?] = []
    }
    let port: Int
    private let state = Mutex(Seen())
    private let isStopping = Atomic<Bool>(false), isClosed = Atomic<Bool>(false)
    private let isDone = DispatchSemaphore(value: 0)
    /// Answers each Logon with a Logout that says this.
    private let refusal: String?
    /// TransactTime(60) of all reports: not after the tape's time, which alone is the desk's clock.
    private let time: String
    /// So many orders and cancels it reads and forgets, as if they had never come; then it hangs up.
    private let forgets: Int
    private let listener: Int32

    init(refusal: String? = nil, time: String = "20200101-00:00:00.000", forgets: Int = 0) throws {
        (self.refusal, self.time, self.forgets) = (refusal, time, forgets)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                guard bind(descriptor, raw, length) == 0, listen(descriptor, 8) == 0 else { return 0 }
                getsockname(descriptor, raw, &length)
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
        Thread.detachNewThread { [self] in
            serve()
            isDone.signal()
        }
    }

    var seen: Seen { state.withLock { $0 } }

    func stop() {
        guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        isDone.wait()
        close(listener)
    }

    /// The end of the day: what rests expires, and nothing rests from now on.
    func endDay() { isClosed.store(true, ordering: .releasing) }

    /// The day as `floor reconcile` reads it.
    var statement: String {
        let seen = self.seen
        var text = "record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee\n"
        var positions: [String: Int] = [:]
        for fill in seen.fills {
            text += "fill,2020-01-01T00:00:00Z,\(fill.execID),\(fill.clOrdID),\(fill.symbol),\(fill.side),"
            text += "\(fill.quantity),\(fill.price),0\n"
            positions[fill.symbol, default: 0] += fill.side == "1" ? fill.quantity : -fill.quantity
        }
        for (symbol, quantity) in positions.sorted(by: { $0.key < $1.key }) where quantity != 0 {
            text += "position,2020-01-01T00:00:00Z,,,\(symbol),,\(quantity),,\n"
        }
        return text
    }

    // MARK: The session

    private func serve() {
        var session = Session()
        while !isStopping.load(ordering: .acquiring) {
            var wait = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 20) == 1 else { continue }
            var wire = FIXWire(accept(listener, nil, nil))
            do {
                while !isStopping.load(ordering: .acquiring) {
                    if isClosed.load(ordering: .acquiring) { try expire(&session, wire) }
                    guard let message = try wire.next(milliseconds: 20) else { continue }
                    guard try handle(message, &session, wire) else { break }
                }
            } catch FIXWire.Failure.malformed(let text) {
                state.withLock { $0.mistakes.append("malformed: \(text)") }
            } catch {}  // the desk is gone; it comes again
        }
    }

    private func send(_ type: String, _ body: [(Int, String)], _ session: inout Session, _ wire: borrowing FIXWire) throws {
        let number = session.nextOut
        session.nextOut += 1
        session.sent.append(type == "8" || type == "9" ? [(35, type)] + body : nil)
        try wire.send(header(type, number) + body)
    }
    private func header(_ type: String, _ number: Int) -> [(Int, String)] {
        [(35, type), (34, String(number)), (49, "BROKER"), (52, utcNow()), (56, "FLOOR")]
    }

    /// - Returns: false when the session is over.
    private func handle(_ message: FIXWire.Message, _ session: inout Session, _ wire: borrowing FIXWire) throws -> Bool {
        state.withLock { $0.messages.append(message) }
        if message.type == "A" {
            state.withLock { $0.logons += 1 }
            if let refusal {
                try send("5", [(58, refusal)], &session, wire)
                return false
            }
            if message[141] == "Y" { session = Session() }
            try send("A", [(98, "0"), (108, message[108] ?? "30")], &session, wire)
            if message.seqNum > session.nextIn {
                try send("2", [(7, String(session.nextIn)), (16, "0")], &session, wire)
                return true
            }
        }
        if message.type == "4" {
            session.nextIn = max(session.nextIn, Int(message[36] ?? "") ?? 0)
            return true
        }
        if message.type == "D" || message.type == "F", session.forgotten < forgets {
            session.forgotten += 1
            return session.forgotten < forgets
        }
        guard message.seqNum >= session.nextIn else {
            if !message.isPossDup, message.type != "A" { note("MsgSeqNum \(message.seqNum) again: \(message)") }
            return true
        }
        guard message.seqNum == session.nextIn else { return true }  // it comes again, after the ResendRequest
        session.nextIn += 1
        switch message.type {
        case "1": try send("0", [(112, message[112] ?? "")], &session, wire)
        case "2": try resend(from: Int(message[7] ?? "") ?? 1, session, wire)
        case "5":
            try send("5", [], &session, wire)
            return false
        case "D": try enter(message, &session, wire)
        case "F": try cancel(message, &session, wire)
        case "H": try tell(message, &session, wire)
        case "0", "A": break
        default: note("unexpected: \(message)")
        }
        return true
    }
    private func note(_ mistake: String) { state.withLock { $0.mistakes.append(mistake) } }

    private func resend(from first: Int, _ session: Session, _ wire: borrowing FIXWire) throws {
        var at = first
        while at < session.nextOut {
            if let body = session.sent[at - 1] {
                try wire.send(header(body[0].1, at) + [(43, "Y"), (122, utcNow())] + body.dropFirst())
                at += 1
            } else {
                var next = at
                while next < session.nextOut, session.sent[next - 1] == nil { next += 1 }
                try wire.send(header("4", at) + [(43, "Y"), (122, utcNow()), (123, "Y"), (36, String(next))])
                at = next
            }
        }
    }

    // MARK: Orders

    private func enter(_ message: FIXWire.Message, _ session: inout Session, _ wire: borrowing FIXWire) throws {
        let id = message[11] ?? ""
        let known = state.withLock { seen in
            seen.orders[id]?.entered += 1
            return seen.orders[id] != nil
        }
        if known { return note("ClOrdID \(id) was entered a second time: \(message)") }
        var order = Order(
            symbol: message[55] ?? "", side: message[54] ?? "", quantity: Int(message[38] ?? "") ?? 0, price: message[44] ?? "",
            entered: 1)
        state.withLock { $0.orders[id] = order }
        try report(id, order, "0", &session, wire)
        // Every third order is only half filled, and rests.
        let isHalf = state.withLock { $0.orders.count } % 3 == 0 && order.quantity > 1
        order.filled = isHalf ? order.quantity / 2 : order.quantity
        order.status = isHalf ? "1" : "2"
        state.withLock { $0.orders[id] = order }
        try report(id, order, "F", last: order.filled, &session, wire)
    }

    private func expire(_ session: inout Session, _ wire: borrowing FIXWire) throws {
        let resting = state.withLock { seen in seen.orders.filter { $0.value.status == "1" } }
        for (id, var order) in resting {
            order.status = "C"
            state.withLock { [order] in $0.orders[id] = order }
            try report(id, order, "C", &session, wire)
        }
    }

    private func cancel(_ message: FIXWire.Message, _ session: inout Session, _ wire: borrowing FIXWire) throws {
        let original = message[41] ?? ""
        guard var order = state.withLock({ $0.orders[original] }), order.status == "1" || order.status == "0" else {
            return try send(
                "9",
                [
                    (37, "O" + original), (11, message[11] ?? ""), (41, original), (39, "2"), (434, "1"), (102, "0"), (60, time),
                ], &session, wire)
        }
        order.status = "4"
        state.withLock { [order] in $0.orders[original] = order }
        try report(message[11] ?? "", order, "4", of: original, &session, wire)
    }

    private func tell(_ message: FIXWire.Message, _ session: inout Session, _ wire: borrowing FIXWire) throws {
        let id = message[11] ?? "", number = message[790].map { [(790, $0)] } ?? []
        let order = state.withLock { seen in
            seen.statusRequests += 1
            return seen.orders[id]
        }
        if let order { return try report(id, order, "I", more: number, &session, wire) }
        try send(
            "8",
            [
                (37, "NONE"), (11, id), (17, "0"), (150, "I"), (39, "8"), (103, "5"), (55, message[55] ?? ""),
                (54, message[54] ?? ""), (151, "0"), (14, "0"), (6, "0"), (60, time),
            ] + number, &session, wire)
    }

    private func report(
        _ id: String, _ order: Order, _ execType: String, last: Int = 0, of original: String? = nil, more: [(Int, String)] = [],
        _ session: inout Session, _ wire: borrowing FIXWire
    ) throws {
        session.execID += 1
        let execID = execType == "I" ? "0" : "R\(session.execID)"
        let leaves = order.status == "0" || order.status == "1" ? order.quantity - order.filled : 0
        if last > 0 {
            state.withLock {
                $0.fills.append(
                    Fill(
                        execID: execID, clOrdID: id, symbol: order.symbol, side: order.side, quantity: last, price: order.price))
            }
        }
        var body = [
            (37, "O" + (original ?? id)), (11, id), (17, execID), (150, execType), (39, order.status), (55, order.symbol),
            (54, order.side), (38, String(order.quantity)), (151, String(leaves)), (14, String(order.filled)),
            (6, order.filled > 0 ? order.price : "0"), (60, time),
        ]
        if let original { body.append((41, original)) }
        if last > 0 { body += [(32, String(last)), (31, order.price)] }
        try send("8", body + more, &session, wire)
    }

    private func utcNow() -> String {
        var now = Glibc.time(nil), parts = tm()
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let length = strftime(&buffer, buffer.count, "%Y%m%d-%H:%M:%S", &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
