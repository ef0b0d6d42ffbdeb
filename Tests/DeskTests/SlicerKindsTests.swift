import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("slicers, from a topology") struct SlicerKindsTests {
    private func check(_ slicer: String, of: String = "orders: compliance, updates: oms") throws -> CheckedTopology {
        try TopologyFile.check(
            text: """
                topology: t
                sources:
                  orders: { kind: file, path: o.csv, format: orders-csv }
                  trades: { kind: file, path: t.csv, format: trades-csv }
                  reports: { kind: file, path: r.csv, format: reports-csv }
                  intents: { kind: loop, of: slicer }
                  progress: { kind: loop, of: slicer.parents }
                operators:
                  compliance: { kind: compliance, from: { orders: orders, positions: positions, prices: trades, parents: progress } }
                  slicer: { \(slicer), from: { \(of) } }
                  oms: { kind: oms, from: { orders: intents, reports: reports } }
                  positions: { kind: positions, from: oms }
                sinks: { out: { kind: "null", from: oms } }
                """, named: "t.yaml", against: Kinds.catalog)
    }
    private func mistakes(_ slicer: String) -> String {
        do {
            _ = try check(slicer)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test("every kind is built from its keys")
    func builds() throws {
        for slicer in [
            "kind: twap, duration: 10s, slices: 4, min_child: \"5\", variation: 10, seed: 3",
            "kind: vwap-slicer, duration: 10s, slices: 4, curve: [3, 1.5, 0, 2]",
            "kind: vwap-slicer, duration: 10m, slices: 4, curve: [3, 1, 2], opens: \"13:30\", stretch: 30m",
            "kind: implementation-shortfall, duration: 1950m, slices: 5, risk_aversion: 1e-6, volatility: 0.95, impact: 2.5e-6, permanent_impact: 2.5e-7",
            "kind: iceberg, duration: 1h, display: \"100\", variation: 20, seed: 7",
        ] {
            let assembly = Assembly(try check(slicer), names: Names(), day: 2_000)
            #expect(assembly.graph.stages.contains { $0.name == "slicer" })
        }
        let pov = try check(
            "kind: pov, duration: 1h, every: 1m, rate: 0.1, max_rate: 0.3", of: "orders: compliance, updates: oms, trades: trades"
        )
        #expect(Assembly(pov, names: Names(), day: 2_000).graph.stages.contains { $0.name == "slicer" })
    }

    @Test("what does not fit together is said with its key")
    func rules() {
        for (slicer, text) in [
            ("kind: vwap-slicer, duration: 10s, slices: 4, curve: [0, 0]", "curve"),
            ("kind: vwap-slicer, duration: 10s, slices: 4, curve: [1], opens: \"13:30\"", "needs stretch"),
            ("kind: vwap-slicer, duration: 10s, slices: 4, curve: [1], opens: \"25:30\", stretch: 1h", "no time of day"),
            ("kind: vwap-slicer, duration: 10s, slices: 4, curve: [1, 2, 3], opens: \"13:30\", stretch: 9h", "longer than a day"),
            ("kind: vwap-slicer, duration: 10s, slices: 4, curve: [1], stretch: 1h", "needs opens"),
            (
                "kind: implementation-shortfall, duration: 1950m, slices: 5, risk_aversion: 1, volatility: 1, impact: 1e-7, permanent_impact: 2.5e-7",
                "not less than impact"
            ),
            ("kind: pov, duration: 1h, every: 1m, rate: 0.1, max_rate: 0.05", "less than rate"),
            ("kind: pov, duration: 1h, every: 1m, rate: 0.1, min_rate: 0.2", "more than rate"),
            ("kind: iceberg, duration: 1h, display: \"0\"", "display"),
        ] {
            #expect(mistakes(slicer).contains(text), "\(slicer): \(mistakes(slicer))")
        }
    }
}
