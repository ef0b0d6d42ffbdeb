import PaperVenue
import PlainData
import TradingModel

/// A venue with one share, a tick of a cent and a lot of one, and words short enough for tests.
struct EngineBench: ~Copyable {
    let names: Names
    let symbol: SymbolID
    var engine: MatchingEngine
    var reports: [ExecutionReport] = []
    var time: Int64 = 1_000

    init(
        names: Names = Names(), market: MatchingConfiguration.Market = .ticks, fees: FeeSchedule = FeeSchedule(),
        dayEnd: MatchingConfiguration.DayEnd = .expired
    ) {
        self.names = names
        symbol = names.symbol("ELM")
        engine = MatchingEngine(
            MatchingConfiguration(market: market, identifiers: .texts(names, prefix: "V"), fees: fees, dayEnd: dayEnd),
            instruments: InstrumentTable([Instrument(symbol: symbol, tickSize: cents(1), lotSize: units(1))]))
    }

    func id(_ text: String) -> ClOrdID { text.isEmpty ? .none : ClOrdID(foreign: names.text(text)) }

    mutating func quote(_ bid: Int64?, _ bidSize: Int64, _ ask: Int64?, _ askSize: Int64) {
        time += 1
        engine.quote(
            Quote(
                eventTime: time, symbol: symbol, bid: bid.map(cents) ?? .none, bidSize: units(bidSize),
                ask: ask.map(cents) ?? .none, askSize: units(askSize)), into: &reports)
    }
    mutating func print(_ price: Int64, _ size: Int64, _ aggressor: Side = .none) {
        time += 1
        engine.trade(
            Trade(eventTime: time, symbol: symbol, price: cents(price), size: units(size), aggressor: aggressor), into: &reports)
    }
    mutating func bar(_ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, volume: Int64) {
        time += 100
        engine.bar(
            Bar(
                time: time, closeTime: time + 100, symbol: symbol, open: cents(open), high: cents(high), low: cents(low),
                close: cents(close), volume: units(volume)), into: &reports)
        time += 100
    }
    /// A limit order where there is a price, else a market order.
    mutating func submit(
        _ text: String, _ side: Side, _ quantity: Int64, at price: Int64? = nil, _ timeInForce: TimeInForce = .day
    ) {
        time += 1
        engine.submit(request(.new, text, "", side, quantity, price, timeInForce), into: &reports)
    }
    mutating func cancel(_ text: String, of orig: String) {
        time += 1
        engine.cancel(request(.cancel, text, orig, .buy, 0, nil, .day), into: &reports)
    }
    mutating func replace(_ text: String, of orig: String, _ side: Side, _ quantity: Int64, at price: Int64? = nil) {
        time += 1
        engine.replace(request(.replace, text, orig, side, quantity, price, .day), into: &reports)
    }
    mutating func status(of text: String) {
        time += 1
        engine.status(request(.status, text, "", .buy, 0, nil, .day), into: &reports)
    }
    mutating func endDay() {
        time += 1
        engine.endOfDay(time, into: &reports)
    }
    func request(
        _ action: OrderRequest.Action, _ text: String, _ orig: String, _ side: Side, _ quantity: Int64, _ price: Int64?,
        _ timeInForce: TimeInForce, symbol other: SymbolID? = nil
    ) -> OrderRequest {
        OrderRequest(
            eventTime: time, action: action, clOrdID: id(text), origClOrdID: id(orig), symbol: other ?? symbol, side: side,
            orderQty: units(quantity), ordType: price == nil ? .market : .limit, price: price.map(cents) ?? .none,
            timeInForce: timeInForce)
    }

    /// The reports since the last call, one line each: `A trade filled 5@10.01 5/0`.
    mutating func take() -> [String] {
        let lines = reports.map { r in
            var line = r.clOrdID.text(names)
            if !r.origClOrdID.isNone { line += "<" + r.origClOrdID.text(names) }
            line += r.msgType == .orderCancelReject ? " refused" : " \(r.execType)"
            line += " \(r.ordStatus)"
            if r.lastQty > .zero { line += " \(r.lastQty)@\(r.lastPx)" }
            if r.cxlRejReason >= 0 { line += " reason \(r.cxlRejReason)" }
            if r.ordRejReason >= 0 { line += " reason \(r.ordRejReason)" }
            return line + " \(r.cumQty)/\(r.leavesQty)"
        }
        reports.removeAll()
        return lines
    }
}

func cents(_ value: Int64) -> Price { Price(rawValue: value * 10_000_000) }
func units(_ value: Int64) -> Quantity { Quantity(units: value) }
