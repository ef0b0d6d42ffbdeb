import FIXSessions
import PlainData
import TradingModel

/// A venue that counts. It never dies, forgets nothing, and shares no code with the desk.
///
/// What becomes of an order follows from its place among its instrument's orders, and from the seed, never from when it
/// came: so two runs whose orders are the same have the same fills.
final class SimulatedVenue {
    struct Order {
        var id: String, symbol: String, side: String, price: String
        var quantity: Int, filled = 0
        /// OrdStatus(39).
        var status = "0"
        /// How often it was entered under this ClOrdID.
        var entered = 1
        var ordinal: Int
        /// Its place among its instrument's orders.
        var number = 0
        /// Price ticks of its symbol until the rest fills; nil when it never does.
        var patience: Int?
        var isOpen: Bool { status == "0" || status == "1" }
    }
    struct Fill: Equatable {
        var ordinal: Int, quantity: Int, price: String, execID: String
    }
    /// The orders that were canceled, in that order.
    private(set) var cancels: [Int] = []
    private(set) var orders: [Order] = []
    private(set) var fills: [Fill] = []
    /// What should never happen.
    private(set) var mistakes: [String] = []
    private(set) var statusRequests = 0, unknownAnswers = 0, repeats = 0
    private var places: [String: Int] = [:]
    private var nextExecID = 1
    private let seed: UInt64
    private let link: SimulatedLink
    /// UTC, of every report: the tape's time, not the desk's.
    var reportTime: Int64 = 0
    /// A venue that takes everything and says nothing until it is false again.
    var isSilent = false { didSet { if !isSilent { for message in held { handle(message) }; held = [] } } }
    private var held: [WireMessage] = []
    /// The share of orders that are refused, in percent.
    var refusals = 8

    init(_ link: SimulatedLink, seed: UInt64) {
        (self.link, self.seed) = (link, seed)
        link.onRequest = { [unowned self] in if isSilent { held.append($0) } else { handle($0) } }
    }

    func order(_ id: String) -> Order? { places[id].map { orders[$0] } }
    /// Signed lots by symbol.
    var positions: [String: Int] {
        var sums: [String: Int] = [:]
        for fill in fills {
            let order = orders[fill.ordinal]
            sums[order.symbol, default: 0] += order.side == "1" ? fill.quantity : -fill.quantity
        }
        return sums.filter { $0.value != 0 }
    }

    private func handle(_ message: WireMessage) {
        switch message.type {
        case .newOrderSingle: enter(message)
        case .orderCancelRequest: cancel(message)
        case .orderStatusRequest: tell(message)
        default: mistakes.append("an unexpected message of type \(message.type)")
        }
    }

    // MARK: Requests

    private func enter(_ message: WireMessage) {
        let id = message[.clOrdID] ?? ""
        if let place = places[id] {
            orders[place].entered += 1
            mistakes.append("ClOrdID \(id) was entered \(orders[place].entered) times")
            return
        }
        var order = Order(
            id: id, symbol: message[.symbol] ?? "", side: message[.side] ?? "", price: message[.price] ?? "",
            quantity: Int(message[.orderQty] ?? "") ?? 0, ordinal: orders.count)
        order.number = orders.count { $0.symbol == order.symbol }
        var random = SplitMix64(seed: seed)
        for byte in order.symbol.utf8 { random.state = random.next() &+ UInt64(byte) }
        random.state &+= UInt64(order.number) &* 0x9E37
        if order.quantity <= 0 { mistakes.append("order \(id) has the quantity \(message[.orderQty] ?? "none")") }
        let kind = random.below(100)
        places[id] = orders.count
        if kind < refusals {
            order.status = "8"
            orders.append(order)
            return report(id, order, "8", [(.ordRejReason, "99")])
        }
        order.patience = kind < 70 ? 0 : kind < 92 ? 1 + random.below(12) : nil
        orders.append(order)
        report(id, order, "0")
        if order.patience == 0 {
            fill(order.ordinal, order.quantity)
        } else if order.quantity > 1, random.below(2) == 0 {
            fill(order.ordinal, 1 + random.below(order.quantity - 1))
        }
    }

