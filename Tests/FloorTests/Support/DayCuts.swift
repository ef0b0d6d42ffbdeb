import Desk
import PlainData
import StreamRuntime
import Testing

/// A recorded day run again in this process, its records cut into other batches than the live run's.
enum DayCuts {
    /// Each output with the digest that its run recorded.
    static func digests(_ data: String) throws -> [DigestBook.Output] {
        try #require(try RecordedDay(data).directory.read(DigestBook.self, from: "checkpoints/digests.json")).outputs
    }

    static func expectTheSameDigests(_ data: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let day = try RecordedDay(data)
        let recorded = try #require(try day.directory.read(DigestBook.self, from: "checkpoints/digests.json"))
        var random = SplitMix64(seed: 11)
        let cuts: [() -> Int] = [{ 1 }, { 7 }, { 256 }, { 1 + random.below(40) }]
        for (number, cut) in cuts.enumerated() {
            let run = try day.assemble(day.topology(nil, []))
            try run.replay.run(day.reader(), cut: cut)
            let book = DigestBook(run.assembly.graph, sequence: run.replay.lastSequence)
            #expect(book.outputs == recorded.outputs, "cut \(number)", sourceLocation: sourceLocation)
        }
    }
}
