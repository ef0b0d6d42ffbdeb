import FloorTesting
import PlainData
import StreamRuntime
import Testing

@Suite("how far event time has come") struct EventTimeTests {
    @Test("other threads see the last batch's watermark, and not the end of all time")
    func reached() throws {
        let graph = Graph()
        let port = graph.source("values", Value.self, lateness: 5)
        graph.sink("out", from: port.edge) { $0.count }
        var options = EngineOptions()
        options.batch = 2
        let engine = Engine(graph, names: Names(), options: options)
        #expect(engine.eventTime.reached == nil)
        engine.pull(port, ListSource([10, 30, 20].map { Value($0, 1, key: 0) }, seed: 1))
        var seen: [Int64?] = []
        engine.onBatch = { _, _ in seen.append(engine.eventTime.reached) }
        try engine.run(journal: nil)
        // By hand: the newest of all so far, less the lateness; the record that ends the day tells no time.
        #expect(seen.allSatisfy { [5, 25].contains($0) } && seen.last == 25 && engine.eventTime.reached == 25)
    }
}
