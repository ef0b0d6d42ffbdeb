import PlainData
import StreamRuntime
import Testing

/// Law 5, as a scrape shows it: elements in = out + conflated + sampled + shed + in flight, whatever the policy.
@Suite("an edge's account on /metrics") struct EdgeAccountTests {
    enum Policy: CaseIterable, Sendable {
        case block, conflate, sample, shed

        var overflow: Overflow<Value> {
            switch self {
            case .block: .block
            case .conflate: .conflate { $0.key }
            case .sample: .sample(.oneIn(3)) { $0.key }
            case .shed: .shed
            }
        }
    }

    /// Reads the text as a scraper does.
    private func scrape(_ graph: Graph, _ edge: String) throws -> [String: UInt64] {
        var found: [String: UInt64] = [:]
        for line in PrometheusText.text(try FloorFigures(graph.counters)).split(separator: "\n") {
            let parts = line.split(separator: "{edge=\"\(edge)\"} ")
            if parts.count == 2, parts[0].hasPrefix("floor_edge_") { found[String(parts[0].dropFirst(11))] = UInt64(parts[1]) }
        }
        return found
    }
    private func expectBalanced(_ edge: [String: UInt64], in offered: UInt64) {
        let (into, out) = (edge["elements_in_total"], edge["elements_out_total"])
        #expect(into == offered)
        let parts = [out, edge["conflated_total"], edge["sampled_total"], edge["shed_total"], edge["depth"]].compactMap { $0 }
        #expect(parts.count == 5 && parts.reduce(0, +) == into, "\(edge)")
    }

    /// 100 elements of two keys come before anybody takes one; then the sequencer takes them, and the sink's thread some.
    @Test("every element is in one figure of the scrape, in front of the sequencer and behind a sink", arguments: Policy.allCases)
    func account(policy: Policy) throws {
        let graph = Graph(), port = graph.source("in", Value.self)
        let engine = Engine(graph, names: Names())
        let door = engine.ingress(port, capacity: 64, overflow: policy.overflow)
        let queue = try TypedEffectQueue<Value>.make("out", capacity: 16, overflow: policy.overflow)
        engine.effect("out", from: port.edge, into: queue)
        engine.begin(journal: nil)
        engine.whileBlocked = { queue.drain(upTo: .max) { _, _ in } }
        var offered: UInt64 = 0
        for i in 0..<100 where door.offer(Value(Int64(i), Double(i), key: UInt32(i % 2))) { offered += 1 }

        var edge = try scrape(graph, "in")
        expectBalanced(edge, in: offered)
        // By hand: 64 fit; of two keys the latest are kept; of each key 1 in 3, that is 17 of 50; what does not fit is shed.
        let expected: [UInt64] =
            switch policy {
            case .block: [64, 0, 0, 0, 64]
            case .conflate: [100, 98, 0, 0, 2]
            case .sample: [100, 0, 66, 0, 34]
            case .shed: [100, 0, 0, 36, 64]
            }
        let names = ["elements_in_total", "conflated_total", "sampled_total", "shed_total", "depth"]
        #expect(names.map { edge[$0] } == expected.map(Optional.some))

        _ = try engine.turn()
        let taken = expected[4]
        edge = try scrape(graph, "in")
        expectBalanced(edge, in: offered)
        #expect(edge["elements_out_total"] == taken && edge["depth"] == 0)
        expectBalanced(try scrape(graph, "out"), in: taken)
        queue.drain(upTo: .max) { _, _ in }
        edge = try scrape(graph, "out")
        expectBalanced(edge, in: taken)
        // Of 64 that shed 16 have room; of 34 that a sample looks at again, 17 a key, 6 of each are kept.
        let out: UInt64 = policy == .block ? 64 : policy == .conflate ? 2 : policy == .sample ? 12 : 16
        #expect(edge["depth"] == 0 && edge["elements_out_total"] == out)
    }
}
