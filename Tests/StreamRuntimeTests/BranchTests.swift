import PlainData
import StreamRuntime
import Testing

@Suite("a branch of a replay") struct BranchTests {
    /// A journal of random records for the floor of a seed.
    private func record(_ seed: UInt64, _ folder: TemporaryFolder) throws {
        var random = SplitMix64(seed: seed &* 17)
        let floor = RandomFloor(seed: seed)
        let journal = try JournalWriter(
            directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        var options = EngineOptions()
        options.batch = 1 + random.below(60)
        let engine = Engine(floor.graph, names: floor.names, options: options)
        engine.pull(floor.first, ListSource(randomValues(&random, 400), seed: seed))
        engine.pull(floor.second, ListSource(randomValues(&random, 300), seed: seed + 1))
        try engine.run(journal: journal)
        journal.close()
    }
    private func replay(_ seed: UInt64) -> (floor: RandomFloor, replay: Replay) {
        let floor = RandomFloor(seed: seed)
        return (floor, Replay(floor.graph, names: floor.names, sources: ["first", "second"], hasClock: false))
    }

    @Test("with all states taken over it ends like the day that it came from", arguments: 1...25 as ClosedRange<UInt64>)
    func takesAll(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        try record(seed, folder)
        let whole = replay(seed)
        try whole.replay.run(JournalReader(directory: folder.path))
        var random = SplitMix64(seed: seed)
        for _ in 0..<3 {
            let first = replay(seed), second = replay(seed), cut = UInt64(1 + random.below(700))
            try first.replay.run(JournalReader(directory: folder.path), until: cut)
            #expect(second.replay.branch(from: first.replay) { _ in true } == [])
            #expect(second.replay.lastSequence == first.replay.lastSequence)
            let reader = try JournalReader(directory: folder.path)
            #expect(try reader.skip(through: second.replay.lastSequence))
            try second.replay.run(reader)
            #expect(second.floor.digests == whole.floor.digests, "behind record \(second.replay.lastSequence)")
        }
    }

    @Test("a stage that may not take its state over starts empty, and is named", arguments: 1...10 as ClosedRange<UInt64>)
    func startsEmpty(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        try record(seed, folder)
        let first = replay(seed), second = replay(seed)
        try first.replay.run(JournalReader(directory: folder.path), until: 300)
        let empty = second.replay.branch(from: first.replay) { $0 != "v1" }
        #expect(empty == ["v1"])
        for edge in second.floor.graph.hashedEdges {
            let was = first.floor.graph.hashedEdges.first { $0.name == edge.name }
            #expect(
                edge.digest.count
                    == (edge.name.hasPrefix("v1") && !edge.name.hasPrefix("v1" + "0") && !edge.name.hasPrefix("v11")
                        ? 0 : was?.digest.count))
        }
        let reader = try JournalReader(directory: folder.path)
        #expect(try reader.skip(through: second.replay.lastSequence))
        try second.replay.run(reader)
        #expect(second.replay.lastSequence > first.replay.lastSequence)
    }
}
