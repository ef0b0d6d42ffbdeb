import Foundation
import Glibc
import StreamRuntime

/// Whether a floor holds a day at the moment, found out without touching its lock: a look must not stop one that starts.
enum DayWriter {
    /// The holder of the day's lock as `process N`; nil when nobody has it, or where the system does not say.
    ///
    /// Source: proc_locks(5): `1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF`, the inode after the device.
    static func holder(of day: DataDirectory) -> String? {
        var info = stat()
        guard stat(day.path + "/lock", &info) == 0, let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
        else { return nil }
        for line in locks.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let at = fields.firstIndex(of: "FLOCK"), at + 4 < fields.count, fields[at - 1].hasSuffix(":") else { continue }
            guard fields[at + 4].split(separator: ":").last.flatMap({ UInt64($0) }) == UInt64(info.st_ino) else { continue }
            return "process \(fields[at + 3])"
        }
        return nil
    }
}
