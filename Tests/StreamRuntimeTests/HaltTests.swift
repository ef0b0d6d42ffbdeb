import Foundation
import PlainData
import StreamRuntime
import Testing

/// Passes values on until one is negative: then it cannot go on.
private struct Guarded: Operator, ~Copyable {
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        if v.value < 0 { return out.halt("the value \(v.value) of key \(v.key) is below 0") }
        out.emit(v)
    }
}

@Suite("halt") struct HaltTests {
    private let values = (0..<300).map { (i: Int) -> Value in
        Value(Int64(i), [217, 240].contains(i) ? -1 : Double(i), key: 3)
    }

    private func floor() -> (Graph, TypedPort<Value>, Edge<Value>) {
        let graph = Graph()
        let port = graph.source("values", Value.self)
        let out = graph.add("guard", Guarded(), from: port.edge).out
        return (graph, port, graph.add("average", Average(), from: out).out)
    }

    /// The record of value 217 is number 218.
    @Test("it happens at a stamp, whatever the batch, and no later record's effect leaves", arguments: [1, 7, 64, 1_024])
    func atAStamp(batch: Int) throws {
        let folder = try TemporaryFolder()
        let (graph, port, out) = floor()
        var options = EngineOptions()
        options.batch = batch
        let engine = Engine(graph, names: Names(), options: options)
        engine.pull(port, ListSource(values, seed: 1))
        let effects = EffectThread(engine: engine.wakeup)
        let left = Left()
        engine.effect(
            "out", from: out, into: effects.consumer("out", capacity: 16) { sequence, _ in left.sequences.append(sequence) })
        effects.start()
        let journal = try JournalWriter(directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        let halt = #expect(throws: Halt.self) { try engine.run(journal: journal) }
        effects.finish()
        journal.close()
        #expect(halt?.vertex == "guard" && halt?.sequence == 218)
        #expect(halt?.description.hasPrefix("guard halted at record 218: the value -1.0 of key 3 is below 0") == true)
        #expect(left.sequences == Array(1...217))

        // A replay halts there too, and so does a run that would go on.
        let (again, _, _) = floor()
        let replay = Replay(again, names: Names(), sources: ["values"], hasClock: false)
        try replay.run(JournalReader(directory: folder.path))
        #expect(replay.halt == halt)
        let next = floor()
        let resumed = #expect(throws: Halt.self) {
            try Engine(next.0, names: Names()).resume(from: JournalReader(directory: folder.path))
        }
        #expect(resumed == halt)
    }
    private final class Left: @unchecked Sendable {  // the effects' thread writes; it has ended when the test reads
        var sequences: [UInt64] = []
    }
}
