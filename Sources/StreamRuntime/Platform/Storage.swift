/// Where a day lies: the operating system's files, or a simulated disk that forgets what was not synced.
///
/// Calls are few and large, a block or a buffer each, never a record. Only what a `sync` covered survives the machine; what
/// was written survives the process. A new, renamed or removed name survives the machine once its folder was synced.
public protocol Storage: Sendable {
    /// Opens an existing file at its first byte.
    func openToRead(_ path: String) throws(JournalError) -> any StoredFile
    /// Makes a new file to append to. One that is there already is an error.
    func createToAppend(_ path: String) throws(JournalError) -> any StoredFile
    /// The names in a folder, in no order.
    func list(_ folder: String) throws(JournalError) -> [String]
    /// Takes the place of a file that has the new name already.
    func rename(_ path: String, to other: String) throws(JournalError)
    func remove(_ path: String) throws(JournalError)
    /// Cuts a file off after `bytes`.
    func truncate(_ path: String, to bytes: Int) throws(JournalError)
    /// Makes a folder and those above it, where they are missing.
    func makeFolder(_ path: String) throws(JournalError)
    /// In bytes; nil when nothing readable is there.
    func size(of path: String) -> Int?
    /// Returns when all that was written to the file is on the disk.
    func sync(_ path: String) throws(JournalError)
    /// Returns when the folder's names are on the disk.
    func syncFolder(_ path: String) throws(JournalError)
    /// Takes a file's name for this process alone, until the lock is released or the process ends, however it ends.
    func lock(_ path: String) throws(JournalError) -> any StorageLock
}

/// A file that is open, for one thread at a time.
public protocol StoredFile: AnyObject, Sendable {
    /// The next bytes.
    /// - Returns: how many there were; 0 at the end.
    func read(into buffer: UnsafeMutableRawPointer, _ count: Int) throws(JournalError) -> Int
    /// Appends all of them, or fails.
    func append(_ bytes: UnsafeRawPointer, _ count: Int) throws(JournalError)
    /// Returns when all that was appended is on the disk.
    func sync() throws(JournalError)
    /// How many bytes the file holds now.
    func size() throws(JournalError) -> Int
    func close()
}

public protocol StorageLock: AnyObject, Sendable {
    func release()
}

extension Storage {
    public func exists(_ path: String) -> Bool { size(of: path) != nil }

    /// A whole file; nil when there is none.
    public func contents(of path: String) throws(JournalError) -> [UInt8]? {
        guard exists(path) else { return nil }
        let file = try openToRead(path)
        defer { file.close() }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { block.deallocate() }
        guard let base = block.baseAddress else { return nil }
        var bytes: [UInt8] = []
        while true {
            let n = try file.read(into: base, block.count)
            if n == 0 { return bytes }
            bytes.append(contentsOf: block[0..<n])
        }
    }

    /// Writes beside the old file, then takes its place: a crash, of the process or of the machine, leaves the one or the
    /// other, whole. When this returns, the new one is on the disk.
    public func writeAtomically(_ path: String, _ bytes: [UInt8]) throws(JournalError) {
        let beside = path + ".new"
        if exists(beside) { try remove(beside) }  // a crash left it
        let file = try createToAppend(beside)
        defer { file.close() }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        if let base = copy.baseAddress { try file.append(base, copy.count) }
        try file.sync()
        try rename(beside, to: path)
        try syncFolder(folder(of: path))
    }

    private func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
