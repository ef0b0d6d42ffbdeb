import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// The live engine over a graph of several threads: effects, loops, halts, checkpoints.
@Suite("an engine with several threads", .timeLimit(.minutes(2))) struct ThreadedEngineTests {
    private final class Left: Sendable {
        let rows = Mutex<[UInt64]>([])
        let early = Atomic<Int>(0)
        var sequences: [UInt64] { rows.withLock { $0 } }
    }

    /// Values go to `far`, on another thread, and from there into a queue of 16.
    private func run(
        _ values: [Value], batch: Int = 1_024, threads: Bool = true, durability: Durability = .os, folder: String
    ) throws -> (left: [UInt64], early: Int, digests: [Digest], settled: UInt64) {
        let graph = Graph(ringCapacity: 2)
        let port = graph.source("values", Value.self)
        let far = graph.on(thread: threads ? "far" : nil) { graph.add("far", Guarded(), from: port.edge).out }
        let last = graph.on(thread: threads ? "last" : nil) { graph.add("last", Guarded(fails: 240), from: far).out }
        var options = EngineOptions()
        options.batch = batch
        let engine = Engine(graph, names: Names(), options: options)
        engine.pull(port, ListSource(values, seed: 1))
        let effects = EffectThread(engine: engine.wakeup)
        let left = Left(), writer = Mutex<JournalWriter?>(nil)
        for (name, edge) in [("far", far), ("last", last), ("near", port.edge)] {
            let queue = effects.consumer(name + ".out", capacity: 16) { (sequence, _: Value) in
                if (writer.withLock { $0 }?.durableSequence ?? 0) < sequence { left.early.add(1, ordering: .relaxed) }
                if name == "far" { left.rows.withLock { $0.append(sequence) } }
            }
            engine.effect(name + ".out", from: edge, into: queue)
        }
        effects.start()
        let journal = try JournalWriter(
            directory: folder, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: durability, onDurable: engine.wakeup)
        writer.withLock { $0 = journal }
        defer {
            effects.finish()
            journal.close()
        }
        do { try engine.run(journal: journal) } catch let halt as Halt {
            effects.finish()
            throw HaltedRun(halt: halt, left: left.sequences)
        }
        effects.finish()
        return (left.sequences, left.early.load(ordering: .relaxed), graph.hashedEdges.map(\.digest), engine.settledSequence)
    }
    private struct HaltedRun: Error {
        var halt: Halt, left: [UInt64]
    }

    @Test(
        "effects of another thread leave when they are durable, each once, in order, through queues much smaller than a batch",
        arguments: [Durability.os, .disk])
    func effects(durability: Durability) throws {
        let values = (0..<3_000).map { Value(Int64($0), Double($0), key: 1) }
        let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
        let threaded = try run(values, durability: durability, folder: folder.path)
        #expect(threaded.left == Array(1...3_000))
        #expect(threaded.early == 0)
        #expect(threaded.settled == 3_001, "the end of the day included")
        #expect(try run(values, threads: false, folder: other.path).digests == threaded.digests)
    }

    /// Record 218 stops `far`, record 240 would stop `last`.
    @Test("a halt on another thread is at its stamp, and nothing of a later record has left", arguments: [1, 7, 64, 1_024])
    func halts(batch: Int) throws {
        let values = (0..<300).map { (i: Int) -> Value in Value(Int64(i), i == 217 ? -1 : Double(i), key: 3) }
        for threads in [false, true] {
            let folder = try TemporaryFolder()
            let run = #expect(throws: HaltedRun.self) {
                try self.run(values, batch: batch, threads: threads, folder: folder.path)
            }
            #expect(run?.halt.vertex == "far" && run?.halt.sequence == 218)
            #expect(run?.left == Array(1...217))
        }
    }

    /// Counts a value down, once round the loop at a time.
    private struct CountDown: Operator, ~Copyable {
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
            if v.value > 0 { out.emit(Value(v.eventTime, v.value - 1, key: v.key)) }
        }
    }

    @Test(
        "a loop from another thread comes back, to its end, live and in steps; a replay gives the same", arguments: [true, false])
    func loops(isStepped: Bool) throws {
        var counted: [UInt64] = []
        for threads in [false, true] {
            let folder = try TemporaryFolder()
            func floor() -> (Graph, [TypedPort<Value>], Edge<Value>) {
                let graph = Graph()
                let port = graph.source("values", Value.self), back = graph.source("back", Value.self, holdsWatermark: false)
                let down = graph.on(thread: threads ? "far" : nil) {
                    let both = graph.add("order", OrderOfFour(), from: port.edge, back.edge, back.edge, port.edge).out
                    graph.add("average", Average(), from: both)
                    let down = graph.add("down", CountDown(), from: port.edge).out
                    return (down, graph.add("again", CountDown(), from: back.edge).out)
                }
                let joined = graph.on(thread: threads ? "far" : nil) {
                    graph.add("joined", FirstOrSecond(), from: down.0, and: down.1).out
                }
                return (graph, [port, back], joined)
            }
            let (graph, ports, joined) = floor()
            var options = EngineOptions()
            (options.batch, options.isStepped) = (64, isStepped)
            let engine = Engine(graph, names: Names(), options: options)
            engine.pull(ports[0], ListSource((0..<200).map { Value(Int64($0 * 10), Double($0 % 7), key: 0) }, seed: 3))
            engine.loop(ports[1], of: joined)
            let journal = try JournalWriter(
                directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os,
                onDurable: engine.wakeup)
            try engine.run(journal: journal)
            journal.close()
            let digests = graph.hashedEdges.map(\.digest)
            // Σ over 200 values of i mod 7: each is counted down to 0.
            #expect(ports[1].total == UInt64((0..<200).reduce(0) { $0 + $1 % 7 }))
            let again = floor()
            let replay = Replay(again.0, names: Names(), sources: ["values", "back"], hasClock: false)
            try replay.run(JournalReader(directory: folder.path))
            #expect(again.0.hashedEdges.map(\.digest) == digests)
            let resumed = floor()
            let next = Engine(resumed.0, names: Names(), options: options)
            next.loop(resumed.1[1], of: resumed.2)
            try next.resume(from: JournalReader(directory: folder.path))
            #expect(resumed.0.hashedEdges.map(\.digest) == digests && next.settledSequence == next.nextSequence - 1)
            counted += isStepped ? digests.map(\.value) : []
        }
        #expect(Array(counted.prefix(counted.count / 2)) == Array(counted.suffix(counted.count / 2)))
    }
    private struct FirstOrSecond: Operator2, ~Copyable {
        mutating func process(first v: Value, into out: inout Emitter<Value, Nothing>) { out.emit(v) }
        mutating func process(second v: Value, into out: inout Emitter<Value, Nothing>) { out.emit(v) }
    }
}

/// Passes values on until one is negative, or is `fails`: then it cannot go on.
private struct Guarded: Operator, ~Copyable {
    var fails = -1.0
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        if v.value < 0 || v.value == fails && v.key == 3 { return out.halt("the value \(v.value)") }
        out.emit(v)
    }
}
