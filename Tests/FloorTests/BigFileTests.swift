import FloorTesting
import Foundation
import Testing

extension FloorTests {
    @Suite("files larger than the memory there is", .enabled(if: ReferenceData.isPresent, "needs the recorded data"))
    struct BigFileTests {
        /// The vendor's file of two records over and over, in 260 MB, for a process that may have 180 MB of addresses: room for
        /// the program, and not for the file. Expected: what the two records give, over and over.
        @Test("a file of 260 MB is converted and run within 180 MB of addresses, plain and packed, row for row")
        func large() async throws {
            let folder = try TestFolder(), times = 353_000
            let small = ReferenceData.folder.appending(path: "databento-dbn/dbn-tests/test_data.mbp-10.dbn")
            let bytes = [UInt8](try Data(contentsOf: small)),
                metadata = 8 + bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let block = Data(repeatElement(bytes[metadata...], count: 1_000).joined())
            let path = folder.path("day.mbp-10.dbn")
            #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes[..<metadata])))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.seekToEnd()
            for _ in 0..<times / 1_000 { try file.write(contentsOf: block) }
            try file.close()
            let packed = try MetricsTools.run("/bin/sh", ["-c", "zstd -q \"$0\"", path])
            try #require(packed.status == 0, "\(packed.output)")

            let two = try await FloorProcess.run(["convert", small.path, "two.csv", "--element", "quotes"], in: folder)
            try #require(two.status == 0, "\(two)")
            let wanted = try folder.text("two.csv")
            func expectWhole(_ words: String, writes name: String) async throws {
                let floor = try FloorProcess(
                    ["-c", "ulimit -v 180000; exec \"$0\" \(words)", FloorProcess.executable.path], in: folder,
                    executable: URL(fileURLWithPath: "/bin/sh"))
                #expect(try await floor.wait(seconds: 60) == 0, "\(words): \(floor.errors)")
                // Each row once, in order, and how many there are.
                let rows = try MetricsTools.run("/usr/bin/awk", ["!seen[$0]++; END { print NR }", folder.path(name)])
                #expect(rows.output == wanted + "\(2 * times + 1)\n", "\(words): \(rows.output.prefix(600))")
            }
            try await expectWhole("convert day.mbp-10.dbn a.csv --element quotes", writes: "a.csv")
            try await expectWhole("convert day.mbp-10.dbn.zst b.csv --element quotes", writes: "b.csv")
            try folder.write(
                """
                topology: large
                sources: { tape: { kind: file, path: day.mbp-10.dbn, format: dbn } }
                sinks: { out: { kind: csv, from: tape.quotes, path: c.csv } }
                """, to: "large.yaml")
            try await expectWhole("run large.yaml --summary none", writes: "c.csv")
        }
    }
}
