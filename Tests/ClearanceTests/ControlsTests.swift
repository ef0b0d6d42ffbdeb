import Clearance
import PlainData
import Testing
import TradingModel

private let apples = SymbolID(rawValue: 7), fund = TextID(rawValue: 3), alpha = TextID(rawValue: 4)

private func px(_ units: Double) -> Price { Price(rawValue: Int64((units * 1e9).rounded())) }
private func money(_ units: Int64) -> Notional { Notional(px(Double(units)), Quantity(units: 1)) }
private func units(_ count: Int64) -> Int128 { Int128(count) * 100_000_000 }

/// 100 at 50.00: 5,000 of money, with every size and price in its limits.
private func order(_ change: (inout OrderRequest) -> Void = { _ in }) -> OrderRequest {
    var order = OrderRequest(
        eventTime: 1_000, clOrdID: ClOrdID(rawValue: 42), account: fund, strategy: alpha, symbol: apples, side: .buy,
        orderQty: Quantity(units: 100), ordType: .limit, price: px(50))
    change(&order)
    return order
}
private func context(_ change: (inout Context) -> Void = { _ in }) -> Context {
    var context = Context(
        instrument: Instrument(symbol: apples, tickSize: px(0.01), lotSize: Quantity(units: 1)), reference: px(50),
        referenceAge: 5)
    context.now = 1_000
    change(&context)
    return context
}
private func limits(_ change: (inout Controls) -> Void = { _ in }) -> Limits {
    let bounds = Limits.Bounds(
        maxQuantity: Quantity(units: 100_000), maxNotional: money(10_000_000), collarBasisPoints: 5_000,
        maxPosition: Quantity(units: 1_000_000))
    var limits = Limits(common: bounds, maxReferenceAge: 1_000, throttleOrders: 5, throttleWindow: 700, duplicateWindow: 900)
    change(&limits.controls)
    return limits
}
private func findings(_ order: OrderRequest, _ context: Context, _ limits: Limits) -> [Finding] {
    let verdict = Rules(limits).evaluate(order, in: context)
    return (0..<verdict.count).map { verdict[$0] }
}
private func texts(_ order: OrderRequest, _ context: Context, _ limits: Limits) -> [String] {
    findings(order, context, limits).map { finding in
        func number(_ value: Double) -> String { value.isNaN ? "-" : "\((value * 1e6).rounded() / 1e6)" }
        return "\(finding.check.code) \(number(finding.measured)) \(number(finding.limit)) \(finding.scope)"
    }
}

