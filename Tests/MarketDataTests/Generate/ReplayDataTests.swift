import Foundation
import Testing

@testable import MarketData

@Suite("The data in replay-data") struct ReplayDataTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "replay-data")

    /// The contents of a file, unpacked by the system's own gzip.
    private func contents(_ name: String) throws -> [UInt8] {
        let file = name.hasPrefix("/") ? URL(filePath: name) : Self.folder.appending(path: name)
        guard name.hasSuffix(".gz") else { return Array(try Data(contentsOf: file)) }
        let gzip = Process(), pipe = Pipe()
        gzip.executableURL = URL(filePath: "/bin/gzip")
        gzip.arguments = ["-dc", file.path]
        gzip.standardOutput = pipe
        try gzip.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        #expect(gzip.terminationStatus == 0)
        return Array(data)
    }

    private func fingerprints() throws -> [String: String] {
        let text = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0].count == 64 { found[String(words[1])] = String(words[0]) }
        }
        return found
    }

    @Test("the README names every file with the SHA-256 of its contents")
    func fingerprinted() throws {
        let known = try fingerprints()
        #expect(known.keys.sorted() == ["day/instruments.csv", "day/quotes.csv.gz", "day/trades.csv.gz", "panel.csv.gz"])
        for (name, sum) in known { #expect(SHA256.hex(try contents(name)) == sum, "\(name)") }
    }

    @Test("the day is what its command makes")
    func day() throws {
        var trades: [UInt8] = [], quotes: [UInt8] = []
        _ = try DayFiles.write(
            DayGenerator.Configuration(seed: 7, symbols: 8, trades: 90_000),
            trades: { (block) throws(GenerateError) in trades += Array(block) },
            quotes: { (block) throws(GenerateError) in quotes += Array(block) })
        #expect(try trades == contents("day/trades.csv.gz"))
        #expect(try quotes == contents("day/quotes.csv.gz"))
    }

    @Test("the panel is what its command makes")
    func panel() throws {
        var bytes: [UInt8] = []
        _ = try PanelGenerator.write(PanelGenerator.Configuration(seed: 7, symbols: 30, days: 1_260)) {
            (block) throws(GenerateError) in bytes += Array(block)
        }
        #expect(try bytes == contents("panel.csv.gz"))
    }

    @Test("a packed file holds what the plain one does, and only whole files get their name")
    func packed() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "generated-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let small = DayGenerator.Configuration(seed: 3, symbols: 2, trades: 100)
        let plain = try DayFiles.write(small, to: folder.path)
        let packed = try DayFiles.write(small, to: folder.path, compressed: true)
        #expect(plain.tradeCount == 100 && plain.quoteCount == packed.quoteCount)
        #expect(try contents(packed.trades) == contents(plain.trades))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasSuffix(".part") })
        #expect(throws: GenerateError.self) { try DayFiles.write(small, to: folder.path + "/no/such/folder") }
    }
}
