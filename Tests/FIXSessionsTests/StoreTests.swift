import FloorTesting
import Foundation
import PlainData
import Testing

@testable import FIXSessions

/// The store that QuickFIX is given. What must hold is from QuickFIX's own contract of a MessageStore, and from what a crash
/// can do to a file.
@Suite("message store") struct StoreTests {
    fileprivate final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("fix-store-\(UUID().uuidString)").path
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        var file: String { path + "/session.fixlog" }
        var bytes: [UInt8] {
            get throws { Array(try Data(contentsOf: URL(fileURLWithPath: file))) }
        }
        func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: file)) }
    }
    private func message(_ number: Int) -> [UInt8] { Array("8=FIX.4.4|34=\(number)|11=A\(number * 7)|".utf8) }

    @Test("numbers and messages are there again, as they were left", arguments: [false, true])
    func keeps(syncs: Bool) throws {
        let folder = try Folder()
        do {
            var store = try FIXStoreFile(folder.file, syncs: syncs)
            #expect(store.nextSeqNums == (1, 1))
            for number in 1...5 { try store.set(number, message(number)) }
            store.setNext(sender: 6, target: 40)
        }
        do {
            var store = try FIXStoreFile(folder.file)
            #expect(store.nextSeqNums == (6, 40) && store.messages() == (1...5).map(message))
            #expect(store.messages(from: 2, through: 3) == [message(2), message(3)])
            store.setNext(sender: 9, target: 41)  // numbers that no message has: what was gap-filled
            try store.set(9, message(9))
            #expect(store.messages(from: 4) == [message(4), message(5), message(9)])
        }
        var store = try FIXStoreFile(folder.file)
        #expect(store.nextSeqNums == (10, 41))
        try store.reset()
        #expect(store.nextSeqNums == (1, 1) && store.messages().isEmpty)
    }

    /// A kill leaves a prefix of what was written.
    @Test("cut at any byte, the store is as it was at some moment before, and goes on from there")
    func cutAnywhere() throws {
        let folder = try Folder()
        var sizes: [(size: Int, sender: Int, target: Int)] = []
        do {
            var store = try FIXStoreFile(folder.file)
            for step in 1...12 {
                if step % 3 == 0 { store.setNext(sender: store.nextSeqNums.sender, target: step) }
                if step % 3 != 0 { try store.set(store.nextSeqNums.sender, message(step)) }
                sizes.append((try folder.bytes.count, store.nextSeqNums.sender, store.nextSeqNums.target))
            }
        }
        let whole = try folder.bytes
        for length in 32...whole.count {
            try folder.write(Array(whole[..<length]))
            let last = sizes.last { $0.size <= length }
            var store = try FIXStoreFile(folder.file)
            #expect(store.nextSeqNums == (last?.sender ?? 1, last?.target ?? 1), "cut at \(length)")
            let kept = store.nextSeqNums.sender - 1
            #expect(store.messages().count == kept)
            try store.set(kept + 1, message(99))
            #expect(try FIXStoreFile(folder.file).messages().last == message(99), "cut at \(length)")
        }
    }

    @Test("a flipped byte costs what it hit: no message comes out changed, and the numbers behind it hold")
    func flipped() throws {
        let folder = try Folder()
        do {
            var store = try FIXStoreFile(folder.file)
            for number in 1...8 { try store.set(number, message(number)) }
            store.setNext(sender: 9, target: 30)
        }
        let whole = try folder.bytes, all = Set((1...8).map(message))
        for place in 32..<whole.count {
            var damaged = whole
            damaged[place] ^= UInt8(1 << (place % 8))
            try folder.write(damaged)
            let store = try FIXStoreFile(folder.file)
            #expect(store.messages().count >= 7 && store.messages().allSatisfy { all.contains($0) }, "byte \(place)")
            #expect(store.nextSeqNums.sender == 9 && [1, 30].contains(store.nextSeqNums.target), "byte \(place)")
        }
    }

    @Test("what is no store is refused with its name, and not touched", arguments: 0..<32)
    func notOurs(place: Int) throws {
        let folder = try Folder()
        do { _ = try FIXStoreFile(folder.file) }
        var bytes = try folder.bytes
        bytes[place] ^= 0x10
        if place >= 28 { return #expect(try FIXStoreFile(folder.pathOf(bytes)).nextSeqNums == (1, 1)) }
        try folder.write(bytes)
        #expect(throws: FIXEngineError.self) { _ = try FIXStoreFile(folder.file) }
        #expect(try folder.bytes == bytes)
    }

    @Test("random bytes behind the header neither end the process nor make a message", arguments: 1...20 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        let folder = try Folder()
        do { _ = try FIXStoreFile(folder.file) }
        var random = SplitMix64(seed: seed), bytes = try folder.bytes
        for _ in 0..<random.below(4_000) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        try folder.write(bytes)
        let store = try FIXStoreFile(folder.file)
        #expect(store.messages().isEmpty && store.nextSeqNums == (1, 1))
    }
}

extension StoreTests.Folder {
    /// Writes the bytes and gives the path.
    fileprivate func pathOf(_ bytes: [UInt8]) throws -> String {
        try write(bytes)
        return file
    }
}
