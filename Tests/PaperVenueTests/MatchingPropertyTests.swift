import PaperVenue
import PlainData
import Testing
import TradingModel

/// Random markets and random clients; a second bookkeeping outside the engine judges every report.
@Suite("Laws of the matching engine") struct MatchingPropertyTests {
    @Test("every report is legal and no fill is invented", arguments: 1...200 as ClosedRange<UInt64>)
    func laws(seed: UInt64) {
        var run = RandomVenue(seed: seed)
        for _ in 0..<400 {
            run.step()
            if let flaw = run.flaw {
                Issue.record("seed \(seed): \(flaw)")
                return
            }
        }
        run.end()
        #expect(run.flaw == nil, "seed \(seed)")
    }

    @Test("the same calls give the same reports", arguments: [1, 99] as [UInt64])
    func deterministic(seed: UInt64) {
        var first = RandomVenue(seed: seed), second = RandomVenue(seed: seed)
        for _ in 0..<500 {
            first.step()
            second.step()
        }
        #expect(first.log == second.log)
        #expect(first.log.count > 300)
    }

    @Test("an engine restored from a checkpoint goes on like the one that was saved", arguments: 1...30 as ClosedRange<UInt64>)
    func restored(seed: UInt64) {
        var unbroken = RandomVenue(seed: seed), broken = RandomVenue(seed: seed)
        for _ in 0..<(100 + seed * 7) {
            unbroken.step()
            broken.step()
        }
        var saving = StateCoder()
        broken.bench.engine.state(&saving)
        var fresh = EngineBench(names: broken.bench.names, fees: broken.bench.engine.configuration.fees)
        var restoring = StateCoder(restoring: saving.bytes)
        fresh.engine.state(&restoring)
        #expect(restoring.isAtEnd)
        var again = StateCoder()
        fresh.engine.state(&again)
        #expect(again.bytes == saving.bytes)
        broken.replaceEngine(by: &fresh)
        for _ in 0..<200 {
            unbroken.step()
            broken.step()
        }
        #expect(broken.log == unbroken.log)
        #expect(broken.flaw == nil)
    }

    @Test("numbered identifiers are unique and change nothing else")
    func numbered() {
        let names = Names()
        let symbol = names.symbol("ELM")
        let instruments = InstrumentTable([Instrument(symbol: symbol, tickSize: cents(1), lotSize: units(1))])
        var engine = MatchingEngine(
            MatchingConfiguration(identifiers: .numbers(base: 1 << 31)), instruments: instruments)
        var reports: [ExecutionReport] = []
        for i in 1...5 as ClosedRange<UInt64> {
            engine.submit(
                OrderRequest(
                    eventTime: 1, clOrdID: ClOrdID(rawValue: i), symbol: symbol, side: .buy, orderQty: units(1), ordType: .limit,
                    price: cents(100)), into: &reports)
        }
        let ids = reports.flatMap { [$0.orderID.rawValue, $0.execID.rawValue] }
        #expect(Set(ids).count == 10)
        #expect(names.count(in: .texts) == 1)
    }
}

/// One random run, with its own idea of what is allowed.
struct RandomVenue: ~Copyable {
    var bench = EngineBench(fees: FeeSchedule(makerRate: -2_500, takerRate: 30_000))
    var random: SplitMix64
    var log: [String] = []
    var flaw: String?

    private struct Known {
        var side: Side, orderQty: Quantity, price: Price, lasts: Bool
        var status = OrdStatus.new
        var cumQty = Quantity.zero
        var notional = Notional.zero
    }
    private var orders: [TextID: Known] = [:]  // by OrderID
    private var execIDs: Set<TextID> = []
    private var ids: [String] = []
    private var count = 0
    private var asked = Price.none, askedForever = false
    private var bid: (Price, Quantity) = (.none, .zero), ask: (Price, Quantity) = (.none, .zero)
    private var takenFromBid = Quantity.zero, takenFromAsk = Quantity.zero

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// What the event at hand may fill, and from whom.
    private enum Event { case quote, print(Price, Quantity), request }

    mutating func step() {
        switch random.below(10) {
        case 0, 1, 2: quote()
        case 3, 4: print()
        case 5, 6, 7: submit()
        case 8: change()
        default:
            if random.below(12) == 0 { bench.endDay() } else { bench.status(of: anyID()) }
            judge(.request)
        }
    }
    mutating func replaceEngine(by other: inout EngineBench) { swap(&bench.engine, &other.engine) }
    mutating func end() {
        bench.endDay()
        judge(.request)
        for order in orders.values where !order.lasts && !order.status.isTerminal {
            flaw = "an order works after the day: \(order)"
        }
        let position = orders.values.reduce(Quantity.zero) { $0 + ($1.side.isBuy ? $1.cumQty : -$1.cumQty) }
        if position != bench.engine.position(of: bench.symbol) { flaw = "the position is not the sum of the fills" }
    }

    private mutating func price() -> Int64 { 1000 + Int64(random.below(11)) - 5 }
    private mutating func anyID() -> String { ids.isEmpty || random.below(10) == 0 ? "nobody" : ids[random.below(ids.count)] }
    private mutating func freshID() -> String {
        count += 1
        let id = random.below(15) == 0 && !ids.isEmpty ? ids[random.below(ids.count)] : "C\(count)"
        ids.append(id)
        return id
    }

