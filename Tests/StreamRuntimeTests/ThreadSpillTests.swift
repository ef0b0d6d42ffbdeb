import Foundation
import PlainData
import Synchronization
import Testing

@testable import StreamRuntime

/// Threads that lag on the disk.
@Suite("spilling between threads", .timeLimit(.minutes(2))) struct ThreadSpillTests {
    private func files(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Every so often a thread stands still for a while, which no digest may show.
    @Test(
        "random floors give the histories of one thread, whichever threads spill and lag",
        arguments: 1...40 as ClosedRange<UInt64>)
    func spillLaw(seed: UInt64) throws {
        let one = RandomFloor.digests(seed) { 512 }
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: seed &* 131)
        var cut = RandomCut(depth: 2 + random.below(2), width: 1 + random.below(2), ring: 1 + random.below(2), seed: seed)
        if seed % 4 == 0 { (cut.shards, cut.spreads) = (2, true) }
        let floor = RandomFloor(seed: seed, capacity: 4 + random.below(30), cut: cut), graph = floor.graph
        let threads = Set(graph.others.map(\.name)), all = seed % 3 == 0
        let edges = graph.hashedEdges.compactMap { $0 as? Edge<Value> }.filter { $0.home !== graph.main }
        for (i, edge) in edges.enumerated() where i < 3 {
            graph.sink("slow\(i)", from: edge) { offer in
                if offer.sequence(0) % 7 == 0 { usleep(200) }
                return offer.count
            }
        }
        var place = SpillPlace(in: folder.path, name: "")
        place.segmentBytes = 3_000
        try graph.spill(threads: all ? threads : threads.filter { _ in random.below(2) == 0 }, into: place)
        #expect(floor.run(seed) { 1 + random.below(60) } == one)
        #expect(graph.failure == nil)
        for edge in try FloorFigures(graph.counters).edges {
            #expect(edge.total == edge.taken + edge.depth && edge.depth == 0, "\(edge.name): \(edge.total), \(edge.taken)")
        }
        graph.stop()
        #expect(try files(folder).isEmpty, "nothing is left on the disk")
    }

    private final class Notices: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    /// in ─► near, on the engine's thread; in ─► slow, on `far`, which stands at a gate; slow, in ─► both, on `last`.
    private final class Line {
        let graph = Graph(edgeCapacity: 64, ringCapacity: 2), gate = Gate(), engine: Engine, door: Ingress<Value>
        let notices = Notices()
        private(set) var offered = 0
        let far: Edge<Value>, both: Edge<Value>

        init(_ place: SpillPlace?) throws {
            let port = graph.source("in", Value.self), gate = gate
            graph.add("near", Average(), from: port.edge)
            far = graph.on(thread: "far") { [graph] in
                graph.sink("stands", from: port.edge) { offer in
                    gate.pass()
                    return offer.count
                }
                return graph.add("slow", Average(), from: port.edge).out
            }
            both = graph.on(thread: "last") { [graph, far] in graph.add("both", Pair(hold: 5), from: far, and: port.edge).out }
            var options = EngineOptions()
            options.batch = 64
            engine = Engine(graph, names: Names(), options: options)
            door = engine.ingress(port, capacity: 4_096)
            if place == nil { gate.release() }
            if let place {
                try graph.spill(threads: ["far"], into: place) { [notices] in notices.add($0) }
            }
            engine.begin(journal: nil)
        }
        func run(_ count: Int) throws {
            for i in 0..<count {
                #expect(door.offer(Value(Int64(offered + i), Double((offered + i) % 17), key: UInt32((offered + i) % 3))))
            }
            offered += count
            while case .worked = try engine.turn() {}
        }
        func finish() throws -> [Digest] {
            door.finish()
            while try engine.turn() != .ended {}
            try engine.finish()
            graph.stop()
            return graph.hashedEdges.map(\.digest)
        }
    }

    @Test("while a thread stands still the engine takes all there is, memory stays bounded, and then all is caught up")
    func standing() throws {
        let folder = try TemporaryFolder(), expected = try Line(nil)
        try expected.run(3_000)
        let digests = try expected.finish()
        var place = SpillPlace(in: folder.path, name: "")
        place.segmentBytes = 20_000
        let line = try Line(place)
        for _ in 0..<3 {
            try line.run(1_000)
            #expect(line.engine.nextSequence == UInt64(line.offered) + 1, "all of it is taken")
            #expect(waits { line.gate.isReached })
            for ring in line.graph.rings {
                #expect(ring.depth <= 2 && ring.blockedTicks == 0 && ring.blockedSince == 0 && ring.growths == 0, "\(ring.edge)")
            }
            #expect(line.graph.completedSequence < 64, "and nothing has passed the thread")
            let edge = try #require(try FloorFigures(line.graph.counters).edges.first { $0.name == "in@far" })
            #expect(edge.total == UInt64(line.offered) && edge.taken + edge.depth == edge.total)
            // The ring's two blocks of 64 are in memory, with the one that the thread has among them.
            #expect(edge.spilled == edge.total - 128)
        }
        // A value is 24 bytes, its records are dense: 3,000 of them are more than three files of 20 kB.
        #expect(try files(folder).filter { $0.hasPrefix("spill-in@far-") }.count >= 3)
        #expect(try files(folder).contains { $0.hasPrefix("spill-in@last-") }, "what reads from it lags with it")
        line.gate.release()
        #expect(try line.finish() == digests)
        for edge in try FloorFigures(line.graph.counters).edges {
            #expect(edge.total == edge.taken && edge.depth == 0, "\(edge.name)")
        }
        #expect(try files(folder).isEmpty && line.notices.all.isEmpty)
    }

    @Test("a byte that was changed on the disk ends the run, by the name of the file", arguments: ["in@far", "@far", "in@last"])
    func damage(name: String) throws {
        let folder = try TemporaryFolder(), line = try Line(SpillPlace(in: folder.path, name: ""))
        try line.run(1_000)
        let path = folder.path + "/spill-\(name)-1"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 4
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.write(contentsOf: bytes)
        try file.close()
        line.gate.release()
        let error = #expect(throws: SpillError.self) { _ = try line.finish() }
        #expect(error?.description.hasPrefix("\(path): block ") == true, "\(String(describing: error))")
    }

    @Test("on a full disk the writer waits, says so once, and nothing is lost")
    func full() throws {
        let folder = try TemporaryFolder(), expected = try Line(nil)
        try expected.run(2_000)
        let digests = try expected.finish()
        var place = SpillPlace(in: folder.path, name: "")
        place.mostBytes = 4_000
        let line = try Line(place)
        var waited = 0
        line.engine.whileBlocked = {
            waited += 1
            if waited == 100 { line.gate.release() }
        }
        try line.run(2_000)
        #expect(waited >= 100, "the engine waits where there is room nowhere")
        #expect(try line.finish() == digests)
        let notices = line.notices.all
        #expect(
            notices.contains { $0.contains("far: ") && $0.hasSuffix("its writer waits instead, and nothing is dropped") },
            "\(notices)")
        #expect(try files(folder).isEmpty)
    }
}
