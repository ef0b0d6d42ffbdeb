import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing

@Suite("checkpoint files") struct CheckpointFileTests {
    private func checkpoint(_ sequence: UInt64, seed: UInt64 = 1) -> Checkpoint {
        var random = SplitMix64(seed: seed)
        let parts = (0..<4).map { i in
            Checkpoint.Part(
                name: "operator/\(i)", version: i + 1, bytes: (0..<random.below(40)).map { _ in UInt8(random.below(256)) })
        }
        return Checkpoint(sequence: sequence, topologyHash: 7, parts: parts)
    }

    @Test("what was encoded is decoded", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        let saved = checkpoint(seed * 1_000, seed: seed)
        #expect(try Checkpoint(saved.encoded()) == saved)
    }

    /// CRC32C detects every single flipped bit.
    @Test("no bit can flip unseen, and none can be missing or too many")
    func everyBit() throws {
        let bytes = checkpoint(12_345).encoded()
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CheckpointFlaw.self, "bit \(bit)") { try Checkpoint(flipped) }
        }
        for length in 0..<bytes.count {
            #expect(throws: CheckpointFlaw.self, "\(length) bytes") { try Checkpoint(Array(bytes.prefix(length))) }
        }
        #expect(throws: CheckpointFlaw.self) { try Checkpoint(bytes + [0]) }
    }

    @Test("bytes of any kind are refused, never trapped on")
    func fuzz() {
        let sound = checkpoint(1).encoded()
        for round in Fuzz.rounds(2_000, of: "checkpoint") {
            var random = SplitMix64(seed: UInt64(round)), bytes = sound
            for _ in 0...random.below(8) {
                switch random.below(4) {
                case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
                case 1: bytes.removeLast(random.below(min(20, bytes.count - 1)))
                case 2: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count))
                default: bytes[random.below(min(64, bytes.count))] ^= 1 << UInt8(random.below(8))
                }
            }
            // A checksum can be made to fit; what then decodes must be what those bytes say.
            if let found = try? Checkpoint(bytes) { #expect(found.encoded() == bytes, "round \(round)") }
        }
    }

    @Test("the newest that can be believed counts; the one before is kept for when it cannot")
    func fallsBack() throws {
        let folder = try TemporaryFolder()
        let checkpoints = CheckpointFolder(folder.path)
        for sequence in [100, 200, 300] as [UInt64] { try checkpoints.write(checkpoint(sequence)) }
        #expect(try checkpoints.sequences() == [300, 200])
        var notices: [String] = []
        func newest() throws -> UInt64? {
            notices = []
            return try checkpoints.newest(topologyHash: 7) { notices.append($0) }?.sequence
        }
        #expect(try newest() == 300 && notices.isEmpty)

        // Half of it was written; the name was already there.
        let path = folder.path + "/00000000000000000300.ckpt"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
        #expect(try newest() == 200)
        #expect(notices.count == 1 && notices[0].contains("00300.ckpt") && notices[0].contains("unfinished"))

        // It says that it is another's.
        try checkpoint(299).encoded().withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: path)) }
        #expect(try newest() == 200)

        try whole.write(to: URL(fileURLWithPath: path))
        #expect(try checkpoints.newest(topologyHash: 8) { notices.append($0) } == nil)
        #expect(notices.contains { $0.contains("of another topology") })
        let refused = try checkpoints.newest(topologyHash: 7, refusal: { $0.sequence == 300 ? "no" : nil }) { _ in }
        #expect(refused?.sequence == 200)
    }

    @Test("a write that a crash cut off leaves the others as they were")
    func unfinishedWrite() throws {
        let folder = try TemporaryFolder()
        let checkpoints = CheckpointFolder(folder.path)
        try checkpoints.write(checkpoint(100))
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.path + "/00000000000000000200.ckpt.new"))
        #expect(try checkpoints.newest(topologyHash: 7) { Issue.record("\($0)") }?.sequence == 100)
        try checkpoints.write(checkpoint(200))
        #expect(try checkpoints.newest(topologyHash: 7) { Issue.record("\($0)") }?.sequence == 200)
    }

    /// A restart goes on from an earlier record, so it need not come to write the same one again.
    @Test("the next write removes what a crash left unfinished, whatever its record")
    func removesUnfinished() throws {
        let folder = try TemporaryFolder()
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.path + "/00000000000000000200.ckpt.new"))
        try Data([1]).write(to: URL(fileURLWithPath: folder.path + "/digests.json"))
        try CheckpointFolder(folder.path).write(checkpoint(150))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["00000000000000000150.ckpt", "digests.json"])
    }
}
