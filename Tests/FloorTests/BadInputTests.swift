import Foundation
import Glibc
import StreamRuntime
import Testing

/// A file system of a few hundred kilobytes in memory, where the machine lets us mount one.
private final class SmallDisk {
    let path: String

    /// nil where mounting is not permitted.
    init?(at path: String, kibibytes: Int) {
        self.path = path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else { return nil }
    }
    deinit { unmount() }

    func unmount() { umount2(path, Self.detach) }
    func resize(kibibytes: Int) -> Bool { mount("tmpfs", path, "tmpfs", Self.remount, "size=\(kibibytes)k") == 0 }
    func setReadOnly(_ isReadOnly: Bool) -> Bool {
        mount("tmpfs", path, "tmpfs", isReadOnly ? Self.remount | Self.readOnly : Self.remount, "") == 0
    }
    // mount(2), umount2(2)
    private static let readOnly: UInt = 1, remount: UInt = 32, detach: Int32 = 2

    static let isPermitted: Bool = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("floor-mount-\(UUID().uuidString)").path
        defer { rmdir(path) }
        guard let disk = SmallDisk(at: path, kibibytes: 64) else { return false }
        disk.unmount()
        return true
    }()
}

extension FloorTests {
    /// A clear line, the floor ends or goes on as documented, and nothing is lost: docs/operating.md.
    @Suite("disks and checkpoints that are not as they should be") struct BadInputTests {
        /// Journal, ledger, checkpoints and the session's files fill it together: any of them meets its end first.
        @Test(
            "on a full disk a live day ends with what to do; with room again it goes on and ties out",
            .enabled(if: SmallDisk.isPermitted, "mounting is not permitted here"))
        func fullDisk() async throws {
            let day = try await LiveDay(speed: 2_500, exitAtEnd: false)
            let disk = try #require(SmallDisk(at: day.data, kibibytes: 1_000))
            defer { disk.unmount() }
            let full = try day.startDesk()
            #expect(try await full.wait(seconds: 60) == 1, "\(full.errors)")
            let last = full.errors.split(separator: "\n").last ?? ""
            #expect(last.contains("make room and run the same command again, the day goes on from its journal"), "\(full.errors)")
            #expect(last.contains(day.data + "/"), "\(last)")
            // Still full: the same once more, and nothing is worse for it.
            let still = try day.startDesk()
            #expect(try await still.wait(seconds: 60) == 1, "\(still.errors)")
            #expect(disk.resize(kibibytes: 64 << 10))
            let again = try day.startDesk()
            #expect(try await again.wait(seconds: 90) == 0, "\(again.errors)")
            #expect(again.errors.contains("resumed after record"), "\(again.errors)")
            #expect(try await day.expectItTiesOut() > 10)
        }

        @Test("a venue that dies is said, feed and session alike; the desk stays, ends in order, and its day replays")
        func venueDies() async throws {
            let day = try await LiveDay(speed: 2_500, exitAtEnd: false)
            let desk = try day.startDesk()
            try await desk.waitFor("feed feed: connected")
            try #require(try await until(seconds: 20) { (try? LedgerContents(day.data).fills.count) ?? 0 > 5 }, "\(desk.errors)")
            day.venue.kill()
            try await desk.waitFor("feed feed: disconnected: connection lost")
            try await desk.waitFor("FIX session FIX.4.4:FLOOR->BROKER: logged out")
            try await desk.waitFor("FIX session FIX.4.4:FLOOR->BROKER: nobody answers at 127.0.0.1:\(day.fixPort)")
            try await desk.waitFor("feed feed: disconnected: cannot connect to 127.0.0.1:\(day.feedPort)")
            desk.terminate()
            #expect(try await desk.wait(seconds: 30) == 0, "\(desk.errors)")
            let replay = try await day.run("replay", day.data, "--verify")
            #expect(replay.status == 0 && replay.output.contains("replay verified"), "\(replay)")
            // What was asked of the venue and what it said are in the books: an order is final, open, or said to be in doubt.
            let summary = try LiveDay.summary(desk), orders = try LedgerContents(day.data).orders
            let states = summary["orders"] as? [String: Int] ?? [:]
            #expect(orders > 5 && states.values.reduce(0, +) == orders, "\(summary)")
        }

        // A day of files that was stopped in its middle, with two checkpoints.

        private struct Half {
            let folder: TestFolder, arguments: [String], data: String
            func arguments(_ data: String) -> [String] { arguments + ["--data", data] }
        }
        private func half(_ disk: (String) throws -> Void = { _ in }) async throws -> Half {
            let folder = try TestFolder()
            let made = try await FloorProcess.run(
                ["generate", "day", "--seed", "5", "--symbols", "3", "--trades", "6000", "--out", folder.path("tape")], in: folder
            )
            try #require(made.status == 0, "\(made)")
            let arguments = [
                "run", PackageFiles.path("topologies/rsi-on-a-file.yaml"), "--set",
                "sources.trades.path=\(folder.path("tape/trades.csv"))",
                "--set", "sinks.out.path=\(folder.path("rsi.csv"))", "--summary", "none", "--checkpoint", "100ms",
            ]
            let half = Half(folder: folder, arguments: arguments, data: folder.path("half"))
            try disk(half.data)
            let first = try FloorProcess(half.arguments(half.data) + ["--speed", "10000"], in: folder)
            #expect(
                try await until(seconds: 20) { (try? CheckpointFolder(half.data + "/checkpoints").sequences().count) == 2 },
                "\(first.errors)")
            first.terminate()
            try #require(try await first.wait(seconds: 20) == 0, "\(first.errors)")
            return half
        }

