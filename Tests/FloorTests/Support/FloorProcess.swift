import Foundation
import Glibc
import Testing

/// One run of the executable `floor`, its output in files, so that nobody waits for a reader.
///
/// Ended with the test at the latest: `deinit` kills what still runs.
final class FloorProcess {
    struct TookTooLong: Error, CustomStringConvertible {
        let command: String, seconds: Double, errors: String
        var description: String { "floor \(command): still running after \(seconds) s; it said: \(errors)" }
    }
    let command: String
    private let process = Process()
    private let outputPath: String, errorsPath: String

    /// The executable beside the test bundle.
    static let executable: URL = {
        var path = [CChar](repeating: 0, count: 4_096)
        let length = readlink("/proc/self/exe", &path, path.count - 1)
        let runner = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return URL(fileURLWithPath: runner).deletingLastPathComponent().appendingPathComponent("floor")
    }()

    /// Starts `floor` with these arguments; the working directory is the folder, which also takes its output.
    /// - Parameters:
    ///   - fileKiB: the largest file it may write, as if the disk were full then.
    ///   - executable: another program than `floor`.
    ///   - output: what its standard output is instead of a file.
    init(
        _ arguments: [String], in folder: TestFolder, fileKiB: Int? = nil, executable: URL = FloorProcess.executable,
        output: FileHandle? = nil
    ) throws {
        command = arguments.joined(separator: " ")
        let name = folder.path("run-\(folder.next())")
        (outputPath, errorsPath) = (name + ".out", name + ".err")
        for path in [outputPath, errorsPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        if let fileKiB {
            // A write beyond the limit fails with EFBIG where the signal for it is ignored.
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "trap '' XFSZ; ulimit -f \(fileKiB * 2); exec \"$0\" \"$@\"", executable.path] + arguments
        } else {
            process.executableURL = executable
            process.arguments = arguments
        }
        process.currentDirectoryURL = folder.url
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        // The working directory is not the package, where it would be found.
        let duckdb = PackageFiles.path(".venv/bin/duckdb")
        if FileManager.default.isExecutableFile(atPath: duckdb) { environment["FLOOR_DUCKDB"] = duckdb }
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorsPath)
        try process.run()
    }
    deinit { if process.isRunning { kill() } }

    /// Standard output and standard error so far.
    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: errorsPath, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }
    var identifier: Int32 { process.processIdentifier }

    /// Waits for its end.
    /// - Returns: the exit status; −signal when a signal ended it.
    @discardableResult func wait(seconds: Double = 60) async throws -> Int32 {
        guard try await until(seconds: seconds, { !self.process.isRunning }) else {
            kill()
            throw TookTooLong(command: command, seconds: seconds, errors: errors)
        }
        return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }
    /// Waits until it has written this.
    func waitFor(_ text: String, seconds: Double = 20) async throws {
        let found = try await until(seconds: seconds) {
            self.output.contains(text) || self.errors.contains(text) || !self.process.isRunning
        }
        guard found, output.contains(text) || errors.contains(text) else {
            throw TookTooLong(command: command, seconds: seconds, errors: "never \"\(text)\", but: " + errors + output)
        }
    }
    /// SIGTERM.
    func terminate() { Glibc.kill(identifier, SIGTERM) }
    /// SIGKILL.
    func kill() { Glibc.kill(identifier, SIGKILL) }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], in folder: TestFolder, seconds: Double = 60, executable: URL = FloorProcess.executable
    ) async throws -> Finished {
        let process = try FloorProcess(arguments, in: folder, executable: executable)
        let status = try await process.wait(seconds: seconds)
        return Finished(command: process.command, status: status, output: process.output, errors: process.errors)
    }
    struct Finished: CustomStringConvertible {
        let command: String, status: Int32, output: String, errors: String
        var description: String { "floor \(command)\nexit \(status)\n\(output)\(errors)" }

        /// The lines on standard error.
        var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
    }
}

/// Looks every few milliseconds.
/// - Returns: false when the time was up first.
func until(seconds: Double, _ condition: () throws -> Bool) async throws -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while !(try condition()) {
        if Date() > end { return false }
        try await Task.sleep(nanoseconds: 5_000_000)
    }
    return true
}

/// Expects the exit status and one line on standard error that holds all of the texts.
func expectRefusal(
    _ run: FloorProcess.Finished, status: Int32, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.status == status, "\(run)", sourceLocation: sourceLocation)
    let lines = run.errorLines.filter { line in texts.allSatisfy { line.contains($0) } }
    #expect(lines.count == 1, "one line with \(texts) in: \(run)", sourceLocation: sourceLocation)
    #expect(!run.errors.contains("Fatal error"), "\(run)", sourceLocation: sourceLocation)
}
