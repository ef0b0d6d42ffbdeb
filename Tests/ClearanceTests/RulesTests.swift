import Clearance
import PlainData
import Testing
import TradingModel

private let apples = SymbolID(rawValue: 7)

private func px(_ units: Double) -> Price { Price(rawValue: Int64((units * 1e9).rounded())) }
private func money(_ units: Int64) -> Notional { Notional(px(Double(units)), Quantity(units: 1)) }

/// An order of 100 at 50.00 for which every check is OK.
private func order(_ change: (inout OrderRequest) -> Void = { _ in }) -> OrderRequest {
    var order = OrderRequest(
        eventTime: 1_000, clOrdID: ClOrdID(rawValue: 42), symbol: apples, side: .buy, orderQty: Quantity(units: 100),
        ordType: .limit, price: px(50))
    change(&order)
    return order
}
private func context(_ change: (inout Context) -> Void = { _ in }) -> Context {
    let instrument = Instrument(symbol: apples, tickSize: px(0.01), lotSize: Quantity(units: 10))
    var context = Context(instrument: instrument, reference: px(50), referenceAge: 5)
    change(&context)
    return context
}
private func limits(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
    let bounds = Limits.Bounds(
        maxQuantity: Quantity(units: 1_000), maxNotional: money(40_000), collarBasisPoints: 100,
        maxPosition: Quantity(units: 1_500), softNotional: money(30_000))
    var limits = Limits(
        common: bounds, maxReferenceAge: 1_000, throttleOrders: 5, throttleWindow: 1_000_000, duplicateWindow: 1_000)
    change(&limits)
    return limits
}
private func checks(_ order: OrderRequest, _ context: Context, _ limits: Limits) -> [String] {
    let verdict = Rules(limits).evaluate(order, in: context)
    return (0..<verdict.count).map { verdict[$0].check.code }
}

@Suite("pre-trade rules") struct RulesTests {
    @Test("an order within all limits is cleared, as it stands")
    func passes() throws {
        let verdict = Rules(limits()).evaluate(order(), in: context())
        #expect(verdict.outcome == .ok && verdict.count == 0)
        let cleared = try #require(verdict.cleared)
        #expect(cleared.request.clOrdID == order().clOrdID && cleared.request.orderQty == order().orderQty)
        #expect(verdict.decision.check == .decision && verdict.decision.outcome == .ok)
        #expect(verdict.decision.referenceAge == 5)
    }