@Suite("the controls beyond single orders") struct ControlsTests {
    /// Each row: what is set, the order and the desk; what is found, with measured value, limit and scope, by hand.
    @Test(
        "each control finds what it is for, with what was measured and what was allowed",
        arguments: [
            ("C10 - - symbol", order { $0.side = .sellShort }, context(), limits { $0.locates = [] }),
            ("", order { $0.side = .sellShort }, context(), limits { $0.locates = [apples] }),
            ("", order { $0.side = .sell }, context { $0.held = units(100) }, limits { $0.locates = [] }),
            ("C11 - - order", order(), context(), limits { $0.accounts = [alpha] }),
            ("C11 - - order", order(), context(), limits { $0.strategies = [] }),
            ("", order(), context(), limits { ($0.accounts, $0.strategies) = ([fund], [alpha]) }),
            ("C12 -1.0 0.0 order", order { $0.side = .sell }, context { $0.held = units(99) }, limits { $0.isLongOnly = true }),
            ("", order { $0.side = .sell }, context { $0.held = units(100) }, limits { $0.isLongOnly = true }),
            // 5,000 here and 95,001 elsewhere.
            (
                "C12 100001.0 100000.0 order", order(), context { $0.standing.sums?.netLong = money(95_001) },
                limits { $0.maxNet = money(100_000) }
            ),
            ("", order(), context { $0.standing.sums?.netLong = money(95_000) }, limits { $0.maxNet = money(100_000) }),
            ("C12 - 100000.0 order", order(), context { $0.standing.sums = nil }, limits { $0.maxLong = money(100_000) }),
            (
                "C12 30001.0 30000.0 order", order { $0.side = .sellShort },
                context { $0.standing.sums?.short = money(25_001) }, limits { $0.maxShort = money(30_000) }
            ),
            // A sale of what is held is no short.
            (
                "", order { $0.side = .sell },
                context {
                    $0.held = units(100)
                    $0.standing.sums?.short = money(30_000)
                }, limits { $0.maxShort = money(30_000) }
            ),
            ("C13 11.0 10.0 firm", order(), context { $0.standing.openOrders = 10 }, limits { $0.maxOpenOrders = 10 }),
            (
                "C13 10001.0 10000.0 firm", order(), context { $0.standing.openNotional = money(5_001) },
                limits { $0.maxOpenNotional = money(10_000) }
            ),
            (
                "C13 - 10000.0 firm", order { ($0.ordType, $0.price) = (.market, .none) },
                context { ($0.reference, $0.referenceAge) = (.none, -1) },
                {
                    var limits = limits { $0.maxOpenNotional = money(10_000) }
                    limits.needsReference = false
                    return limits
                }()
            ),
            (
                "C14 10001.0 10000.0 account", order(), context { $0.standing.creditUsed = money(5_001) },
                limits { $0.credit = money(10_000) }
            ),
            ("", order(), context { $0.standing.creditUsed = money(5_000) }, limits { $0.credit = money(10_000) }),
            ("C14 - - account", order(), context(), limits { $0.creditByAccount = [alpha: money(10_000)] }),
            // A replace takes over what its original holds.
            (
                "", order { $0.action = .replace },
                context { ($0.standing.creditUsed, $0.standing.taken) = (money(9_000), money(4_000)) },
                limits { $0.credit = money(10_000) }
            ),
            (
                "", order { $0.side = .sell }, context { $0.standing.creditUsed = money(99_000) },
                limits { $0.credit = money(10_000) }
            ),
            ("C01 - - order", order(), context { $0.isOpen = false }, limits()),
            ("C16 3.0 3.0 strategy", order(), context { $0.standing.repeats = 3 }, limits { $0.maxRepeats = 3 }),
            (
                "C16 3.0 9.0 strategy", order(), context { ($0.standing.repeats, $0.standing.isStopped) = (3, true) },
                limits { $0.maxRepeats = 9 }
            ),
            ("C15 4.0 4.0 strategy", order(), context { $0.standing.recentOfStrategy = 4 }, limits { $0.strategyThrottle = 4 }),
            ("C15 4.0 4.0 account", order(), context { $0.standing.recentOfAccount = 4 }, limits { $0.accountThrottle = 4 }),
            ("", order(), context { $0.standing.recentOfAccount = 3 }, limits { $0.accountThrottle = 4 }),
            ("C17 - - firm", order(), context { $0.standing.halt = .stopped }, limits()),
            ("C17 - - firm", order(), context { $0.standing.halt = .reduceOnly }, limits()),
            ("", order(), context { ($0.held, $0.standing.halt) = (units(-100), .reduceOnly) }, limits()),
            (
                "C17 - - firm", order(), context { ($0.held, $0.buying, $0.standing.halt) = (units(-100), 1, .reduceOnly) },
                limits()
            ),
            (
                "C17 2000.0 2000.0 firm", order(), context { $0.standing.sums?.profit = money(-2_000) },
                limits { $0.maxLoss = money(2_000) }
            ),
            (
                "C18 50.0 50.0 symbol", order(), context { $0.standing.bestOpposite = px(50) },
                limits { $0.refusesSelfMatch = true }
            ),
            ("", order(), context { $0.standing.bestOpposite = px(50.01) }, limits { $0.refusesSelfMatch = true }),
            (
                "C18 50.0 50.01 symbol", order { $0.side = .sell }, context { $0.standing.bestOpposite = px(50.01) },
                limits { $0.refusesSelfMatch = true }
            ),
            (
                "C19 100.0 99.0 order", order { $0.parentID = ClOrdID(rawValue: 9) },
                context { $0.standing.parentLeft = Quantity(units: 99) }, limits()
            ),
            ("C19 100.0 - order", order { $0.parentID = ClOrdID(rawValue: 9) }, context(), limits()),
            (
                "C20 101.0 100.0 firm", order(), context { ($0.standing.ordersPassed, $0.standing.trades) = (201, 2) },
                limits { $0.maxOrderTradeRatio = 100 }
            ),
            (
                "", order(), context { ($0.standing.ordersPassed, $0.standing.trades) = (99, 0) },
                limits { $0.maxOrderTradeRatio = 1 }
            ),
            (
                "S2 10.0 5.0 order", order(), context(),
                limits { ($0.softVolumePercent, $0.dailyVolume) = (5, [apples: Quantity(units: 1_000)]) }
            ),
            ("S2 - 5.0 order", order(), context(), limits { $0.softVolumePercent = 5 }),
            ("S3 200.0 100.0 order", order { $0.price = px(51) }, context(), limits { $0.softCollarBasisPoints = 100 }),
            ("S4 - - symbol", order(), context { $0.standing.hasTraded = false }, limits { $0.reviewsFirstTrade = true }),
            // 300 × 50 of 100,000.
            (
                "S5 15.0 10.0 symbol", order(), context { $0.held = units(200) },
                limits { ($0.capital, $0.softConcentrationPercent) = (money(100_000), 10) }
            ),
            ("S5 - 10.0 symbol", order(), context(), limits { $0.softConcentrationPercent = 10 }),
            (
                "S6 1500.0 1000.0 firm", order(), context { $0.standing.sums?.profit = money(-1_500) },
                limits { $0.softLoss = money(1_000) }
            ),
            ("S7 0.0 0.0 symbol", order(), context(), limits { $0.overriddenUntil = [apples: 1_000] }),
            ("", order(), context(), limits { $0.overriddenUntil = [apples: 1_001] }),
        ])
    func finds(expected: String, order: OrderRequest, context: Context, limits: Limits) {
        let found = texts(order, context, limits)
        #expect(found == (expected.isEmpty ? [] : [expected]))
        let outcome = Rules(limits).evaluate(order, in: context).outcome
        #expect(outcome == (expected.isEmpty ? .ok : expected.hasPrefix("S") ? .review : .block))
        // What explains an order says the same.
        let said = Rules(limits).measures(of: order, in: context).filter { $0.outcome != .ok }
        #expect(said.map(\.check) == findings(order, context, limits).map(\.check))
    }

