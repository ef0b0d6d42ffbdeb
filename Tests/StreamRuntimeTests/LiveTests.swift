import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// The live driver with real threads: feeds that offer, an engine that sequences, effects that leave.
@Suite("live") struct LiveTests {
    /// What the effects' thread saw.
    private final class Seen: Sendable {
        let rows = Mutex<[(sequence: UInt64, value: Double)]>([])
        let early = Atomic<Int>(0)
    }

    /// Two threads offer values; the engine journals them and runs a random floor; an effect takes the first source's.
    private func runLive(
        seed: UInt64, folder: String, durability: Durability, ring: Int = 64, count: Int = 3_000, slow: Bool = false
    ) throws -> (digests: [Digest], seen: [(sequence: UInt64, value: Double)], early: Int, refused: UInt64) {
        let floor = RandomFloor(seed: seed)
        let engine = Engine(floor.graph, names: floor.names)
        let seen = Seen(), writer = Mutex<JournalWriter?>(nil)
        let effects = EffectThread(engine: engine.wakeup)
        let queue = effects.consumer("out", capacity: ring) { (sequence, value: Value) in
            if (writer.withLock { $0 }?.durableSequence ?? 0) < sequence { seen.early.add(1, ordering: .relaxed) }
            if slow, sequence % 64 == 0 { usleep(500) }
            seen.rows.withLock { $0.append((sequence, value.value)) }
        }
        engine.effect("out", from: floor.first.edge, into: queue)
        let feeds = [engine.ingress(floor.first, capacity: ring), engine.ingress(floor.second, capacity: ring)]
        let journal = try JournalWriter(
            directory: folder, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: durability, onDurable: engine.wakeup)
        writer.withLock { $0 = journal }
        effects.start()
        let threads = feeds.enumerated().map { index, feed in
            let thread = Thread {
                var random = SplitMix64(seed: seed &+ UInt64(index))
                for (i, value) in randomValues(&random, count).enumerated() {
                    feed.offerWaiting(Value(value.eventTime, Double(i), key: value.key))
                    if random.below(200) == 0 { usleep(100) }
                }
                feed.finish()
            }
            thread.start()
            return thread
        }
        try engine.run(journal: journal)
        effects.finish()
        journal.close()
        withExtendedLifetime(threads) {}
        return (
            floor.digests, seen.rows.withLock { $0 }, seen.early.load(ordering: .relaxed), feeds.reduce(0) { $0 + $1.refused }
        )
    }

    @Test("a live run and its replay give the same histories", arguments: 1...12 as ClosedRange<UInt64>)
    func liveEqualsReplay(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let live = try runLive(seed: seed, folder: folder.path, durability: .os)
        let floor = RandomFloor(seed: seed)
        let replay = Replay(floor.graph, names: floor.names, sources: ["first", "second"], hasClock: false)
        try replay.run(JournalReader(directory: folder.path))
        #expect(floor.digests == live.digests)
    }

    @Test("an effect leaves only when its cause is durable, each once and in order", arguments: [Durability.os, .disk])
    func effectsWait(durability: Durability) throws {
        let folder = try TemporaryFolder()
        let live = try runLive(seed: 5, folder: folder.path, durability: durability)
        #expect(live.early == 0)
        #expect(live.seen.map(\.value) == (0..<3_000).map(Double.init))
        #expect(zip(live.seen, live.seen.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
    }

    @Test("a slow effect and full rings make the feeds wait; nothing is lost")
    func backpressure() throws {
        let folder = try TemporaryFolder()
        let live = try runLive(seed: 6, folder: folder.path, durability: .os, ring: 16, slow: true)
        #expect(live.refused > 0, "somebody had to wait")
        #expect(live.seen.map(\.value) == (0..<3_000).map(Double.init))
    }

    @Test("stop ends a run that would go on, and the journal holds all of it")
    func stop() throws {
        let folder = try TemporaryFolder()
        let graph = Graph(), names = Names()
        let port = graph.source("values", Value.self)
        graph.sink("out", from: port.edge) { $0.count }
        var options = EngineOptions()
        (options.clockInterval, options.endsDay) = (1_000_000, false)
        let engine = Engine(graph, names: names, options: options)
        let feed = engine.ingress(port)
        let stop = engine.stopper
        let thread = Thread {
            for i in 0..<100 { feed.offerWaiting(Value(Int64(i), Double(i), key: 0)) }
            usleep(30_000)
            stop()
        }
        thread.start()
        let journal = try JournalWriter(
            directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .disk)
        try engine.run(journal: journal)
        journal.close()
        var values = 0, clocks = 0
        let reader = try JournalReader(directory: folder.path)
        while try reader.next() != nil {
            for group in reader.groups { if group.source == 0 { clocks += group.count } else { values += group.count } }
        }
        #expect(values == 100)
        #expect(clocks >= 2, "time passed while nothing came: \(clocks) clock records, one every millisecond of 30")
    }

    @Test("a journal that cannot be written stops the engine with the file's name")
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/gone", withDestinationPath: "/nonexistent")
        #expect(throws: JournalError.self) {
            try JournalWriter(directory: folder.path + "/gone", topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        }
    }

    @Test("an operator's busy, idle and blocked shares are of one time")
    func shares() throws {
        let folder = try TemporaryFolder()
        let graph = Graph(), names = Names()
        let port = graph.source("values", Value.self)
        let out = graph.add("average", Average(), from: port.edge).out
        let clock = TickClock()
        graph.sink("out", from: out) { $0.count }
        let engine = Engine(graph, names: names)
        engine.pull(port, ListSource((0..<20_000).map { Value(Int64($0), 1, key: 0) }, seed: 1))
        let begin = TickClock.monotonic()
        let journal = try JournalWriter(directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        try engine.run(journal: journal)
        journal.close()
        let elapsed = Double(TickClock.monotonic() - begin)
        let average = graph.stages[0].metrics
        #expect(average.elements == 20_000 && average.latency.count == 20_000)
        let busy = clock.nanoseconds(average.busyTicks), blocked = clock.nanoseconds(average.blockedTicks)
        #expect(busy > 0 && busy + blocked <= elapsed * 1.05)
        #expect((average.latency.percentile(0.5) ?? 0) <= (average.latency.percentile(0.99) ?? 0))
    }
}
