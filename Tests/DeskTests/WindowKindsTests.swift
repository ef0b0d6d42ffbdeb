import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("bars over windows, from a topology") struct WindowKindsTests {
    private func check(_ operators: String) throws -> CheckedTopology {
        try TopologyFile.check(
            text: """
                topology: t
                sources: { trades: { kind: file, path: t.csv, format: trades-csv } }
                operators: { bars: \(operators) }
                sinks: { out: { kind: "null", from: bars } }
                """, named: "t.yaml", against: Kinds.catalog)
    }
    private func mistakes(_ operators: String) -> String {
        do {
            _ = try check(operators)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    /// Runs trades at these seconds and gives the bars as [start, end) × trades.
    private func bars(_ operators: String, at seconds: [Int64]) throws -> (bars: [String], late: UInt64) {
        let assembly = Assembly(try check(operators), names: Names(), day: 2_000)
        let vertex = try #require(assembly.topology.vertex("trades"))
        let port = try #require(assembly.port(vertex, as: Trade.self))
        let stage = try #require(assembly.graph.stages.first { $0.name == "bars" })
        let out = try #require(stage.outputs[0] as? Edge<Bar>)
        final class Box { var bars: [String] = [] }
        let box = Box()
        assembly.graph.sink("seen", from: out) { offer in
            for i in 0..<offer.count {
                box.bars.append("[\(offer[i].time / UTC.second),\(offer[i].closeTime / UTC.second))×\(offer[i].trades)")
            }
            return offer.count
        }
        let driver = GraphDriver(assembly.graph)
        for second in seconds {
            driver.offer(
                Trade(eventTime: second * UTC.second, symbol: SymbolID(rawValue: 1), price: Price(rawValue: 1), size: .zero),
                to: port)
        }
        driver.end()
        driver.run()
        #expect(stage.outputs[1].name == "bars.late")
        return (box.bars, stage.outputs[1].total)
    }

    @Test("sliding-bars and session-bars do what their keys say, and count what is late though nobody reads it")
    func bars() throws {
        let sliding = try bars("{ kind: sliding-bars, from: trades, length: 10s, every: 5s }", at: [1, 7, 23, 2])
        #expect(sliding.bars == ["[-5,5)×1", "[0,10)×2", "[5,15)×1", "[15,25)×1", "[20,30)×1"] && sliding.late == 1)
        let session = try bars("{ kind: session-bars, from: trades, gap: 5s, lateness: 2s }", at: [1, 5, 11, 8, 30, 12])
        #expect(session.bars == ["[1,16)×4", "[30,35)×1"] && session.late == 1)
    }

    @Test("keys that do not fit each other are mistakes of the file")
    func rules() {
        #expect(
            mistakes("{ kind: sliding-bars, from: trades, length: 5s, every: 6s }").contains(
                "every is longer than length: no bar"))
        #expect(
            mistakes("{ kind: sliding-bars, from: trades, length: 2h, every: 1s }").contains(
                "every is so short that a trade would be in 7200 bars"))
        #expect(mistakes("{ kind: sliding-bars, from: trades, length: 7s, every: 5s }") == "none")
        #expect(mistakes("{ kind: session-bars, from: trades }").contains("gap"))
    }
}
