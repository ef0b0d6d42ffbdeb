import FloorTesting
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import Clearance
@testable import PaperVenue

@Suite("The venue inside a graph") struct VenueOperatorTests {
    private enum Record {
        case trade(Trade), quote(Quote), order(ClearedOrder), book(BookDelta)
    }
    private static let script = """
        script: laws
        steps:
          - { on: new, nth: 2, times: 3, delay: 7ns, pending: true }
          - { on: report, exec_type: trade, nth: 2, times: 0, hold: 1 }
          - { on: report, exec_type: trade, nth: 3, after: 9ns, bust: this }
          - { on: report, exec_type: trade, nth: 4, duplicate: 1 }
          - { after: 30ns, disconnect: 20ns }
          - { after: 70ns, halt: "*" }
          - { after: 90ns, resume: "*" }
          - { after: 130ns, call: "*" }
          - { after: 160ns, auction: { symbol: "*", kind: opening } }
          - { after: 250ns, interest: { symbol: ELM, side: sell, qty: "30" } }
          - { after: 200ns, auction: { symbol: "*", price: tape } }
          - { after: 260ns, auction: { symbol: "*", kind: closing } }
        """

    private func randomDay(_ seed: UInt64) -> [Record] {
        var random = SplitMix64(seed: seed), time: Int64 = 100
        return (0..<150).map { i in
            time += Int64(random.below(4))
            let symbol = SymbolID(rawValue: UInt32(random.below(2))),
                id = ClOrdID(day: 1, vertex: 1, sequence: UInt64(i), place: 0)
            let price = cents(990 + Int64(random.below(20)))
            switch random.below(6) {
            case 5:
                let isBid = random.below(2) == 0, number = UInt64(1 + random.below(20))
                let action: BookDelta.Action = [.add, .add, .modify, .cancel, .fill][random.below(5)]
                return .book(
                    BookDelta(
                        eventTime: time, symbol: SymbolID(rawValue: 2), action: action, side: isBid ? .buy : .sell,
                        price: cents((isBid ? 980 : 1000) + Int64(random.below(20))), size: units(Int64(1 + random.below(30))),
                        orderID: number, flags: .endOfTransaction))
            case 0: return .trade(Trade(eventTime: time, symbol: symbol, price: price, size: units(Int64(1 + random.below(50)))))
            case 1:
                let bid = 985 + Int64(random.below(20))
                return .quote(
                    Quote(
                        eventTime: time, symbol: symbol, bid: cents(bid), bidSize: units(Int64(1 + random.below(90))),
                        ask: cents(bid + 2), askSize: units(Int64(1 + random.below(90)))))
            default:
                let orig = ClOrdID(day: 1, vertex: 1, sequence: UInt64(random.below(max(1, i))), place: 0)
                let action: OrderRequest.Action = [.new, .new, .new, .cancel, .replace][random.below(5)]
                let timeInForce: TimeInForce = [.day, .day, .day, .atTheOpening, .atTheClose][random.below(5)]
                return .order(
                    ClearedOrder(
                        OrderRequest(
                            eventTime: time, action: action, clOrdID: id, origClOrdID: action == .new ? .none : orig,
                            symbol: random.below(3) == 0 ? SymbolID(rawValue: 2) : symbol,
                            side: random.below(2) == 0 ? .buy : .sell, orderQty: units(Int64(1 + random.below(60))),
                            ordType: .limit, price: price, timeInForce: timeInForce)))
            }
        }
    }

    @Test("it keeps the laws, with a script and latencies", arguments: 1...6 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        let names = Names()
        let script = try VenueScript(text: Self.script, named: "s.yaml", names: names)
        var instruments = InstrumentTable()
        instruments.others = Instrument(symbol: SymbolID(rawValue: 0), tickSize: .zero, lotSize: .zero)
        let day = randomDay(seed)
        try Laws(records: day.count, seed: seed) { graph in
            let trades = graph.source("trades", Trade.self), quotes = graph.source("quotes", Quote.self)
            let orders = graph.source("orders", ClearedOrder.self), book = graph.source("book", BookDelta.self)
            let venue = VenueOperator(
                MatchingConfiguration(identifiers: .numbers(base: TextID.firstNumber)), instruments: instruments, script: script,
                latency: Latency(entry: [0, 3, 5], response: [2], seed: seed), names: names)
            _ = graph.add("venue", venue, from: trades.edge, quotes.edge, orders.edge, book.edge)
            return Laws.Script { at, driver in
                switch day[at] {
                case .trade(let trade): driver.offer(trade, to: trades)
                case .quote(let quote): driver.offer(quote, to: quotes)
                case .order(let order): driver.offer(order, to: orders)
                case .book(let delta): driver.offer(delta, to: book)
                }
            }
        }.check()
    }

