import Foundation
import PlainData
import StreamRuntime
import Testing

@testable import MarketData

/// A folder that goes with the test.
final class Scratch {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "market-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    var path: String { folder.path }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = folder.appending(path: name)
        try Data(bytes).write(to: url)
        return url.path
    }

    /// Packs with the system's gzip: not the code under test.
    func gzip(_ name: String, _ text: String) throws -> String { try pack(name, Array(text.utf8), "gzip", ["-f"], ".gz") }
    /// The same with the system's zstd.
    func zstd(_ name: String, _ text: String) throws -> String { try zstd(name, Array(text.utf8)) }
    func zstd(_ name: String, _ bytes: [UInt8]) throws -> String { try pack(name, bytes, "zstd", ["-q", "-f", "--rm"], ".zst") }

    private func pack(_ name: String, _ bytes: [UInt8], _ program: String, _ options: [String], _ ending: String) throws -> String
    {
        let path = try file(name, bytes)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + options + [path]
        try process.run()
        process.waitUntilExit()
        return path + ending
    }
}

/// All elements of a source, read through a buffer of this size.
func all<Output: Element>(_ source: any PullSource<Output>, buffer size: Int = 64) throws -> [Output] {
    var source = source
    let buffer = UnsafeMutableBufferPointer<Output>.allocate(capacity: size)
    defer { buffer.deallocate() }
    var elements: [Output] = []
    while true {
        let count = try source.fill(buffer)
        if count == 0 { return elements }
        elements += buffer[..<count]
    }
}

/// The fields of elements as texts, which is what the CSV sink writes.
func texts<T: Element>(_ elements: [T], _ names: Names) -> [[String]] { elements.map { $0.described(names).values } }

/// The recorded data, where it is there.
let recordedData: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder =
        ProcessInfo.processInfo.environment["FLOOR_DATA"].map { URL(filePath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared/data")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

/// The text of a recorded gzip file, unpacked by the system's gzip.
func unpacked(_ url: URL) throws -> [UInt8] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/gzip")
    process.arguments = ["-dc", url.path]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Array(data)
}

func contents(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { Array($0) } }