    private mutating func quote() {
        let middle = price(), half = 1 + Int64(random.below(2))
        let bidSize = Int64(random.below(20)), askSize = Int64(random.below(20))
        let newBid = (random.below(20) == 0 ? nil : middle - half), newAsk = (random.below(20) == 0 ? nil : middle + half)
        bench.quote(newBid, bidSize, newAsk, askSize)
        let shownBid = newBid == nil || bidSize == 0 ? (Price.none, Quantity.zero) : (cents(middle - half), units(bidSize))
        let shownAsk = newAsk == nil || askSize == 0 ? (Price.none, Quantity.zero) : (cents(middle + half), units(askSize))
        if shownBid != bid { (bid, takenFromBid) = (shownBid, .zero) }
        if shownAsk != ask { (ask, takenFromAsk) = (shownAsk, .zero) }
        judge(.quote)
    }
    private mutating func print() {
        let at = price(), size = 1 + Int64(random.below(15))
        bench.print(at, size, [.none, .buy, .sell][random.below(3)])
        judge(.print(cents(at), units(size)))
    }
    private mutating func submit() {
        let side: Side = random.below(2) == 0 ? .buy : .sell
        let tif: TimeInForce = [.day, .day, .goodTillCancel, .immediateOrCancel, .fillOrKill][random.below(5)]
        let quantity = Int64(random.below(25)), id = freshID()
        let price: Int64? = random.below(4) == 0 ? nil : price()
        (asked, askedForever) = (price.map(cents) ?? .none, tif == .goodTillCancel)
        bench.submit(id, side, quantity, at: price, tif)
        judge(.request)
    }
    private mutating func change() {
        let orig = anyID(), id = freshID()
        if random.below(2) == 0 {
            bench.cancel(id, of: orig)
        } else {
            let side: Side = random.below(2) == 0 ? .buy : .sell
            let at = price(), quantity = Int64(random.below(25))
            asked = cents(at)
            bench.replace(id, of: orig, side, quantity, at: at)
        }
        judge(.request)
    }

    private mutating func judge(_ event: Event) {
        var filled = Quantity.zero
        for report in bench.reports {
            if report.msgType == .orderCancelReject {
                if !(0...6).contains(report.cxlRejReason) { flaw = "a refusal without a reason" }
                continue
            }
            if !execIDs.insert(report.execID).inserted { flaw = "ExecID used twice" }
            if report.execType == .orderStatus { continue }
            filled += report.lastQty
            check(report, event)
        }
        if case .print(_, let size) = event, filled > size { flaw = "a print of \(size) filled \(filled)" }
        if takenFromBid > bid.1 || takenFromAsk > ask.1 { flaw = "more was taken than displayed" }
        log += bench.take()
    }

    private mutating func check(_ report: ExecutionReport, _ event: Event) {
        let name = "\(report.clOrdID.text(bench.names)) \(report.execType)"
        guard var order = orders[report.orderID] else {
            if report.execType == .rejected { return }
            if report.execType != .new { flaw = "\(name): the first report is no acknowledgement" }
            orders[report.orderID] = Known(
                side: report.side, orderQty: report.orderQty, price: asked, lasts: askedForever)
            return
        }
        if report.execType == .rejected {  // of a duplicate: it changes nothing
            if report.ordStatus != order.status || report.ordRejReason != 6 { flaw = "\(name): changed a living order" }
            return
        }
        if order.status.isTerminal { flaw = "\(name): follows \(order.status)" }
        switch report.execType {
        case .trade:
            order.cumQty += report.lastQty
            order.notional += Notional(report.lastPx, report.lastQty)
            let whole = order.cumQty == order.orderQty
            if report.ordStatus != (whole ? .filled : .partiallyFilled) { flaw = "\(name): wrong OrdStatus" }
            if !order.price.isNone, order.side.isBuy ? report.lastPx > order.price : report.lastPx < order.price {
                flaw = "\(name): filled at \(report.lastPx), outside \(order.price)"
            }
            if report.avgPx != order.notional.price(per: order.cumQty) { flaw = "\(name): wrong AvgPx" }
            switch event {
            case .print(let price, _):
                if order.side.isBuy ? price > report.lastPx : price < report.lastPx { flaw = "\(name): the tape was not there" }
            case .quote, .request:
                let display = order.side.isBuy ? ask.0 : bid.0
                if display.isNone || (order.side.isBuy ? display > report.lastPx : display < report.lastPx) {
                    flaw = "\(name): nobody displayed that price"
                }
                if order.side.isBuy { takenFromAsk += report.lastQty } else { takenFromBid += report.lastQty }
            }
        case .replaced:
            order.orderQty = report.orderQty
            order.price = asked
        case .canceled, .expired: break
        default: flaw = "\(name): unexpected"
        }
        order.status = report.ordStatus
        if report.cumQty != order.cumQty || report.cumQty > report.orderQty { flaw = "\(name): CumQty is not the sum of LastQty" }
        let leaves = order.status.isTerminal ? .zero : order.orderQty - order.cumQty
        if report.leavesQty != leaves || report.orderQty != order.orderQty { flaw = "\(name): LeavesQty" }
        orders[report.orderID] = order
    }
}
