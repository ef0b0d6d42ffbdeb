import Clearance
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("limits, from a topology") struct LimitKindsTests {
    private func assembly(_ limits: String) throws -> Assembly {
        let topology = try TopologyFile.check(
            text: """
                topology: t
                sources:
                  orders: { kind: file, path: o.csv, format: orders-csv }
                  reports: { kind: file, path: r.csv, format: reports-csv }
                  intents: { kind: loop, of: gate }
                  progress: { kind: loop, of: gate.parents }
                operators:
                  compliance: { kind: compliance, from: { orders: orders, positions: positions, parents: progress } }
                  gate: { kind: gate, from: { orders: compliance, updates: oms, reports: reports } }
                  oms: { kind: oms, from: { orders: intents, reports: reports } }
                  positions: { kind: positions, from: oms }
                sinks: { out: { kind: "null", from: oms } }
                \(limits)
                """, named: "t.yaml", against: Kinds.catalog)
        return Assembly(topology, names: Names(), day: 2_000)
    }
    private func money(_ units: Int64) -> Notional { Notional(Price(rawValue: Price.one), Quantity(units: units)) }

    @Test("every key of limits: sets its control")
    func keys() throws {
        let made = try assembly(
            """
            limits:
              max_gross: "1"
              max_net: "2"
              max_long: "3"
              max_short: "4"
              long_only: true
              accounts: [A]
              strategies: [S]
              locates: [X]
              max_open_orders: 5
              max_open_notional: "6"
              credit: "7"
              credits: { A: "8" }
              max_repeats: 9
              repeats_window: 19s
              strategy_throttle: 20
              account_throttle: 21
              self_match: block
              max_order_trade_ratio: 10
              ratio_after: 11
              soft_volume: 12
              volumes: { X: "13" }
              soft_collar: 14
              first_trade: review
              capital: "15"
              soft_concentration: 16
              soft_loss: "17"
              max_loss: "18"
              symbols: { X: { max_notional: "1", until: "2024-03-11T20:00:00Z" }, Y: { until: "tomorrow" } }
            """)
        let limits = made.limits, controls = limits.controls, names = made.names
        #expect(
            limits.maxGross == money(1) && controls.maxNet == money(2) && controls.maxLong == money(3)
                && controls.maxShort == money(4))
        #expect(controls.isLongOnly && controls.accounts == [names.text("A")] && controls.strategies == [names.text("S")])
        #expect(controls.locates == [names.symbol("X")] && controls.maxOpenOrders == 5 && controls.maxOpenNotional == money(6))
        #expect(
            controls.credit == money(7) && controls.creditByAccount == [names.text("A"): money(8)] && controls.maxRepeats == 9)
        #expect(
            controls.repeatsWindow == 19_000_000_000 && controls.strategyThrottle == 20 && controls.accountThrottle == 21)
        #expect(controls.refusesSelfMatch && controls.maxOrderTradeRatio == 10 && controls.ratioAfter == 11)
        #expect(controls.softVolumePercent == 12 && controls.dailyVolume == [names.symbol("X"): Quantity(units: 13)])
        #expect(controls.softCollarBasisPoints == 14 && controls.reviewsFirstTrade && controls.capital == money(15))
        #expect(controls.softConcentrationPercent == 16 && controls.softLoss == money(17) && controls.maxLoss == money(18))
        #expect(controls.overriddenUntil[names.symbol("X")] == UTC.parse("2024-03-11T20:00:00Z"))
        #expect(controls.overriddenUntil[names.symbol("Y")] == .min)
    }

    @Test("a template is what it says of the capital; what is written beside it goes before it")
    func templates() throws {
        let leveraged = try assembly("limits: { template: 130-30, capital: \"1000\", max_short: \"200\" }").limits.controls
        #expect(leveraged.maxLong == money(1_300) && leveraged.maxShort == money(200) && leveraged.maxNet == money(1_000))
        let long = try assembly("limits: { template: long-only }").limits.controls
        #expect(long.isLongOnly && long.maxLong == nil)
        let esg = try assembly("limits: { template: esg-moderate, capital: \"1000\" }").limits.controls
        #expect(esg.isLongOnly && esg.softConcentrationPercent == 5 && esg.reviewsFirstTrade)
        let maker = try assembly("limits: { template: market-maker, capital: \"1000\", self_match: allow }").limits.controls
        #expect(!maker.refusesSelfMatch && maker.maxNet == money(200) && maker.maxOrderTradeRatio == 1_000)
        // No capital: nothing that is a share of it.
        #expect(try assembly("limits: { template: 130-30 }").limits.controls.maxLong == .zero)
    }

    @Test("without limits: nothing is allowed, and nothing traps")
    func none() throws {
        let limits = try assembly("").limits
        #expect(limits.common == nil && limits.throttleOrders == 0)
    }
}
