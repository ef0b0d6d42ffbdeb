import FloorTesting
import Foundation
import Testing

/// A topology that reads files and writes each of their outputs as it comes, and the tables that another decoder wrote of them.
struct FileTopology {
    let folder: TestFolder
    private var sources = "", sinks = "", outputs: [String] = []
    private var count = 0

    init() throws { folder = try TestFolder() }

    /// Python with the libraries that decode, of scripts/test-requirements.txt.
    static let python: String? = {
        let path = PackageFiles.path(".venv/bin/python")
        return (try? MetricsTools.run(path, ["-c", "import databento_dbn, itch"]))?.status == 0 ? path : nil
    }()

    /// Runs Tests/FloorTests/Peers/file_decoders.py, which writes `0.trades.csv` and so on for the files in their order.
    func decode(_ arguments: String...) throws { try decode(arguments) }
    func decode(_ arguments: [String]) throws {
        let script = PackageFiles.path("Tests/FloorTests/Peers/file_decoders.py")
        let made = try MetricsTools.run(try #require(Self.python), [script] + arguments)
        try #require(made.status == 0, "\(made.output)")
    }
    /// The folder for `decode`'s tables.
    func peer() throws -> String {
        let path = folder.path("peer")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// One more source. Its main output is called `main` in the tables, the others by their names.
    /// - Parameter keys: behind the path in the source's entry.
    mutating func read(_ path: String, _ format: String, _ keys: String = "", main: String, beside: [String] = []) {
        sources += "  f\(count): { kind: file, path: \"\(path)\", format: \(format)\(keys.isEmpty ? "" : ", " + keys) }\n"
        for output in [main] + beside {
            let reference = output == main ? "f\(count)" : "f\(count).\(output)"
            sinks += "  s\(count)-\(output): { kind: csv, from: \(reference), path: \(count).\(output).csv }\n"
            outputs.append("\(count).\(output).csv")
        }
        count += 1
    }

    /// Runs all of it, and expects every table to be the peer's to the byte.
    /// - Returns: how many rows there were.
    func verify(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int {
        try folder.write("topology: files\nsources:\n\(sources)sinks:\n\(sinks)", to: "files.yaml")
        let run = try await FloorProcess.run(["run", "files.yaml", "--summary", "none"], in: folder)
        try #require(run.status == 0, "\(run)", sourceLocation: sourceLocation)
        var rows = 0
        for name in outputs {
            let found = try folder.text(name), expected = try folder.text("peer/" + name)
            rows += expected.utf8.count { $0 == 10 } - 1
            guard found != expected else { continue }
            let pair = zip(found.split(separator: "\n"), expected.split(separator: "\n")).first { $0.0 != $0.1 }
            Issue.record(
                "\(name): \(pair.map { "\($0.0) is not \($0.1)" } ?? "\(found.utf8.count) bytes, not \(expected.utf8.count)")",
                sourceLocation: sourceLocation)
        }
        return rows
    }
}
