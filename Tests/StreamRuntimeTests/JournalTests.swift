import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing

@Suite("journal") struct JournalTests {
    /// Writes `count` values in batches of 10 and gives the folder back.
    private func journal(_ count: Int, segmentBytes: Int = 1 << 20) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let graph = Graph(), names = Names()
        let port = graph.source("values", Value.self)
        graph.sink("out", from: port.edge) { $0.count }
        var options = EngineOptions()
        options.batch = 10
        let engine = Engine(graph, names: names, options: options)
        engine.pull(port, ListSource((0..<count).map { Value(Int64($0), Double($0), key: 0) }, seed: 1))
        let writer = try JournalWriter(
            directory: folder.path, topologyHash: 7, nextSequence: 1, lastSegment: 0, durability: .disk,
            segmentBytes: segmentBytes)
        try engine.run(journal: writer)
        #expect(writer.durableSequence == UInt64(count + 1))  // and the record that ends the day
        writer.close()
        return folder
    }
    private func records(_ reader: JournalReader) throws -> Int {
        var n = 0
        while let block = try reader.next() { n += block.count }
        return n
    }

    @Test("what was appended is read back, over any number of segments", arguments: [1 << 20, 8 << 10])
    func roundTrip(segmentBytes: Int) throws {
        let folder = try journal(1_000, segmentBytes: segmentBytes)
        let reader = try JournalReader(directory: folder.path, bufferBytes: 4_096)
        var next: UInt64 = 1, sum = 0.0
        while let block = try reader.next() {
            #expect(block.first == next)
            next = block.end
            for group in reader.groups where group.source == 1 {
                for i in 0..<group.count { sum += group.records.load(fromByteOffset: i * group.stride, as: Value.self).value }
            }
        }
        #expect(sum == 999 * 1_000 / 2)
        #expect(reader.segments.count > (segmentBytes > 100_000 ? 0 : 3))
        #expect(reader.tail == nil && reader.topologyHash == 7)
    }

    @Test("a flipped bit in a record names that record")
    func flippedBitNamesTheRecord() throws {
        let folder = try journal(100)
        let path = folder.path + "/00000001.jrnl"
        let clean = try Data(contentsOf: URL(fileURLWithPath: path))
        // The record of value 42.0: find its bytes, flip one, and ask who it was.
        var wanted = 42.0
        let pattern = Data(bytes: &wanted, count: 8)
        let at = try #require(clean.range(of: pattern)).lowerBound
        for bit in [0, 3, 7] {
            var broken = clean
            broken[at + 2] ^= 1 << bit
            try broken.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: JournalError.self) { try records(JournalReader(directory: folder.path)) }
            guard case .badRecord(_, let offset, let sequence, let source)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(sequence == 43 && source == 1)
            #expect(offset == at - 8, "the record begins one field earlier")
        }
    }

    @Test("any flipped byte is noticed", arguments: Fuzz.seeds(400, of: "journal"))
    func anyFlipIsNoticed(seed: UInt64) throws {
        let folder = try journal(100)
        let path = folder.path + "/00000001.jrnl"
        var random = SplitMix64(seed: seed)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let whole = try records(JournalReader(directory: folder.path))
        let at = random.below(bytes.count)
        bytes[at] ^= UInt8(1 + random.below(255))
        try bytes.write(to: URL(fileURLWithPath: path))
        do {
            let reader = try JournalReader(directory: folder.path)
            let n = try records(reader)
            // A length that grew past the end looks like an unfinished write; then the tail says so.
            #expect(n < whole && reader.tail != nil, "byte \(at) of \(bytes.count) passed unnoticed")
        } catch is JournalError {}
    }

    @Test("a tail torn at any byte loses only what was never acknowledged", arguments: 0...120)
    func tornTail(cut: Int) throws {
        let folder = try journal(100)
        let path = folder.path + "/00000001.jrnl"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let whole = try records(JournalReader(directory: folder.path))
        try bytes.dropLast(cut * 7).write(to: URL(fileURLWithPath: path))
        let reader = try JournalReader(directory: folder.path)
        let n = try records(reader)
        #expect(n <= whole && whole - n <= 10 * (cut * 7 / 300 + 2))
        if let tail = reader.tail {
            #expect(tail.bytes > 0)
            try reader.repair()
            let again = try JournalReader(directory: folder.path)
            #expect(try records(again) == n)
            #expect(again.tail == nil)
        }
    }

    @Test("a segment that is missing in the middle is named")
    func missingSegment() throws {
        let folder = try journal(1_000, segmentBytes: 8 << 10)
        try FileManager.default.removeItem(atPath: folder.path + "/00000002.jrnl")
        let error = #expect(throws: JournalError.self) { try records(JournalReader(directory: folder.path)) }
        guard case .gap(let path, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasSuffix("00000003.jrnl"))
    }

    @Test("a day is for one process: the second is told who holds it")
    func lock() throws {
        let folder = try TemporaryFolder()
        let first = try DataDirectory(folder.path + "/day", creating: true)
        try first.takeLock()
        let second = try DataDirectory(folder.path + "/day", creating: true)
        let error = #expect(throws: JournalError.self) { try second.takeLock() }
        #expect(error?.description.contains("process \(getpid())") == true)
        first.unlock()
        try second.takeLock()
    }

    @Test("a folder without a manifest is no day")
    func notADay() throws {
        let folder = try TemporaryFolder()
        #expect(throws: JournalError.notADay(path: folder.path)) { try DataDirectory(folder.path, creating: false) }
    }
}
