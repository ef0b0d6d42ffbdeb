import PlainData
import StreamRuntime
import Testing

/// A broken rule of room shows by standing still, so these have a time limit.
@Suite("room inside the graph", .timeLimit(.minutes(2))) struct OverflowGraphTests {
    /// A random floor over edges of `capacity`, every edge watched by a sink that takes what it likes, now and then nothing.
    private func digests(seed: UInt64, capacity: Int, stubborn: Bool) -> [Digest] {
        let floor = RandomFloor(seed: seed, capacity: capacity)
        if stubborn {
            var random = SplitMix64(seed: seed &+ 1)
            for edge in floor.graph.hashedEdges {
                guard let edge = edge as? Edge<Value> else { continue }
                floor.graph.sink(edge.name + ".screen", from: edge) { offer in
                    random.below(3) == 0 ? random.below(offer.count + 1) : 0
                }
            }
        }
        let driver = GraphDriver(floor.graph)
        var random = SplitMix64(seed: seed)
        for value in randomValues(&random, 150) { driver.offer(value, to: random.below(2) == 0 ? floor.first : floor.second) }
        driver.end()
        driver.run { 1 + random.below(40) }
        return floor.digests
    }

    @Test(
        "random graphs over edges of any size, with sinks that refuse, come to an end and to the same histories",
        arguments: 1...60 as ClosedRange<UInt64>)
    func neverDeadlocks(seed: UInt64) {
        let wide = digests(seed: seed, capacity: 4_096, stubborn: false)
        for capacity in [1, 2, 3, 5] { #expect(digests(seed: seed, capacity: capacity, stubborn: true) == wide) }
    }

    /// Emits a value `copies` times, and may say that it could be more.
    private struct Copies: Operator, ~Copyable {
        let copies: Int
        var mostOutputs = 0
        init(copies: Int, most: Int? = nil) { (self.copies, mostOutputs) = (copies, most ?? copies) }
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
            for _ in 0..<copies { out.emit(v) }
        }
    }

    /// One value makes 4 on `four`, 16 on `sixteen`, which the merge takes first; all 4 of `four` wait meanwhile. An edge of 4
    /// holds them. Of 3 × 4 it would not.
    private func diamond(maps: Int, capacity: Int) -> (growths: Int, out: UInt64) {
        let graph = Graph(edgeCapacity: capacity)
        let port = graph.source("in", Value.self)
        var four = port.edge
        for i in 0..<maps { four = graph.add("four\(i)", Copies(copies: 4), from: four).out }
        let late = graph.add("late", Average(), from: four).out
        let merge = graph.add("merge", OrderOfFour(), from: late, four, late, four).out
        graph.sink("out", from: merge) { $0.count }
        let driver = GraphDriver(graph)
        for i in 0..<20 { driver.offer(Value(Int64(i), 1, key: 0), to: port) }
        driver.end()
        driver.run(batch: 7)
        return (graph.hashedEdges.reduce(0) { $0 + $1.growths }, four.total)
    }

    /// The last edge before the diamond must hold what one record can put there: 4 ^ maps.
    @Test("an edge into a merge that is too small for one record grows, and each growth is counted")
    func growth() {
        #expect(diamond(maps: 1, capacity: 4) == (growths: 0, out: 80))
        #expect(diamond(maps: 2, capacity: 16) == (growths: 0, out: 320))
        #expect(diamond(maps: 2, capacity: 4).growths > 0)
        #expect(diamond(maps: 2, capacity: 4).out == 320)
    }

    /// Of an edge of 4 whose writer wants room for 4, one element is enough to stop the writer, though 3 places are free.
    @Test("an edge grows when its writer lacks room, however empty it looks")
    func growthOfAnEmptyEdge() {
        let graph = Graph(edgeCapacity: 4)
        let port = graph.source("in", Value.self)
        let four = graph.add("four", Copies(copies: 4), from: port.edge).out
        let same = graph.add("same", Copies(copies: 1, most: 4), from: four).out
        let late = graph.add("late", Average(), from: same).out
        let merge = graph.add("merge", Pair(hold: 5), from: late, and: same).out
        graph.sink("out", from: merge) { $0.count }
        let driver = GraphDriver(graph)
        for i in 0..<20 { driver.offer(Value(Int64(i), 1, key: 0), to: port) }
        driver.run(batch: 7)
        #expect(same.total == 80 && same.growths > 0)
    }

    /// A sink that stands still for a long time: what is in flight is what the edges hold, whatever the batch still has.
    @Test("while a sink is full no edge grows, however long that takes")
    func sinkHoldsEverything() {
        let graph = Graph(edgeCapacity: 16)
        let port = graph.source("in", Value.self)
        let one = graph.add("one", Copies(copies: 4), from: port.edge).out
        let two = graph.add("two", Copies(copies: 4), from: one).out
        // The merge waits for what the sink holds up, and `two`, which it reads too, is full meanwhile.
        let late = graph.add("late", Average(), from: two).out
        let merge = graph.add("merge", Pair(hold: 5), from: late, and: two).out
        graph.sink("merged", from: merge) { $0.count }
        var asked = 0, taken = 0
        graph.sink("out", from: late) { offer in
            asked += 1
            #expect(offer.count <= 16)
            guard asked % 100 == 0 else { return 0 }
            taken += 1
            return 1
        }
        let driver = GraphDriver(graph)
        for i in 0..<20 { driver.offer(Value(Int64(i), 1, key: 0), to: port) }
        driver.run(batch: 20)
        #expect(taken == 320)
        #expect(graph.hashedEdges.allSatisfy { $0.capacity == 16 && $0.growths == 0 })
    }

    /// What comes in makes `first` elements, what comes round `again`.
    private struct Round: Operator2, ~Copyable {
        let first: Int, again: Int
        var mostOutputs: Int { max(first, again) }
        mutating func process(first v: Value, into out: inout Emitter<Value, Nothing>) { for _ in 0..<first { out.emit(v) } }
        mutating func process(second v: Value, into out: inout Emitter<Value, Nothing>) { for _ in 0..<again { out.emit(v) } }
    }
    private func loop(first: Int, again: Int, count: Int) throws -> (most: Int, taken: UInt64, left: Int) {
        let graph = Graph(), port = graph.source("in", Value.self)
        let back = graph.source("back", Value.self, holdsWatermark: false)
        let out = graph.add("round", Round(first: first, again: again), from: port.edge, and: back.edge).out
        var options = EngineOptions()
        (options.batch, options.mostLooping) = (64, 100)
        let engine = Engine(graph, names: Names(), options: options)
        let door = engine.ingress(port, capacity: 4_096)
        engine.loop(back, of: out)
        for i in 0..<count { #expect(door.offer(Value(Int64(i), 1, key: 0))) }
        engine.begin(journal: nil)
        var most = 0
        while case .worked = try engine.turn() { most = max(most, Int(out.total - back.total)) }
        return (most, back.total, door.depth)
    }

    @Test("sources wait while a loop has enough to bring round, and then go on")
    func loops() throws {
        let (most, taken, left) = try loop(first: 3, again: 0, count: 3_000)
        #expect(taken == 9_000 && left == 0)
        #expect(most >= 100 && most < 100 + 3 * 64, "\(most) waited")
    }

    @Test("a loop that makes more than goes round ends the run by its name, not the machine's memory")
    func endlessLoop() {
        let error = #expect(throws: LoopOverflow.self) { try loop(first: 1, again: 2, count: 10) }
        #expect(error?.description.hasPrefix("loop back: ") == true)
    }
}
