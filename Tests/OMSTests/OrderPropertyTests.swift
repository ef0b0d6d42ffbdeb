import PlainData
import Testing
import TradingModel

@testable import OMS

/// A venue that trades, busts, corrects, replaces and cancels a few orders at random but by the rules, with its own
/// idea of what was traded: the second method that the reducer is compared with.
private struct RandomVenue {
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
        guard orders[order].isOpen else { return }
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

@Suite("The order reducer, over seeds")
struct OrderPropertyTests {
    private func check(_ order: OrderState) {
        let live = order.fills.filter(\.isLive)
        #expect(order.cumQty.rawValue == live.reduce(0) { $0 + $1.quantity.rawValue }, "CumQty = Σ live fills")
        #expect(order.cumNotional.rawValue == live.reduce(Int128(0)) { $0 + $1.notional.rawValue }, "Σ notional is exact")
        #expect(order.cumQty >= .zero && order.leavesQty >= .zero)
        let open = order.orderQty > order.cumQty ? order.orderQty - order.cumQty : .zero
        #expect(order.leavesQty == (order.isEnded ? .zero : open), "LeavesQty = OrderQty − CumQty while it works, else 0")
    }

    private func apply(_ event: RandomVenue.Event, to book: inout OrderBookOfRecord) -> OrderEffects {
        switch event {
        case .request(let request): book.apply(request)
        case .report(let report): book.apply(report)
        }
    }
    private func play(_ log: [RandomVenue.Event]) -> OrderBookOfRecord {
        var book = OrderBookOfRecord()
        for event in log { _ = apply(event, to: &book) }
        return book
    }
    private func bytes(_ book: OrderBookOfRecord) -> [UInt8] {
        var copy = book, coder = StateCoder()
        copy.state(&coder)
        return coder.bytes
    }

    @Test("a day by the rules has no anomaly and ends as the venue's own books", arguments: 1...200 as ClosedRange<UInt64>)
    func legalDay(seed: UInt64) {
        let venue = RandomVenue(seed: seed, steps: 60)
        var book = OrderBookOfRecord()
        for event in venue.log {
            let effects = apply(event, to: &book)
            #expect(effects.anomalyCount == 0, "\(effects.anomalies.map(\.rule))")
            #expect(effects.update != nil)
        }
        for (mine, theirs) in zip(book.orders, venue.orders) {
            check(mine)
            #expect(mine.cumQty == Quantity(units: theirs.cumQty))
            let notional = theirs.fills.values.reduce(Int128(0)) { $0 + Int128($1.price) * Int128($1.quantity) * 100_000_000 }
            #expect(mine.cumNotional.rawValue == notional)
            #expect(mine.clOrdID == theirs.id || !theirs.isOpen)
            #expect(mine.orderQty == Quantity(units: theirs.orderQty))
        }
    }

    @Test("a report that comes again changes nothing, however late", arguments: 1...100 as ClosedRange<UInt64>)
    func duplicates(seed: UInt64) {
        let venue = RandomVenue(seed: seed, steps: 60)
        var random = SplitMix64(seed: seed &+ 7_000), book = OrderBookOfRecord(), sent: [RandomVenue.Event] = []
        for event in venue.log {
            _ = apply(event, to: &book)
            if case .report = event { sent.append(event) }
            while !sent.isEmpty, random.below(3) == 0 {
                let before = bytes(book)
                let effects = apply(sent[random.below(sent.count)], to: &book)
                #expect(bytes(book) == before)
                #expect(effects.anomalyCount == 1 && effects.update == nil)
            }
        }
        #expect(bytes(book) == bytes(play(venue.log)))
    }

