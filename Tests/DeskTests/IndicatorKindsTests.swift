import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

@Suite("indicators, from a topology") struct IndicatorKindsTests {
    private func check(_ operators: String) throws -> CheckedTopology {
        try TopologyFile.check(
            text: """
                topology: t
                sources: { bars: { kind: file, path: t.csv, format: bars-csv } }
                operators:
                \(operators)
                sinks: { out: { kind: "null", from: a } }
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
    private func bars(_ closes: [Double]) -> [Bar] {
        closes.enumerated().map { i, close in
            let price = Price(rawValue: Int64((close * 1e9).rounded())), day = 86_400 * UTC.second
            return Bar(
                time: Int64(i) * day, closeTime: Int64(i + 1) * day, symbol: SymbolID(rawValue: 1), open: price, high: price,
                low: price, close: price, volume: Quantity(units: 1))
        }
    }

    /// The rows that come out of the operator `a`, as a CSV sink has them, without time and symbol.
    private func rows(_ operators: String, of closes: [Double]) throws -> (header: [String], rows: [[String]]) {
        let assembly = Assembly(try check(operators), names: Names(), day: 2_000)
        let source = try #require(assembly.topology.vertex("bars"))
        let port = try #require(assembly.port(source, as: Bar.self))
        let vertex = try #require(assembly.topology.vertex("out"))
        let seen = Rows()
        attach(assembly, vertex.inputs[0], seen, Elements.type(named: vertex.inputs[0].element))
        let driver = GraphDriver(assembly.graph)
        for bar in bars(closes) { driver.offer(bar, to: port) }
        driver.end()
        driver.run()
        return (seen.header, seen.rows)
    }
    private final class Rows { var header: [String] = [], rows: [[String]] = [] }
    private func attach<T: Element>(_ assembly: Assembly, _ read: CheckedEdge, _ seen: Rows, _ type: T.Type) {
        guard let edge = assembly.edge(read) as? Edge<T> else { return }
        assembly.graph.sink("seen", from: edge) { offer in
            for i in 0..<offer.count {
                let (names, values) = offer[i].described(assembly.names)
                (seen.header, _) = (names, seen.rows.append(Array(values.dropFirst(2))))
            }
            return offer.count
        }
    }

    @Test("one number is time,symbol,value; several are a column each")
    func columns() throws {
        let one = try rows("  a: { kind: sma, from: bars, period: 2 }", of: [1, 2, 4])
        #expect(one.header == ["time", "symbol", "value"] && one.rows == [["1.5"], ["3"]])
        let several = try rows("  a: { kind: bollinger, from: bars, period: 2, deviations: 1 }", of: [1, 3])
        #expect(several.header == ["time", "symbol", "upper", "middle", "lower", "percent_b", "width"])
        #expect(several.rows == [["3", "2", "1", "1", "1"]])
    }
    @Test("a column is read by its name, by whatever reads signals")
    func column() throws {
        let operators = """
              bands: { kind: bollinger, from: bars, period: 2, deviations: 1 }
              a: { kind: mom, from: bands.upper, period: 1 }
            """
        let found = try rows(operators, of: [1, 3, 7, 7])
        #expect(found.header == ["time", "symbol", "value"] && found.rows == [["4"], ["0"]])
    }
    @Test("Cutler's strength is a method of rsi: by hand, of gains 2, 1 and loss 1")
    func cutler() throws {
        let found = try rows("  a: { kind: rsi, from: bars, period: 3, method: cutler }", of: [1, 3, 2, 3])
        #expect(found.rows == [["75"]])
    }
    @Test("an instrument beside its benchmark: two inputs, the benchmark's symbol where there are several")
    func pairs() throws {
        let found = try rows("  a: { kind: beta, from: { in: bars, benchmark: bars }, period: 2 }", of: [1, 2, 3, 5])
        #expect(found.rows == [["1"], ["1"]])
    }
    @Test("every indicator that reads bars runs by its defaults and a period")
    func all() throws {
        for kind in IndicatorKinds.all.map(\.kind) where kind.inputs[0].accepts.contains("Bar") {
            let period = kind.parameters.contains { $0.name == "period" } ? ", period: 3" : ""
            let found = try rows(
                "  a: { kind: \(kind.name), from: bars\(period) }", of: (0..<80).map { 100 + Double($0 * 7 % 11) })
            #expect(found.rows.count > 20, "\(kind.name)")
            #expect(kind.outputs.dropFirst().map(\.name) == (found.header.count > 3 ? Array(found.header.dropFirst(2)) : []))
        }
    }
    @Test("keys that cannot be are mistakes of the file")
    func rules() {
        #expect(mistakes("  a: { kind: psar, from: bars, step: 0.3, max: 0.2 }").contains("max: 0.2 is less than step"))
        #expect(mistakes("  a: { kind: sma, from: bars, period: 0 }").contains("period"))
        #expect(mistakes("  a: { kind: bollinger, from: bars, periods: 20 }").contains("periods"))
        #expect(mistakes("  a: { kind: micro-price, from: bars }").contains("Quote"))
    }
}
