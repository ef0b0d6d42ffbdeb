import Foundation
import Glibc

/// The operating system's files.
public struct DiskStorage: Storage {
    public init() {}

    public func openToRead(_ path: String) throws(JournalError) -> any StoredFile {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .io(operation: "open", path: path, errno: errno) }
        return DiskFile(file, path)
    }
    public func createToAppend(_ path: String) throws(JournalError) -> any StoredFile {
        let file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .io(operation: "create the file", path: path, errno: errno) }
        return DiskFile(file, path)
    }
    public func list(_ folder: String) throws(JournalError) -> [String] {
        guard let handle = opendir(folder) else { throw .io(operation: "list the folder", path: folder, errno: errno) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
    public func rename(_ path: String, to other: String) throws(JournalError) {
        guard Glibc.rename(path, other) == 0 else { throw .io(operation: "rename", path: path, errno: errno) }
    }
    public func remove(_ path: String) throws(JournalError) {
        guard unlink(path) == 0 else { throw .io(operation: "remove", path: path, errno: errno) }
    }
    public func truncate(_ path: String, to bytes: Int) throws(JournalError) {
        guard Glibc.truncate(path, off_t(bytes)) == 0 else {
            throw .io(operation: "cut the file after \(bytes) bytes", path: path, errno: errno)
        }
    }
    public func makeFolder(_ path: String) throws(JournalError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw .io(operation: "create the folder", path: path, errno: errno)
        }
    }
    public func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else { return nil }
        return Int(status.st_size)
    }
    public func sync(_ path: String) throws(JournalError) { try sync(path, O_RDONLY) }
    public func syncFolder(_ path: String) throws(JournalError) { try sync(path, O_RDONLY | O_DIRECTORY) }

    private func sync(_ path: String, _ flags: Int32) throws(JournalError) {
        let file = open(path, flags | O_CLOEXEC)
        guard file >= 0 else { throw .io(operation: "open to flush", path: path, errno: errno) }
        defer { Glibc.close(file) }
        guard fsync(file) == 0 else { throw .io(operation: "flush", path: path, errno: errno) }
    }

    public func lock(_ path: String) throws(JournalError) -> any StorageLock {
        let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .io(operation: "open the lock", path: path, errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            Glibc.close(file)
            let folder = String(path.dropLast("/lock".count))
            throw .locked(path: folder, holder: holder.isEmpty ? "another process" : holder.trimmingCharacters(in: .newlines))
        }
        let text = "process \(getpid())\n"
        ftruncate(file, 0)
        _ = text.withCString { Glibc.write(file, $0, strlen($0)) }
        return DiskLock(file)
    }
}

/// One descriptor of the operating system's.
private final class DiskFile: StoredFile, @unchecked Sendable {  // one thread has it at a time, as `StoredFile` says
    private var file: Int32
    private let path: String

    init(_ file: Int32, _ path: String) { (self.file, self.path) = (file, path) }
    deinit { close() }

    func read(into buffer: UnsafeMutableRawPointer, _ count: Int) throws(JournalError) -> Int {
        while true {
            let n = Glibc.read(file, buffer, count)
            if n >= 0 { return n }
            if errno != EINTR { throw .io(operation: "read", path: path, errno: errno) }
        }
    }
    func append(_ bytes: UnsafeRawPointer, _ count: Int) throws(JournalError) {
        var at = bytes, left = count
        while left > 0 {
            let n = Glibc.write(file, at, left)
            if n < 0 {
                if errno == EINTR { continue }
                throw .io(operation: "append \(left) bytes", path: path, errno: errno)
            }
            at += n
            left -= n
        }
    }
    func sync() throws(JournalError) {
        guard fdatasync(file) == 0 else { throw .io(operation: "flush", path: path, errno: errno) }
    }
    func size() throws(JournalError) -> Int {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .io(operation: "measure", path: path, errno: errno) }
        return Int(status.st_size)
    }
    func close() {
        if file >= 0 { Glibc.close(file) }
        file = -1
    }
}

private final class DiskLock: StorageLock, @unchecked Sendable {  // its owner alone releases it
    private var file: Int32

    init(_ file: Int32) { self.file = file }
    deinit { release() }

    func release() {
        if file >= 0 { close(file) }
        file = -1
    }
}