    @Test("what is counted over time says over how long")
    func windows() {
        let found = findings(order(), context { ($0.recentOrders, $0.duplicates) = (5, 1) }, limits())
        #expect(found.map(\.window) == [900, 700] && found.map(\.check) == [.duplicate, .messageRate])
        #expect(findings(order(), context { $0.standing.halt = .stopped }, limits()).map(\.window) == [-1])
    }

    @Test("limits of its own end when their time is over: then the common ones hold")
    func override() {
        var timed = limits { $0.overriddenUntil = [apples: 2_000] }
        timed.bySymbol[apples] = Limits.Bounds(
            maxQuantity: Quantity(units: 10), maxNotional: money(1), collarBasisPoints: 0, maxPosition: Quantity(units: 10))
        #expect(texts(order(), context { $0.now = 1_999 }, timed).map { String($0.prefix(3)) } == ["C05", "C06", "C12"])
        #expect(texts(order(), context { $0.now = 2_000 }, timed) == ["S7 0.0 0.0 symbol"])
    }

    @Test("all controls at once are all found: none hides another")
    func noShortCircuit() {
        let all = limits {
            ($0.accounts, $0.strategies, $0.locates, $0.isLongOnly) = ([], [], [], true)
            ($0.maxNet, $0.maxShort, $0.maxOpenOrders, $0.maxOpenNotional) = (money(1), money(1), 0, money(1))
            ($0.credit, $0.maxRepeats, $0.refusesSelfMatch) = (money(1), 0, true)
            ($0.maxOrderTradeRatio, $0.ratioAfter, $0.softVolumePercent, $0.softCollarBasisPoints) = (1, 0, 1, 0)
            ($0.reviewsFirstTrade, $0.softConcentrationPercent, $0.softLoss, $0.maxLoss) = (true, 0, money(0), money(0))
            $0.overriddenUntil = [apples: 0]
        }
        let worst = context {
            ($0.standing.halt, $0.standing.bestOpposite, $0.standing.ordersPassed) = (.stopped, px(60), 9)
            ($0.standing.hasTraded, $0.recentOrders, $0.duplicates) = (false, 9, 1)
        }
        let codes = texts(order { ($0.side, $0.price, $0.parentID) = (.sellShort, px(51), ClOrdID(rawValue: 5)) }, worst, all)
            .map { String($0.prefix(3)) }
        for code in ["C09", "C10", "C11", "C12", "C13", "C14", "C15", "C16", "C17", "C18", "C19", "C20"] {
            #expect(codes.contains(code), "\(code) of \(codes)")
        }
        for code in ["S2 ", "S3 ", "S4 ", "S5 ", "S6 ", "S7 "] { #expect(codes.contains(code), "\(code) of \(codes)") }
    }
}
