import PlainData
internal import Glibc

/// A session's message log, `fix/SESSION.messages`: a line a message, both ways, in the order in which they went by.
///
///     2026-03-02T14:30:00.123456789Z > 8=FIX.4.4␁9=112␁35=D␁…10=027␁
///
/// `>` left, `<` came; passwords are left out. It is evidence for people: nothing reads it to go on from. A line is with the system
/// before the next message, so that it survives the process.
public enum FIXMessageLog {
    /// The logs of a data directory, or of a folder of session stores, by name.
    public static func files(in folder: String) -> [String] {
        var found: [String] = []
        for place in [folder + "/fix", folder] {
            guard let directory = opendir(place) else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name.hasSuffix(".messages") { found.append(place + "/" + name) }
            }
            if !found.isEmpty { break }
        }
        return found.sorted()
    }

    /// Calls `body` with each message; memory does not grow with the file. False from `body` ends it.
    /// - Returns: false when the file cannot be read; errno says why.
    public static func read(_ path: String, _ body: (FIXLoggedMessage) -> Bool) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var line: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 }
            var start = 0
            while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[start..<end]
                start = end + 1
                // A line break inside a text goes on below: a message ends with SOH.
                guard line.last == 1 || line.count > 1 << 20 else {
                    line.append(UInt8(ascii: "\n"))
                    continue
                }
                if let message = FIXLoggedMessage(line: line), !body(message) { return true }
                line.removeAll(keepingCapacity: true)
            }
            line += buffer[start..<count]
            if line.count > 1 << 24 { line.removeAll() }
        }
    }
}