    @Test("messages are as long on their way as their tables say, and never overtake each other")
    func latency() throws {
        var way = Latency.Way([5, 1, 9], seed: 3)
        var last = Int64.min, delays: Set<Int64> = []
        for time in stride(from: Int64(0), to: 3_000, by: 10) {
            let arrival = way.arrival(of: time)
            #expect(arrival >= last && arrival > time && arrival <= time + 9)
            delays.insert(arrival - time)
            last = arrival
        }
        #expect(delays == [1, 5, 9])
        for time in [Int64(0), 1, 2, 3, 4] {
            let arrival = way.arrival(of: 10_000 + time)
            #expect(arrival >= last)
            last = arrival
        }
        var none = Latency.Way([0])
        #expect(none.isNone && none.arrival(of: 7) == 7)
    }

    /// By hand from the formula of hftbacktest's ProbQueueModel: the order joins behind 100, 50 more come behind it, then 30 leave
    /// without a trade. Of those, backⁿ / (backⁿ + frontⁿ) left behind: 1/3 for n = 1, 1/5 for n = 2; the rest ahead.
    @Test(
        "a queue shortens by its expected share of those who leave",
        arguments: [
            (MatchingConfiguration.QueueModel.riskAverse, 100), (.probabilistic(power: 1), 80), (.probabilistic(power: 2), 76),
        ] as [(MatchingConfiguration.QueueModel, Int64)])
    func probabilisticQueue(model: MatchingConfiguration.QueueModel, ahead: Int64) {
        func filled(by size: Int64) -> Quantity {
            let names = Names(), elm = names.symbol("ELM")
            var configuration = MatchingConfiguration(identifiers: .texts(names, prefix: "V"))
            configuration.queue = model
            var engine = MatchingEngine(
                configuration, instruments: InstrumentTable([Instrument(symbol: elm, tickSize: cents(1), lotSize: units(1))]))
            var reports: [ExecutionReport] = []
            func quote(_ size: Int64) -> Quote {
                Quote(eventTime: 1, symbol: elm, bid: cents(999), bidSize: units(size), ask: cents(1001), askSize: units(9))
            }
            engine.quote(quote(100), into: &reports)
            engine.submit(
                OrderRequest(
                    eventTime: 1, clOrdID: ClOrdID(foreign: names.text("A")), symbol: elm, side: .buy, orderQty: units(10),
                    ordType: .limit, price: cents(999)), into: &reports)
            engine.quote(quote(150), into: &reports)
            engine.quote(quote(120), into: &reports)
            engine.trade(Trade(eventTime: 2, symbol: elm, price: cents(999), size: units(size), aggressor: .sell), into: &reports)
            return engine.position(of: elm)
        }
        #expect(filled(by: ahead) == .zero)
        #expect(filled(by: ahead + 1) == units(1))
    }

    @Test("what traded does not leave the queue twice")
    func tradedOnce() {
        let names = Names(), elm = names.symbol("ELM")
        var configuration = MatchingConfiguration(identifiers: .texts(names, prefix: "V"))
        configuration.queue = .probabilistic(power: 1)
        var engine = MatchingEngine(
            configuration, instruments: InstrumentTable([Instrument(symbol: elm, tickSize: cents(1), lotSize: units(1))]))
        var reports: [ExecutionReport] = []
        func quote(_ size: Int64) -> Quote {
            Quote(eventTime: 1, symbol: elm, bid: cents(999), bidSize: units(size), ask: cents(1001), askSize: units(9))
        }
        func print(_ size: Int64) -> Trade {
            Trade(eventTime: 2, symbol: elm, price: cents(999), size: units(size), aggressor: .sell)
        }
        engine.quote(quote(100), into: &reports)
        engine.submit(
            OrderRequest(
                eventTime: 1, clOrdID: ClOrdID(foreign: names.text("A")), symbol: elm, side: .buy, orderQty: units(10),
                ordType: .limit, price: cents(999)), into: &reports)
        engine.trade(print(40), into: &reports)
        engine.quote(quote(60), into: &reports)  // the 40 that traded, and nobody else
        engine.trade(print(60), into: &reports)
        let before = engine.position(of: elm)
        engine.trade(print(3), into: &reports)
        let after = engine.position(of: elm)
        #expect(before == .zero && after == units(3))
    }
}
