import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// Law 2: any number of threads gives the same histories. And none of them ever stands still.
@Suite("threads") struct ThreadLawTests {
    @Test("one, two and three threads give the same histories", arguments: 1...60 as ClosedRange<UInt64>)
    func threadLaw(seed: UInt64) {
        let one = RandomFloor.digests(seed) { 1_024 }
        #expect(one.contains { $0.count > 0 })
        for depth in [2, 3] {
            let cut = RandomCut(depth: depth, seed: seed)
            #expect(RandomFloor.digests(seed, cut: cut) { 256 } == one, "\(depth) threads")
            var random = SplitMix64(seed: seed)
            #expect(
                RandomFloor.digests(seed, capacity: 8, cut: cut) { 1 + random.below(random.below(2) == 0 ? 4 : 200) } == one,
                "\(depth) threads, small edges, random batches")
        }
    }

    /// The watchdog is the test's end: a floor that stands still does not come back.
    @Test("floors cut anywhere never stand still, however few batches lie between the threads", .timeLimit(.minutes(2)))
    func noStandstill() {
        var most = 0
        for seed in 1...250 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed &* 31)
            let cut = RandomCut(depth: 2 + random.below(4), width: 1 + random.below(3), ring: 1 + random.below(2), seed: seed)
            let floor = RandomFloor(seed: seed, capacity: 4 + random.below(12), cut: cut)
            #expect(floor.graph.threadCycle == nil)
            most = max(most, Set(floor.graph.rings.flatMap { [$0.from, $0.to] }).count)
            let threaded = floor.run(seed) { 1 + random.below(40) }
            #expect(threaded == RandomFloor.digests(seed) { 512 }, "seed \(seed)")
        }
        #expect(most >= 6, "some floors had many threads")
    }

    @Test(
        "a run goes on from a checkpoint on other threads, and the bytes do not tell which",
        arguments: 1...40 as ClosedRange<UInt64>)
    func restartLaw(seed: UInt64) {
        let whole = RandomFloor.digests(seed) { 1_024 }
        let cuts = [RandomCut(), RandomCut(depth: 2, seed: seed), RandomCut(depth: 3, width: 2, seed: seed)]
        var states: [[UInt8]] = []
        for cut in cuts {
            let floor = RandomFloor(seed: seed, cut: cut)
            var random = SplitMix64(seed: seed &* 77)
            let driver = GraphDriver(floor.graph)
            floor.offer(&random, to: driver)
            driver.run(batch: 64)
            var coder = StateCoder()
            driver.state(&coder)
            states.append(coder.bytes)
        }
        #expect(states[1] == states[0] && states[2] == states[0])
        for cut in cuts {
            let floor = RandomFloor(seed: seed, cut: cut)
            let driver = GraphDriver(floor.graph)
            var coder = StateCoder(restoring: states[0])
            driver.state(&coder)
            #expect(coder.isAtEnd)
            driver.end()
            driver.run()
            #expect(floor.digests == whole)
        }
    }

    @Test("threads that wait for each other are found before they run, by name")
    func cycle() {
        let graph = Graph()
        let source = graph.source("values", Value.self)
        let a = graph.on(thread: "a") { graph.add("one", Average(), from: source.edge).out }
        #expect(graph.threadCycle == nil)
        let b = graph.on(thread: "b") { graph.add("two", Average(), from: a).out }
        #expect(graph.threadCycle == nil)
        graph.on(thread: "a") { graph.sink("three", from: b) { $0.count } }
        #expect(graph.threadCycle == "threads wait for each other in a circle: a reads two from b, b reads one from a")

        let other = Graph()
        let port = other.source("values", Value.self)
        let far = other.on(thread: "far") { other.add("one", Average(), from: port.edge).out }
        other.add("two", Average(), from: far)
        #expect(
            other.threadCycle == "threads wait for each other in a circle: engine reads one from far, "
                + "far reads values from engine; every thread waits for the engine's")
    }

    @Test("a thread that is behind holds the engine up, and its ring says since when")
    func backpressure() throws {
        let graph = Graph(ringCapacity: 2)
        let port = graph.source("values", Value.self)
        let gate = Atomic<Bool>(false), taken = Atomic<Int>(0)
        graph.on(thread: "slow") {
            graph.sink("out", from: port.edge) { offer in
                guard gate.load(ordering: .acquiring) else { return 0 }
                taken.add(offer.count, ordering: .relaxed)
                return offer.count
            }
        }
        let ring = try #require(graph.rings.first)
        #expect(ring.edge == "values" && ring.from == "engine" && ring.to == "slow" && ring.capacity == 2)
        let driver = GraphDriver(graph)
        for i in 0..<40 { driver.offer(Value(Int64(i), 1, key: 0), to: port) }
        let opener = Thread {
            while ring.blockedSince == 0 { usleep(100) }
            gate.store(true, ordering: .releasing)
        }
        opener.start()
        driver.run(batch: 1)
        #expect(taken.load(ordering: .relaxed) == 40)
        #expect(ring.blockedTicks > 0 && ring.blockedSince == 0 && ring.depth == 0)
        #expect(graph.completedSequence == 40)
    }

    /// Breaks off after its first elements.
    private struct BrokenSource: PullSource {
        struct Broken: Error {}
        var isFirst = true
        mutating func fill(_ buffer: UnsafeMutableBufferPointer<Value>) throws -> Int {
            guard isFirst else { throw Broken() }
            isFirst = false
            for i in 0..<10 { buffer[i] = Value(Int64(i), 1, key: 0) }
            return 10
        }
    }

    @Test("a run that fails ends, though another thread of it is stuck", .timeLimit(.minutes(1)))
    func failure() {
        let graph = Graph()
        let port = graph.source("values", Value.self)
        graph.on(thread: "stuck") { graph.sink("out", from: port.edge) { _ in 0 } }
        let engine = Engine(graph, names: Names())
        engine.pull(port, BrokenSource())
        #expect(throws: BrokenSource.Broken.self) { try engine.run(journal: nil) }
        #expect(engine.settledSequence == 0, "nothing of it is done")
    }
}