    @Test("fills, busts and corrections come to the same sums in any order", arguments: 1...200 as ClosedRange<UInt64>)
    func permutation(seed: UInt64) {
        let venue = RandomVenue(seed: seed, steps: 60, replaces: false)
        var random = SplitMix64(seed: seed &+ 9_000)
        let requests = venue.log.filter { if case .request = $0 { true } else { false } }
        let reports = venue.log.filter { if case .report = $0 { true } else { false } }
        let straight = play(venue.log), shuffled = play(requests + reports.shuffled(using: &random))
        for (a, b) in zip(straight.orders, shuffled.orders) {
            check(b)
            #expect(a.cumQty == b.cumQty && a.cumNotional == b.cumNotional && a.ordStatus == b.ordStatus)
        }
    }

    @Test("any loss, repetition and order of messages is survived", arguments: 1...200 as ClosedRange<UInt64>)
    func chaos(seed: UInt64) {
        let venue = RandomVenue(seed: seed, steps: 60)
        var random = SplitMix64(seed: seed &+ 11_000)
        var log = venue.log.filter { _ in random.below(5) > 0 }
        log += venue.log.filter { _ in random.below(5) == 0 }
        log.shuffle(using: &random)
        var book = OrderBookOfRecord()
        for event in log {
            let effects = apply(event, to: &book)
            #expect(effects.update != nil || effects.anomalyCount > 0, "nothing is dropped in silence")
        }
        for order in book.orders { check(order) }
    }

    @Test("reports of random content are survived", arguments: 1...100 as ClosedRange<UInt64>)
    func nonsense(seed: UInt64) {
        let venue = RandomVenue(seed: seed, steps: 20)
        var random = SplitMix64(seed: seed), book = play(venue.log)
        let extremes: [Int64] = [0, 1, -1, .max, .min, .max - 1, .min + 1, 100_000_000, .max / 2]
        func number() -> Int64 {
            random.below(2) == 0 ? extremes[random.below(extremes.count)] : Int64(bitPattern: random.next())
        }
        let ids = book.orders.flatMap { [$0.rootID] + $0.requests.map(\.clOrdID) } + [.none]
        for _ in 0..<300 {
            let type = ExecType.allCases[random.below(ExecType.allCases.count)]
            let kinds: [ExecutionReport.MsgType] = [.executionReport, .executionReport, .orderCancelReject, .sent, .inDoubt]
            let report = ExecutionReport(
                eventTime: number(), msgType: kinds[random.below(5)], clOrdID: ids[random.below(ids.count)],
                origClOrdID: ids[random.below(ids.count)], execID: TextID(rawValue: UInt32(random.below(60))),
                execRefID: TextID(rawValue: UInt32(random.below(60))), execType: type,
                ordStatus: OrdStatus.allCases[random.below(OrdStatus.allCases.count)], symbol: SymbolID(rawValue: 1),
                side: .sell, orderQty: Quantity(rawValue: number()), cumQty: Quantity(rawValue: number()),
                leavesQty: Quantity(rawValue: number()), lastQty: Quantity(rawValue: number()), lastPx: Price(rawValue: number()),
                cxlRejReason: Int16(random.below(4)), ordRejReason: Int16(random.below(8)), possDup: random.below(2) == 0)
            let effects = book.apply(report)
            #expect(effects.update != nil || effects.anomalyCount > 0)
            for order in book.orders { check(order) }
        }
    }

    @Test(
        "a restored book goes on as the one that was never stopped, with the same bytes", arguments: 1...50 as ClosedRange<UInt64>
    )
    func restart(seed: UInt64) {
        let venue = RandomVenue(seed: seed, steps: 60)
        var random = SplitMix64(seed: seed &+ 13_000)
        let cut = random.below(venue.log.count)
        var saved = StateCoder(), book = play(Array(venue.log[..<cut]))
        book.state(&saved)
        var restored = OrderBookOfRecord(), coder = StateCoder(restoring: saved.bytes)
        restored.state(&coder)
        #expect(coder.isAtEnd && bytes(restored) == saved.bytes)
        for event in venue.log[cut...] { _ = apply(event, to: &restored) }
        #expect(bytes(restored) == bytes(play(venue.log)))
    }
}
