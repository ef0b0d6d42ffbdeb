/// What a person does about a disk that takes no more: whatever part of the floor met it first says what happened in its own
/// words, and in the operating system's.
enum NextStep {
    /// - Parameter data: the day's data directory, if it is recorded.
    /// - Returns: the end of the line, or nothing where the line says it all.
    static func after(_ error: any Error, data: String?) -> String {
        let line = "\(error)"
        func says(_ texts: String...) -> Bool { texts.contains { line.contains($0) } }
        // strerror's words for ENOSPC, EDQUOT, EFBIG; SQLite's for the first.
        if says("No space left on device", "Disk quota exceeded", "File too large", "disk is full") {
            return data == nil ? "; make room" : "; make room and run the same command again, the day goes on from its journal"
        }
        if says("Read-only file system", "readonly database", "Permission denied") {
            return data == nil
                ? "; choose a place that can be written to"
                : "; make it writable and run the same command again, or choose another --data"
        }
        return ""
    }
}