    @Test("without prices nothing passes, unless the limits say that the desk has none: then sizes and positions still hold")
    func withoutPrices() {
        let blind = context { ($0.reference, $0.referenceAge) = (.none, -1) }
        let said = limits { $0.needsReference = false }
        #expect(checks(order(), blind, limits()) == ["C07"])
        #expect(checks(order(), blind, said) == [])
        #expect(checks(order { $0.orderQty = Quantity(units: 1_010) }, blind, said) == ["C05", "C06", "S1"])
        let market = order { ($0.ordType, $0.price) = (.market, .none) }
        #expect(checks(market, blind, limits()) == ["C07", "C08", "C06"])
        #expect(checks(market, blind, said) == [])
        #expect(
            Rules(said).measures(of: market, in: blind).allSatisfy { $0.outcome == .ok && !$0.limit.isNaN || $0.unit == .yesOrNo }
        )
        // A price that is there is used.
        #expect(checks(order { $0.price = px(60) }, context(), said) == ["C07"])
        #expect(checks(order(), context { $0.referenceAge = 1_001 }, said) == ["C07"])
    }

    /// Each row breaks one thing; the code is the controls' list's.
    @Test(
        "each check finds what it is for",
        arguments: [
            ("C01", order(), context { $0.instrument.isDefined = false }, limits()),
            ("C02", order(), context(), limits { $0.common = nil }),
            ("C03", order { $0.price = px(50.005) }, context(), limits()),
            (
                "C03",
                order {
                    $0.price = px(50); $0.ordType = .market
                }, context(), limits()
            ),
            ("C04", order { $0.orderQty = Quantity(units: 105) }, context(), limits()),
            ("C04", order { $0.orderQty = .zero }, context(), limits()),
            ("C04", order { $0.side = .none }, context(), limits()),
            (
                "C05", order { ($0.orderQty, $0.price) = (Quantity(units: 1_010), px(20)) }, context { $0.reference = px(20) },
                limits()
            ),
            ("C06", order { $0.orderQty = Quantity(units: 810) }, context(), limits { $0.common?.softNotional = nil }),
            ("C07", order { $0.price = px(50.51) }, context(), limits()),
            ("C07", order { $0.price = px(49.49) }, context(), limits()),
            ("C07", order(), context { $0.reference = .none }, limits()),
            ("C07", order(), context { $0.referenceAge = 1_001 }, limits()),
            ("C07", order(), context { $0.referenceAge = -1 }, limits()),
            ("C09", order(), context { $0.duplicates = 1 }, limits()),
            ("C10", order(), context(), limits { $0.restricted = [apples] }),
            ("C12", order(), context { $0.held = 1_401 * 100_000_000 }, limits()),
            ("C12", order(), context { $0.buying = 1_401 * 100_000_000 }, limits()),
            ("C12", order { $0.side = .sell }, context { $0.selling = 1_401 * 100_000_000 }, limits()),
            ("C12", order { $0.side = .sellShort }, context { $0.held = -1_401 * 100_000_000 }, limits()),
            ("C12", order(), context { $0.otherGross = money(95_001) }, limits { $0.maxGross = money(100_000) }),
            ("C12", order(), context { $0.otherGross = nil }, limits { $0.maxGross = money(100_000) }),
            ("C15", order(), context { $0.recentOrders = 5 }, limits()),
            ("S1", order { $0.orderQty = Quantity(units: 610) }, context(), limits()),
        ])
    func finds(code: String, order: OrderRequest, context: Context, limits: Limits) {
        #expect(checks(order, context, limits) == [code])
        let verdict = Rules(limits).evaluate(order, in: context)
        #expect(verdict.outcome == (code == "S1" ? .review : .block))
        #expect(verdict.cleared == nil)
        #expect(verdict.decision.outcome == verdict.outcome)
    }

    @Test("limits hold to the last unit")
    func edges() {
        #expect(checks(order { $0.price = px(50.5) }, context(), limits()) == [])
        #expect(checks(order(), context { $0.held = 1_400 * 100_000_000 }, limits()) == [])
        #expect(checks(order { $0.orderQty = Quantity(units: 600) }, context(), limits()) == [])
        #expect(checks(order(), context { $0.referenceAge = 1_000 }, limits()) == [])
        #expect(checks(order(), context { $0.recentOrders = 4 }, limits()) == [])
        #expect(checks(order(), context { $0.otherGross = money(95_000) }, limits { $0.maxGross = money(100_000) }) == [])
    }

    @Test("an instrument's own limits come before the common ones")
    func ownLimits() {
        let tight = Limits.Bounds(
            maxQuantity: Quantity(units: 50), maxNotional: money(40_000), collarBasisPoints: 100,
            maxPosition: Quantity(units: 1_500))
        #expect(checks(order(), context(), limits { $0.bySymbol = [apples: tight] }) == ["C05"])
    }

    @Test("every check is made, whatever the others found, and the worst decides")
    func noShortCircuit() {
        let bad = order { ($0.orderQty, $0.price) = (Quantity(units: 2_005), px(60.001)) }
        let found = checks(
            bad, context { ($0.duplicates, $0.recentOrders, $0.instrument.isDefined) = (2, 9, false) },
            limits { ($0.restricted, $0.maxGross) = ([apples], money(1)) })
        #expect(found == ["C01", "C04", "C10", "C03", "C07", "C05", "C06", "S1", "C12", "C12", "C09", "C15"])
    }

    @Test("without a limit, an instrument or a price nothing passes")
    func failsClosed() {
        let bare = Context(instrument: Instrument(symbol: apples, tickSize: .zero, lotSize: .zero, isDefined: false))
        let none = Limits(maxReferenceAge: 0, throttleOrders: 0, throttleWindow: 0, duplicateWindow: 0)
        #expect(checks(order(), bare, none) == ["C01", "C02", "C07", "C15"])
        let market = order { ($0.ordType, $0.price) = (.market, .none) }
        #expect(checks(market, context { $0.reference = .none }, limits()) == ["C07", "C08", "C06"])
    }

    @Test("a position's two sides do not net: an open sell makes no room for a buy")
    func worstCase() {
        let long = context { ($0.buying, $0.selling) = (1_400 * 100_000_000, 1_400 * 100_000_000) }
        #expect(checks(order { $0.orderQty = Quantity(units: 110) }, long, limits()) == ["C12"])
        #expect(checks(order { ($0.orderQty, $0.side) = (Quantity(units: 110), .sell) }, long, limits()) == ["C12"])
    }

    @Test("a cancel and a status request always pass")
    func cancelsPass() {
        let bare = Context(instrument: Instrument(symbol: apples, tickSize: .zero, lotSize: .zero, isDefined: false))
        let none = Limits(restricted: [apples], maxReferenceAge: 0, throttleOrders: 0, throttleWindow: 0, duplicateWindow: 0)
        for action in [OrderRequest.Action.cancel, .status] {
            let verdict = Rules(none).evaluate(order { ($0.action, $0.orderQty) = (action, .zero) }, in: bare)
            #expect(verdict.cleared?.request.action == action && verdict.count == 0)
        }
        #expect(Rules(none).evaluate(order { $0.action = .replace }, in: bare).cleared == nil)
    }

    @Test("no order makes the rules trap, and what is cleared is within every limit", arguments: 1...20 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), cleared = 0
        let rules = Rules(limits { $0.maxGross = money(1_000_000) })
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, 10 * Quantity.one, 100 * Quantity.one, .max]
        func any() -> Int64 {
            random.below(2) == 0 ? extremes[random.below(8)] : Int64(bitPattern: random.next()) >> Int64(random.below(64))
        }
        for _ in 0..<2_000 {
            let plain = random.below(6)
            let request = order {
                if plain == 0 || plain == 5 { $0.orderQty = Quantity(rawValue: any()) }
                if plain == 1 || plain == 5 { $0.price = Price(rawValue: any()) }
                $0.side = [.buy, .sell, .sellShort, .none][random.below(4)]
                if random.below(3) == 0 { $0.ordType = .market }
            }
            let around = context {
                if plain == 2 || plain == 5 { $0.reference = Price(rawValue: any()) }
                if plain == 3 || plain == 5 { $0.referenceAge = any() }
                guard random.below(2) == 0 else { return }
                ($0.held, $0.buying, $0.selling) = (Int128(any()), abs(Int128(any())), abs(Int128(any())))
            }
            guard let passed = rules.evaluate(request, in: around).cleared else { continue }
            cleared += 1
            #expect(passed.request.orderQty > .zero && passed.request.orderQty <= Quantity(units: 1_000))
        }
        #expect(cleared > 0)
    }

    @Test("the measures are the findings and, beside them, what passed", arguments: 1...20 as ClosedRange<UInt64>)
    func measures(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let rules = Rules(
                limits {
                    if random.below(2) == 0 { $0.maxGross = money(Int64(random.below(200_000))) }
                    if random.below(9) == 0 { $0.restricted = [apples] }
                    if random.below(9) == 0 { $0.common = nil }
                })
            let request = order {
                $0.orderQty = Quantity(units: Int64(random.below(150)) * 10 + (random.below(6) == 0 ? 3 : 0))
                $0.price = px(Double(4_900 + random.below(200)) / 100)
                $0.side = random.below(2) == 0 ? .buy : .sell
                if random.below(4) == 0 { ($0.ordType, $0.price) = (.market, random.below(4) == 0 ? px(50) : .none) }
            }
            let around = context {
                if random.below(6) == 0 { $0.reference = .none }
                $0.referenceAge = Int64(random.below(1_300))
                $0.held = Int128(random.below(3_000) - 1_500) * 100_000_000
                ($0.buying, $0.selling) = (Int128(random.below(900)) * 100_000_000, Int128(random.below(900)) * 100_000_000)
                ($0.recentOrders, $0.duplicates) = (random.below(7), random.below(5) == 0 ? 1 : 0)
                $0.otherGross = random.below(5) == 0 ? nil : money(Int64(random.below(100_000)))
            }
            let verdict = rules.evaluate(request, in: around), measures = rules.measures(of: request, in: around)
            func text(_ check: Check, _ outcome: Outcome, _ a: Double, _ b: Double) -> String { "\(check) \(outcome) \(a) \(b)" }
            let found = (0..<verdict.count).map { verdict[$0] }.map { text($0.check, $0.outcome, $0.measured, $0.limit) }
            let said = measures.filter { $0.outcome != .ok }.map { text($0.check, $0.outcome, $0.measured, $0.limit) }
            #expect(said.sorted() == found.sorted(), "\(request) \(around)")
            for measure in measures where measure.outcome == .ok && !measure.measured.isNaN && !measure.limit.isNaN {
                switch measure.check {
                case .priceTick, .quantityLot: break
                case .messageRate: #expect(measure.measured < measure.limit)
                default: #expect(abs(measure.measured) <= measure.limit || measure.measured < 0, "\(measure)")
                }
            }
            // The limits that every new order has are among them, whatever was found.
            let codes = Set(measures.map(\.check.code))
            #expect(codes.isSuperset(of: ["C01", "C02", "C04", "C07", "C09", "C10", "C15"]))
            #expect(codes.contains("C12") == (rules.limits.common != nil))
        }
    }

    /// By hand: 100 at 50 beside 40 held and 60 working come to 200; 5,000 of money; 0.5 % below the last price is 50 bps.
    @Test("what passed is said with what was measured")
    func measuresByHand() {
        let around = context { ($0.held, $0.buying, $0.reference) = (40 * 100_000_000, 60 * 100_000_000, px(50.2)) }
        let measures = Rules(limits()).measures(of: order { $0.price = px(49.95) }, in: around)
        func measured(_ check: Check, _ unit: Measure.Unit) -> Double? {
            measures.first { $0.check == check && $0.unit == unit }?.measured
        }
        #expect(measures.allSatisfy { $0.outcome == .ok })
        #expect(measured(.position, .quantity) == 200 && measured(.maxQuantity, .quantity) == 100)
        #expect(abs((measured(.maxNotional, .money) ?? 0) - 4_995) < 1e-9)
        #expect(abs((measured(.collar, .basisPoints) ?? 0) + 49.800796812749) < 1e-9)
        #expect(Rules(limits()).measures(of: order { $0.action = .cancel }, in: around).isEmpty)
    }
}