    private func cancel(_ message: WireMessage) {
        let id = message[.clOrdID] ?? "", original = message[.origClOrdID] ?? ""
        guard let place = places[original], orders[place].isOpen else {
            return reject(id, original)
        }
        orders[place].status = "4"
        cancels.append(place)
        places[id] = place
        report(id, orders[place], "4", [(.origClOrdID, original)])
    }

    private func tell(_ message: WireMessage) {
        statusRequests += 1
        let id = message[.clOrdID] ?? ""
        let number = message[.ordStatusReqID].map { [(FIXTag.ordStatusReqID, $0)] } ?? []
        if let place = places[id] { return report(id, orders[place], "I", number) }
        unknownAnswers += 1
        var unknown = Order(
            id: id, symbol: message[.symbol] ?? "", side: message[.side] ?? "", price: "", quantity: 0, ordinal: -1)
        unknown.status = "8"
        report(id, unknown, "I", [(.ordRejReason, "5")] + number, orderID: "NONE")
    }

    // MARK: Executions

    /// The market trades in a symbol: what rests comes nearer to its fill.
    func tick(_ symbol: String) {
        for place in orders.indices where orders[place].symbol == symbol && orders[place].isOpen {
            guard let patience = orders[place].patience, patience > 0 else { continue }
            orders[place].patience = patience - 1
            if patience == 1 { fill(place, orders[place].quantity - orders[place].filled) }
        }
    }

    private func fill(_ place: Int, _ quantity: Int) {
        orders[place].filled += quantity
        orders[place].status = orders[place].filled == orders[place].quantity ? "2" : "1"
        let execID = "E\(nextExecID)"
        fills.append(Fill(ordinal: place, quantity: quantity, price: orders[place].price, execID: execID))
        report(
            orders[place].id, orders[place], "F", [(.lastQty, "\(quantity)"), (.lastPx, orders[place].price)])
    }

    /// The day ends: what rests expires.
    func endDay() {
        for place in orders.indices where orders[place].isOpen {
            orders[place].status = "C"
            report(orders[place].id, orders[place], "C")
        }
    }

    /// Sends a report of a fill once more, under a new number, as some venues do after a reconnect.
    func repeatFill(_ dice: UInt64) {
        guard !sentFills.isEmpty else { return }
        repeats += 1
        link.sendFromVenue(sentFills[Int(dice % UInt64(sentFills.count))])
    }
    private var sentFills: [WireMessage] = []

    // MARK: Reports

    private func reject(_ id: String, _ original: String) {
        var message = FIXMessageBuilder(.orderCancelReject)
        let status = places[original].map { orders[$0].status } ?? "8"
        for (tag, text) in [
            (FIXTag.orderID, "O" + original), (.clOrdID, id), (.origClOrdID, original), (.ordStatus, status),
            (.cxlRejResponseTo, "1"), (.cxlRejReason, places[original] == nil ? "1" : "0"),
        ] { message.append(tag, text) }
        message.append(.transactTime, utcNanoseconds: reportTime)
        link.sendFromVenue(WireMessage(message))
    }

    private func report(
        _ id: String, _ order: Order, _ execType: String, _ more: [(FIXTag, String)] = [], orderID: String? = nil
    ) {
        var message = FIXMessageBuilder(.executionReport)
        let execID = execType == "I" ? "0" : "E\(nextExecID)"
        if execType != "I" { nextExecID += 1 }
        for (tag, text) in [
            (FIXTag.orderID, orderID ?? "O\(order.id)"), (.clOrdID, id), (.execID, execID), (.execType, execType),
            (.ordStatus, order.status), (.symbol, order.symbol), (.side, order.side), (.orderQty, "\(order.quantity)"),
            (.leavesQty, order.isOpen ? "\(order.quantity - order.filled)" : "0"), (.cumQty, "\(order.filled)"),
            (.avgPx, order.filled > 0 ? order.price : "0"),
        ] + more { message.append(tag, text) }
        message.append(.transactTime, utcNanoseconds: reportTime)
        let wire = WireMessage(message)
        if execType == "F" {
            message.append(.possResend, flag: true)
            sentFills.append(WireMessage(message))
        }
        link.sendFromVenue(wire)
    }
}
