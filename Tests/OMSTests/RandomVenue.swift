import PlainData
import TradingModel

/// A venue that trades, busts, corrects, replaces and cancels a few orders at random but by the rules, with its own
/// idea of what was traded: the second method that the reducer is compared with.
struct RandomVenue {
    enum Event { case request(OrderRequest), report(ExecutionReport) }
    struct Order {
        var id: ClOrdID, orderQty: Int64, fills: [UInt32: (quantity: Int64, price: Int64)] = [:], isOpen = true
        var cumQty: Int64 { fills.values.reduce(0) { $0 + $1.quantity } }
    }
    var random: SplitMix64
    var orders: [Order] = [], log: [Event] = []
    private var nextID: UInt64 = 1, nextExec: UInt32 = 1

    init(seed: UInt64, steps: Int, replaces: Bool = true) {
        random = SplitMix64(seed: seed)
        for _ in 0..<3 { enter() }
        for _ in 0..<steps { step(replaces) }
    }

    mutating func freshID() -> ClOrdID {
        defer { nextID += 1 }
        return ClOrdID(day: 1, vertex: 1, sequence: nextID, place: 0)
    }

    mutating func send(_ action: OrderRequest.Action, _ id: ClOrdID, of orig: ClOrdID = .none, _ quantity: Int64) {
        log.append(
            .request(
                OrderRequest(
                    eventTime: Int64(log.count), action: action, clOrdID: id, origClOrdID: orig, symbol: SymbolID(rawValue: 1),
                    side: .buy, orderQty: Quantity(units: quantity), ordType: .limit)))
    }

    mutating func say(
        _ order: Int, _ type: ExecType, _ status: OrdStatus, id: ClOrdID? = nil, exec: UInt32? = nil, ref: UInt32 = 0,
        quantity: Int64 = 0, price: Int64 = 0
    ) {
        let execID = exec ?? nextExec
        nextExec = max(nextExec, execID + 1)
        let isOpen = status != .canceled && status != .rejected
        log.append(
            .report(
                ExecutionReport(
                    eventTime: Int64(log.count), clOrdID: id ?? orders[order].id, execID: TextID(rawValue: execID),
                    execRefID: TextID(rawValue: ref), execType: type, ordStatus: status, symbol: SymbolID(rawValue: 1),
                    side: .buy,
                    orderQty: Quantity(units: orders[order].orderQty), cumQty: Quantity(units: orders[order].cumQty),
                    leavesQty: Quantity(units: isOpen ? max(0, orders[order].orderQty - orders[order].cumQty) : 0),
                    lastQty: Quantity(units: quantity), lastPx: price == 0 ? .none : Price(rawValue: price))))
    }

    mutating func enter() {
        let id = freshID(), quantity = Int64(100 + random.below(900))
        orders.append(Order(id: id, orderQty: quantity))
        send(.new, id, quantity)
        say(orders.count - 1, .new, .new)
    }

    func status(_ order: Int) -> OrdStatus {
        let cumQty = orders[order].cumQty
        return cumQty >= orders[order].orderQty ? .filled : cumQty > 0 ? .partiallyFilled : .new
    }

    mutating func step(_ replaces: Bool) {
        let order = random.below(orders.count)
        guard orders[order].isOpen else { return random.below(4) == 0 ? enter() : () }
        let price = Int64(1 + random.below(1_000_000_000)), exec = nextExec
        let known = orders[order].fills.keys.sorted()
        switch random.below(replaces ? 10 : 7) {
        case 0...3:
            let open = orders[order].orderQty - orders[order].cumQty
            guard open > 0 else { return }
            let quantity = Int64(1 + random.below(Int(open)))
            orders[order].fills[exec] = (quantity, price)
            say(order, .trade, status(order), exec: exec, quantity: quantity, price: price)
        case 4 where !known.isEmpty:
            let ref = known[random.below(known.count)]
            let quantity = orders[order].fills.removeValue(forKey: ref)?.quantity ?? 0
            say(order, .tradeCancel, status(order), exec: exec, ref: ref, quantity: quantity, price: price)
        case 5, 6:
            guard !known.isEmpty else { return }
            let ref = known[random.below(known.count)]
            let quantity = orders[order].fills.removeValue(forKey: ref)?.quantity ?? 1
            orders[order].fills[exec] = (quantity, price)
            say(order, .tradeCorrect, status(order), exec: exec, ref: ref, quantity: quantity, price: price)
        case 7:
            let id = freshID(), quantity = orders[order].cumQty + Int64(1 + random.below(500))
            send(.replace, id, of: orders[order].id, quantity)
            say(order, .pendingReplace, .pendingReplace, id: id)
            if random.below(4) == 0 {
                var reject = ExecutionReport(
                    eventTime: Int64(log.count), msgType: .orderCancelReject, clOrdID: id, execType: .none,
                    ordStatus: status(order),
                    symbol: SymbolID(rawValue: 1), side: .buy)
                reject.origClOrdID = orders[order].id
                log.append(.report(reject))
            } else {
                (orders[order].id, orders[order].orderQty) = (id, quantity)
                say(order, .replaced, status(order))
            }
        case 8 where random.below(4) == 0:
            let id = freshID()
            send(.cancel, id, of: orders[order].id, orders[order].orderQty)
            orders[order].isOpen = false
            say(order, .canceled, .canceled, id: id)
        default: return
        }
    }
}
