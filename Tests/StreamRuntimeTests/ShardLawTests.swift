import PlainData
import StreamRuntime
import Testing

/// Law 2: any number of copies of a keyed operator gives the same histories, in one thread and in many.
@Suite("shards", .timeLimit(.minutes(2))) struct ShardLawTests {
    @Test("one, two, four and eight copies give the same histories", arguments: 1...60 as ClosedRange<UInt64>)
    func shardLaw(seed: UInt64) {
        let one = RandomFloor.digests(seed) { 1_024 }
        for shards in [2, 4, 8] {
            #expect(RandomFloor.digests(seed, cut: RandomCut(shards: shards)) { 300 } == one, "\(shards) in one thread")
            var random = SplitMix64(seed: seed)
            #expect(
                RandomFloor.digests(seed, capacity: 4, cut: RandomCut(shards: shards)) { 1 + random.below(60) } == one,
                "\(shards) in one thread, edges of 4")
        }
    }

    @Test("copies on threads of their own give the same histories", arguments: 1...40 as ClosedRange<UInt64>)
    func threadedShardLaw(seed: UInt64) {
        let one = RandomFloor.digests(seed) { 1_024 }
        for (shards, depth) in [(2, 1), (4, 1), (8, 3)] {
            let cut = RandomCut(depth: depth, width: 2, ring: 2, shards: shards, spreads: true, seed: seed)
            var random = SplitMix64(seed: seed)
            #expect(RandomFloor.digests(seed, capacity: 16, cut: cut) { 1 + random.below(200) } == one, "\(shards)")
        }
    }

    @Test(
        "a checkpoint does not tell how many copies there were, and another number goes on from it",
        arguments: 1...40 as ClosedRange<UInt64>)
    func restartLaw(seed: UInt64) {
        let whole = RandomFloor.digests(seed) { 1_024 }
        let cuts = [
            RandomCut(), RandomCut(shards: 2), RandomCut(shards: 8), RandomCut(depth: 2, shards: 4),
            RandomCut(depth: 2, shards: 3, spreads: true),
        ]
        let states = cuts.map { cut in
            let floor = RandomFloor(seed: seed, cut: cut), driver = GraphDriver(floor.graph)
            var random = SplitMix64(seed: seed &* 77), cuts = SplitMix64(seed: seed)
            floor.offer(&random, to: driver)
            driver.run { 1 + cuts.below(200) }
            var coder = StateCoder()
            driver.state(&coder)
            return coder.bytes
        }
        for state in states { #expect(state == states[0]) }
        for cut in cuts {
            let floor = RandomFloor(seed: seed, cut: cut), driver = GraphDriver(floor.graph)
            var coder = StateCoder(restoring: states[0])
            driver.state(&coder)
            #expect(coder.isAtEnd)
            var again = StateCoder()
            driver.state(&again)
            #expect(again.bytes == states[0])
            driver.end()
            driver.run()
            #expect(floor.digests == whole)
        }
    }

    /// Refuses negative values.
    private struct Guarded: KeyedOperator, ~Copyable {
        static func key(of v: Value) -> Int { Int(v.key) }
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
            if v.value < 0 { return out.halt("the value \(v.value)") }
            out.emit(v)
        }
    }

    @Test("a copy that cannot go on halts as the operator that it is of", arguments: [1, 4])
    func halt(shards: Int) throws {
        let graph = Graph()
        let port = graph.source("values", Value.self)
        graph.on(thread: "together") { graph.add("guard", shards: shards, onThreads: true, from: port.edge) { Guarded() } }
        let engine = Engine(graph, names: Names())
        engine.pull(port, ListSource((0..<100).map { Value($0, [40, 60].contains($0) ? -1 : 1, key: UInt32($0 % 7)) }, seed: 1))
        let halt = #expect(throws: Halt.self) { try engine.run(journal: nil) }
        #expect(halt?.vertex == "guard" && halt?.sequence == 41)
    }
}