        @Test(
            "a read-only directory is said with what to do, whether a day is there or not; nothing in it changes",
            .enabled(if: SmallDisk.isPermitted, "mounting is not permitted here"))
        func readOnly() async throws {
            var disk: SmallDisk?
            defer { disk?.unmount() }
            let half = try await half { disk = SmallDisk(at: $0, kibibytes: 64 << 10) }
            #expect(disk?.setReadOnly(true) == true)
            let before = try FileManager.default.subpathsOfDirectory(atPath: half.data).sorted()
            for data in [half.data, half.data + "/new"] {
                let refused = try await FloorProcess.run(half.arguments(data), in: half.folder)
                expectRefusal(refused, status: 2, data, "Read-only file system", "make it writable", "choose another --data")
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: half.data).sorted() == before)
            #expect(disk?.setReadOnly(false) == true)
            let rest = try await FloorProcess.run(half.arguments(half.data), in: half.folder)
            #expect(rest.status == 0 && rest.errors.contains("resumed after record"), "\(rest)")
        }

        @Test(
            "a checkpoint that is broken, cut short, of another topology, or one of two such ones is passed over, and the day ends the same"
        )
        func checkpoints() async throws {
            let half = try await half(), folder = half.folder
            let whole = try await FloorProcess.run(half.arguments(folder.path("whole")), in: folder)
            try #require(whole.status == 0, "\(whole)")
            let (digests, rows) = (try DayCuts.digests(folder.path("whole")), try folder.text("rsi.csv"))

            func file(_ data: String, _ sequence: UInt64) -> String {
                data + "/checkpoints/" + String(repeating: "0", count: 20 - String(sequence).count) + "\(sequence).ckpt"
            }
            let sequences = try CheckpointFolder(half.data + "/checkpoints").sequences()
            try #require(sequences.count == 2)
            func change(_ path: String, _ body: (inout Data) -> Void) throws {
                var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                body(&bytes)
                try bytes.write(to: URL(fileURLWithPath: path))
            }
            let flip = { (bytes: inout Data) in bytes[bytes.count / 2] ^= 0x10 }
            let cut = { (bytes: inout Data) in bytes.removeLast(bytes.count / 2) }
            let other = folder.path("other")
            let stranger = try await FloorProcess.run(
                half.arguments(other) + [
                    "--set", "operators.rsi.period=5", "--set", "sinks.out.path=\(folder.path("other.csv"))",
                ],
                in: folder)
            try #require(stranger.status == 0, "\(stranger)")
            let strange = try #require(try CheckpointFolder(other + "/checkpoints").sequences().first)

            struct Case {
                var name: String, begins: Int?, passedOver: Int, says: [String]
                var damage: (String) throws -> Void
            }
            let cases = [
                Case(name: "sound", begins: 0, passedOver: 0, says: []) { _ in },
                Case(name: "flipped", begins: 1, passedOver: 1, says: ["fails its checksum: it was changed after it was written"])
                {
                    try change(file($0, sequences[0]), flip)
                },
                Case(name: "half written", begins: 1, passedOver: 1, says: ["unfinished: "]) {
                    try change(file($0, sequences[0]), cut)
                },
                Case(name: "left unfinished", begins: 0, passedOver: 0, says: []) {
                    try FileManager.default.copyItem(atPath: file($0, sequences[1]), toPath: file($0, sequences[0] + 1) + ".new")
                },
                Case(name: "both", begins: nil, passedOver: 2, says: ["unfinished: ", "fails its checksum"]) {
                    try change(file($0, sequences[0]), cut)
                    try change(file($0, sequences[1]), flip)
                },
                Case(name: "another topology's", begins: 0, passedOver: 1, says: ["of another topology"]) {
                    try FileManager.default.copyItem(atPath: file(other, strange), toPath: file($0, strange))
                },
            ]
            for damaged in cases {
                let data = folder.path(damaged.name.replacingOccurrences(of: " ", with: "-"))
                try FileManager.default.copyItem(atPath: half.data, toPath: data)
                try damaged.damage(data)
                let rest = try await FloorProcess.run(half.arguments(data), in: folder)
                #expect(rest.status == 0, "\(damaged.name): \(rest)")
                for text in damaged.says { #expect(rest.errors.contains(text), "\(damaged.name): \(rest)") }
                let passedOver = rest.errorLines.filter { $0.contains("passed over") }.count
                #expect(passedOver == damaged.passedOver, "\(damaged.name): \(rest)")
                let origin = damaged.begins.map { "from the checkpoint of record \(sequences[$0])\n" }
                #expect(
                    origin.map { rest.errors.contains($0) } ?? !rest.errors.contains("from the checkpoint"),
                    "\(damaged.name): \(rest)")
                #expect(try DayCuts.digests(data) == digests, "\(damaged.name)")
                #expect(try folder.text("rsi.csv") == rows, "\(damaged.name)")
            }
        }
    }
}
