import Clearance
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// One order through all controls while 10,000 others work: context, verdict and reservation, as in a running desk.
///
/// Hard and soft controls are all set, over 100 instruments and 20 accounts, so that each order is held against 25 rules with
/// sums over every instrument; between two orders ten prices change. Its own answer is checked first: every order passes, and one that breaks them all is found to.
struct ComplianceBench {
    let options: BenchOptions
    private static var symbols: Int { 100 }
    private static var working: Int { 10_000 }
    private static var measured: Int { 200_000 }
    /// New prices between two orders.
    private static var ticks: Int { 10 }

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> [BenchLine] {
        var medians: [Double] = [], tails: [Double] = []
        for _ in 0..<options.rounds {
            var nanoseconds = try measure()
            nanoseconds.sort()
            medians.append(nanoseconds[nanoseconds.count / 2] / 1_000)
            tails.append(nanoseconds[nanoseconds.count * 99 / 100] / 1_000)
        }
        return [
            .atMost("compliance, 25 rules over 10 k working orders: p50", median(medians), "µs", 2),
            .atMost("compliance, 25 rules over 10 k working orders: p99", median(tails), "µs", 5),
        ]
    }

    private func limits() -> Limits {
        func money(_ units: Int64) -> Notional { Notional(Price(rawValue: Price.one), Quantity(units: units)) }
        let bounds = Limits.Bounds(
            maxQuantity: Quantity(units: 10_000), maxNotional: money(10_000_000), collarBasisPoints: 500,
            maxPosition: Quantity(units: 100_000_000), softNotional: money(9_000_000))
        var limits = Limits(
            common: bounds, maxReferenceAge: .max, maxGross: money(20_000_000_000), throttleOrders: 1_000_000,
            throttleWindow: 1_000_000, duplicateWindow: 1)
        var controls = Controls()
        controls.accounts = Set((1...20).map { TextID(rawValue: $0) })
        controls.strategies = [TextID(rawValue: 30)]
        controls.locates = []
        (controls.maxNet, controls.maxLong, controls.maxShort) =
            (money(20_000_000_000), money(20_000_000_000), money(20_000_000_000))
        (controls.maxOpenOrders, controls.maxOpenNotional) = (1_000_000, money(20_000_000_000))
        controls.credit = money(20_000_000_000)
        (controls.maxRepeats, controls.refusesSelfMatch) = (100_000_000, true)
        (controls.maxOrderTradeRatio, controls.softVolumePercent) = (1e9, 50)
        for symbol in 1...Self.symbols {
            controls.dailyVolume[SymbolID(rawValue: UInt32(symbol))] = Quantity(units: 1_000_000)
        }
        (controls.softCollarBasisPoints, controls.reviewsFirstTrade) = (400, true)
        (controls.capital, controls.softConcentrationPercent) = (money(10_000_000_000), 50)
        (controls.softLoss, controls.maxLoss) = (money(9_000_000_000), money(10_000_000_000))
        controls.overriddenUntil = [SymbolID(rawValue: 1): .max]
        limits.controls = controls
        return limits
    }

    private func order(_ number: Int, at now: Int64) -> OrderRequest {
        let isBuy = number & 1 == 0
        return OrderRequest(
            eventTime: now, clOrdID: ClOrdID(rawValue: UInt64(number + 1)), account: TextID(rawValue: UInt32(1 + number % 20)),
            strategy: TextID(rawValue: 30), symbol: SymbolID(rawValue: UInt32(1 + number % Self.symbols)),
            side: isBuy ? .buy : .sell, orderQty: Quantity(units: 100), ordType: .limit,
            price: Price(rawValue: (isBuy ? 99 : 101) * Price.one + Int64(number % 50) * 10_000_000))
    }

    /// Prices move a little, of one instrument after the other.
    private static func trade(_ number: Int, at time: Int64) -> Trade {
        Trade(
            eventTime: time, symbol: SymbolID(rawValue: UInt32(1 + number % symbols)),
            price: Price(rawValue: 100 * Price.one + Int64(number % 7) * 10_000_000), size: Quantity(units: 1))
    }

    private func measure() throws -> [Double] {
        let table = InstrumentTable(
            (1...Self.symbols).map {
                Instrument(
                    symbol: SymbolID(rawValue: UInt32($0)), tickSize: Price(rawValue: 10_000_000), lotSize: Quantity(units: 1))
            })
        var compliance = Compliance<Trade>(limits(), instruments: table)
        for symbol in 1...Self.symbols {
            let id = SymbolID(rawValue: UInt32(symbol))
            compliance.take(Self.trade(symbol, at: 0))
            compliance.take(
                PositionUpdate(
                    eventTime: 0, symbol: id, account: TextID(rawValue: 1), strategy: TextID(rawValue: 30),
                    quantity: Quantity(units: 1_000), workingBuy: .zero, workingSell: .zero, avgPx: .none, lastPx: .none,
                    realised: .zero, cash: .zero))
        }
        var now: Int64 = 1
        for number in 0..<Self.working {
            now += 10
            guard compliance.decide(order(number, at: now), at: now).outcome == .ok else {
                throw Refusal.answer("compliance: an order within all limits did not pass")
            }
        }
        var bad = order(Self.working, at: now)
        (bad.account, bad.strategy, bad.side, bad.orderQty) = (.none, .none, .sellShort, Quantity(units: 20_000))
        (bad.price, bad.parentID) = (Price(rawValue: Price.one / 2), ClOrdID(rawValue: .max))
        guard compliance.decide(bad, at: now).count >= 7 else {
            throw Refusal.answer("compliance: an order that breaks seven rules was not found to")
        }
        var times = [Double](repeating: 0, count: Self.measured)
        for at in 0..<Self.measured {
            now += 10
            for tick in 0..<Self.ticks { compliance.take(Self.trade(at &* Self.ticks + tick, at: now)) }
            let asked = order(Self.working + at, at: now), start = TickClock.monotonic()
            let verdict = compliance.decide(asked, at: now)
            times[at] = Double(TickClock.monotonic() - start)
            guard verdict.outcome == .ok else { throw Refusal.answer("compliance: an order within all limits did not pass") }
            // The oldest one ends, so that 10,000 work all the time.
            let old = order(at, at: now)
            compliance.take(
                ParentUpdate(
                    eventTime: now, clOrdID: old.clOrdID, symbol: old.symbol, account: old.account, strategy: old.strategy,
                    side: old.side, state: .done, orderQty: old.orderQty, openQty: .zero, cumQty: .zero, price: old.price))
        }
        return times
    }
}
