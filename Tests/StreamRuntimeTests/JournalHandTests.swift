import FloorTesting
import Foundation
import PlainData
import Testing

@testable import StreamRuntime

/// With durability `os` a little is written by the thread that appends, much by the journal's own.
@Suite("who writes the journal") struct JournalHandTests {
    private func append(_ writer: JournalWriter, _ first: UInt64, _ count: Int) {
        let values = (0..<count).map { Value(Int64(first) + Int64($0), Double(first) + Double($0), key: 0) }
        values.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            let group = JournalGroup(
                source: 1, stride: MemoryLayout<Value>.stride, count: count, first: first,
                records: UnsafeMutableRawPointer(mutating: base), latest: 0, ingestTime: 0, ingestOffsets: nil)
            writer.append(first: first, count: count, lastWatermark: 0, ingestTime: 0, groups: [group])
        }
    }

    @Test("a little is durable when the commit returns; with more to come it waits for that")
    func little() throws {
        let folder = try TemporaryFolder()
        let writer = try JournalWriter(
            directory: folder.path, topologyHash: 7, nextSequence: 1, lastSegment: 0, durability: .os)
        defer { writer.close() }
        for first in [1, 4, 7] as [UInt64] {
            append(writer, first, 2)
            writer.commit(more: true)
            #expect(writer.durableSequence == first - 1, "what came before it, and not yet this")
            append(writer, first + 2, 1)
            writer.commit(more: false)
            #expect(writer.durableSequence == first + 2)
        }
        let reader = try JournalReader(directory: folder.path)
        var records = 0
        while let block = try reader.next() { records += block.count }
        #expect(records == 9)
    }

    @Test(
        "any order of little and much, by either thread, over several segments, is read back whole",
        arguments: 1...12 as ClosedRange<UInt64>)
    func both(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: seed), next: UInt64 = 1
        let writer = try JournalWriter(
            directory: folder.path, topologyHash: 7, nextSequence: 1, lastSegment: 0, durability: .os, segmentBytes: 256 << 10)
        for _ in 0..<400 {
            let count = random.below(10) == 0 ? 1 + random.below(1_000) : 1 + random.below(20)
            append(writer, next, count)
            next += UInt64(count)
            if random.below(3) > 0 { writer.commit(more: random.below(2) == 0) }
        }
        writer.flush()
        #expect(writer.error == nil && writer.durableSequence == next - 1)
        writer.close()
        let reader = try JournalReader(directory: folder.path)
        var expected: UInt64 = 1
        while let block = try reader.next() {
            #expect(block.first == expected)
            for group in reader.groups {
                for i in 0..<group.count {
                    let value = group.records.load(fromByteOffset: i * group.stride, as: Value.self).value
                    guard value != Double(group.first) + Double(i) else { continue }
                    Issue.record("record \(group.first + UInt64(i)) holds \(value)")
                }
            }
            expected = block.end
        }
        #expect(expected == next && reader.segments.count > 1)
    }
}
