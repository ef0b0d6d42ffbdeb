import Foundation
import Ledger
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// Recovered ≡ never crashed, from checkpoints: they are taken all the time, and the day is cut at every one of them.
@Suite("a day with checkpoints") final class CheckpointDayTests {
    private let day = try? CutDay()
    private var cut: CutDay { get throws { try #require(day) } }

    /// What a process that is killed at this moment leaves behind.
    private struct Remains {
        var data: String, rows: String, checkpoint: UInt64
    }

    @Test("killed at any moment it ends as if it had not been, from the newest checkpoint")
    func everyMoment() throws {
        let day = try cut
        var remains: [Remains] = [], turns = 0
        day.onTurn = { desk in
            turns += 1
            guard turns % 2 == 0 else { return }
            let data = day.path("at-\(turns)")
            try FileManager.default.copyItem(atPath: day.path("whole"), toPath: data)
            remains.append(
                Remains(data: data, rows: try day.rows(), checkpoint: desk.checkpointer?.statistics.sequence ?? 0))
        }
        _ = try day.run(day.path("whole")) { settings in
            settings.checkpointRecords = 10
            settings.hasThreads = false
        }
        let whole = day.path("whole"), rows = try day.rows()
        let digests = try day.digests(whole), books = try day.ledger(whole)
        #expect(remains.count > 20 && Set(remains.map(\.checkpoint)).count > 8, "\(remains.map(\.checkpoint))")

        for (number, left) in remains.enumerated() {
            try left.rows.write(toFile: day.path("bars.csv"), atomically: true, encoding: .utf8)
            let (data, notices) = (left.data, Notices())
            var expected: UInt64? = left.checkpoint == 0 ? nil : left.checkpoint
            switch number % 6 {
            case 3:
                try? FileManager.default.removeItem(atPath: data + "/ledger.db")
                expected = nil
            case 4:
                try FileManager.default.removeItem(atPath: day.path("bars.csv"))
                if !left.rows.isEmpty { expected = nil }
            case 5:  // the machine went down: the end of the journal is lost, and the ledger knows more than it
                try day.cutJournal(of: data, after: max(1, left.checkpoint / 2), blocks: 0)
                expected = nil
            default: break
            }
            let desk = try day.run(data) { $0.notice = { notices.add($0) } }
            #expect(desk.checkpoint?.sequence == expected, "\(number): \(notices.lines)")
            try #require(try day.digests(data) == digests, "\(number): \(notices.lines)")
            try #require(try day.ledger(data) == books, "\(number): \(notices.lines)")
            try #require(try day.rows() == rows, "\(number): \(notices.lines)")
        }
    }

    /// Between a look at the barrier and the ledger's commit the engine takes the next checkpoint and settles what lies
    /// behind it: rows that have not been handed over yet must not be counted as written.
    @Test("the ledger misses nothing while the engine runs on beside its checkpoints", arguments: [3, 8, 20, 50, 120])
    func engineRunsOn(turns: Int) throws {
        let day = try cut
        _ = try day.run(day.path("whole"))
        day.onOpen = { desk in
            var hasEnded = false
            desk.effects.onTurn(of: "engine") { [unowned desk] in
                for _ in 0..<turns where !hasEnded {
                    hasEnded = try desk.engine.turn() == .ended
                    desk.journal?.turn()
                }
            }
        }
        _ = try day.run(day.path("beside")) { ($0.checkpointRecords, $0.hasThreads) = (10, false) }
        #expect(try day.digests(day.path("beside")) == day.digests(day.path("whole")))
        #expect(try day.ledger(day.path("beside")) == day.ledger(day.path("whole")))
    }

    @Test("a broken newest checkpoint is passed over, said so, and the day ends the same")
    func broken() throws {
        let day = try cut
        let data = day.path("whole")
        _ = try day.run(data) { $0.checkpointRecords = 20 }
        let digests = try day.digests(data)
        let newest = try #require(try CheckpointFolder(data + "/checkpoints").sequences().first)
        let before = try #require(try CheckpointFolder(data + "/checkpoints").sequences().last)
        #expect(before < newest)
        let name = String(repeating: "0", count: 20 - String(newest).count) + "\(newest).ckpt"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: data + "/checkpoints/" + name))
        bytes[bytes.count / 2] ^= 4
        try bytes.write(to: URL(fileURLWithPath: data + "/checkpoints/" + name))
        try day.cutJournal(of: data, after: newest - 1, blocks: 0)  // the day's end is missing
        try FileManager.default.removeItem(atPath: data + "/checkpoints/digests.json")
        let notices = Notices()
        let desk = try day.run(data) { $0.notice = { notices.add($0) } }
        #expect(desk.checkpoint?.sequence == before)
        #expect(notices.lines.contains { $0.contains(name) && $0.contains("fails its checksum") && $0.contains("passed over") })
        #expect(try day.digests(data) == digests)
    }

    /// A disk with no room for checkpoints.
    private struct Full: Storage {
        let disk = DiskStorage()
        func createToAppend(_ path: String) throws(JournalError) -> any StoredFile {
            if path.contains(".ckpt") { throw .io(operation: "create the file", path: path, errno: ENOSPC) }
            return try disk.createToAppend(path)
        }
        func openToRead(_ path: String) throws(JournalError) -> any StoredFile { try disk.openToRead(path) }
        func list(_ folder: String) throws(JournalError) -> [String] { try disk.list(folder) }
        func rename(_ path: String, to other: String) throws(JournalError) { try disk.rename(path, to: other) }
        func remove(_ path: String) throws(JournalError) { try disk.remove(path) }
        func truncate(_ path: String, to bytes: Int) throws(JournalError) { try disk.truncate(path, to: bytes) }
        func makeFolder(_ path: String) throws(JournalError) { try disk.makeFolder(path) }
        func size(of path: String) -> Int? { disk.size(of: path) }
        func sync(_ path: String) throws(JournalError) { try disk.sync(path) }
        func syncFolder(_ path: String) throws(JournalError) { try disk.syncFolder(path) }
        func lock(_ path: String) throws(JournalError) -> any StorageLock { try disk.lock(path) }
    }

    @Test("a disk without room for a checkpoint is said, and the day ends as it would have")
    func noRoom() throws {
        let day = try cut
        _ = try day.run(day.path("whole"))
        let digests = try day.digests(day.path("whole")), notices = Notices()
        let desk = try day.run(day.path("full")) { settings in
            (settings.checkpointRecords, settings.hasThreads, settings.storage) = (50, false, Full())
            settings.notice = { notices.add($0) }
        }
        #expect(try day.digests(day.path("full")) == digests)
        #expect(desk.checkpointer.map { $0.statistics.failed > 2 && $0.statistics.written == 0 } == true)
        #expect(
            notices.lines.contains {
                $0.contains("no checkpoint of record") && $0.contains("No space left on device") && $0.contains("the day goes on")
            }, "\(notices.lines)")
    }

    private final class Notices: @unchecked Sendable {  // behind its lock
        private let lock = NSLock()
        private var kept: [String] = []
        func add(_ line: String) { lock.withLock { kept.append(line) } }
        var lines: [String] { lock.withLock { kept } }
    }
}
