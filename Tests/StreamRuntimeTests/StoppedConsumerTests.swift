import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// Laws 5 and 6 with somebody who takes nothing for as long as anything else still moves: every edge stays within its
/// capacity, none grows meanwhile, every element is somewhere, and afterwards the histories are those of a run without.
@Suite("a stopped consumer", .timeLimit(.minutes(2))) struct StoppedConsumerTests {
    /// What every edge of a graph says of itself at one instant.
    private func checkBound(_ graph: Graph, capacities: inout [String: UInt64]) throws {
        for edge in try FloorFigures(graph.counters).edges where edge.capacity > 0 {
            // What spills waits on the disk, where the queue's own account counts it.
            #expect(edge.depth <= edge.capacity || edge.spilled > 0, "\(edge.name) holds \(edge.depth) of \(edge.capacity)")
            let known = edge.taken + edge.depth + edge.conflated + edge.sampledOut + edge.shed
            #expect(edge.total == known, "\(edge.name): of \(edge.total) elements \(known) are known")
            capacities[edge.name] = edge.capacity
        }
        for ring in graph.rings { #expect(ring.depth <= ring.capacity) }
    }

    /// The sink stands on the thread that makes its edge; the floor is cut into one, two or three threads.
    @Test(
        "of a random graph on any number of threads: nothing grows, nothing is lost, and it goes on to the same end",
        arguments: 1...45 as ClosedRange<UInt64>)
    func sink(seed: UInt64) throws {
        let cut = RandomCut(depth: 1 + Int(seed % 3), width: 2, ring: 1 + Int(seed % 2), seed: seed)
        let floor = RandomFloor(seed: seed, capacity: 16, cut: cut), graph = floor.graph
        var random = SplitMix64(seed: seed &+ 5)
        let edges = graph.hashedEdges.compactMap { $0 as? Edge<Value> }
        let stopped = edges[random.below(edges.count)]
        var asked = 0, taken: UInt64 = 0, first: [String: UInt64] = [:], errors: [any Error] = []
        graph.sink("stopped", from: stopped) { offer in
            asked += 1
            // Two looks long after all else has come to a stand, and as many in between as it takes.
            guard asked < 400 else {
                taken += UInt64(offer.count)
                return offer.count
            }
            if asked % 50 == 0 {
                do {
                    var now: [String: UInt64] = [:]
                    try checkBound(graph, capacities: &now)
                    if asked == 300 { first = now }
                    if asked == 350 { #expect(now == first, "an edge grew while a sink stood still") }
                } catch { errors.append(error) }
            }
            return 0
        }
        let digests = floor.run(seed) { 1 + random.below(60) }
        #expect(errors.isEmpty && taken == stopped.total)
        #expect(asked >= 400 || stopped.total == 0, "it was asked \(asked) times")
        #expect(digests == RandomFloor.digests(seed) { 512 })
    }

    enum Policy: CaseIterable, Sendable {
        case block, spill, conflate, sample, shed

        var overflow: Overflow<Value> {
            switch self {
            case .block, .spill: .block
            case .conflate: .conflate { $0.key }
            case .sample: .sample(.oneIn(3)) { $0.key }
            case .shed: .shed
            }
        }
    }

    /// Nobody drains the queue of the effect before the engine has waited for it 300 times, or has nothing left to do.
    @Test(
        "of an effect, on the engine's thread or another: the queue holds its capacity, whatever the policy",
        arguments: Policy.allCases, [nil, "far"])
    func effect(policy: Policy, thread: String?) throws {
        let folder = try TemporaryFolder(), graph = Graph(edgeCapacity: 32, ringCapacity: 2)
        let port = graph.source("in", Value.self)
        let out = graph.on(thread: thread) { graph.add("average", Average(), from: port.edge).out }
        var options = EngineOptions()
        options.batch = 64
        let engine = Engine(graph, names: Names(), options: options), door = engine.ingress(port, capacity: 4_096)
        var spill: SpillPlace?
        if policy == .spill {
            spill = SpillPlace(in: folder.path, name: "out")
            spill?.blockCapacity = 16
        }
        let queue = try TypedEffectQueue.make("out", capacity: 16, overflow: policy.overflow, spill: spill)
        graph.on(thread: thread) { engine.effect("out", from: out, into: queue) }
        var random = SplitMix64(seed: 9), waits = 0, seen = 0, capacities: [String: UInt64] = [:], errors: [any Error] = []
        for value in randomValues(&random, 3_000) { #expect(door.offer(value)) }
        door.finish()
        func look() {
            let account = queue.account
            // A spilling queue has two blocks in memory besides; the rest of what waits is on the disk.
            let most = UInt64(policy == .spill ? 16 + 2 * 16 : 16)
            #expect(account.isBalanced && account.inFlight - account.onDisk <= most, "\(account)")
            do { try checkBound(graph, capacities: &capacities) } catch { errors.append(error) }
        }
        engine.whileBlocked = {
            waits += 1
            if waits % 100 == 0, waits <= 300, policy != .spill { look() }
            if waits >= 300 { seen += queue.drain { _, _ in } }
        }
        engine.begin(journal: nil)
        while case .worked = try engine.turn() {}
        graph.drain()
        if policy != .block { look() }
        engine.whileBlocked = { seen += queue.drain { _, _ in } }
        try engine.finish()
        graph.stop()
        seen += queue.drain { _, _ in }
        let account = queue.account
        #expect(errors.isEmpty && account.isBalanced && account.inFlight == 0)
        #expect(account.offered == out.total && account.taken == UInt64(seen) && out.total > 1_000)
        #expect((policy == .block) == (waits >= 300), "the engine waited \(waits) times")
        #expect((policy == .block || policy == .spill) == (account.dropped == 0), "\(account)")
    }
}
