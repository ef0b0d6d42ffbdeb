import PlainData
import Testing
import TradingModel

@testable import OMS

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
