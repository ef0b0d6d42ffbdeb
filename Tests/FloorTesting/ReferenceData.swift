import Foundation

/// The folder of recorded data and reference results: the environment variable `FLOOR_DATA`, or `../shared/data` beside
/// the package.
public enum ReferenceData {
    public static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["FLOOR_DATA"] { return URL(fileURLWithPath: path) }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()

    /// For `.enabled(if:)`: tests that need the data are skipped where it is absent.
    public static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// A file's bytes, unpacked where its name ends in `.gz`, or in `.zip` with one file in it.
    public static func bytes(_ path: String) throws -> Data {
        let url = folder.appendingPathComponent(path)
        guard path.hasSuffix(".gz") || path.hasSuffix(".zip") else { return try Data(contentsOf: url) }
        let gzip = Process(), pipe = Pipe()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", url.path]
        if path.hasSuffix(".zip") {
            // By name it would miss the ending that it knows.
            (gzip.arguments, gzip.standardInput) = (["gzip", "-dc"], try FileHandle(forReadingFrom: url))
            gzip.standardError = FileHandle.nullDevice  // it looks for a length where a zip has its directory
        }
        gzip.standardOutput = pipe
        try gzip.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        return bytes
    }

    /// A file's lines, without CR and LF.
    public static func lines(_ path: String) throws -> [String] {
        String(decoding: try bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// The columns of a CSV with a header, by name; texts as they stand.
    public static func columns(_ path: String) throws -> [String: [String]] {
        let rows = try lines(path).map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        guard let header = rows.first else { return [:] }
        var columns: [String: [String]] = [:]
        for (at, name) in header.enumerated() { columns[name] = rows.dropFirst().map { at < $0.count ? $0[at] : "" } }
        return columns
    }
}
