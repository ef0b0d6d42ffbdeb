import Foundation
import PlainData
import StreamRuntime
import Testing

/// The laws of the runtime's specification, section 4, over random graphs and inputs.
@Suite("laws") struct LawTests {
    /// Runs a random floor live over its two lists, with a journal, and says what it put out.
    private func record(_ seed: UInt64, in folder: String, batch: Int = 1_024, clock: Bool = false) throws -> [Digest] {
        var random = SplitMix64(seed: seed &* 77)
        let floor = RandomFloor(seed: seed)
        var options = EngineOptions()
        options.batch = batch
        options.clockInterval = clock ? 1_000_000 : nil
        let engine = Engine(floor.graph, names: floor.names, options: options)
        engine.pull(floor.first, ListSource(randomValues(&random, 200 + random.below(1_500)), seed: seed))
        engine.pull(floor.second, ListSource(randomValues(&random, 200 + random.below(1_500)), seed: seed &+ 1))
        let journal = try JournalWriter(
            directory: folder, topologyHash: seed, nextSequence: 1, lastSegment: 0, durability: .os, segmentBytes: 64 << 10)
        defer { journal.close() }
        try engine.run(journal: journal)
        return floor.digests
    }
    private func replay(_ seed: UInt64, in folder: String, capacity: Int = 4_096, cut: (() -> Int)? = nil) throws -> [Digest] {
        let floor = RandomFloor(seed: seed, capacity: capacity)
        let replay = Replay(floor.graph, names: floor.names, sources: ["first", "second"], hasClock: false)
        let reader = try JournalReader(directory: folder)
        if let cut { try replay.run(reader, cut: cut) } else { try replay.run(reader) }
        return floor.digests
    }

    @Test("live and its replay give the same histories, however the journal is cut", arguments: 1...60 as ClosedRange<UInt64>)
    func batchLaw(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let live = try record(seed, in: folder.path)
        #expect(live.contains { $0.count > 0 })
        #expect(try replay(seed, in: folder.path) == live)
        for size in [1, 7, 256] { #expect(try replay(seed, in: folder.path, cut: { size }) == live, "cut at \(size)") }
        var random = SplitMix64(seed: seed)
        let wild = try replay(seed, in: folder.path, cut: { 1 + random.below(random.below(2) == 0 ? 4 : 300) })
        #expect(wild == live, "random cuts")
    }

    @Test("edges too small for a batch change nothing", arguments: 1...40 as ClosedRange<UInt64>)
    func roomLaw(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let live = try record(seed, in: folder.path)
        var random = SplitMix64(seed: seed)
        #expect(try replay(seed, in: folder.path, capacity: 4, cut: { 1 + random.below(64) }) == live)
    }

    @Test("the size of a live batch changes nothing", arguments: 1...20 as ClosedRange<UInt64>)
    func liveBatchLaw(seed: UInt64) throws {
        let (a, b) = (try TemporaryFolder(), try TemporaryFolder())
        #expect(try record(seed, in: a.path) == record(seed, in: b.path, batch: 64))
    }

    @Test("a run that goes on from a checkpoint ends as the unbroken one", arguments: 1...40 as ClosedRange<UInt64>)
    func restartLaw(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let live = try record(seed, in: folder.path, batch: 64)
        var random = SplitMix64(seed: seed)
        let blocks = 1 + random.below(10)
        let before = RandomFloor(seed: seed), after = RandomFloor(seed: seed)
        let reader = try JournalReader(directory: folder.path)
        let first = Replay(before.graph, names: before.names, sources: ["first", "second"], hasClock: false)
        var done = 0, stopAt: UInt64 = 0
        let probe = try JournalReader(directory: folder.path)
        while done < blocks, let block = try probe.next() { (done, stopAt) = (done + 1, block.end - 1) }
        try first.run(reader, until: stopAt)
        let saved = first.checkpoint()
        let second = Replay(after.graph, names: after.names, sources: ["first", "second"], hasClock: false)
        #expect(second.restore(saved, at: stopAt))
        #expect(second.checkpoint() == saved, "the same state gives the same bytes")
        try second.run(reader)
        #expect(after.digests == live)
    }

    /// A consistently changed rule passes nearly every law; these values are what the rules gave when they were
    /// first checked against the specification by the hand-made cases of `TimerRuleTests`.
    @Test("the digests of twenty graphs are what they always were")
    func goldenDigests() throws {
        var golden: UInt64 = 1
        for seed in 1...20 as ClosedRange<UInt64> {
            let folder = try TemporaryFolder()
            for digest in try record(seed, in: folder.path) {
                golden = (golden &<< 7 | golden &>> 57) &* 0x9FB2_1C65_1E98_DF25 ^ digest.value
            }
        }
        #expect(hex(golden) == "1eee8db99d502a17")
    }
}
