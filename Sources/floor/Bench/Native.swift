import Foundation

/// The programs beside which the floor is measured: hand-written C++, compiled here, now, on this machine.
struct Native {
    /// Where programs, data and journals of the bench are kept between runs.
    let folder: String

    /// Compiles `Benchmarks/NAME.cpp`.
    /// - Returns: the program's path.
    func program(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let program = folder + "/" + name
        let arguments = [
            "g++", "-O3", "-march=native", "-std=c++17", "-pthread", "-o", program, try Native.source(name + ".cpp"),
        ]
        try Native.execute("/usr/bin/env", arguments)
        return program
    }

    /// A Python that has a package.
    static func python(with package: String) -> String? {
        [".venv/bin/python", "../.venv/bin/python"].first { path in
            guard FileManager.default.fileExists(atPath: path) else { return false }
            return (try? execute(path, ["-c", "import \(package)"])) != nil
        }
    }

    /// A file of the project's `Benchmarks` folder.
    static func source(_ name: String) throws -> String {
        let places = ["Benchmarks/" + name, "../Benchmarks/" + name]
        guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Refusal.configuration("Benchmarks/\(name) is not here: start floor bench in the project's folder")
        }
        return found
    }

    @discardableResult static func execute(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Refusal.answer("\(([program] + arguments).joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return output
    }

    /// Drops a file from the system's cache and reads it in again, so that all files lie there alike: read in large pieces,
    /// not as they happened to be written. The same bytes are else read at half the speed, or twice.
    static func cache(_ path: String) throws {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw Refusal.answer("\(path): cannot open: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        fdatasync(file)
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
        defer { buffer.deallocate() }
        while read(file, buffer, 1 << 20) > 0 {}
    }
}
